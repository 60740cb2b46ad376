"""Notice, on any call to a store, that our access to it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from orderlane.kernel.errors import NeedsAttention, Unavailable
from orderlane.stores.actions.note_store_state import ACCESS_LOST, REFUSED, disconnect_store
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.renew_secrets import renew_secrets
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for


@contextmanager
def noticing_lost_access(organization_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> Iterator[None]:
    """Disconnect the store when a call inside the block is refused for good; the error goes on to the caller.

    Secrets that ended while nobody renewed them are renewed instead: the caller then hears Unavailable.
    """
    try:
        yield
    except NeedsAttention as problem:
        if problem.reason not in ACCESS_LOST:
            raise
        if problem.reason == REFUSED and renew_secrets(organization_id, store_id, actor=actor, now=now):
            raise Unavailable("its secrets had ended", reason="secrets_renewed", retry_after=1.0) from problem
        with acting_for(organization_id, actor):
            disconnect_store(store_id, reason=problem.reason, now=now)
        raise


def check_access(organization_id: UUID, store_id: UUID, *, actor: str, now: datetime) -> None:
    """Ask the store who it is: after a hint that we were uninstalled, this is what tells."""
    with acting_for(organization_id, actor):
        connector = connector_of(Store.objects.get(pk=store_id))
    try:
        with noticing_lost_access(organization_id, store_id, actor=actor, now=now):
            connector.identify()
    except NeedsAttention as problem:
        if problem.reason not in ACCESS_LOST:
            raise
