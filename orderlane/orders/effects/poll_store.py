"""Catch up with a store: whatever a lost webhook did not tell us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from orderlane.inbox.actions.set_aside import set_aside
from orderlane.kernel.errors import NeedsAttention
from orderlane.orders.effects.fetch_order import fetch_order
from orderlane.orders.models import Order
from orderlane.ports.budgets import Urgency
from orderlane.ports.stores import OrderRef
from orderlane.stores.actions.note_store_state import ACCESS_LOST, note_polled
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for

OVERLAP = timedelta(minutes=15)
"""Read again what changed just before the last poll: a store's index lags and its clock is not ours."""

SAME_SECOND = timedelta(seconds=2)


def poll_store(retailer_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> int:
    """Fetch every order changed since the last poll that we do not hold in that version; return how many.

    The cursor moves only after the whole list was read, so that a crash repeats and never skips.
    """
    with acting_for(retailer_id, actor):
        store: Store = Store.objects.get(pk=store_id)
        connector = connector_of(store, Urgency.ROUTINE)
        since = store.polled_until - OVERLAP
    fetched = 0
    newest = store.polled_until
    cursor = ""
    while True:
        with noticing_lost_access(store, actor=actor):
            page = connector.changed_orders(since, cursor)
        fetched += fetch_all(retailer_id, store, page.refs, actor=actor, now=now)
        newest = max([newest, *(ref.updated_at for ref in page.refs)])
        cursor = page.next_cursor
        if not cursor:
            break
    with acting_for(retailer_id, actor):
        note_polled(store, until=min(newest, now), now=now)
    return fetched


def fetch_all(retailer_id: UUID, store: Store, refs: Sequence[OrderRef], *, actor: str, now: datetime) -> int:
    """Fetch those of the listed orders that we do not hold in that version; return how many brought news."""
    wanted = _worth_fetching(retailer_id, store, refs, actor)
    return sum(_fetch(retailer_id, store.pk, ref, actor=actor, now=now) for ref in wanted)


def _fetch(retailer_id: UUID, store_id: UUID, ref: OrderRef, *, actor: str, now: datetime) -> bool:
    """Fetch one order; one that makes no sense is set aside in the inbox and does not hold up the others."""
    try:
        return fetch_order(retailer_id, store_id, ref.external_id, actor=actor, now=now, urgency=Urgency.ROUTINE)
    except NeedsAttention as problem:
        if problem.reason in ACCESS_LOST:
            raise
        with acting_for(retailer_id, actor):
            set_aside(
                ref, problem.reason, organization_id=retailer_id, store_id=store_id,
                job_name="orders.receive_message", now=now,
            )  # fmt: skip
        return False


def _worth_fetching(retailer_id: UUID, store: Store, refs: Sequence[OrderRef], actor: str) -> list[OrderRef]:
    """Orders we do not hold in that version, and fresh ones: a store's clock may count in whole seconds."""
    with acting_for(retailer_id, actor):
        held = dict(
            Order.objects.filter(store_id=store.pk, external_id__in=[ref.external_id for ref in refs]).values_list(
                "external_id", "external_updated_at"
            )
        )
    fresh = store.polled_until - SAME_SECOND
    return [
        ref
        for ref in refs
        if ref.external_id not in held or held[ref.external_id] < ref.updated_at or ref.updated_at >= fresh
    ]
