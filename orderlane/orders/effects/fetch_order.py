"""Fetch one order from its store and save it: the single path of webhook, poll and button."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.orders.actions.receive_order import receive_order
from orderlane.ports.budgets import Urgency
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for


def fetch_order(
    retailer_id: UUID,
    store_id: UUID,
    external_id: str,
    *,
    actor: str,
    now: datetime,
    urgency: Urgency = Urgency.PROMPT,
) -> bool:
    """Read the order with our own credentials and save it; return False when nothing new was learned.

    Raises Unavailable when the store cannot be reached. A refused credential disconnects the store.
    """
    with acting_for(retailer_id, actor):
        store: Store = Store.objects.get(pk=store_id)
        connector = connector_of(store, urgency)
    with noticing_lost_access(store, actor=actor):
        told = connector.fetch_order(external_id)
    if told is None:
        return False
    with acting_for(retailer_id, actor):
        return receive_order(store, told, now=now)
