"""A retailer's WooCommerce store behind our port."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from orderlane.connectors.lacking import WithLastingSecrets, WithoutRequests
from orderlane.connectors.pasted import host_and_path_typed
from orderlane.connectors.stores.woocommerce import mapping, subscriptions, webhooks
from orderlane.connectors.stores.woocommerce.recording import ParcelShop
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

_HOST: Final = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
_FOLDERS: Final = r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,60}){0,4}"
_WORDPRESS: Final = re.compile(r"(?:^|/)(?:wp-admin|wp-json|wp-login\.php|index\.php)(?:/.*)?$")


def _shop_address(typed: str) -> str:
    """Read the shop's address from that of any page of its admin: without scheme, and with the folder it lives in."""
    host, path = host_and_path_typed(typed)
    return f"{host}/{_WORDPRESS.sub('', path)}".rstrip("/")


class WooCommerceStore(WithoutRequests, WithLastingSecrets, ParcelShop):
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

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Show a parcel to the customer, then record it on the order, with the status *completed* for the last one.

        NOT safe to repeat: look up first. What an attempt without an answer has shown is taken over, not shown twice.
        """
        return self._record_parcel(request)

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read our parcels from the order, and the shop's own fulfillments that are none of ours. Reads only."""
        order = self._order(order_external_id)
        return [] if order is None else self._on_record(order)

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Show other tracking for a parcel, then record it. Safe to repeat."""
        self._replace_tracking(fulfillment_external_id, tracking, notify=notify_customer)

    def cancel_fulfillment(self, fulfillment_external_id: str) -> None:
        """Take back what the customer was shown of a parcel, then strike it from the order. Safe to repeat.

        A note cannot be unwritten: it was mailed. The shop's people see in the record that it holds no longer.
        """
        self._take_back(fulfillment_external_id)
