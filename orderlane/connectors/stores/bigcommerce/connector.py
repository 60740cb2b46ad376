"""BigCommerce behind our two ports: a retailer's store, and a supplier's store that takes purchase orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar, Final

from orderlane.connectors.pasted import found_in
from orderlane.connectors.reading import Node, node, text, web_url
from orderlane.connectors.stores.bigcommerce import inputs, mapping, webhooks
from orderlane.connectors.stores.bigcommerce.client import BigCommerceClient
from orderlane.connectors.stores.bigcommerce.install import BigCommerceInstall
from orderlane.connectors.stores.bigcommerce.mapping import INCOMPLETE, PlacedLine
from orderlane.connectors.stores.bigcommerce.paging import Window
from orderlane.connectors.stores.bigcommerce.reading import identifier
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.kernel.money import MoneyError
from orderlane.ports.accounts import Account, CredentialField, WebhookEvent, gettext_noop
from orderlane.ports.budgets import DocumentedLimit
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.installs import InstallFlow
from orderlane.ports.stores import (
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

SCOPES: Final = (
    "store/order/created",
    "store/order/updated",
    "store/order/statusUpdated",
    "store/order/archived",
    "store/order/refund/created",
    "store/shipment/created",
    "store/shipment/updated",
    "store/shipment/deleted",
    "store/app/uninstalled",
)
"""The hooks we make, one of each: their own word for topics."""

WITH_LINES: Final = {"include": "consignments.line_items", "consignment_structure": "object"}
GOODS_PAGE: Final = 50
FIND_PAGE: Final = 50


class _Store:
    """What both ports need from one store."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @cached_property
    def _client(self) -> BigCommerceClient:
        """Made at the first call, so that webhooks are still verified for an account whose token is gone."""
        return BigCommerceClient(self._account)

    @cached_property
    def _about(self) -> Node:
        """The store's own profile."""
        found = self._client.one("/v2/store")
        if found is None:
            raise NeedsAttention("there is no such store", reason="shop_not_found")
        return found

    def _changed(self, since: datetime, cursor: str) -> OrderPage:
        window = Window.at(since, cursor)
        found = self._client.some("/v2/orders", window.query)
        refs = [mapping.order_ref_from(order) for order in found if mapping.status_of(order) != INCOMPLETE]
        return OrderPage(refs, window.next_cursor(found))

    def _read(self, external_id: str) -> tuple[Node, Sequence[PlacedLine]] | None:
        """Read an order with all its lines, as one version; None when there is none (any more)."""
        if not (external_id.isascii() and external_id.isdigit()):
            return None
        order = self._client.one(f"/v2/orders/{external_id}", WITH_LINES)
        if order is None or mapping.status_of(order) == INCOMPLETE:
            return None
        lines: Sequence[PlacedLine] = mapping.lines_from(order)
        if mapping.lacks_lines(order, lines):
            lines = mapping.lines_placed(order, list(self._client.every(f"/v2/orders/{external_id}/products")))
            again = self._client.one(f"/v2/orders/{external_id}") or {}
            if again.get("date_modified") != order.get("date_modified"):
                raise Unavailable("the order changed while it was being read", reason="changed_while_reading")
        return order, lines

    def _shipments(self, external_id: str) -> list[Node]:
        return list(self._client.every(f"/v2/orders/{external_id}/shipments", of_a_thing=True))


class BigCommerceStore(_Store):
    """A retailer's BigCommerce store."""

    platform: ClassVar[str] = "bigcommerce"
    label: ClassVar[str] = "BigCommerce"
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField(
            "external_id",
            label=gettext_noop("Store hash"),
            hint=gettext_noop(
                "The part after store- in the address of the control panel, or after stores/ in the API path"
            ),
            secret=False,
            pattern=r"^[a-z0-9]{3,32}$",
            tidy=lambda typed: found_in(
                typed, r"stores/([a-z0-9]{3,32})(?:/|\Z)", r"store-([a-z0-9]{3,32})(?:[-.]|\Z)"
            ),
        ),
        CredentialField(
            "access_token",
            label=gettext_noop("Access token"),
            hint=gettext_noop("Of a store-level API account: orders modify, products read-only, information read-only"),
        ),
        CredentialField(
            "client_secret",
            label=gettext_noop("Client secret"),
            hint=gettext_noop("Of the same API account; it signs the webhooks the store sends"),
            required=False,
        ),
    )
    connect_steps: ClassVar[Sequence[str]] = (
        gettext_noop("In the control panel, open Settings, Store-level API accounts, and create a V2/V3 API token."),
        gettext_noop("Allow it Orders: modify, Products: read-only, Information & settings: read-only."),
        gettext_noop("Copy its keys into the fields below. We set up the webhooks ourselves."),
    )
    capabilities: ClassVar[frozenset[StoreCapability]] = frozenset(
        {
            StoreCapability.MANAGES_WEBHOOKS,
            StoreCapability.DATED_WEBHOOKS,
            StoreCapability.PARTIAL_FULFILLMENT,
            StoreCapability.SEVERAL_PARCELS,
        }
    )
    install_flow: ClassVar[type[InstallFlow] | None] = BigCommerceInstall
    documented_limit: ClassVar[DocumentedLimit | None] = None

    def identify(self) -> StoreIdentity:
        """Call the store and say who answered; NeedsAttention names the permissions that are missing. Reads only.

        A token does not tell its scopes. After an install they are known; a pasted token is tried with reads,
        which cannot show that it may also write.
        """
        granted = self._account.secrets.get("granted_scopes", "").split()
        missing = {"store_v2_orders"} - set(granted) if granted else set()
        for scope, read in (
            ("store_v2_information_read_only", lambda: self._about),
            ("store_v2_orders", lambda: self._client.some("/v2/orders", {"limit": 1})),
        ):
            try:
                read()
            except NeedsAttention as refusal:
                if refusal.reason != "missing_scope":
                    raise
                missing.add(scope)
        if missing:
            raise NeedsAttention("a permission is missing", reason="missing_scope", scopes=", ".join(sorted(missing)))
        return mapping.identity_from(self._about)

    def renew_secrets(self, now: datetime) -> Mapping[str, str] | None:
        """Nothing to do: a token lives until the app is removed or asks for consent again."""
        return None

    @classmethod
    def addressee(cls, headers: Mapping[str, str], body: bytes) -> str:
        """The store hash that a hook or a signed payload names; nothing is verified yet."""
        return webhooks.addressee(body)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check proof, store and age; ``resource_id`` is the order's id where the topic names one."""
        return webhooks.verify(self._account, headers, body, now)

    def subscribe(self, callback_url: str) -> Sequence[str]:
        """Make the hooks that are missing, switch on those that the platform has switched off. Safe to repeat.

        Tries every topic before it reports those refused.
        """
        present = {text(hook, "scope"): hook for hook in self._hooks(callback_url)}
        mended, refused = [], []
        for scope in SCOPES:
            proof = webhooks.hook_value(self._account, scope)
            wanted = {
                "scope": scope,
                "destination": callback_url,
                "is_active": True,
                "headers": {webhooks.HOOK_HEADER: proof},
            }
            hook = present.get(scope)
            if hook is not None and hook.get("is_active") is True and _marked(hook, proof):
                continue
            path = "/v3/hooks" if hook is None else f"/v3/hooks/{identifier(hook, 'id')}"
            try:
                self._client.write("POST" if hook is None else "PUT", path, wanted, refused=Declined())
            except Declined:
                refused.append(scope)
            else:
                mended.append(scope)
        if refused:
            raise NeedsAttention("the store refuses hooks", reason="subscription_refused", topics=refused)
        return mended

    def registrations(self, callback_url: str) -> Sequence[Registration]:
        """List our hooks in the store. Reads only."""
        return [
            Registration("webhook", text(hook, "scope"), identifier(hook, "id"), hook.get("is_active") is True)
            for hook in self._hooks(callback_url)
        ]

    def withdraw(self, callback_url: str) -> None:
        """Delete our hooks: nothing else of ours stands in the store. Safe to repeat."""
        self.unsubscribe(callback_url)

    def unsubscribe(self, callback_url: str) -> None:
        """Delete our hooks. Safe to repeat."""
        for hook in self._hooks(callback_url):
            try:
                self._client.write("DELETE", f"/v3/hooks/{identifier(hook, 'id')}", refused=Declined(reason="gone"))
            except Declined as refusal:
                if refusal.params.get("status") != 404:
                    raise

    def _hooks(self, callback_url: str) -> list[Node]:
        return [hook for hook in self._client.every("/v3/hooks") if text(hook, "destination") == callback_url]

    def offer_fulfillment(self, callback_url: str) -> None:
        """Nothing: BigCommerce has no *Request fulfillment*."""

    def fetch_order(self, external_id: str) -> StoreOrder | None:
        """Read an order with all its lines; None for an unknown one and for an abandoned checkout."""
        found = self._read(external_id)
        return mapping.order_from(*found) if found else None

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since`` (whole seconds), oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Read what is left to ship of an order, per ship-to address. Reads only."""
        found = self._read(order_external_id)
        return mapping.works_from(*found) if found else []

    def requested_work(self) -> Sequence[FulfillmentWork]:
        """Nothing: BigCommerce has no *Request fulfillment*."""
        return []

    def answer_request(self, work_external_id: str, answer: RequestAnswer, message: str = "") -> None:
        """Refuse: BigCommerce has no *Request fulfillment* that could be open."""
        raise Declined("BigCommerce has no fulfillment requests", reason="request_not_open")

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel, or as much of it as one call can: lines that go to one address.

        ``quantities`` of the answer say what was recorded. When that is less than was asked for, look up and
        push the rest in another call. Nothing is recorded when not all of it can be. Whether the customer is
        told is the store's own setting: a shipment has no switch for it.
        """
        if not request.quantities or min(request.quantities.values()) <= 0:
            raise NeedsAttention("a parcel needs lines with positive quantities", reason="empty_parcel")
        works = self.list_work(request.order_external_id)
        missing = inputs.missing_work(works, request.quantities)
        if missing:
            raise Declined("not enough left to ship", reason="nothing_left_to_fulfill", lines=sorted(missing))
        if not all(work.open for work in works):
            raise Declined("the order is canceled, refunded or archived", reason="fulfillment_refused")
        address_id, quantities = inputs.choose_address(works, request.quantities)
        shipment = self._client.write(
            "POST",
            f"/v2/orders/{request.order_external_id}/shipments",
            inputs.shipment_body(address_id, quantities, request.tracking),
            refused=Declined(reason="fulfillment_refused"),
        )
        return StoreFulfillment(f"{request.order_external_id}/{_made(shipment)}", quantities, request.tracking)

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """List the order's shipments. Reads only."""
        return [mapping.fulfillment_from(shipment) for shipment in self._shipments(order_external_id)]

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Replace the tracking of a shipment. Safe to repeat."""
        order, _, shipment = fulfillment_external_id.partition("/")
        path = f"/v2/orders/{order}/shipments/{shipment}"
        self._client.write("PUT", path, inputs.tracking_body(tracking), refused=Declined(reason="tracking_refused"))


class BigCommerceOrderChannel(_Store):
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
        return PlacedOrder(_made(order), _made(order))

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
        live = [order for order in placed if not order.canceled]
        if len(live) > 1:
            raise NeedsAttention(
                "more than one live order under one reference",
                reason="placed_twice",
                orders=[order.external_id for order in live],
            )
        return next(iter(live or placed), None)

    def read_purchase_order(self, external_id: str) -> PlacedOrderState | None:
        """Read a placed order with its shipments; None when the store does not know it."""
        found = self._read(external_id)
        if found is None:
            return None
        order, lines = found
        references = mapping.line_references(lines)
        shipments = [mapping.shipment_from(shipment, references, order) for shipment in self._shipments(external_id)]
        return PlacedOrderState(mapping.placed_order_from(order), shipments)

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


def _marked(hook: Node, proof: str) -> bool:
    """Whether a hook carries the header that proves it to us; names of headers have no case."""
    headers = node(hook, "headers")
    name = next((name for name in headers if name.lower() == webhooks.HOOK_HEADER.lower()), "")
    return text(headers, name) == proof


def _made(thing: Node) -> str:
    """The id of what a write has made; without one we do not know whether it did."""
    try:
        found = identifier(thing, "id")
    except NeedsAttention:
        found = ""
    if not found:
        raise OutcomeUnknown("the answer names nothing that was made", reason="no_clear_answer")
    return found
