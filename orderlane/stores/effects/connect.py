"""Connect a store: ask it who it is, save it, and have it send us its webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings

from orderlane.jobs.alone import alone
from orderlane.kernel.errors import NeedsAttention, OutsideError, Unavailable
from orderlane.ports import registry
from orderlane.ports.accounts import Account
from orderlane.ports.stores import StoreConnector
from orderlane.stores.actions.connect_store import connect_store
from orderlane.stores.connections import api_url, app_of, connector_of
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope


def connect(
    *, organization_id: UUID, actor: str, platform: str, external_id: str, secrets: Mapping[str, str], now: datetime
) -> Store:
    """Try the credentials, save the store, subscribe to its webhooks.

    Raises NeedsAttention when the store refuses the credentials, turns out to be another one, or is already on the
    other side of Orderlane, and Unavailable while somebody else is connecting it; nothing has been saved then.
    """
    account = Account(external_id, api_url(platform, external_id), secrets, app=app_of(platform))
    connector = registry.stores()[platform](account)
    identity = connector.identify()
    if identity.external_id != external_id:
        raise NeedsAttention("the credentials belong to another store", reason="other_store")
    with alone(f"connect {platform} {external_id}") as free:
        if not free:
            raise Unavailable("somebody else is connecting this store", reason="being_connected")
        _refuse_both_sides(organization_id, platform, external_id, actor)
        with acting_for(organization_id, actor):
            earlier = _connected_before(platform, external_id)
            store = connect_store(
                organization_id=organization_id, platform=platform, identity=identity, secrets=secrets, now=now
            )
            sells = store.organization.kind == OrganizationKind.RETAILER
        if earlier is not None:
            # Webhooks may belong to the keys they were made with, and nobody could take them out later.
            with suppress(OutsideError):  # the old keys may be dead
                earlier.unsubscribe(webhook_url(store))
        connector.subscribe(webhook_url(store))
        if sells:
            connector.offer_fulfillment(webhook_url(store))
    return store


def _connected_before(platform: str, external_id: str) -> StoreConnector | None:
    """The connector with the keys that are being replaced."""
    store = Store.objects.filter(platform=platform, external_id=external_id, status=StoreStatus.CONNECTED).first()
    return connector_of(store) if store is not None else None


def _refuse_both_sides(organization_id: UUID, platform: str, external_id: str, actor: str) -> None:
    """A store either sells or takes a supplier's orders, whosever it is: those would come back as new sales.

    Only somebody who holds keys to the store gets this far, and hears nothing of who else has connected it.
    """
    with system_scope(actor):
        kind = Organization.objects.get(pk=organization_id).kind
        connected = Store.objects.filter(platform=platform, external_id=external_id, status=StoreStatus.CONNECTED)
        if connected.exclude(organization__kind=kind).exists():
            sells = kind == OrganizationKind.RETAILER
            reason = "store_takes_purchase_orders" if sells else "store_sells"
            raise NeedsAttention("the store is on the other side already", reason=reason)


def install(
    *,
    organization_id: UUID,
    actor: str,
    platform: str,
    query: Mapping[str, str],
    redirect_url: str,
    now: datetime,
    again: str = "",
) -> Store:
    """Finish a platform's own install flow with what the browser came back with, then connect the store.

    ``again`` is the store that was to be connected again. Raises InstallRefused when the query is not the platform's,
    and NeedsAttention (``another_store``) when another store was chosen there; nothing has been saved then.
    """
    flow = registry.stores()[platform].install_flow
    if flow is None:
        raise NeedsAttention(f"{platform} has no install flow", reason="no_install_flow")
    installed = flow(app_of(platform)).finish(query, redirect_url, now)
    if again and installed.external_id != again:
        raise NeedsAttention(
            "another store was chosen", reason="another_store", asked=again, given=installed.external_id
        )
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
