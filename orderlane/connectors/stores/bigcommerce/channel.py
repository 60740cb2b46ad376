"""A supplier's BigCommerce store behind our port: it takes purchase orders as orders that await fulfillment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from orderlane.connectors.parcels import as_recorded, in_our_lines, in_their_lines
from orderlane.connectors.placed import is_behind, the_live_one
from orderlane.connectors.reading import text, web_url
from orderlane.connectors.stores.bigcommerce import inputs, mapping
from orderlane.connectors.stores.bigcommerce.shop import Shop, made
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

GOODS_PAGE: Final = 50
FIND_PAGE: Final = 50


class BigCommerceOrderChannel(Shop):
    """A supplier's BigCommerce store that takes purchase orders."""

    method: ClassVar[str] = "bigcommerce"
    lookup_settle: ClassVar[timedelta] = timedelta(seconds=30)
    """Orders are found in their own list, not through a search index; this is for copies that run behind."""

    def send_purchase_order(self, request: PurchaseOrderRequest) -> PlacedOrder:
        """Place the order, awaiting fulfillment. NOT safe to repeat: look up first."""
        if not request.lines:
            raise NeedsAttention("a purchase order needs lines", reason="bad_request")
        if request.shipping.currency != text(self._about, "currency"):
            raise NeedsAttention("the store sells in another currency", reason="other_currency")
        try:
            body = inputs.order_body(request)
        except MoneyError as error:
            raise NeedsAttention("one order has one currency", reason="mixed_currencies") from error
        try:
            order = self._client.write("POST", "/v2/orders", body, refused=Declined(reason="order_refused"))
        except Declined as refusal:
            if "stock" in str(refusal.params.get("said", "")).casefold():
                refusal.reason = "out_of_stock"
            raise
        return PlacedOrder(made(order), made(order))

    def find_purchase_order(self, reference: str) -> PlacedOrder | None:
        """Find the order placed under our reference, a live one first; each order found is checked.

        Orders that are not ours mean that the list was not narrowed as we asked: that must not pass for
        absence, or the order would be placed again.
        """
        query = {"external_order_id": reference, "limit": FIND_PAGE}
        found = self._client.some("/v2/orders", query)
        placed = [mapping.placed_order_from(order) for order in found if text(order, "external_order_id") == reference]
        if found and not placed:
            raise NeedsAttention("the look-up finds only other orders", reason="look_up_inconclusive")
        return the_live_one(placed)

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when the store does not know it."""
        found = self._read(external_id)
        if found is None:
            return None
        order, lines = found
        references = mapping.line_references(lines)
        shipments = [mapping.shipment_from(shipment, references, order) for shipment in self._shipments(external_id)]
        return PlacedOrderState(mapping.placed_order_from(order), shipments)

    def record_shipment_there(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel of a placed order, which bears no e-mail address that could be written to. Look up first."""
        found = self._read(request.order_external_id)
        if found is None:
            raise Declined("the order is gone", reason="order_not_found")
        references = mapping.line_references(found[1])
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
        """Ask for a shipment under its own address, beside an order that is there and not older than we know it."""
        order_id, _, shipment_id = shipment_external_id.partition("/")
        found = self._read(order_id) if shipment_id.isascii() and shipment_id.isdigit() else None
        if found is None:
            return None
        changed_at = mapping.changed_at(found[0])
        gone = not is_behind(changed_at, known_at) and self._client.is_gone(
            f"/v2/orders/{order_id}/shipments/{shipment_id}"
        )
        return changed_at if gone else None

    def changed_purchase_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, ours and others, oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_goods(self, cursor: str = "") -> GoodsPage:
        """List the variants of the store's physical products, 50 products at a time. Reads only."""
        page = int(cursor) if cursor.isascii() and cursor.isdigit() else 1
        query = {"include": "variants,primary_image", "limit": GOODS_PAGE, "page": page}
        products = self._client.some("/v3/catalog/products", query)
        currency, address = text(self._about, "currency"), web_url(text(self._about, "secure_url"))
        goods = [good for product in products for good in mapping.goods_from(product, currency, address)]
        return GoodsPage(goods, str(page + 1) if len(products) == GOODS_PAGE else "")
