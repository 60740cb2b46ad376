"""What both ports need from one store: its client, its currency, its orders and changes, and parcels noted in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from orderlane.connectors.reading import Node, nodes, unreadable
from orderlane.connectors.stores.ecwid import mapping, parcels
from orderlane.connectors.stores.ecwid.client import EcwidClient, order_path
from orderlane.connectors.stores.ecwid.parcels import Parcel
from orderlane.connectors.stores.ecwid.reading import quantity
from orderlane.connectors.stores.ecwid.windows import PAGE, Window
from orderlane.kernel.clock import now as present
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.accounts import Account
from orderlane.ports.stores import FulfillmentRequest, OrderPage, OrderRef, StoreFulfillment, Tracking

_REF_FIELDS: Final = "total,count,items(id,updateTimestamp,updateDate,paymentStatus)"


class Shop:
    """One store, reached with one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @cached_property
    def _client(self) -> EcwidClient:
        """Made at the first call, so that webhooks are still verified for an account whose token is gone."""
        return EcwidClient(self._account)

    @cached_property
    def _currency(self) -> str:
        """The currency of every amount: orders and products name none, so the profile is read once."""
        return mapping.currency_from(self._profile("formatsAndUnits(currency)"))

    def _profile(self, fields: str) -> Node:
        profile = self._client.read("/profile", responseFields=fields)
        if profile is None:
            raise NeedsAttention("there is no such store", reason="shop_not_found")
        return profile

    def _order(self, external_id: str) -> Node | None:
        return self._client.read(order_path(external_id))

    def _changed(self, since: datetime, cursor: str) -> OrderPage:
        """Read the first stretch of time that fits on one page; a single second that does not is paged by offset."""
        window, latest = Window.at(since, cursor), int(present().timestamp())
        while True:
            found, total = self._rows(window, 0)
            refs = [mapping.order_ref_from(order) for order in found]
            latest = max([latest, *(int(ref.updated_at.timestamp()) for ref in refs)])
            if total <= len(found):
                break
            narrower = window.narrowed(total, latest)
            if narrower is None:
                refs = self._whole_second(window, refs, total)
                break
            window = narrower
        kept = {ref.external_id: ref for ref in refs if window.holds(ref.updated_at)}
        return OrderPage(sorted(kept.values(), key=_by_time), window.next_cursor(latest))

    def _rows(self, window: Window, offset: int) -> tuple[list[Node], int]:
        """One page of a stretch without the checkouts nobody finished, and how many rows it holds in all.

        Rows left out are made up for in the total, so that a full page is told from a cut one.
        """
        answer = self._listed(
            "/orders",
            # A second more on either side: whether the bounds belong to the list is not documented.
            updatedFrom=window.start - 1,
            updatedTo=None if window.end is None else window.end + 1,
            offset=offset or None,
            limit=PAGE,
            responseFields=_REF_FIELDS,
        )
        rows = nodes(answer, "items")
        finished = [order for order in rows if not mapping.is_unfinished(order)]
        return finished, quantity(answer, "total") - (len(rows) - len(finished))

    def _whole_second(self, window: Window, first: list[OrderRef], total: int) -> list[OrderRef]:
        """More orders than a page in one second: they can only leave it, and the number then tells."""
        refs = list(first)
        for offset in range(PAGE, total + PAGE, PAGE):
            refs += [mapping.order_ref_from(order) for order in self._rows(window, offset)[0]]
        if self._rows(window, 0)[1] != total:
            raise Unavailable("orders changed while they were being listed", reason="changed_while_reading")
        return refs

    def _listed(self, path: str, **query: object) -> Node:
        answer = self._client.read(path, **query)
        if answer is None:
            raise unreadable("items")
        return answer

    def _note_parcel(
        self, order: Node | None, known: Sequence[Parcel], request: FulfillmentRequest
    ) -> StoreFulfillment:
        """Note one parcel more than those ``known``; the note is written back without any other."""
        if order is None or not parcels.may_ship(order):
            raise Declined("the order is not to be shipped", reason="nothing_left_to_fulfill")
        left = parcels.left_to_ship(order, known, all_lines=True)
        missing = sorted(line for line, count in request.quantities.items() if count > left.get(line, 0))
        if missing:
            raise Declined("not enough left to ship", reason="nothing_left_to_fulfill", lines=missing)
        noted = parcels.parcels_in(order)
        parcel = parcels.next_parcel(order, request.quantities, request.tracking)
        changes = parcels.changes_for(order, noted, [*known, parcel], request.tracking, new_status=True)
        self._write(request.order_external_id, changes, parcel)
        made = parcel.as_fulfillment(request.order_external_id)
        return StoreFulfillment(made.external_id, parcel.quantities, request.tracking)

    def _replace_tracking(self, fulfillment_external_id: str, tracking: Tracking) -> None:
        order_id, key = parcels.split_id(fulfillment_external_id)
        order = self._order(order_id) if order_id else None
        known = parcels.parcels_in(order) if order is not None else []
        before = next((parcel for parcel in known if parcel.key == key), None)
        if order is None or before is None:
            raise Declined("the order has no such parcel of ours", reason="tracking_refused")
        parcel = Parcel(key, before.quantities, tracking.carrier, tuple(tracking.numbers))
        after = [parcel if each.key == key else each for each in known]
        self._write(order_id, parcels.changes_for(order, known, after, tracking, new_status=False), parcel)

    def _write(self, order_id: str, changes: Mapping[str, Any], parcel: Parcel) -> None:
        """Write, then look: another app may have written the note back as it was before ours."""
        self._client.write("PUT", order_path(order_id), changes)
        try:
            order = self._order(order_id)
        except OutsideError as error:
            raise OutcomeUnknown("written, but it cannot be read back", reason="no_clear_answer") from error
        if order is None or parcel not in parcels.parcels_in(order):
            raise OutcomeUnknown("the store does not show the parcel", reason="empty_fulfillment")


def _by_time(ref: OrderRef) -> tuple[datetime, str]:
    return ref.updated_at, ref.external_id
