"""Read one page of a store's earlier orders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.kernel.errors import NeedsAttention
from orderlane.orders.actions.history_import import fail_import, note_page
from orderlane.orders.effects.poll_store import fetch_all
from orderlane.orders.models import OrderImport
from orderlane.orders.states import ImportStatus
from orderlane.ports.budgets import Urgency
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.tenants.scope import acting_for


def import_page(retailer_id: UUID, import_id: UUID, *, actor: str, now: datetime) -> None:
    """Fetch the orders of the next page and note the progress; a repeat reads the page again and changes nothing.

    Raises Unavailable when the store cannot be reached now: the page is read later.
    """
    with acting_for(retailer_id, actor):
        row = OrderImport.objects.select_related("store").get(pk=import_id)
        if row.status != ImportStatus.RUNNING:
            return
        store = row.store
    try:
        with acting_for(retailer_id, actor):
            connector = connector_of(store, Urgency.ROUTINE)
        with noticing_lost_access(store, actor=actor):
            page = connector.changed_orders(row.since, row.cursor)
        received = fetch_all(retailer_id, store, page.refs, actor=actor, now=now)
    except NeedsAttention as problem:
        with acting_for(retailer_id, actor):
            fail_import(import_id, problem.reason, now=now)
        return
    with acting_for(retailer_id, actor):
        note_page(
            import_id,
            cursor=row.cursor,
            seen=len(page.refs),
            received=received,
            next_cursor=page.next_cursor,
            now=now,
        )
