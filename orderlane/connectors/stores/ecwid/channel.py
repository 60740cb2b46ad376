"""A supplier's Ecwid store behind our port: it takes purchase orders as paid and unfulfilled orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from orderlane.connectors.parcels import as_recorded, in_our_lines, in_their_lines
from orderlane.connectors.placed import the_live_one
from orderlane.connectors.reading import nodes
from orderlane.connectors.stores.ecwid import mapping, parcels, placing, shipments
from orderlane.connectors.stores.ecwid.client import order_path
from orderlane.connectors.stores.ecwid.reading import quantity
from orderlane.connectors.stores.ecwid.shop import Shop
from orderlane.connectors.stores.ecwid.windows import PAGE
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown
from orderlane.kernel.money import MoneyError
from orderlane.ports.stores import (
    FulfillmentRequest,
    GoodsPage,
    OrderPage,
    PlacedOrder,
    PlacedOrderState,
    PurchaseOrderRequest,
    StoreFulfillment,
    Tracking,
)

SEARCH_SETTLE: Final = timedelta(minutes=2)
"""How far the keyword search may lag behind; Ecwid documents no figure, so this is deliberately long."""

GOODS_OVERLAP: Final = 10
"""How many products two pages share: one that is deleted meanwhile moves all later ones forward."""

_FOUND_FIELDS: Final = (
    "total,count,items(id,vendorOrderNumber,referenceTransactionId,privateAdminNotes,paymentStatus,"
    "fulfillmentStatus,createTimestamp,createDate)"
)


class EcwidOrderChannel(Shop):
    """A supplier's Ecwid store, taking purchase orders as paid and unfulfilled orders."""

    method: ClassVar[str] = "ecwid"
    lookup_settle: ClassVar[timedelta] = SEARCH_SETTLE

    def send_purchase_order(self, request: PurchaseOrderRequest) -> PlacedOrder:
        """Place the order. NOT safe to repeat: Ecwid knows no idempotency key, so look up first."""
        if request.shipping.currency != self._currency:
            raise NeedsAttention("the store sells in another currency", reason="other_currency")
        try:
            order = placing.order_input(request)
        except MoneyError as error:
            raise NeedsAttention("one order has one currency", reason="mixed_currencies") from error
        answer = self._client.write("POST", "/orders", order)
        # The reference spells it in small letters, Ecwid's own client does not.
        placed = answer.get("orderid") or answer.get("orderId")
        if not isinstance(placed, str):
            raise OutcomeUnknown("the answer names no order", reason="no_clear_answer")
        return PlacedOrder(external_id=placed, number=placed)

    def find_purchase_order(self, reference: str) -> PlacedOrder | None:
        """Look up by our reference; raise NeedsAttention when two live orders carry it. Reads only.

        A canceled order is returned only when there is no live one: it was placed, so it is not placed again.
        """
        answer = self._listed("/orders", keywords=reference, limit=PAGE, responseFields=_FOUND_FIELDS)
        found = nodes(answer, "items")
        placed = [placing.placed_order_from(order) for order in placing.placed_under(reference, found)]
        if not placed and quantity(answer, "total") > len(found):
            raise NeedsAttention("the search finds only other orders", reason="look_up_inconclusive")
        return the_live_one(placed)

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when it is deleted. Reads only."""
        order = self._order(external_id)
        if order is None:
            return None
        return PlacedOrderState(placing.placed_order_from(order), shipments.shipments_from(order))

    def record_shipment_there(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Note a parcel of a placed order, whose notifications are switched off. Look up first.

        What the supplier has called shipped by hand has left already; parcels it took back are noted no longer.
        """
        order = self._order(request.order_external_id)
        if order is None:
            raise Declined("the order is gone", reason="order_not_found")
        if parcels.was_shipped(order):
            raise Declined("the order was shipped", reason="nothing_left_to_fulfill")
        references = placing.line_references(order)
        live = [one.parcel for one in shipments.noted_now(order) if not one.taken_back]
        recorded = self._note_parcel(order, live, in_their_lines(request, references))
        return replace(recorded, quantities=in_our_lines(recorded.quantities, references))

    def list_shipments_there(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read every parcel on record for a placed order; pieces that are not ours are left out."""
        state = self.read_purchase_order(order_external_id)
        return as_recorded(state.shipments if state else ())

    def correct_shipment_there(self, fulfillment_external_id: str, tracking: Tracking) -> None:
        """Replace the tracking of a parcel: one that we noted, or what the supplier typed itself. Safe to repeat."""
        order = self._order(fulfillment_external_id)
        if order is None:
            self._replace_tracking(fulfillment_external_id, tracking)
        else:
            self._client.write("PUT", order_path(fulfillment_external_id), shipments.corrected(order, tracking))

    def changed_purchase_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, ours and others, oldest first."""
        return self._changed(since, cursor)

    def list_goods(self, cursor: str = "") -> GoodsPage:
        """List what the store sells, a hundred products at a time, oldest first; some come twice. Reads only."""
        offset = int(cursor) if cursor.isascii() and cursor.isdigit() else 0
        answer = self._listed("/products", enabled="true", sortBy="ADDED_TIME_ASC", offset=offset or None, limit=PAGE)
        products = nodes(answer, "items")
        goods = [good for product in products for good in mapping.goods_from(product, self._currency)]
        end = offset + len(products)
        more = len(products) > GOODS_OVERLAP and end < quantity(answer, "total")
        return GoodsPage(goods, str(end - GOODS_OVERLAP) if more else "")
