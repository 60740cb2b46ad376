"""A retailer's BigCommerce store behind our port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from orderlane.connectors.lacking import WithLastingSecrets, WithoutRequests
from orderlane.connectors.pasted import found_in
from orderlane.connectors.reading import Node, node, text
from orderlane.connectors.stores.bigcommerce import inputs, mapping, webhooks
from orderlane.connectors.stores.bigcommerce.install import BigCommerceInstall
from orderlane.connectors.stores.bigcommerce.reading import identifier
from orderlane.connectors.stores.bigcommerce.shop import Shop
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


class BigCommerceStore(WithoutRequests, WithLastingSecrets, Shop):
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

    def fetch_order(self, external_id: str) -> StoreOrder | None:
        """Read an order with all its lines; None for an unknown one and for an abandoned checkout."""
        found = self._read(external_id)
        return mapping.order_from(*found) if found else None

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since`` (whole seconds), oldest first; an order may come twice."""
        return self._changed(since, cursor)

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Read what is left to ship of an order, per ship-to address. Reads only."""
        return self._works(order_external_id)

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel, or as much of it as one call can: lines that go to one address.

        ``quantities`` of the answer say what was recorded. When that is less than was asked for, look up and
        push the rest in another call. Nothing is recorded when not all of it can be. Whether the customer is
        told is the store's own setting: a shipment has no switch for it.
        """
        return self._record_parcel(request)

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """List the order's shipments. Reads only."""
        return [mapping.fulfillment_from(shipment) for shipment in self._shipments(order_external_id)]

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Replace the tracking of a shipment. Safe to repeat."""
        self._replace_tracking(fulfillment_external_id, tracking)

    def cancel_fulfillment(self, fulfillment_external_id: str) -> None:
        """Delete a shipment, and move the order's status back, which does not follow by itself. Safe to repeat."""
        order_id, _, shipment_id = fulfillment_external_id.partition("/")
        if not (shipment_id.isascii() and shipment_id.isdigit() and order_id.isascii() and order_id.isdigit()):
            # The same call without the last number deletes every shipment of an order.
            raise NeedsAttention("not a shipment of this store", reason="bad_request")
        refused = Declined(reason="fulfillment_refused")
        try:
            self._client.write("DELETE", f"/v2/orders/{order_id}/shipments/{shipment_id}", refused=refused)
        except Declined as refusal:
            if refusal.params.get("status") != 404:
                raise
        found = self._read(order_id)
        status = inputs.status_without(mapping.status_of(found[0]), found[1]) if found else None
        if status is not None:
            body = {"status_id": status}
            self._client.write("PUT", f"/v2/orders/{order_id}", body, refused=Declined(reason="fulfillment_refused"))


def _marked(hook: Node, proof: str) -> bool:
    """Whether a hook carries the header that proves it to us; names of headers have no case."""
    headers = node(hook, "headers")
    name = next((name for name in headers if name.lower() == webhooks.HOOK_HEADER.lower()), "")
    return text(headers, name) == proof
