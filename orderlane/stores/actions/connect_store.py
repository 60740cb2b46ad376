"""Save the connection of a store that has just answered with its credentials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.jobs.queue import enqueue, enqueue_once
from orderlane.kernel.ids import new_id
from orderlane.ports.stores import StoreIdentity
from orderlane.stores.connections import REPLACED, REPLACED_UNTIL
from orderlane.stores.models import Store
from orderlane.stores.states import STORE, StoreStatus
from orderlane.tenants.models import OrganizationKind

ROTATION = timedelta(hours=48)
"""How long a signing secret that was replaced is still accepted: as long as any platform repeats a delivery, so that
whatever was signed with the old one has arrived or been given up by then."""


def connect_store(
    *, organization_id: UUID, platform: str, identity: StoreIdentity, secrets: Mapping[str, str], now: datetime
) -> Store:
    """Create or re-connect the store that ``identity`` names; re-connecting keeps its rows and its cursor.

    In the same transaction everything is woken that waited for a disconnected store.
    """
    store = Store.objects.select_for_update().filter(platform=platform, external_id=identity.external_id).first()
    if store is None:
        store = Store(
            id=new_id(),
            organization_id=organization_id,
            platform=platform,
            external_id=identity.external_id,
            polled_until=now,
            connected_at=now,
        )
    before = _signing_secret(store.unseal())
    if before and before != _signing_secret(secrets):
        # The platform may go on signing with the old secret for a while after a rotation.
        secrets = {**secrets, REPLACED: before, REPLACED_UNTIL: (now + ROTATION).isoformat()}
    store.name, store.domain = identity.name[:120], identity.domain[:200]
    store.currency, store.environment = identity.currency, identity.environment
    store.webhooks_checked_at = now
    store.seal(secrets)
    store.save()
    if store.status == StoreStatus.DISCONNECTED:
        move(store, "status", STORE, StoreStatus.CONNECTED, now=now, status_reason="", connected_at=now)
        _resume(store)
    record("store.connected", store, now=now, detail={"platform": platform})
    return store


def _signing_secret(secrets: Mapping[str, str]) -> str:
    """What the store signs its webhooks with, when it was pasted: connectors call it one or the other."""
    return secrets.get("webhook_secret", "") or secrets.get("client_secret", "")


def _resume(store: Store) -> None:
    """Have read what happened in the meantime, and brought to the store what was to be brought to it."""
    owner, poll = store.organization_id, f"poll:{store.pk}"
    enqueue("shipping.resume_store", organization_id=owner, store_id=store.pk)
    if store.organization.kind == OrganizationKind.RETAILER:
        enqueue_once("orders.poll_store", key=poll, retailer_id=owner, store_id=store.pk)
    else:
        enqueue_once("shipping.poll_store", key=poll, supplier_id=owner, store_id=store.pk)
        enqueue("purchasing.resume_supplier", supplier_id=owner)
