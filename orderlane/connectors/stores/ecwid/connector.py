"""A retailer's Ecwid store behind our port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from orderlane.connectors.lacking import WithLastingSecrets, WithoutRequests, WithWebhooksOfTheApp
from orderlane.connectors.parcels import require_pieces
from orderlane.connectors.pasted import found_in
from orderlane.connectors.stores.ecwid import mapping, parcels, webhooks
from orderlane.connectors.stores.ecwid.client import order_path
from orderlane.connectors.stores.ecwid.install import SCOPES, EcwidInstall
from orderlane.connectors.stores.ecwid.shop import Shop
from orderlane.kernel.errors import NeedsAttention
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

_PROFILE_FIELDS = "generalInfo,account,settings(storeName),formatsAndUnits(currency)"


class EcwidStore(WithoutRequests, WithLastingSecrets, WithWebhooksOfTheApp, Shop):
    """A retailer's Ecwid store."""

    platform: ClassVar[str] = "ecwid"
    label: ClassVar[str] = "Ecwid by Lightspeed"
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField(
            "external_id",
            label=gettext_noop("Store ID"),
            hint=gettext_noop("The number at the foot of every page of the Ecwid admin"),
            secret=False,
            pattern=r"^[1-9][0-9]{3,14}$",
            tidy=lambda typed: found_in(
                typed, r"store/?([1-9][0-9]{3,14})(?:\D|\Z)", r"\A(?:ID:?)?\s*#?([1-9][0-9]{3,14})\Z"
            ),
        ),
        CredentialField(
            "access_token",
            label=gettext_noop("Secret token"),
            hint=gettext_noop("On the page of your custom app, under Access tokens"),
        ),
        CredentialField(
            "webhook_secret",
            label=gettext_noop("Client secret"),
            hint=gettext_noop("Signs the webhooks of your custom app"),
        ),
    )
    connect_steps: ClassVar[Sequence[str]] = (
        gettext_noop("In the Ecwid admin, open Apps, My Apps, Develop apps, and create a custom app."),
        gettext_noop("Give it these access scopes: %(scopes)s."),
        gettext_noop("Enter the webhook address below in the app’s settings, for the events on orders."),
        gettext_noop("Copy the store’s ID, the app’s secret token and its client secret into the fields."),
    )
    capabilities: ClassVar[frozenset[StoreCapability]] = frozenset(
        {StoreCapability.COMMON_WEBHOOK_DOOR, StoreCapability.DATED_WEBHOOKS}
    )
    install_flow: ClassVar[type[InstallFlow] | None] = EcwidInstall
    documented_limit: ClassVar[DocumentedLimit | None] = DocumentedLimit(calls=600, seconds=60)

    def identify(self) -> StoreIdentity:
        """Call the store, and try what can be tried of our permissions by reading. Reads only."""
        profile = self._profile(_PROFILE_FIELDS)
        account = profile.get("account")
        if isinstance(account, dict) and account.get("suspended") is True:
            raise NeedsAttention("the store is suspended", reason="shop_frozen")
        missing = [scope for scope in SCOPES if scope not in self._granted()]
        for path, scope in (("/orders", "read_orders"), ("/products", "read_catalog")):
            if scope not in missing and not self._may_read(path):
                missing.append(scope)
        if missing:
            raise NeedsAttention("the app lacks permissions", reason="missing_scope", scopes=missing)
        return mapping.identity_from(profile)

    def _granted(self) -> Sequence[str]:
        """What the install flow said was granted; a pasted token does not tell, and is taken to have it all."""
        return self._account.secrets.get("scopes", "").split() or SCOPES

    def _may_read(self, path: str) -> bool:
        try:
            self._client.read(path, limit=1, responseFields="total")
        except NeedsAttention as refusal:
            if refusal.reason == "missing_scope":
                return False
            raise
        return True

    @classmethod
    def addressee(cls, headers: Mapping[str, str], body: bytes) -> str:
        """Which store a message at the common door names. Nothing is verified yet; no network."""
        return webhooks.addressee(body)

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check signature, store and age; ``resource_id`` is the order's id as ``fetch_order`` takes it."""
        return webhooks.verify(self._account, headers, body, now)

    def fetch_order(self, external_id: str) -> StoreOrder | None:
        """Read an order; None when the store does not know it, or only as a checkout nobody finished."""
        order = self._order(external_id)
        if order is None or mapping.is_unfinished(order):
            return None
        return mapping.order_from(order, self._currency)

    def changed_orders(self, since: datetime, cursor: str = "") -> OrderPage:
        """List orders changed at or after ``since`` (whole seconds), oldest first."""
        return self._changed(since, cursor)

    def list_work(self, order_external_id: str) -> Sequence[FulfillmentWork]:
        """Read what our own parcels have left over of an order. Reads only."""
        order = self._order(order_external_id)
        return [] if order is None else [mapping.work_from(order, parcels.parcels_in(order))]

    def push_fulfillment(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Note a parcel, add its numbers to the tracking field, and move the status, all in one PUT.

        NOT safe to repeat. Only one push per order may run at a time: the note is read, extended, and written
        back whole. Whether the customer is mailed is decided by the store's settings for each status.
        """
        require_pieces(request)
        order = self._order(request.order_external_id)
        return self._note_parcel(order, parcels.parcels_in(order) if order else [], request)

    def list_fulfillments(self, order_external_id: str) -> Sequence[StoreFulfillment]:
        """Read our parcels from the order's note. Reads only."""
        order = self._order(order_external_id)
        if order is None:
            return []
        return [parcel.as_fulfillment(order_external_id) for parcel in parcels.parcels_in(order)]

    def update_tracking(self, fulfillment_external_id: str, tracking: Tracking, notify_customer: bool) -> None:
        """Rewrite one parcel of the note and the tracking field. Safe to repeat; the status stays as it is."""
        self._replace_tracking(fulfillment_external_id, tracking)

    def cancel_fulfillment(self, fulfillment_external_id: str) -> None:
        """Take a parcel off the note and its numbers off the field; the status goes back. Safe to repeat."""
        order_id, key = parcels.split_id(fulfillment_external_id)
        order = self._order(order_id) if order_id else None
        known = parcels.parcels_in(order) if order is not None else []
        after = [parcel for parcel in known if parcel.key != key]
        if order is not None and len(after) < len(known):
            changes = parcels.changes_for(order, known, after, Tracking(), new_status=False)
            self._client.write("PUT", order_path(order_id), {**changes, **parcels.status_back(order, after)})
