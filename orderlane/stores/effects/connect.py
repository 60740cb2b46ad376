"""Connect a store: ask it who it is, save it, and have it send us its webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings

from orderlane.kernel.errors import NeedsAttention
from orderlane.ports import registry
from orderlane.ports.accounts import Account
from orderlane.stores.actions.connect_store import connect_store
from orderlane.stores.connections import api_url
from orderlane.stores.models import Store
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for


def connect(
    *, organization_id: UUID, actor: str, platform: str, domain: str, secrets: Mapping[str, str], now: datetime
) -> Store:
    """Try the credentials, save the store, subscribe to its webhooks.

    Raises NeedsAttention when the store refuses the credentials or turns out to be another one;
    nothing has been saved then.
    """
    account = Account(external_id=domain, api_url=api_url(platform, domain), secrets=secrets)
    connector = registry.stores()[platform](account)
    identity = connector.identify()
    if identity.external_id != domain:
        raise NeedsAttention("the credentials belong to another store", reason="other_store")
    with acting_for(organization_id, actor):
        store = connect_store(
            organization_id=organization_id, platform=platform, identity=identity, secrets=secrets, now=now
        )
        sells = store.organization.kind == OrganizationKind.RETAILER
    connector.subscribe(webhook_url(store))
    if sells:
        connector.offer_fulfillment(webhook_url(store))
    return store


def webhook_url(store: Store) -> str:
    """Where a store sends its webhooks."""
    return f"{settings.BASE_URL}/hooks/stores/{store.pk}"
