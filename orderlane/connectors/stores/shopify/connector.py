"""Shopify behind our two ports: a retailer's store, and a supplier's store that takes purchase orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar, Final

from orderlane.connectors.stores.shopify import documents, inputs, mapping, webhooks
from orderlane.connectors.stores.shopify.client import ShopifyClient, made
from orderlane.connectors.stores.shopify.paging import Page, Window, all_nodes
from orderlane.connectors.stores.shopify.reading import Node, as_gid, gid, node, nodes, page, text, unreadable
from orderlane.kernel.errors import Declined, NeedsAttention, Unavailable
from orderlane.kernel.money import MoneyError
from orderlane.ports.accounts import Account, CredentialField, WebhookEvent
from orderlane.ports.stores import (
    FulfillmentRequest,
    FulfillmentWork,
    GoodsPage,
    OrderPage,
    PlacedOrder,
    PlacedOrderState,
    PurchaseOrderRequest,
    StoreFulfillment,
    StoreIdentity,
    StoreOrder,
    Tracking,
)

TOPICS: Final = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_PAID",
    "ORDERS_EDITED",
    "ORDERS_CANCELLED",
    "ORDERS_DELETE",
    "REFUNDS_CREATE",
    "FULFILLMENTS_CREATE",
    "FULFILLMENTS_UPDATE",
    "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE",
    "FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED",
    "FULFILLMENT_ORDERS_CANCELLATION_REQUEST_SUBMITTED",
    "APP_UNINSTALLED",
)

SERVICE: Final = "Orderlane"
"""How the fulfillment service is called in the shop's admin."""

SEARCH_SETTLE: Final = timedelta(minutes=2)
"""How far the search index may lag behind; Shopify documents no figure, so this is deliberately long."""

MAX_FULFILLMENTS: Final = 250
"""``Order.fulfillments`` is a plain list without pages."""


class _Shop:
    """What both ports need from one shop."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @cached_property
    def _client(self) -> ShopifyClient:
        """Made at the first call, so that webhooks are still verified for an account whose token is gone."""
        return ShopifyClient(self._account)

    def _changed(self, since: datetime, cursor: str) -> OrderPage:
        window = Window.at(since, cursor)
        variables = {"query": window.query, "after": window.after or None}
        found, end_cursor = page(self._client.read(documents.CHANGED_ORDERS, variables), "orders")
        refs = [mapping.order_ref_from(order) for order in found]
        return OrderPage(refs, window.next_cursor(refs, end_cursor))

    def _next_page(self, document: str, external_id: str, holder: str, lines: str, cursor: str) -> Page:
        answer = self._client.read(document, {"id": external_id, "after": cursor}, later_page=True)
        found = node(answer, holder)
        if found is None:
            raise _changed_while_reading(external_id)
        return page(found, lines)

    def _fulfillment(self, fulfillment_id: str) -> tuple[Node, Sequence[Node]]:
        """Read one fulfillment with all its lines."""
        found = node(self._client.read(documents.FULFILLMENT, {"id": fulfillment_id}, later_page=True), "fulfillment")
        if found is None:
            raise _changed_while_reading(fulfillment_id)

        def fetch_page(cursor: str) -> Page:
            return self._next_page(documents.FULFILLMENT, fulfillment_id, "fulfillment", "fulfillmentLineItems", cursor)

        return found, all_nodes(page(found, "fulfillmentLineItems"), fetch_page)

    def _fulfillments(self, order: Node) -> list[tuple[Node, Sequence[Node]]]:
        ids = [gid(found, "id", "Fulfillment") for found in nodes(order, "fulfillments")]
        if len(ids) >= MAX_FULFILLMENTS:
            raise NeedsAttention("too many fulfillments to list", reason="too_many_lines", limit=MAX_FULFILLMENTS)
        return [self._fulfillment(fulfillment_id) for fulfillment_id in ids]


class ShopifyStore(_Shop):
    """A retailer's Shopify store."""

    platform: ClassVar[str] = "shopify"
    label: ClassVar[str] = "Shopify"
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField(
            "domain",
            label="Shop domain",
            hint="The permanent address that ends in .myshopify.com",
            secret=False,
            pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$",
        ),
        CredentialField("access_token", label="Admin API access token", hint="Shown once when the app is installed"),
        CredentialField("webhook_secret", label="API secret key", hint="Signs the webhooks the shop sends"),
    )

    def identify(self) -> StoreIdentity:
        """Call the shop and say who answered. Reads only."""
        shop = node(self._client.read(documents.SHOP), "shop")
        if shop is None:
            raise unreadable("shop")
        return mapping.identity_from(shop)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check signature, shop and age; ``resource_id`` is the order's global id where the topic names one."""
        return webhooks.verify(self._account, headers, body, now)

    def subscribe(self, callback_url: str) -> None:
        """Create the subscriptions that are missing. Tries every topic before it reports those refused."""
        first = page(self._client.read(documents.SUBSCRIPTIONS), "webhookSubscriptions")

        def fetch_page(cursor: str) -> Page:
            return page(self._client.read(documents.SUBSCRIPTIONS, {"after": cursor}), "webhookSubscriptions")

        present = {text(found, "topic") for found in all_nodes(first, fetch_page) if text(found, "uri") == callback_url}
        refused = []
        for topic in TOPICS:
            if topic in present:
                continue
            try:
                payload = self._client.write(documents.SUBSCRIBE, {"topic": topic, "uri": callback_url})
                made(payload, "webhookSubscription", refused=Declined(reason="subscription_refused"))
            except (Declined, NeedsAttention):
                refused.append(topic)
        if refused:
            message = "the shop refuses subscriptions, most often for want of a scope"
            raise NeedsAttention(message, reason="subscription_refused", topics=refused)

    def offer_fulfillment(self, callback_url: str) -> None:
        """Register our fulfillment service (which makes a location of its own), unless it is already there."""
        shop = node(self._client.read(documents.FULFILLMENT_SERVICES), "shop")
        if shop is None:
            raise unreadable("shop")
        if any(text(service, "callbackUrl") == callback_url for service in nodes(shop, "fulfillmentServices")):
            return
        payload = self._client.write(documents.CREATE_FULFILLMENT_SERVICE, {"name": SERVICE, "callback": callback_url})
        made(payload, "fulfillmentService", refused=NeedsAttention(reason="service_refused"))

    def fetch_order(self, external_id: str) -> StoreOrder | None:
        """Read an order with all its lines, as one version; None when the shop does not know it (any more)."""
        order_id = as_gid(external_id, "Order")
        order = node(self._client.read(documents.ORDER, {"id": order_id}), "order")
        if order is None:
            return None

        def fetch_page(cursor: str) -> Page:
            variables = {"id": order_id, "after": cursor}
            later = node(self._client.read(documents.ORDER_LINES, variables, later_page=True), "order")
            if later is None or later.get("updatedAt") != order.get("updatedAt"):
                raise _changed_while_reading(order_id)
            return page(later, "lineItems")

        return mapping.order_from(order, all_nodes(page(order, "lineItems"), fetch_page))

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since`` (whole seconds), oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Read what is left to ship of an order; empty while Shopify has not routed it yet. Reads only."""
        return [mapping.work_from(work, lines) for work, lines in self._work_of(order_external_id)]

    def requested_work(self) -> Sequence[FulfillmentWork]:
        """List unanswered fulfillment requests at the locations of our own fulfillment service. Reads only."""
        first = page(self._client.read(documents.REQUESTED_WORK), "assignedFulfillmentOrders")

        def fetch_page(cursor: str) -> Page:
            answer = self._client.read(documents.REQUESTED_WORK, {"after": cursor}, later_page=True)
            return page(answer, "assignedFulfillmentOrders")

        return [mapping.work_from(work, self._work_lines(work)) for work in all_nodes(first, fetch_page)]

    def accept_work(self, work_external_id: str) -> None:
        """Accept a fulfillment request: the fulfillment order turns *In progress*. A repeat is declined."""
        payload = self._client.write(documents.ACCEPT_WORK, {"id": work_external_id})
        made(payload, "fulfillmentOrder", refused=Declined(reason="request_not_open"))

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel, or as much of it as one call can: lines at one location, at most 250 of them.

        ``quantities`` of the answer say what was recorded. When that is less than was asked for, look up and
        push the rest in another call. Nothing is recorded when not all of it can be.
        """
        if not request.quantities or min(request.quantities.values()) <= 0:
            raise NeedsAttention("a parcel needs lines with positive quantities", reason="empty_parcel")
        found = self._work_of(request.order_external_id)
        if not found:
            raise Unavailable("the shop has not routed the order yet", reason="not_routed_yet")
        works = [mapping.work_from(work, lines) for work, lines in found]
        missing = inputs.missing_work(works, request.quantities)
        if missing:
            waiting = {line for work, lines in found if mapping.is_waiting(work) for line in _lines_left(work, lines)}
            if waiting & missing.keys():
                raise NeedsAttention("the shop holds the order back", reason="on_hold", lines=sorted(missing))
            raise Declined("not enough left to ship", reason="nothing_left_to_fulfill", lines=sorted(missing))
        parcel = inputs.choose_parcel(works, request.quantities)
        variables = {"fulfillment": inputs.fulfillment_input(parcel, request.tracking, request.notify_customer)}
        payload = self._client.write(documents.CREATE_FULFILLMENT, variables)
        fulfillment = made(payload, "fulfillment", refused=Declined(reason="fulfillment_refused"))
        return StoreFulfillment(
            external_id=str(fulfillment["id"]),
            quantities=parcel.quantities,
            tracking=request.tracking,
            canceled=mapping.not_shipped(fulfillment),
        )

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read every fulfillment on record for an order, canceled ones too. Reads only."""
        variables = {"id": as_gid(order_external_id, "Order")}
        order = node(self._client.read(documents.ORDER_FULFILLMENTS, variables), "order")
        if order is None:
            return []
        return [mapping.fulfillment_from(found, lines) for found, lines in self._fulfillments(order)]

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Replace the tracking of a fulfillment. Safe to repeat."""
        variables = {
            "id": fulfillment_external_id,
            "tracking": inputs.tracking_input(tracking),
            "notify": notify_customer,
        }
        payload = self._client.write(documents.UPDATE_TRACKING, variables)
        made(payload, "fulfillment", refused=Declined(reason="tracking_refused"))

    def _work_of(self, order_external_id: str) -> list[tuple[Node, Sequence[Node]]]:
        """Read the fulfillment orders of an order, each with all its lines."""
        order_id = as_gid(order_external_id, "Order")
        order = node(self._client.read(documents.ORDER_WORK, {"id": order_id}), "order")
        if order is None:
            return []

        def fetch_page(cursor: str) -> Page:
            return self._next_page(documents.ORDER_WORK, order_id, "order", "fulfillmentOrders", cursor)

        return [(work, self._work_lines(work)) for work in all_nodes(page(order, "fulfillmentOrders"), fetch_page)]

    def _work_lines(self, work: Node) -> Sequence[Node]:
        work_id = gid(work, "id", "FulfillmentOrder")

        def fetch_page(cursor: str) -> Page:
            return self._next_page(documents.WORK_LINES, work_id, "fulfillmentOrder", "lineItems", cursor)

        return all_nodes(page(work, "lineItems"), fetch_page)


class ShopifyOrderChannel(_Shop):
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
        live = [order for order in placed if not order.canceled]
        if len(live) > 1:
            raise NeedsAttention(
                "more than one live order under one reference",
                reason="placed_twice",
                orders=[order.external_id for order in live],
            )
        return next(iter(live or placed), None)

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when it is deleted, or too old for our scopes (60 days)."""
        order_id = as_gid(external_id, "Order")
        order = node(self._client.read(documents.PLACED_ORDER, {"id": order_id}), "order")
        if order is None:
            return None

        def fetch_page(cursor: str) -> Page:
            return self._next_page(documents.PLACED_ORDER, order_id, "order", "lineItems", cursor)

        references = mapping.line_references(all_nodes(page(order, "lineItems"), fetch_page))
        shipments = [mapping.shipment_from(found, lines, references) for found, lines in self._fulfillments(order)]
        return PlacedOrderState(mapping.placed_order_from(order), shipments)

    def changed_purchase_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, ours and others, oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_goods(self, cursor: str = "") -> GoodsPage:
        """List the shop's variants, a hundred at a time. Reads only."""
        answer = self._client.read(documents.GOODS, {"after": cursor or None})
        currency = text(node(answer, "shop") or {}, "currencyCode")
        found, next_cursor = page(answer, "productVariants")
        return GoodsPage([mapping.good_from(variant, currency) for variant in found], next_cursor)


def _lines_left(work: Node, lines: Sequence[Node]) -> Sequence[str]:
    return list(mapping.work_from(work, lines).remaining)


def _changed_while_reading(external_id: str) -> Unavailable:
    return Unavailable(f"{external_id} changed while it was being read", reason="changed_while_reading")
