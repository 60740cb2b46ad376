"""Connect a store: ask it who it is, save it, and have it send us its webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings

from orderlane.kernel.errors import NeedsAttention, OutsideError
from orderlane.ports import registry
from orderlane.ports.accounts import Account
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import StoreConnector
from orderlane.stores.actions.connect_store import connect_store
from orderlane.stores.connections import api_url, app_of, connector_of, has_capability
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for


def connect(
    *, organization_id: UUID, actor: str, platform: str, external_id: str, secrets: Mapping[str, str], now: datetime
) -> Store:
    """Try the credentials, save the store, subscribe to its webhooks.

    Raises NeedsAttention when the store refuses the credentials or turns out to be another one;
    nothing has been saved then.
    """
    account = Account(external_id, api_url(platform, external_id), secrets, app=app_of(platform))
    connector = registry.stores()[platform](account)
    identity = connector.identify()
    if identity.external_id != external_id:
        raise NeedsAttention("the credentials belong to another store", reason="other_store")
    with acting_for(organization_id, actor):
        earlier = _connected_before(platform, external_id)
        store = connect_store(
            organization_id=organization_id, platform=platform, identity=identity, secrets=secrets, now=now
        )
        sells = store.organization.kind == OrganizationKind.RETAILER
    if earlier is not None:
        # Webhooks may belong to the keys they were made with: nobody could take them out later. Old keys may be dead.
        with suppress(OutsideError):
            earlier.withdraw(webhook_url(store))
    connector.subscribe(webhook_url(store))
    if sells:
        connector.offer_fulfillment(webhook_url(store))
    return store


def _connected_before(platform: str, external_id: str) -> StoreConnector | None:
    """The connector with the keys that are being replaced, where all it has put into the store are webhooks."""
    store = Store.objects.filter(platform=platform, external_id=external_id, status=StoreStatus.CONNECTED).first()
    more = store is not None and has_capability(store, StoreCapability.REQUEST_FULFILLMENT)
    return connector_of(store) if store is not None and not more else None


def install(
    *, organization_id: UUID, actor: str, platform: str, query: Mapping[str, str], redirect_url: str, now: datetime
) -> Store:
    """Finish a platform's own install flow with what the browser came back with, then connect the store.

    Raises InstallRefused when the query is not the platform's; nothing has been saved then.
    """
    flow = registry.stores()[platform].install_flow
    if flow is None:
        raise NeedsAttention(f"{platform} has no install flow", reason="no_install_flow")
    installed = flow(app_of(platform)).finish(query, redirect_url, now)
    return connect(
        organization_id=organization_id,
        actor=actor,
        platform=platform,
        external_id=installed.external_id,
        secrets=installed.secrets,
        now=now,
    )


def webhook_url(store: Store) -> str:
    """Where a store sends its webhooks, unless its platform sends those of all stores to one door."""
    return f"{settings.BASE_URL}/hooks/stores/{store.pk}"


def common_webhook_url(platform: str) -> str:
    """Where a platform sends the webhooks of all stores, as the operator sets it in the app's settings there."""
    return f"{settings.BASE_URL}/hooks/platforms/{platform}"
