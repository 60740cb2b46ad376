"""Look whether a store still sends us everything, mend what is missing, and have the gap read again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.ports.budgets import Urgency
from orderlane.stores.actions.note_store_state import note_webhooks
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.connect import webhook_url
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.models import Store
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for


def check_webhooks(organization_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> list[str]:
    """Subscribe anew to what the store lost or switched off; return those topics.

    The cursor then goes back to the last time everything was there, so that the next poll reads the gap. Where the
    store offers *Request fulfillment*, that it leads to us is made sure too: it may have been refused while connecting.
    """
    with acting_for(organization_id, actor):
        store = Store.objects.get(pk=store_id)
        connector = connector_of(store, Urgency.ROUTINE)
        sells = store.organization.kind == OrganizationKind.RETAILER
    with noticing_lost_access(store, actor=actor):
        mended = list(connector.subscribe(webhook_url(store)))
    with acting_for(organization_id, actor):
        note_webhooks(store_id, mended, now=now)
    if sells:
        with noticing_lost_access(store, actor=actor):
            connector.offer_fulfillment(webhook_url(store))
    return mended
