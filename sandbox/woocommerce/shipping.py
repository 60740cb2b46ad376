"""What happens to parcels, in each of the three ways a shop can have."""

from typing import Any

from sandbox.core.shopping import Refusal
from sandbox.woocommerce.model import KEYS, Fulfillment, Line, Note, Order, Tracker, Wrong, meta_value
from sandbox.woocommerce.orders import move
from sandbox.woocommerce.store import Store

PROVIDERS = {
    "Global": {"DHL": "https://www.dhl.example/track?number=%1$s", "UPS": "https://www.ups.example/track?number=%1$s"},
    "France": {"Colissimo": "https://www.laposte.example/suivre?code=%1$s"},
    "United States": {"USPS": "https://tools.usps.example/tracking/%1$s"},
}


# 1. The shop's own fulfillments


def make_fulfillment(store: Store, order: Order, status: str, entries: list[dict[str, Any]], by: str) -> Fulfillment:
    """Record a parcel. Like the platform, this looks at each item, but not at how many are left."""
    parcel = Fulfillment(store.new_id("fulfillment"), _known(status), store.now(), [])
    parcel.meta = [store.entry(str(entry["key"]), entry["value"]) for entry in entries]
    _check_items(parcel)
    if parcel.is_fulfilled:
        parcel.fulfilled_at = store.now()
    order.fulfillments.append(parcel)
    if parcel.is_fulfilled:
        store.write("fulfillment.created", by=by, **store.parcel_facts(order, parcel))
    _recount(store, order)
    return parcel


def change_fulfillment(
    store: Store, order: Order, parcel: Fulfillment, status: str, entries: list[dict[str, Any]] | None, by: str
) -> None:
    """Change a parcel: meta data that is not given again is gone."""
    left_before = parcel.is_fulfilled
    if entries is not None:
        parcel.meta = [
            store.entry(str(entry["key"]), entry["value"]) for entry in entries if entry["key"] != "_date_fulfilled"
        ]
        _check_items(parcel)
    parcel.status = _known(status or parcel.status)
    parcel.updated_at = store.now()
    if parcel.is_fulfilled:
        parcel.fulfilled_at = parcel.fulfilled_at or store.now()
    kind = "tracking_updated" if parcel.is_fulfilled and left_before else "created" if parcel.is_fulfilled else ""
    if kind or left_before:
        store.write(f"fulfillment.{kind or 'cancelled'}", by=by, **store.parcel_facts(order, parcel))
    _recount(store, order)


def delete_fulfillment(store: Store, order: Order, parcel: Fulfillment, by: str) -> None:
    """Delete a parcel: no list shows it again."""
    parcel.deleted_at = store.now()
    store.write("fulfillment.cancelled", by=by, **store.parcel_facts(order, parcel))
    _recount(store, order)


def _known(status: str) -> str:
    return status if status in ("fulfilled", "unfulfilled") else "unfulfilled"


def _check_items(parcel: Fulfillment) -> None:
    items = meta_value(parcel.meta, "_items")
    if not items:
        raise Wrong(400, "0", "The fulfillment should contain at least one item.")
    for item in items if isinstance(items, list) else [None]:
        if not isinstance(item, dict) or type(item.get("item_id")) is not int or type(item.get("qty")) is not int:
            raise Wrong(400, "0", "Invalid item.")
        if item["item_id"] <= 0 or item["qty"] <= 0:
            raise Wrong(400, "0", "Invalid item.")


def _recount(store: Store, order: Order) -> None:
    """The order says how far its fulfillments are, and is saved; its status stays what it was."""
    for line in order.lines:
        line.shipped = sum(
            item["qty"]
            for parcel in order.live_fulfillments
            if parcel.is_fulfilled
            for item in meta_value(parcel.meta, "_items") or []
            if item["item_id"] == line.id
        )
    some, left = any(line.shipped for line in order.lines), any(line.to_ship for line in order.lines)
    word = "fulfilled" if some and not left else "partially_fulfilled" if some else "unfulfilled"
    order.meta = [entry for entry in order.meta if entry.key != "_fulfillment_status"]
    if order.live_fulfillments:
        order.meta.append(store.entry("_fulfillment_status", word))
    store.save(order)


# 2. The extension


def add_tracker(store: Store, order: Order, body: dict[str, Any], by: str) -> Tracker:
    """Add a tracking to an order."""
    number = str(body.get("tracking_number") or "")
    if not number:
        raise Wrong(400, "rest_missing_callback_param", "Missing parameter(s): tracking_number")
    known = {name: link for group in PROVIDERS.values() for name, link in group.items()}
    provider = str(body.get("tracking_provider") or "")
    if provider and provider not in known:
        raise Wrong(400, "woocommerce_rest_invalid_tracking_provider", "Unknown provider.")
    link = known.get(provider) or str(body.get("custom_tracking_link") or "")
    name = provider or str(body.get("custom_tracking_provider") or "")
    shipped_on = str(body.get("date_shipped") or store.now().strftime("%Y-%m-%d"))
    tracker = Tracker(store.new_hash("tracker"), name, number, link.replace("%1$s", number), shipped_on)
    order.trackers.append(tracker)
    store.write("tracking.created", by=by, number=number, carrier=name, **store.key_of(order))
    _say_trackers(store, order)
    return tracker


def remove_tracker(store: Store, order: Order, tracker: Tracker, by: str) -> None:
    """Delete a tracking."""
    order.trackers.remove(tracker)
    store.write("tracking.removed", by=by, number=tracker.number, **store.key_of(order))
    _say_trackers(store, order)


def _say_trackers(store: Store, order: Order) -> None:
    key = "_wc_shipment_tracking_items"
    order.meta = [entry for entry in order.meta if entry.key != key]
    if order.trackers:
        rows = [{"tracking_id": each.id, "tracking_number": each.number} for each in order.trackers]
        order.meta.append(store.entry(key, rows))
    store.save(order)


# 3. Notes


def add_note(store: Store, order: Order, text: str, to_customer: bool, by: str) -> Note:
    """Write a note; one to the customer is mailed. The order is not saved, so nobody hears of it."""
    note = Note(store.new_id("note"), text, to_customer, store.now())
    order.notes.append(note)
    store.write("note.created", by=by, note=text, mailed=to_customer, **store.key_of(order))
    return note


# What a person does


def ship(store: Store, order: Order, items: list[tuple[Line, int]], tracking: dict[str, Any], by: str) -> None:
    """A parcel leaves, in the way the shop has; with the last one the order is completed."""
    if order.status not in ("processing", "on-hold", "completed", "in-production"):
        raise Refusal("The order cannot be shipped in its present status.")
    for line, count in items:
        if count > line.to_ship:
            raise Refusal(f"Only {line.to_ship} of {line.title} are left to ship.")
    if not items:
        raise Refusal("There is not that much left to ship.")
    everything = {id(line): count for line, count in items} == {id(x): x.to_ship for x in order.lines if x.to_ship}
    numbers: list[str] = tracking["numbers"]
    if store.way == "fulfillments":
        rows = [{"item_id": line.id, "qty": count} for line, count in items]
        entries = [{"key": "_items", "value": rows}, *fulfillment_entries(tracking)]
        make_fulfillment(store, order, "fulfilled", entries, by)
    elif store.way == "extension":
        for number, link in zip(numbers, [*tracking["urls"], *([""] * len(numbers))], strict=False):
            body = {"custom_tracking_provider": tracking["company"], "custom_tracking_link": link}
            add_tracker(store, order, {"tracking_number": number, **body}, by)
    elif numbers:
        add_note(store, order, f"{tracking['company']} {', '.join(numbers)}", True, by)
    if everything and order.status != "completed":
        move(store, order, "completed")


def fulfillment_entries(tracking: dict[str, Any]) -> list[dict[str, Any]]:
    """Carrier, number and link as the admin writes them into a fulfillment."""
    key = KEYS.get(tracking["company"])
    named = [] if key or not tracking["company"] else [{"key": "_provider_name", "value": tracking["company"]}]
    return [
        {"key": "_tracking_number", "value": ", ".join(tracking["numbers"])},
        {"key": "_shipment_provider", "value": key or "other"},
        {"key": "_tracking_url", "value": tracking["urls"][0] if tracking["urls"] else ""},
        *named,
    ]
