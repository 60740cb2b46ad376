"""WooCommerce behind our two ports: a retailer's store, and a supplier's store that takes purchase orders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from orderlane.connectors.pasted import host_and_path_typed
from orderlane.connectors.reading import Node
from orderlane.connectors.stores.woocommerce import mapping, placing, showing, subscriptions, webhooks
from orderlane.connectors.stores.woocommerce.client import PER_PAGE
from orderlane.connectors.stores.woocommerce.parcels import (
    FOREIGN,
    Parcel,
    goods_left,
    left_to_ship,
    parcels_in,
    split_id,
)
from orderlane.connectors.stores.woocommerce.reading import meta, text
from orderlane.connectors.stores.woocommerce.shop import Shop
from orderlane.kernel.clock import now as present
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.kernel.ids import new_id
from orderlane.kernel.money import MoneyError
from orderlane.ports.accounts import CredentialField, WebhookEvent, gettext_noop
from orderlane.ports.budgets import DocumentedLimit
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.installs import InstallFlow
from orderlane.ports.stores import (
    ChannelGood,
    FulfillmentRequest,
    FulfillmentWork,
    GoodsPage,
    OrderPage,
    PlacedOrder,
    PlacedOrderState,
    PurchaseOrderRequest,
    Registration,
    RequestAnswer,
    StoreFulfillment,
    StoreIdentity,
    StoreOrder,
    Tracking,
)

SEND_SETTLE: Final = timedelta(minutes=5)
"""How long a slow shop may go on working on an order after we hung up; servers stop a request within that time."""

LOOK_BACK: Final = timedelta(days=2)
LOOK_BACK_PAGES: Final = 20
"""How many orders, and how old, are read one by one when the search finds none."""

_HOST: Final = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
_FOLDERS: Final = r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,60}){0,4}"
_WORDPRESS: Final = re.compile(r"(?:^|/)(?:wp-admin|wp-json|wp-login\.php|index\.php)(?:/.*)?$")


def _shop_address(typed: str) -> str:
    """Read the shop's address from that of any page of its admin: without scheme, and with the folder it lives in."""
    host, path = host_and_path_typed(typed)
    return f"{host}/{_WORDPRESS.sub('', path)}".rstrip("/")


class WooCommerceStore(Shop):
    """A retailer's WooCommerce store."""

    platform: ClassVar[str] = "woocommerce"
    label: ClassVar[str] = "WooCommerce"
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField(
            "external_id",
            label=gettext_noop("Shop address"),
            hint=gettext_noop("As the shop calls itself, such as boutique.example or example.com/shop"),
            secret=False,
            pattern=_HOST + _FOLDERS,
            tidy=_shop_address,
        ),
        CredentialField(
            "consumer_key",
            label=gettext_noop("Consumer key"),
            hint=gettext_noop("WooCommerce, Settings, Advanced, REST API: add a key with read and write permission"),
            pattern=r"ck_[!-~]{8,200}",
        ),
        CredentialField(
            "consumer_secret",
            label=gettext_noop("Consumer secret"),
            hint=gettext_noop("Shown once, beside the key"),
            pattern=r"cs_[!-~]{8,200}",
        ),
    )
    connect_steps: ClassVar[Sequence[str]] = (
        gettext_noop("In WordPress, open WooCommerce, Settings, Advanced, REST API, and add a key."),
        gettext_noop("Choose a user who manages the shop, and the permission Read/Write."),
        gettext_noop(
            "Copy the consumer key and the consumer secret, which is shown once, into the fields. We set up the "
            "webhooks ourselves."
        ),
    )
    capabilities: ClassVar[frozenset[StoreCapability]] = frozenset(
        {
            StoreCapability.MANAGES_WEBHOOKS,
            StoreCapability.SIGNED_WEBHOOK_BODY,
            StoreCapability.PARTIAL_FULFILLMENT,
            StoreCapability.SEVERAL_PARCELS,
        }
    )
    # /wc-auth/v1/authorize hands its keys to a server of ours, not to the browser that comes back: README.
    install_flow: ClassVar[type[InstallFlow] | None] = None
    documented_limit: ClassVar[DocumentedLimit | None] = None

    def identify(self) -> StoreIdentity:
        """Call the shop, and try what can be tried of the keys' permissions. Changes nothing."""
        return self._identity()

    def renew_secrets(self, now: datetime) -> Mapping[str, str] | None:
        """Nothing to do: keys live until the shop's owner revokes them."""
        return None

    @classmethod
    def addressee(cls, headers: Mapping[str, str], body: bytes) -> str:
        """Each store has a webhook address of its own, so no message names a store."""
        return ""

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check the signature; ``resource_id`` is the order's id as ``fetch_order`` takes it. No age: none is sent."""
        return webhooks.verify(self._account, headers, body)

    def subscribe(self, callback_url: str) -> Sequence[str]:
        """Make, switch on or renew what is needed of our webhooks; return their topics."""
        return subscriptions.mend(self._client, callback_url, webhooks.secret_of(self._account))

    def registrations(self, callback_url: str) -> Sequence[Registration]:
        """List our webhooks. Reads only."""
        return subscriptions.registrations(self._client, callback_url)

    def unsubscribe(self, callback_url: str) -> None:
        """Remove our webhooks. Safe to repeat."""
        subscriptions.remove(self._client, callback_url)

    def withdraw(self, callback_url: str) -> None:
        """Remove our webhooks; the keys themselves are the owner's to revoke. Safe to repeat."""
        self.unsubscribe(callback_url)

    def offer_fulfillment(self, callback_url: str) -> None:
        """WooCommerce has no *Request fulfillment*."""

    def fetch_order(self, external_id: str) -> StoreOrder | None:
        """Read an order as it stands after refunds; None when the shop has none under this id."""
        order = self._order(external_id)
        if order is None:
            return None
        return mapping.order_from(order, self._refunds(order), self._shipped(order), self._virtual(order))

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since`` (whole seconds), oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Read what is left to ship of an order. Reads only."""
        order = self._order(order_external_id)
        return [] if order is None else [mapping.work_from(order, self._left(order))]

    def requested_work(self) -> Sequence[FulfillmentWork]:
        """WooCommerce has no *Request fulfillment*."""
        return ()

    def answer_request(self, work_external_id: str, answer: RequestAnswer, message: str = "") -> None:
        """WooCommerce has no *Request fulfillment*: there is never one to answer."""
        raise Declined("there is no such request", reason="request_not_open")

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Show a parcel to the customer, then record it on the order, with the status *completed* for the last one.

        NOT safe to repeat: look up first. What an attempt without an answer has shown is taken over, not shown twice.
        """
        if not request.quantities or min(request.quantities.values()) <= 0:
            raise NeedsAttention("a parcel needs lines with positive quantities", reason="empty_parcel")
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

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read our parcels from the order, and the shop's own fulfillments that are none of ours. Reads only."""
        order = self._order(order_external_id)
        return [] if order is None else self._on_record(order)

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Show other tracking for a parcel, then record it. Safe to repeat."""
        order_id, key = split_id(fulfillment_external_id)
        if key.startswith(FOREIGN) and key[1:].isdigit():
            showing.correct_fulfillment(self._client, order_id, key[1:], tracking, notify_customer)
            return
        order = self._order(order_id)
        known = parcels_in(order) if order is not None else []
        before = next((parcel for parcel in known if parcel.key == key), None)
        if order is None or before is None:
            raise Declined("the order has no such parcel of ours", reason="tracking_refused")
        if before.tracking == tracking:
            return
        shown = showing.correct(self._client, order_id, before, tracking, notify_customer)
        self._record(order, replace(before, tracking=tracking, shown=shown), last=False)

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


class WooCommerceOrderChannel(Shop):
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
        live = [order for order in placed if not order.canceled]
        if len(live) > 1:
            raise NeedsAttention(
                "more than one live order under one reference",
                reason="placed_twice",
                orders=[order.external_id for order in live],
            )
        return next(iter(live or placed), None)

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when it is deleted for good. Reads only."""
        order = self._order(external_id)
        if order is None:
            return None
        fulfillments, trackers = [], []
        if showing.has_fulfillments(order):
            fulfillments = list(showing.fulfillments_of(self._client, external_id) or ())
        if meta(order, placing.TRACKERS_META):
            trackers = list(showing.trackers_of(self._client, external_id))
        return PlacedOrderState(placing.placed_order_from(order), placing.shipments_from(order, fulfillments, trackers))

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
