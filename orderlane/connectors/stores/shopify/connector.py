"""A retailer's Shopify store behind our port."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from orderlane.connectors.reading import Node, text, unreadable
from orderlane.connectors.stores.shopify import documents, mapping, presence, tokens, webhooks
from orderlane.connectors.stores.shopify.client import made
from orderlane.connectors.stores.shopify.install import SHOP_FIELD, SHOP_PATTERN, ShopifyInstall
from orderlane.connectors.stores.shopify.paging import Page, all_nodes
from orderlane.connectors.stores.shopify.reading import as_gid, node, nodes, page
from orderlane.connectors.stores.shopify.scopes import missing_scopes
from orderlane.connectors.stores.shopify.shop import Shop, changed_while_reading
from orderlane.kernel.errors import Declined, NeedsAttention
from orderlane.ports.accounts import CredentialField, WebhookEvent, gettext_noop
from orderlane.ports.budgets import DocumentedLimit
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.installs import InstallFlow
from orderlane.ports.stores import (
    FulfillmentRequest,
    FulfillmentWork,
    OrderPage,
    Registration,
    RequestAnswer,
    StoreFulfillment,
    StoreIdentity,
    StoreOrder,
    Tracking,
)

_ANSWERS: Final[Mapping[RequestAnswer, str]] = {
    RequestAnswer.ACCEPT: documents.ACCEPT_WORK,
    RequestAnswer.REJECT_UNPAID: documents.REJECT_WORK_UNPAID,
    RequestAnswer.ACCEPT_CANCELLATION: documents.ACCEPT_CANCELLATION,
    RequestAnswer.REJECT_CANCELLATION: documents.REJECT_CANCELLATION,
}
_UNANSWERED: Final = ("FULFILLMENT_REQUESTED", "CANCELLATION_REQUESTED")


class ShopifyStore(Shop):
    """A retailer's Shopify store."""

    platform: ClassVar[str] = "shopify"
    label: ClassVar[str] = "Shopify"
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        SHOP_FIELD,
        CredentialField(
            "access_token",
            label=gettext_noop("Admin API access token"),
            hint=gettext_noop("Shown once when the app is installed"),
        ),
        CredentialField(
            "webhook_secret",
            label=gettext_noop("API secret key"),
            hint=gettext_noop("Signs the webhooks the shop sends"),
        ),
    )
    connect_steps: ClassVar[Sequence[str]] = (
        gettext_noop("In the Shopify admin, open Settings, Apps and sales channels, Develop apps, and create an app."),
        gettext_noop("Give it these Admin API scopes: %(scopes)s. Then install it."),
        gettext_noop(
            "Copy its Admin API access token and its API secret key into the fields. We set up the webhooks ourselves."
        ),
    )
    capabilities: ClassVar[frozenset[StoreCapability]] = frozenset(
        {
            StoreCapability.MANAGES_WEBHOOKS,
            StoreCapability.SIGNED_WEBHOOK_BODY,
            StoreCapability.DATED_WEBHOOKS,
            StoreCapability.PARTIAL_FULFILLMENT,
            StoreCapability.SEVERAL_PARCELS,
            StoreCapability.REQUEST_FULFILLMENT,
            StoreCapability.EXPIRING_SECRETS,
        }
    )
    install_flow: ClassVar[type[InstallFlow] | None] = ShopifyInstall
    documented_limit: ClassVar[DocumentedLimit | None] = None

    def identify(self) -> StoreIdentity:
        """Call the shop and say who answered; raise NeedsAttention (``missing_scope``) naming what was not given."""
        answer = self._client.read(documents.SHOP)
        shop, installation = node(answer, "shop"), node(answer, "currentAppInstallation")
        if shop is None or installation is None:
            raise unreadable("shop")
        missing = missing_scopes([text(scope, "handle") for scope in nodes(installation, "accessScopes")])
        if missing:
            raise NeedsAttention("permissions are missing", reason="missing_scope", scopes=", ".join(missing))
        return mapping.identity_from(shop)

    def renew_secrets(self, now: datetime) -> Mapping[str, str] | None:
        """Return new secrets when the access token ends soon; None for one that lives on, or never ends."""
        return tokens.renewed_secrets(self._account, now)

    @classmethod
    def addressee(cls, headers: Mapping[str, str], body: bytes) -> str:
        """The shop that an app-wide message names (privacy requests come that way); ours about orders go per store."""
        named = {name.lower(): value for name, value in headers.items()}.get("x-shopify-shop-domain", "").lower()
        return named if re.fullmatch(SHOP_PATTERN, named) else ""

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check signature, shop and age; ``resource_id`` is the order's global id where the topic names one."""
        return webhooks.verify(self._account, headers, body, now)

    def subscribe(self, callback_url: str) -> Sequence[str]:
        """Create the subscriptions that are missing and name them; every topic is tried before a refusal is told."""
        return presence.mend_subscriptions(self._client, callback_url)

    def registrations(self, callback_url: str) -> Sequence[Registration]:
        """Read our subscriptions, our fulfillment service and its location."""
        return presence.list_registrations(self._client, callback_url)

    def unsubscribe(self, callback_url: str) -> None:
        """Delete our subscriptions; a shop tells each app of its own alone."""
        presence.remove_subscriptions(self._client, callback_url)

    def withdraw(self, callback_url: str) -> None:
        """Delete our fulfillment service with its location, then our subscriptions. Safe to repeat."""
        presence.remove_registrations(self._client, callback_url)

    def offer_fulfillment(self, callback_url: str) -> None:
        """Register our fulfillment service (which makes a location of its own), unless it is already there."""
        presence.register_service(self._client, callback_url)

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
                raise changed_while_reading(order_id)
            return page(later, "lineItems")

        return mapping.order_from(order, all_nodes(page(order, "lineItems"), fetch_page))

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since`` (whole seconds), oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Read what is left to ship of an order; empty while Shopify has not routed it yet. Reads only."""
        return [mapping.work_from(work, lines) for work, lines in self._work_of(order_external_id) or ()]

    def requested_work(self) -> Sequence[FulfillmentWork]:
        """List the requests at the locations of our own fulfillment service; accepted ones come without their lines."""
        unanswered = [
            mapping.work_from(work, self._work_lines(work))
            for status in _UNANSWERED
            for work in self._assigned(documents.REQUESTED_WORK, {"status": status})
        ]
        accepted = [mapping.work_from(work, ()) for work in self._assigned(documents.ACCEPTED_WORK, {})]
        return [*unanswered, *accepted]

    def _assigned(self, document: str, variables: Mapping[str, str]) -> Sequence[Node]:
        def fetch_page(cursor: str) -> Page:
            answer = self._client.read(document, {**variables, "after": cursor}, later_page=True)
            return page(answer, "assignedFulfillmentOrders")

        return all_nodes(page(self._client.read(document, variables), "assignedFulfillmentOrders"), fetch_page)

    def answer_request(self, work_external_id: str, answer: RequestAnswer, message: str = "") -> None:
        """Answer a request; a repeat, or an answer to what is no longer asked, is declined.

        Shopify lets a request be rejected (with the reason PAYMENT_DECLINED) only before it is accepted.
        """
        payload = self._client.write(_ANSWERS[answer], {"id": work_external_id, "message": message or None})
        made(payload, "fulfillmentOrder", refused=Declined(reason="request_not_open"))

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel, or as much of it as one call can: lines at one location, at most 250 of them.

        ``quantities`` of the answer say what was recorded. When that is less than was asked for, look up and
        push the rest in another call. Nothing is recorded when not all of it can be.
        """
        return self._record_parcel(request)

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read every fulfillment on record for an order, canceled ones too. Reads only."""
        variables = {"id": as_gid(order_external_id, "Order")}
        order = node(self._client.read(documents.ORDER_FULFILLMENTS, variables), "order")
        if order is None:
            return []
        return [mapping.fulfillment_from(found, lines) for found, lines in self._fulfillments(order)]

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Replace the tracking of a fulfillment. Safe to repeat."""
        self._replace_tracking(fulfillment_external_id, tracking, notify=notify_customer)

    def cancel_fulfillment(self, fulfillment_external_id: str) -> None:
        """Cancel a fulfillment, unless it is canceled or gone; the shop routes its pieces again."""
        wanted = {"id": fulfillment_external_id}
        found = node(self._client.read(documents.FULFILLMENT, wanted), "fulfillment")
        if found is not None and not mapping.not_shipped(found):
            payload = self._client.write(documents.CANCEL_FULFILLMENT, wanted)
            made(payload, "fulfillment", refused=Declined(reason="fulfillment_refused"))
