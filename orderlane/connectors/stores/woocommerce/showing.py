"""The three ways in which a shop can show its customer a parcel, tried in this order at each call.

1. *Fulfillments* of WooCommerce itself (since 10.2, when switched on): lines, quantities, one number each.
2. The *Shipment Tracking* extension (or one that speaks alike): numbers without lines.
3. A note to the customer, which every shop has; to the shop's own people where the customer is to hear nothing.

Which one a shop has is seen by asking: a part of the API that is not there answers ``rest_no_route``. Showing
comes before our own record of the parcel (:mod:`.parcels`), so whatever an attempt whose answer was lost has left
behind is looked for first and taken over: nothing is shown twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import Any, Final

from orderlane.connectors.reading import Node, nodes, web_url
from orderlane.connectors.stores.woocommerce.carriers import carrier_name, provider_key
from orderlane.connectors.stores.woocommerce.client import NoRoute, WooClient
from orderlane.connectors.stores.woocommerce.parcels import Parcel
from orderlane.connectors.stores.woocommerce.reading import meta, number_id, quantity, text
from orderlane.kernel.errors import Declined, OutcomeUnknown
from orderlane.ports.stores import Tracking

_BETWEEN_NUMBERS: Final = re.compile(r"[,;|\r\n]+")
TRACKERS: Final = "/wp-json/wc-shipment-tracking/v3/orders"
OURS: Final = "_orderlane_tracking"
"""In a fulfillment's meta data: all numbers of a parcel, because the shop itself has room for one."""


def show(client: WooClient, order_id: str, parcel: Parcel, others: Sequence[Parcel], notify: bool) -> str:
    """Show a parcel in the best way the shop has; return what stands for it. ``others`` are our other parcels."""
    taken = {each.shown for each in others}
    try:
        return _as_fulfillment(client, order_id, parcel, taken, notify)
    except NoRoute:
        pass
    if parcel.tracking.numbers:
        try:
            return _as_trackers(client, order_id, parcel.tracking, taken)
        except NoRoute:
            pass
    return _as_note(client, order_id, parcel, taken, notify)


def correct(client: WooClient, order_id: str, parcel: Parcel, tracking: Tracking, notify: bool) -> str:
    """Show other tracking for a parcel that is shown already; return what stands for it now. Safe to repeat."""
    kind, _, shown = parcel.shown.partition(":")
    if kind == "f":
        correct_fulfillment(client, order_id, shown, tracking, notify)
        return parcel.shown
    if kind == "t":
        made = _as_trackers(client, order_id, tracking, set())
        for gone in set(shown.split(",")) - set(made.partition(":")[2].split(",")):
            client.write("DELETE", f"{TRACKERS}/{order_id}/shipment-trackings/{gone}", {})
        return made
    corrected = Parcel(parcel.key, parcel.quantities, tracking, "")
    return _as_note(client, order_id, corrected, {parcel.shown}, notify)


def correct_fulfillment(client: WooClient, order_id: str, number: str, tracking: Tracking, notify: bool) -> None:
    """Replace the tracking of one of the shop's fulfillments. Whatever else it holds is sent back as it was.

    One that is none of ours stays none: it is not marked with what we know of it.
    """
    path = f"/orders/{order_id}/fulfillments/{number}"
    before = client.get(path)
    if before is None:
        raise Declined("the shop has no such fulfillment", reason="tracking_refused")
    if is_ours(before) and fulfillment_tracking(before) == tracking:
        return
    kept = [
        {"key": entry.get("key"), "value": entry.get("value")}
        for entry in nodes(before, "meta_data")
        if entry.get("key") not in _TRACKING_KEYS
    ]
    body = {
        "status": text(before, "status"),
        "is_fulfilled": is_fulfilled(before),
        "meta_data": [*kept, *(each for each in _tracking_entries(tracking) if each["key"] != OURS or is_ours(before))],
    }
    if client.write("PUT", path, body, notify_customer=notify) is None:
        raise Declined("the shop has no such fulfillment", reason="tracking_refused")


def hide(client: WooClient, order_id: str, shown: str) -> None:
    """Take back what stands for a parcel, as far as it can be; what is gone already is no matter."""
    kind, _, ids = shown.partition(":")
    # What was switched off since is shown to nobody.
    with suppress(NoRoute):
        if kind == "f":
            client.write("DELETE", f"/orders/{order_id}/fulfillments/{ids}", {}, notify_customer=False)
        elif kind == "t":
            for each in ids.split(","):
                client.write("DELETE", f"{TRACKERS}/{order_id}/shipment-trackings/{each}", {})


def fulfillments_of(client: WooClient, order_id: str) -> Sequence[Node] | None:
    """Read an order's fulfillments; None where the shop has none of that kind (any more)."""
    try:
        return client.page(f"/orders/{order_id}/fulfillments", per_page=None)
    except NoRoute:
        return None


def has_fulfillments(order: Node) -> bool:
    """Whether the shop's own fulfillments know this order: it then says so on the order itself."""
    return meta(order, "_fulfillment_status") not in (None, "", "no_fulfillments")


def is_fulfilled(fulfillment: Node) -> bool:
    """Whether a fulfillment has left: one that is only being prepared, or was taken back, has not."""
    return fulfillment.get("is_fulfilled") in (True, 1, "1") and not fulfillment.get("date_deleted")


def is_ours(fulfillment: Node) -> bool:
    """Whether we made a fulfillment."""
    return meta(fulfillment, OURS) is not None


def fulfilled_quantities(fulfillment: Node) -> dict[str, int]:
    """Read the lines of a fulfillment: order line id → pieces."""
    found: dict[str, int] = {}
    items = meta(fulfillment, "_items")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and quantity(item, "qty"):
            line_id = number_id(item, "item_id")
            found[line_id] = found.get(line_id, 0) + quantity(item, "qty")
    return found


def fulfillment_tracking(fulfillment: Node) -> Tracking:
    """Read a fulfillment's tracking: as we wrote it until somebody changes it by hand, else what the shop shows."""
    shown = str(meta(fulfillment, "_tracking_number") or "")
    match meta(fulfillment, OURS):
        case {"carrier": str(told), "numbers": list(all_numbers), "urls": list(all_urls)}:
            written = tuple(map(str, all_numbers))
            if ", ".join(written) == shown:
                return Tracking(told, written, tuple(map(str, all_urls)))
    # The two spellings of the key are those of the documentation and of the program.
    provider = meta(fulfillment, "_shipment_provider") or meta(fulfillment, "_shipping_provider") or ""
    carrier = str(meta(fulfillment, "_provider_name") or "") or carrier_name(str(provider))
    numbers = numbers_in(shown)
    url = web_url(str(meta(fulfillment, "_tracking_url") or ""))
    # The one link is that of one parcel: of several numbers it tells nothing.
    return Tracking(carrier, numbers, (url,) if len(numbers) == 1 else ("",) * len(numbers))


def numbers_in(written: str) -> tuple[str, ...]:
    """The tracking numbers in one field, where people type several of them."""
    return tuple(dict.fromkeys(number.strip() for number in _BETWEEN_NUMBERS.split(written) if number.strip()))


def trackers_of(client: WooClient, order_id: str) -> Sequence[Node]:
    """Read the extension's trackings of an order. Raises NoRoute where there is no such extension."""
    return client.page(f"{TRACKERS}/{order_id}/shipment-trackings", per_page=None)


def _as_fulfillment(client: WooClient, order_id: str, parcel: Parcel, taken: Collection[str], notify: bool) -> str:
    for found in client.page(f"/orders/{order_id}/fulfillments", per_page=None):
        shown = f"f:{number_id(found, 'id')}"
        same = fulfilled_quantities(found) == parcel.quantities and fulfillment_tracking(found) == parcel.tracking
        if same and is_fulfilled(found) and shown not in taken:
            return shown
    items = [{"item_id": int(line_id), "qty": count} for line_id, count in parcel.quantities.items()]
    body = {
        "status": "fulfilled",
        "is_fulfilled": True,
        "meta_data": [{"key": "_items", "value": items}, *_tracking_entries(parcel.tracking)],
    }
    made = client.write("POST", f"/orders/{order_id}/fulfillments", body, notify_customer=notify)
    if made is None:
        raise Declined("the order is gone", reason="nothing_left_to_fulfill")
    return f"f:{_made_id(made, 'id')}"


_TRACKING_KEYS: Final = (
    OURS,
    "_tracking_number",
    "_tracking_url",
    "_shipment_provider",
    "_shipping_provider",
    "_provider_name",
)


def _tracking_entries(tracking: Tracking) -> list[dict[str, Any]]:
    number = ", ".join(tracking.numbers)
    url = next((url for url in tracking.urls if url), "")
    ours = {"carrier": tracking.carrier, "numbers": list(tracking.numbers), "urls": list(tracking.urls)}
    known = provider_key(tracking.carrier)
    entries: list[dict[str, Any]] = [
        {"key": "_tracking_number", "value": number},
        {"key": "_shipment_provider", "value": known or "other"},
        {"key": "_tracking_url", "value": url},
        {"key": OURS, "value": ours},
    ]
    return entries if known else [*entries, {"key": "_provider_name", "value": tracking.carrier}]


def _as_trackers(client: WooClient, order_id: str, tracking: Tracking, taken: Collection[str]) -> str:
    """One tracking per number, those that are there already taken over."""
    busy = {each for shown in taken if shown.startswith("t:") for each in shown[2:].split(",")}
    present: dict[str, list[str]] = {}
    for found in trackers_of(client, order_id):
        if text(found, "tracking_id") not in busy:
            present.setdefault(text(found, "tracking_number"), []).append(text(found, "tracking_id"))
    ids = []
    providers: Mapping[str, str] | None = None
    for number, url in zip_longest(tracking.numbers, tracking.urls[: len(tracking.numbers)], fillvalue=""):
        if present.get(number):
            ids.append(present[number].pop())
            continue
        if providers is None:
            providers = _providers(client)
        body = {"tracking_number": number, **_provider(tracking.carrier, url, providers)}
        made = client.write("POST", f"{TRACKERS}/{order_id}/shipment-trackings", body)
        if made is None:
            raise Declined("the order is gone", reason="nothing_left_to_fulfill")
        ids.append(_made_id(made, "tracking_id"))
    return "t:" + ",".join(ids)


def _providers(client: WooClient) -> Mapping[str, str]:
    """The carriers the extension knows, by their names in small letters."""
    groups = client.get("/wp-json/wc-shipment-tracking/v3/shipment-trackings/providers") or {}
    names = [name for group in groups.values() if isinstance(group, dict) for name in group]
    return {name.casefold(): name for name in names}


def _provider(carrier: str, url: str, providers: Mapping[str, str]) -> dict[str, str]:
    """A link that we have is better than one that the extension would make up."""
    known = providers.get(" ".join(carrier.split()).casefold())
    if known and not url:
        return {"tracking_provider": known}
    return {"custom_tracking_provider": carrier or "-", "custom_tracking_link": url}


def _as_note(client: WooClient, order_id: str, parcel: Parcel, taken: Collection[str], to_customer: bool) -> str:
    """The shop mails a note to its customer, or only its people see it; never written twice for one parcel."""
    words = note_text(parcel.tracking)
    kind = "customer" if to_customer else "internal"
    for found in client.page(f"/orders/{order_id}/notes", per_page=None, type=kind):
        shown = f"n:{number_id(found, 'id')}"
        if text(found, "note").strip() == words and shown not in taken:
            return shown
    made = client.write("POST", f"/orders/{order_id}/notes", {"note": words, "customer_note": to_customer})
    if made is None:
        raise Declined("the order is gone", reason="nothing_left_to_fulfill")
    return f"n:{_made_id(made, 'id')}"


def note_text(tracking: Tracking) -> str:
    """What the customer reads: carrier, number and link, which need no language."""
    pairs = zip_longest(tracking.numbers, tracking.urls[: len(tracking.numbers)], fillvalue="")
    lines = [" ".join(part for part in (number, web_url(url)) if part) for number, url in pairs]
    return "\n".join([f"\N{PACKAGE} {tracking.carrier}".strip(), *lines])


def _made_id(made: Node, key: str) -> str:
    """The id of what was just made; without it we do not know what happened."""
    found = made.get(key)
    if type(found) is int and found > 0:
        return str(found)
    if isinstance(found, str) and found:
        return found
    raise OutcomeUnknown("the answer names nothing that was made", reason="no_clear_answer")
