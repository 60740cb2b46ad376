"""A supplier's WooCommerce shop behind our port: it takes purchase orders as paid orders that are being worked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from orderlane.connectors.parcels import as_recorded, in_our_lines, in_their_lines
from orderlane.connectors.placed import is_behind, the_live_one
from orderlane.connectors.reading import Node
from orderlane.connectors.stores.woocommerce import mapping, placing, showing
from orderlane.connectors.stores.woocommerce.client import PER_PAGE, NoRoute
from orderlane.connectors.stores.woocommerce.parcels import FOREIGN, is_number, parcels_in, split_id
from orderlane.connectors.stores.woocommerce.reading import meta, text
from orderlane.connectors.stores.woocommerce.recording import ParcelShop
from orderlane.kernel.clock import now as present
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown
from orderlane.kernel.money import MoneyError
from orderlane.ports.stores import (
    ChannelGood,
    FulfillmentRequest,
    GoodsPage,
    OrderPage,
    PlacedOrder,
    PlacedOrderState,
    PurchaseOrderRequest,
    StoreFulfillment,
    Tracking,
)

SEND_SETTLE: Final = timedelta(minutes=5)
"""How long a slow shop may go on working on an order after we hung up; servers stop a request within that time."""

LOOK_BACK: Final = timedelta(days=2)
LOOK_BACK_PAGES: Final = 20
"""How many orders, and how old, are read one by one when the search finds none."""


class WooCommerceOrderChannel(ParcelShop):
    """A supplier's WooCommerce store, taking purchase orders as paid orders that are being worked on."""

    method: ClassVar[str] = "woocommerce"
    lookup_settle: ClassVar[timedelta] = SEND_SETTLE

    def send_purchase_order(self, request: PurchaseOrderRequest) -> PlacedOrder:
        """Place the order. NOT safe to repeat: the API knows no idempotency key, so look up first.

        The API takes an order for goods that are not there, so stock is looked at before.
        """
        try:
            order = placing.order_input(request)
        except MoneyError as error:
            raise NeedsAttention("one order has one currency", reason="mixed_currencies") from error
        self._require_stock(request)
        made = self._client.write("POST", "/orders", order)
        if made is None:
            raise NeedsAttention("the shop refuses the order", reason="order_refused")
        number = made.get("id")
        if type(number) is not int or number <= 0:
            raise OutcomeUnknown("the answer names no order", reason="no_clear_answer")
        return PlacedOrder(str(number), text(made, "number") or str(number))

    def find_purchase_order(self, reference: str) -> PlacedOrder | None:
        """Look up by our reference; raise NeedsAttention when two live orders carry it. Reads only.

        First by searching, in the bin too. A shop can switch searches off or change what they look at, so when
        they find nothing, the orders of the last days are read one by one: those say *absent* by themselves.
        """
        found: list[Node] = []
        for status in ("any", "trash"):
            found += self._client.page("/orders", search=reference, status=status, _fields=placing.FOUND_FIELDS)
        orders = placing.placed_under(reference, found) or placing.placed_under(reference, self._recent())
        placed = [placing.placed_order_from(order) for order in orders]
        return the_live_one(placed)

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when it is deleted for good. Reads only."""
        order = self._order(external_id)
        if order is None:
            return None
        fulfillments: Sequence[Node] | None = ()
        known = showing.has_fulfillments(order)
        if known or any(parcel.shown.startswith("f:") for parcel in parcels_in(order)):
            # None where they are switched off; and an empty list of an order that says it has some says nothing either.
            fulfillments = showing.fulfillments_of(self._client, external_id)
            fulfillments = fulfillments or (None if known else fulfillments)
        trackers: Sequence[Node] = ()
        if meta(order, placing.TRACKERS_META):
            trackers = showing.trackers_of(self._client, external_id)
        return PlacedOrderState(placing.placed_order_from(order), placing.shipments_from(order, fulfillments, trackers))

    def record_shipment_there(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel of a placed order; without any e-mail address, only the shop's people hear of it.

        An order that they have completed by hand has left already, whatever its fulfillments say. Look up first.
        """
        order = self._order(request.order_external_id)
        if order is None:
            raise Declined("the order is gone", reason="order_not_found")
        if text(order, "status") == mapping.COMPLETED:
            raise Declined("the order is completed", reason="nothing_left_to_fulfill")
        references = placing.line_references(order)
        recorded = self._record_parcel(in_their_lines(request, references))
        return replace(recorded, quantities=in_our_lines(recorded.quantities, references))

    def list_shipments_there(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read every parcel on record for a placed order; pieces that are not ours are left out."""
        state = self.read_purchase_order(order_external_id)
        return as_recorded(state.shipments if state else ())

    def correct_shipment_there(self, fulfillment_external_id: str, tracking: Tracking) -> None:
        """Replace the tracking of a parcel: one that we wrote, or one of the shop's own. Safe to repeat."""
        order_id, key = split_id(fulfillment_external_id)
        theirs = f"{order_id}.{FOREIGN}{key}" if is_number(key) else fulfillment_external_id
        self._replace_tracking(theirs, tracking, notify=False)

    def confirm_deleted(self, shipment_external_id: str, known_at: datetime) -> datetime | None:
        """Ask for one fulfillment, the shop's own or the one that stands for a parcel that we wrote.

        Where fulfillments are switched off, the shop knows none of them: that says nothing of any parcel.
        """
        order_id, key = split_id(shipment_external_id)
        order = self._order(order_id)
        if order is None:
            return None
        shown = {parcel.key: parcel.shown for parcel in parcels_in(order)}.get(key, f"f:{key}").removeprefix("f:")
        changed_at = mapping.order_ref_from(order).updated_at
        if not is_number(shown) or is_behind(changed_at, known_at):
            return None
        try:
            gone = self._client.get(f"/orders/{order_id}/fulfillments/{shown}") is None
        except NoRoute:
            return None
        return changed_at if gone else None

    def changed_purchase_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, ours and others, oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_goods(self, cursor: str = "") -> GoodsPage:
        """List what the shop sells, a hundred products at a time with all their variations. Reads only."""
        number = int(cursor) if cursor.isascii() and cursor.isdigit() else 1
        products = self._client.page("/products", status="publish", orderby="id", order="asc", page=number)
        goods: list[ChannelGood] = []
        for product in products:
            variations: Sequence[Node] = []
            if text(product, "type") == "variable":
                variations = self._client.every(f"/products/{product['id']}/variations")
            goods += mapping.goods_from(product, variations, self._currency)
        return GoodsPage(goods, str(number + 1) if len(products) >= PER_PAGE else "")

    def _recent(self) -> Sequence[Node]:
        """The orders of the last days, newest first."""
        since = (present() - LOOK_BACK).strftime("%Y-%m-%dT%H:%M:%S")
        asked = {"after": since, "dates_are_gmt": True, "orderby": "date", "order": "desc"}
        found: list[Node] = []
        for number in range(1, LOOK_BACK_PAGES + 1):
            rows = self._client.page("/orders", **asked, _fields=placing.FOUND_FIELDS, page=number)
            found += rows
            if len(rows) < PER_PAGE:
                return found
        raise NeedsAttention("too many orders to look through", reason="look_up_inconclusive")

    def _require_stock(self, request: PurchaseOrderRequest) -> None:
        wanted: dict[str, int] = {}
        for line in request.lines:
            if line.variant_id.isdigit():
                wanted[line.variant_id] = wanted.get(line.variant_id, 0) + line.quantity
        for variant, count in wanted.items():
            product = self._client.get(f"/products/{variant}")
            if product is None:
                raise NeedsAttention("the shop no longer sells a product", reason="order_refused", product=variant)
            stock = mapping.stock_of(product, {})
            if stock is not None and stock < count:
                raise Declined("not enough stock", reason="out_of_stock")
