"""A supplier's Shopify store behind our port: it takes purchase orders as paid, unfulfilled orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from orderlane.connectors.parcels import as_recorded, in_our_lines, in_their_lines
from orderlane.connectors.placed import the_live_one
from orderlane.connectors.reading import Node, text
from orderlane.connectors.stores.shopify import documents, inputs, mapping
from orderlane.connectors.stores.shopify.client import made
from orderlane.connectors.stores.shopify.paging import Page, all_nodes
from orderlane.connectors.stores.shopify.reading import as_gid, gid, node, page
from orderlane.connectors.stores.shopify.shop import Shop
from orderlane.kernel.errors import Declined, NeedsAttention
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
"""How far the search index may lag behind; Shopify documents no figure, so this is deliberately long."""


class ShopifyOrderChannel(Shop):
    """A supplier's Shopify store, taking purchase orders as paid and unfulfilled orders."""

    method: ClassVar[str] = "shopify"
    lookup_settle: ClassVar[timedelta] = SEARCH_SETTLE

    def send_purchase_order(self, request: PurchaseOrderRequest) -> PlacedOrder:
        """Place the order. NOT safe to repeat: ``orderCreate`` knows no idempotency key, so look up first."""
        try:
            variables = {"order": inputs.order_input(request), "options": inputs.ORDER_OPTIONS}
        except MoneyError as error:
            raise NeedsAttention("one order has one currency", reason="mixed_currencies") from error
        payload = self._client.write(documents.CREATE_ORDER, variables)
        order = made(payload, "order", refused=NeedsAttention("the shop refuses the order", reason="order_refused"))
        return PlacedOrder(external_id=str(order["id"]), number=str(order.get("name") or ""))

    def find_purchase_order(self, reference: str) -> PlacedOrder | None:
        """Look up by our reference; raise NeedsAttention when two live orders carry it. Reads only.

        A canceled order is returned only when there is no live one: it was placed, so it is not placed again.
        """
        variables = {"query": inputs.placed_under_query(reference)}
        # A page that cannot be read must not pass for an absent order: it would be placed again.
        found, more = page(self._client.read(documents.FIND_PLACED_ORDERS, variables), "orders")
        placed = [mapping.placed_order_from(order) for order in mapping.orders_placed_under(reference, found)]
        if more and not placed:
            raise NeedsAttention("the search finds only other orders", reason="look_up_inconclusive")
        return the_live_one(placed)

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when it is deleted, or too old for our scopes (60 days)."""
        order = self._placed(external_id)
        if order is None:
            return None
        references = mapping.line_references(self._placed_lines(order))
        shipments = [mapping.shipment_from(found, lines, references) for found, lines in self._fulfillments(order)]
        return PlacedOrderState(mapping.placed_order_from(order), shipments)

    def _placed(self, external_id: str) -> Node | None:
        return node(self._client.read(documents.PLACED_ORDER, {"id": as_gid(external_id, "Order")}), "order")

    def _placed_lines(self, order: Node) -> Sequence[Node]:
        def fetch_page(cursor: str) -> Page:
            return self._next_page(documents.PLACED_ORDER, gid(order, "id", "Order"), "order", "lineItems", cursor)

        return all_nodes(page(order, "lineItems"), fetch_page)

    def record_shipment_there(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel of a placed order; the customer hears nothing from the supplier's shop. Look up first."""
        order = self._placed(request.order_external_id)
        if order is None:
            raise Declined("the order is gone", reason="order_not_found")
        references = mapping.line_references(self._placed_lines(order))
        recorded = self._record_parcel(in_their_lines(request, references))
        return replace(recorded, quantities=in_our_lines(recorded.quantities, references))

    def list_shipments_there(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read every parcel on record for a placed order; pieces that are not ours are left out."""
        state = self.read_purchase_order(order_external_id)
        return as_recorded(state.shipments if state else ())

    def correct_shipment_there(self, fulfillment_external_id: str, tracking: Tracking) -> None:
        """Replace the tracking of a parcel; the customer hears nothing. Safe to repeat."""
        self._replace_tracking(fulfillment_external_id, tracking, notify=False)

    def changed_purchase_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, ours and others, oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_goods(self, cursor: str = "") -> GoodsPage:
        """List the shop's variants, a hundred at a time. Reads only."""
        answer = self._client.read(documents.GOODS, {"after": cursor or None})
        currency = text(node(answer, "shop") or {}, "currencyCode")
        found, next_cursor = page(answer, "productVariants")
        return GoodsPage([mapping.good_from(variant, currency) for variant in found], next_cursor)
