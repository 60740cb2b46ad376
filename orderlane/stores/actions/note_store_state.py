"""Notes about a store's health and how far it has been read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.stores.models import Store
from orderlane.stores.states import STORE, StoreStatus

REFUSED = "access_refused"
ACCESS_LOST = frozenset({REFUSED, "shop_not_found", "shop_frozen"})
"""Reasons with which a platform says that our access to the whole store is gone."""

BY_A_MEMBER = "disconnected_by_member"
"""The reason of a store that was disconnected on purpose, which therefore needs nobody's attention."""


def note_polled(polled: Store, *, until: datetime, now: datetime) -> None:
    """Advance the cursor after a complete poll that began at ``polled``, the row as it was then.

    One that was moved meanwhile stays: a gap in the webhooks has moved it back, and is yet to be read.
    """
    if until > polled.polled_until:
        Store.objects.filter(pk=polled.pk, polled_until=polled.polled_until).update(polled_until=until)
    Store.objects.filter(pk=polled.pk).update(last_polled_at=now)


def note_webhooks(store_id: UUID, mended: Sequence[str], *, now: datetime) -> None:
    """Note that all webhooks are there now; when some were not, what happened since the last check is read again."""
    store = Store.locked(pk=store_id)
    since = store.webhooks_checked_at or store.connected_at
    if mended:
        store.polled_until = min(store.polled_until, since)
        record("store.webhooks_mended", store, now=now, detail={"topics": list(mended), "since": since.isoformat()})
    store.webhooks_checked_at = now
    store.save(update_fields=["polled_until", "webhooks_checked_at"])


def lose_access(store: Store, *, reason: str, now: datetime) -> None:
    """Stop talking to a store that refused the secrets ``store`` was read with, unless it has others by now."""
    if Store.locked(pk=store.pk).has_secrets_of(store):
        disconnect_store(store.pk, reason=reason, now=now)


def disconnect_store(store_id: UUID, *, reason: str, now: datetime) -> None:
    """Stop talking to a store whose access was refused or revoked; what it already sent is kept."""
    store = Store.locked(pk=store_id)
    if store.status == StoreStatus.CONNECTED:
        to = StoreStatus.DISCONNECTED
        move(store, "status", STORE, to, now=now, reason=reason, status_reason=reason, disconnected_at=now)
