"""Parcels of one shop: shown in the way it has, then recorded on the order; and which of them are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orderlane.connectors.parcels import require_pieces
from orderlane.connectors.reading import Node
from orderlane.connectors.stores.woocommerce import mapping, showing
from orderlane.connectors.stores.woocommerce.parcels import (
    FOREIGN,
    Parcel,
    goods_left,
    held,
    is_number,
    left_to_ship,
    parcels_in,
    split_id,
)
from orderlane.connectors.stores.woocommerce.reading import text
from orderlane.connectors.stores.woocommerce.shop import Shop
from orderlane.kernel.errors import Declined, OutcomeUnknown, OutsideError, Unavailable
from orderlane.kernel.ids import new_id
from orderlane.ports.stores import FulfillmentRequest, StoreFulfillment, Tracking


class ParcelShop(Shop):
    """A shop whose orders are given parcels."""

    def _record_parcel(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Show a parcel, then record it on the order, with the status *completed* for the last one."""
        require_pieces(request)
        order = self._order(request.order_external_id)
        left = self._left(order) if order is not None else {}
        missing = sorted(line for line, count in request.quantities.items() if count > left.get(line, 0))
        if order is None or missing:
            raise Declined("not enough left to ship", reason="nothing_left_to_fulfill", lines=missing)
        order_id = text(order, "id")
        rest = {line: count - request.quantities.get(line, 0) for line, count in left.items()}
        last = not self._goods(order, rest)
        parcel = Parcel(new_id().hex, dict(request.quantities), request.tracking, "")
        before = self._client.written
        try:
            shown = showing.show(self._client, order_id, parcel, parcels_in(order), request.notify_customer)
            parcel = replace(parcel, shown=shown)
            self._record(order, parcel, last=last)
        except Unavailable as error:
            if self._client.written > before:
                raise OutcomeUnknown("shown, but not recorded", reason=error.reason) from error
            raise
        return parcel.as_fulfillment(order_id)

    def _replace_tracking(self, fulfillment_external_id: str, tracking: Tracking, *, notify: bool) -> None:
        order_id, key = split_id(fulfillment_external_id)
        if key.startswith(FOREIGN) and is_number(key[1:]):
            showing.correct_fulfillment(self._client, order_id, key[1:], tracking, notify)
            return
        order = self._order(order_id)
        known = parcels_in(order) if order is not None else []
        before = next((parcel for parcel in known if parcel.key == key), None)
        if order is None or before is None:
            raise Declined("the order has no such parcel of ours", reason="tracking_refused")
        if before.tracking != tracking:
            shown = showing.correct(self._client, order_id, before, tracking, notify)
            self._record(order, replace(before, tracking=tracking, shown=shown), last=False)
        elif before.shown.startswith("f:"):
            # The shop's people may have changed it by hand since.
            showing.correct_fulfillment(self._client, order_id, before.shown[2:], tracking, notify)

    def _take_back(self, fulfillment_external_id: str) -> None:
        order_id, key = split_id(fulfillment_external_id)
        if key.startswith(FOREIGN) and is_number(key[1:]):
            showing.hide(self._client, order_id, f"f:{key[1:]}")
            return
        order = self._order(order_id)
        known = parcels_in(order) if order is not None else []
        parcel = next((each for each in known if each.key == key), None)
        if order is None or parcel is None:
            return
        before = self._client.written
        try:
            showing.hide(self._client, order_id, parcel.shown)
            changes: dict[str, object] = {"meta_data": [replace(parcel, taken_back=True).entry()]}
            if text(order, "status") == mapping.COMPLETED:
                changes["status"] = "processing"
            after = self._client.write("PUT", f"/orders/{order_id}", changes)
        except Unavailable as error:
            if self._client.written > before:
                raise OutcomeUnknown("hidden, but still on record", reason=error.reason) from error
            raise
        if after is not None and parcel.key in {each.key for each in parcels_in(after)}:
            raise OutcomeUnknown("the shop still shows the parcel", reason="empty_fulfillment")

    def _left(self, order: Node) -> dict[str, int]:
        """What is left of each line; nothing of an order that is canceled, refunded or in the bin."""
        if text(order, "status") in {*mapping.GONE, "refunded"}:
            return {}
        return left_to_ship(order, mapping.refunded_quantities(self._refunds(order)), self._shipped(order))

    def _goods(self, order: Node, left: Mapping[str, int]) -> bool:
        """Whether any of what is left is goods that go into a parcel."""
        some = {line: count for line, count in left.items() if count > 0}
        return bool(some) and bool(goods_left(order, some, self._virtual(order)))

    def _record(self, order: Node, parcel: Parcel, *, last: bool) -> None:
        """Write a parcel on the order, in one call with the status, and see that it stands there.

        The answer is the whole order. When two parcels were recorded at once, each the last but one in its own
        eyes, the answer of the later call shows both.
        """
        path = f"/orders/{text(order, 'id')}"
        changes = {"meta_data": [parcel.entry()]}
        after = self._client.write("PUT", path, {**changes, "status": mapping.COMPLETED} if last else changes)
        if after is None or parcel not in parcels_in(after):
            raise OutcomeUnknown("the shop does not show the parcel", reason="empty_fulfillment")
        if last or text(after, "status") == mapping.COMPLETED:
            return
        try:
            complete = len(parcels_in(after)) > len(parcels_in(order)) + 1 and not self._goods(after, self._left(after))
        except OutsideError as error:
            raise OutcomeUnknown("recorded, but not seen whether it was the last", reason=error.reason) from error
        if complete:
            self._client.write("PUT", path, {"status": mapping.COMPLETED})

    def _on_record(self, order: Node) -> Sequence[StoreFulfillment]:
        """Our parcels of an order, and the shop's own fulfillments that are none of ours.

        One of ours that the order does not know of is half a push, whose other half is still to come: it is not
        on record yet. One that the shop's people took back or deleted is canceled.
        """
        order_id = text(order, "id")
        parcels = parcels_in(order)
        expected = showing.has_fulfillments(order) or any(parcel.shown.startswith("f:") for parcel in parcels)
        live = showing.fulfillments_of(self._client, order_id) if expected else None
        shown = {parcel.shown for parcel in parcels}
        left = None if live is None else {f"f:{text(each, 'id')}" for each in live if showing.is_fulfilled(each)}
        found = [
            replace(parcel.as_fulfillment(order_id), canceled=left is not None and parcel.is_missing(left))
            for parcel in parcels
        ]
        for each in live or ():
            if showing.is_fulfilled(each) and not showing.is_ours(each) and f"f:{text(each, 'id')}" not in shown:
                quantities, tracking = showing.fulfilled_quantities(each), showing.fulfillment_tracking(each)
                found.append(StoreFulfillment(f"{order_id}.f{text(each, 'id')}", quantities, tracking))
        return found

    def _shipped(self, order: Node) -> dict[str, int]:
        """How many pieces of each line parcels on record hold."""
        return held([each.quantities for each in self._on_record(order) if not each.canceled])
