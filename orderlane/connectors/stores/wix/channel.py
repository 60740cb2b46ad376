"""A supplier's Wix store, taking purchase orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from orderlane.connectors.parcels import as_recorded, in_our_lines, in_their_lines
from orderlane.connectors.placed import is_behind, the_live_one
from orderlane.connectors.reading import Node, node, nodes, text
from orderlane.connectors.stores.wix import ids, inputs, mapping
from orderlane.connectors.stores.wix.client import WixRefused
from orderlane.connectors.stores.wix.parcels import ParcelSite
from orderlane.connectors.stores.wix.reading import guid
from orderlane.connectors.stores.wix.site import next_cursor
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
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
"""How far a search may lag behind; Wix documents no figure, so this is deliberately long."""

WRONG_CATALOG: Final = 428
"""How a site on the older catalog answers the newer one's calls."""

MAX_STOCK_PAGES: Final = 50


class WixOrderChannel(ParcelSite):
    """A supplier's Wix store, taking purchase orders as paid and unfulfilled orders.

    Wix takes an order and its payment in two calls. An order counts as placed only when both have happened:
    one without its payment is not found by :meth:`find_purchase_order`, and :meth:`send_purchase_order` looks
    for it and completes it instead of placing a second one.
    """

    method: ClassVar[str] = "wix"
    lookup_settle: ClassVar[timedelta] = SEARCH_SETTLE

    def send_purchase_order(self, request: PurchaseOrderRequest) -> PlacedOrder:
        """Place the order and record its payment, or complete what an earlier attempt began."""
        try:
            body = inputs.order_input(request)
        except MoneyError as error:
            raise NeedsAttention("one order has one currency", reason="mixed_currencies") from error
        begun = self._chosen(self._under(request.reference))
        if begun is not None and not mapping.placed_order_from(begun).canceled:
            return self._completed(begun, request)
        order = self._create(body)
        try:
            self._add_payment(order, request)
        except (Declined, NeedsAttention, Unavailable) as problem:
            # The order stands, so this is not "nothing happened". Once searches show it, it is completed.
            raise OutcomeUnknown("placed, but its payment is not recorded", reason="payment_not_recorded") from problem
        return mapping.placed_order_from(order)

    def find_purchase_order(self, reference: str) -> PlacedOrder | None:
        """Look up by our reference; raise NeedsAttention when two live orders carry it. Reads only.

        An order whose payment is missing is not placed yet (see the class). A canceled order is returned only
        when there is no live one: it was placed, so it is not placed again.
        """
        chosen = self._chosen(self._under(reference))
        if chosen is None:
            return None
        placed = mapping.placed_order_from(chosen)
        return placed if placed.canceled or mapping.is_paid(chosen) else None

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when it is gone."""
        order = self._order(external_id)
        if order is None:
            return None
        references = mapping.line_references(order)
        recorded = self._fulfillments(guid(order, "id"))
        shipments = [mapping.shipment_from(found, order, references) for found in recorded]
        return PlacedOrderState(mapping.placed_order_from(order), shipments)

    def record_shipment_there(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel of a placed order, which bears no e-mail address that could be written to. Look up first."""
        order = self._order(request.order_external_id)
        if order is None:
            raise Declined("the order is gone", reason="order_not_found")
        order_id = guid(order, "id")
        known = mapping.line_references(order).items()
        references = {ids.within_order(order_id, line): reference for line, reference in known}
        recorded = self._record_parcel(in_their_lines(request, references))
        return replace(recorded, quantities=in_our_lines(recorded.quantities, references))

    def list_shipments_there(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read every parcel on record for a placed order; pieces that are not ours are left out."""
        state = self.read_purchase_order(order_external_id)
        return as_recorded(state.shipments if state else ())

    def correct_shipment_there(self, fulfillment_external_id: str, tracking: Tracking) -> None:
        """Replace the tracking of a parcel. Safe to repeat."""
        self._replace_tracking(fulfillment_external_id, tracking)

    def confirm_deleted(self, shipment_external_id: str, known_at: datetime) -> datetime | None:
        """Read the fulfillments again: Wix shows none by itself. The order must agree with them, piece by piece."""
        order_id, fulfillment_id = ids.order_and_part(shipment_external_id)
        order = self._order(order_id)
        if order is None or is_behind(mapping.changed_at(order), known_at):
            return None
        answer = self._fulfillments_answer(order_id)
        if answer is None or not mapping.is_about(answer, order_id):
            return None
        recorded = mapping.fulfillments_from(answer)
        gone = all(guid(one, "id") != fulfillment_id for one in recorded)
        return mapping.changed_at(order) if gone and mapping.agrees(order, recorded) else None

    def changed_purchase_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, ours and others, oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_goods(self, cursor: str = "") -> GoodsPage:
        """List the variants of Catalog V3, a hundred at a time, with the pieces on hand of each."""
        paging = {"limit": inputs.PAGE, **({"cursor": cursor} if cursor else {})}
        query = {"query": {"cursorPaging": paging}, "fields": ["CURRENCY"]}
        answer = self._variants(query)
        variants = nodes(answer, "variants")
        stock = self._stock(variants) if variants else {}
        goods = [mapping.good_from(variant, stock) for variant in variants]
        return GoodsPage(goods, next_cursor(node(answer, "pagingMetadata")))

    def _variants(self, query: object) -> Node:
        path = "/stores/v3/products/query-variants"
        try:
            answer = self._client.read_one("POST", path, query, needs="STORES.PRODUCT_READ")
        except WixRefused as refusal:
            if refusal.status != WRONG_CATALOG:
                raise
            answer = None
        if answer is None:
            raise NeedsAttention("the site has no Catalog V3", reason="catalog_too_old")
        return answer

    def _stock(self, variants: Sequence[Node]) -> dict[str, int | None]:
        """What is on hand of these variants, over all locations."""
        products = sorted({guid(node(variant, "productData"), "productId") for variant in variants})
        query = {"filter": {"productId": {"$in": products}}, "cursorPaging": {"limit": inputs.PAGE}}
        items: list[Node] = []
        for _ in range(MAX_STOCK_PAGES):
            answer = self._client.read(
                "POST", "/stores/v3/inventory-items/query", {"query": query}, needs="STORES.INVENTORY_READ"
            )
            items += nodes(answer, "inventoryItems")
            cursor = next_cursor(node(answer, "pagingMetadata"))
            if not cursor:
                return mapping.stock_from(items)
            query = inputs.next_page(cursor)
        raise NeedsAttention("the inventory has no end", reason="too_many_lines")

    def _create(self, body: object) -> Node:
        try:
            answer = self._client.write("POST", "/ecom/v1/orders", body, needs="ECOM.CREATE_ORDERS")
        except (WixRefused, Declined) as refusal:
            raise NeedsAttention(
                "the store refuses the order", reason="order_refused", said=refusal.params.get("code", "")
            ) from refusal
        order = node(answer, "order")
        if not text(order, "id"):
            raise OutcomeUnknown("the answer names no order", reason="no_clear_answer")
        return order

    def _completed(self, order: Node, request: PurchaseOrderRequest) -> PlacedOrder:
        """Record the payment of an order that stands without it; a refusal here is for a person to mend.

        The payment is looked up first: a search may not show yet what an earlier attempt has recorded.
        """
        if not mapping.is_paid(order):
            known = self._client.read_one("GET", _payments_of(order), needs="ECOM.READ_TRANSACTIONS") or {}
            if not mapping.has_our_payment(known, request.reference):
                try:
                    self._add_payment(order, request)
                except (WixRefused, Declined) as refusal:
                    raise NeedsAttention("the payment is refused", reason="payment_not_recorded") from refusal
        return mapping.placed_order_from(order)

    def _add_payment(self, order: Node, request: PurchaseOrderRequest) -> None:
        if inputs.order_total(request):
            path, body = f"{_payments_of(order)}/add-payment", inputs.payment_input(request)
            self._client.write("POST", path, body, needs="ECOM.MODIFY_TRANSACTIONS")

    def _under(self, reference: str) -> list[Node]:
        """Every order placed under exactly this reference, oldest first."""
        found, more = self._search(inputs.placed_under(reference))
        placed = [order for order in found if mapping.carries(order, reference)]
        if more and not placed:
            raise NeedsAttention("the search finds only other orders", reason="look_up_inconclusive")
        return placed

    def _chosen(self, found: Sequence[Node]) -> Node | None:
        """The live one of the orders found, or else a canceled one."""
        chosen = the_live_one([mapping.placed_order_from(order) for order in found])
        return next((order for order in found if chosen and guid(order, "id") == chosen.external_id), None)


def _payments_of(order: Node) -> str:
    return f"/ecom/v1/payments/orders/{guid(order, 'id')}"
