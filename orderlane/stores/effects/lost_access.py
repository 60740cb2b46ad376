"""Notice, on any call to a store, that our access to it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from orderlane.kernel import clock
from orderlane.kernel.errors import NeedsAttention, Unavailable
from orderlane.stores.actions.note_store_state import ACCESS_LOST, REFUSED, lose_access
from orderlane.stores.connections import STORE_DISCONNECTED, connector_of
from orderlane.stores.effects.renew_secrets import renew_secrets
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for


@contextmanager
def renewing_secrets(store: Store, *, actor: str) -> Iterator[None]:
    """Turn a refusal inside the block into Unavailable when the store has other secrets by now, or can be given some.

    ``store`` is the row whose secrets the block calls with.
    """
    try:
        yield
    except NeedsAttention as problem:
        if problem.reason == REFUSED and _has_others(store, actor):
            raise Unavailable("its secrets had ended", reason="secrets_renewed", retry_after=1.0) from problem
        raise


@contextmanager
def noticing_lost_access(store: Store, *, actor: str) -> Iterator[None]:
    """Disconnect the store when a call inside the block is refused for good; the error goes on to the caller.

    Secrets that have ended are renewed instead, as by :func:`renewing_secrets`.
    """
    try:
        with renewing_secrets(store, actor=actor):
            yield
    except NeedsAttention as problem:
        if problem.reason in ACCESS_LOST:
            with acting_for(store.organization_id, actor):
                lose_access(store, reason=problem.reason, now=clock.now())
        raise


def _has_others(store: Store, actor: str) -> bool:
    """Judged by the time of now: the block may have read for minutes, and its secrets have ended since."""
    if renew_secrets(store.organization_id, store.pk, actor=actor, now=clock.now()):
        return True
    with acting_for(store.organization_id, actor):
        return not Store.objects.get(pk=store.pk).has_secrets_of(store)


@contextmanager
def accepting_lost_access() -> Iterator[None]:
    """For jobs: a store that we cannot talk to any more has been noted as such, and there is nothing else to do."""
    try:
        yield
    except NeedsAttention as problem:
        if problem.reason not in ACCESS_LOST and problem.reason != STORE_DISCONNECTED:
            raise


def check_access(organization_id: UUID, store_id: UUID, *, actor: str) -> None:
    """Ask the store who it is: after a hint that we were uninstalled, this is what tells."""
    with acting_for(organization_id, actor):
        store = Store.objects.get(pk=store_id)
        connector = connector_of(store)
    with accepting_lost_access(), noticing_lost_access(store, actor=actor):
        connector.identify()
