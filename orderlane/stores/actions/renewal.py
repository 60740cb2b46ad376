"""The lease and the outcome of renewing a store's secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from orderlane.audit.record import record
from orderlane.stores.models import Store

LEASE = timedelta(seconds=60)


def lease_renewal(store_id: UUID, *, now: datetime) -> Store | None:
    """Take the right to renew a store's secrets and return it with them; None while somebody else is at it.

    They are read under the lock: the refresh token that somebody has just used up is never used again.
    """
    store = Store.locked(pk=store_id)
    if store.renewing_until is not None and store.renewing_until > now:
        return None
    store.renewing_until = now + LEASE
    store.save(update_fields=["renewing_until"])
    return store


def save_renewed(leased: Store, secrets: Mapping[str, str], *, now: datetime) -> None:
    """Replace, in one piece, the secrets that ``leased`` was read with.

    A store that was connected again meanwhile keeps its new ones, and one whose secrets were thrown away has none.
    """
    store = Store.locked(pk=leased.pk)
    if store.has_secrets_of(leased):
        store.seal(secrets)
        store.save(update_fields=["sealed_secrets"])
        record("store.secrets_renewed", store, now=now)


def end_renewal(store_id: UUID) -> None:
    """Give the right back."""
    Store.objects.filter(pk=store_id).update(renewing_until=None)
