"""Notice, on any call to a store, that our access to it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from orderlane.kernel import clock
from orderlane.kernel.errors import NeedsAttention, Unavailable
from orderlane.stores.actions.note_store_state import ACCESS_LOST, REFUSED, lose_access
from orderlane.stores.connections import connector_of
from orderlane.stores.effects.renew_secrets import renew_secrets
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for


@contextmanager
def noticing_lost_access(store: Store, *, actor: str) -> Iterator[None]:
    """Disconnect the store when a call inside the block is refused for good; the error goes on to the caller.

    ``store`` is the row whose secrets the block calls with. Where they have ended and can be renewed, or others have
    taken their place meanwhile, nothing is lost: the caller then hears Unavailable.
    """
    try:
        yield
    except NeedsAttention as problem:
        if problem.reason not in ACCESS_LOST:
            raise
        if _has_others(store, problem.reason, actor):
            raise Unavailable("its secrets had ended", reason="secrets_renewed", retry_after=1.0) from problem
        raise


def _has_others(store: Store, reason: str, actor: str) -> bool:
    """Whether the store has other secrets by now, or can be given some; disconnected when neither.

    By the time of now: the block may have read for minutes, and what had not ended then has ended since.
    """
    now = clock.now()
    if reason == REFUSED and renew_secrets(store.organization_id, store.pk, actor=actor, now=now):
        return True
    with acting_for(store.organization_id, actor):
        return not lose_access(store, reason=reason, now=now)


def check_access(organization_id: UUID, store_id: UUID, *, actor: str) -> None:
    """Ask the store who it is: after a hint that we were uninstalled, this is what tells."""
    with acting_for(organization_id, actor):
        store = Store.objects.get(pk=store_id)
        connector = connector_of(store)
    try:
        with noticing_lost_access(store, actor=actor):
            connector.identify()
    except NeedsAttention as problem:
        if problem.reason not in ACCESS_LOST:
            raise
