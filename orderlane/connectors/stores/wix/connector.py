"""A retailer's Wix store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import ClassVar

from orderlane.connectors.lacking import WithLastingSecrets, WithoutRequests, WithWebhooksOfTheApp
from orderlane.connectors.pasted import found_in
from orderlane.connectors.reading import text
from orderlane.connectors.stores.wix import ids, mapping, webhooks
from orderlane.connectors.stores.wix.install import WixInstall
from orderlane.connectors.stores.wix.parcels import MODIFY, ParcelSite
from orderlane.kernel.errors import Declined, NeedsAttention
from orderlane.ports.accounts import CredentialField, WebhookEvent, gettext_noop
from orderlane.ports.budgets import DocumentedLimit
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.installs import InstallFlow
from orderlane.ports.stores import (
    FulfillmentRequest,
    FulfillmentWork,
    OrderPage,
    StoreFulfillment,
    StoreIdentity,
    StoreOrder,
    Tracking,
)


class WixStore(WithoutRequests, WithLastingSecrets, WithWebhooksOfTheApp, ParcelSite):
    """A retailer's Wix store."""

    platform: ClassVar[str] = "wix"
    label: ClassVar[str] = "Wix"
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField(
            "external_id",
            label=gettext_noop("Site ID"),
            hint=gettext_noop("Stands in the address of the site’s dashboard, after /dashboard/"),
            secret=False,
            pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            tidy=lambda typed: found_in(typed, r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
        ),
        CredentialField(
            "api_key",
            label=gettext_noop("API key"),
            hint=gettext_noop("Made by the owner of the Wix account, for this site"),
        ),
    )
    connect_steps: ClassVar[Sequence[str]] = (
        gettext_noop("The owner of the Wix account opens manage.wix.com, API Keys Manager, and generates a key."),
        gettext_noop("Allow it Wix eCommerce and Wix Stores, on the site that is to be connected."),
        gettext_noop("Copy the site’s ID, which stands in the address of its dashboard, and the key into the fields."),
        gettext_noop("No webhooks come with a key: the site is read every few minutes instead."),
    )
    capabilities: ClassVar[frozenset[StoreCapability]] = frozenset(
        {
            StoreCapability.COMMON_WEBHOOK_DOOR,
            StoreCapability.SIGNED_WEBHOOK_BODY,
            StoreCapability.DATED_WEBHOOKS,
            StoreCapability.PARTIAL_FULFILLMENT,
            StoreCapability.SEVERAL_PARCELS,
        }
    )
    install_flow: ClassVar[type[InstallFlow] | None] = WixInstall
    documented_limit: ClassVar[DocumentedLimit | None] = DocumentedLimit(calls=200, seconds=60)

    def identify(self) -> StoreIdentity:
        """Ask the site who it is, and try the permissions that can be tried without changing anything."""
        if self._client.as_app:
            needs = "WIX_DEVELOPERS.MANAGE_APP_INSTANCE"
            identity = mapping.identity_of_instance(self._client.read("GET", "/apps/v1/instance", needs=needs))
            if identity.external_id != self._account.external_id:
                raise NeedsAttention("the token opens another site", reason="other_store")
        else:
            answer = self._client.read(
                "GET", "/site-properties/v4/properties", needs="Read site, business, and email details"
            )
            identity = mapping.identity_of_site(answer, self._account.external_id)
        self._search({"cursorPaging": {"limit": 1}})
        self._fulfillments(ids.NO_VARIANT)
        return identity

    @classmethod
    def addressee(cls, headers: Mapping[str, str], body: bytes) -> str:
        """The instance that an unverified message names; "" when it names none."""
        return webhooks.addressee(body)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check the token's signature, its age and its instance; ``resource_id`` is the order's id."""
        return webhooks.verify(self._account, body, now)

    def fetch_order(self, external_id: str) -> StoreOrder | None:
        """Read an order; None when the site does not know it."""
        order = self._order(external_id)
        if order is None:
            return None
        # The order itself says only that a part has shipped; which part stands in its fulfillments.
        in_part = text(order, "fulfillmentStatus") == mapping.SHIPPED_IN_PART
        shipped: Counter[str] = Counter()
        for fulfillment in self.list_fulfillments(external_id) if in_part else ():
            shipped.update(fulfillment.quantities)
        return mapping.order_from(order, shipped)

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since``, oldest first; an order that changes meanwhile may come twice."""
        return self._changed(since, cursor)

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Nothing: Wix gives no work to locations of ours."""
        return ()

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel, or its first 300 lines: ``quantities`` of the answer say what was recorded.

        Whether that much is left to ship is looked at first, because Wix does not say what it does otherwise.
        """
        return self._record_parcel(request)

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read every fulfillment on record for an order; a canceled one is gone. Reads only."""
        return [mapping.fulfillment_from(found, order_external_id) for found in self._fulfillments(order_external_id)]

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Replace the tracking of a fulfillment. Safe to repeat. Whether the customer is told is the site's setting."""
        self._replace_tracking(fulfillment_external_id, tracking)

    def cancel_fulfillment(self, fulfillment_external_id: str) -> None:
        """Delete a fulfillment, unless it is gone; the order's status follows. Safe to repeat."""
        order_id, fulfillment_id = ids.order_and_part(fulfillment_external_id)
        # Nothing of it there: gone already.
        with suppress(Declined):
            path = f"/ecom/v1/fulfillments/{fulfillment_id}/orders/{order_id}"
            self._client.write("DELETE", path, None, needs=MODIFY)
