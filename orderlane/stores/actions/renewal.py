"""The lease and the outcome of renewing a store's secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from orderlane.audit.record import record
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus

LEASE = timedelta(seconds=60)


def lease_renewal(store_id: UUID, *, now: datetime) -> bool:
    """Take the right to renew a connected store's secrets; False when it is disconnected or somebody else is at it."""
    free = Store.objects.filter(Q(renewing_until__isnull=True) | Q(renewing_until__lte=now), pk=store_id)
    return free.filter(status=StoreStatus.CONNECTED).update(renewing_until=now + LEASE) == 1


def save_renewed(store_id: UUID, secrets: Mapping[str, str], *, now: datetime) -> None:
    """Replace the secrets, in one piece, with what the platform has just given."""
    store = Store.locked(pk=store_id)
    store.seal(secrets)
    store.save(update_fields=["sealed_secrets"])
    record("store.secrets_renewed", store, now=now)


def end_renewal(store_id: UUID) -> None:
    """Give the right back."""
    Store.objects.filter(pk=store_id).update(renewing_until=None)
