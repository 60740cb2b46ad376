"""Notes about a store's health and how far it has been read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.transitions import move
from orderlane.stores.models import Store
from orderlane.stores.states import STORE, StoreStatus

ACCESS_LOST = frozenset({"access_refused", "shop_not_found", "shop_frozen"})
"""Reasons with which a platform says that our access to the whole store is gone."""

BY_A_MEMBER = "disconnected_by_member"
"""The reason of a store that was disconnected on purpose, which therefore needs nobody's attention."""


def note_polled(store_id: UUID, *, until: datetime, now: datetime) -> None:
    """Advance the cursor after a complete poll; it never moves back."""
    Store.objects.filter(pk=store_id, polled_until__lt=until).update(polled_until=until)
    Store.objects.filter(pk=store_id).update(last_polled_at=now)


def disconnect_store(store_id: UUID, *, reason: str, now: datetime) -> None:
    """Stop talking to a store whose access was refused or revoked; what it already sent is kept."""
    store = Store.locked(pk=store_id)
    if store.status == StoreStatus.CONNECTED:
        move(store, "status", STORE, StoreStatus.DISCONNECTED, now=now, reason=reason, status_reason=reason)
