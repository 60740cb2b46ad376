"""The scope every query runs in: one tenant, one actor, one transaction.

A scope *is* a transaction: entering one begins it, sets the tenant for row-level security with
``SET LOCAL`` and takes a database role that owns nothing; leaving commits. Effects therefore call the
outside only between scopes, which is also what the HTTP client's guard enforces.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

TENANT_ROLE = "orderlane_tenant"
SYSTEM_ROLE = "orderlane_system"


class NoScope(RuntimeError):
    """A tenant table was queried outside any scope. A programming error, never shown to a person."""


class ScopeConflict(RuntimeError):
    """A scope of another tenant is already open: one transaction never serves two tenants."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Who acts, and for which organization; no organization means the whole installation."""

    organization_id: UUID | None
    actor: str


_ENTER = "SELECT set_config('role', %s, true), set_config('orderlane.tenant', %s, true)"
_ENTER_LIGHTLY = f"{_ENTER}, set_config('synchronous_commit', 'off', true)"

_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current() -> Scope:
    """Return the open scope; raise NoScope when there is none."""
    scope = _current.get()
    if scope is None:
        raise NoScope("a tenant table was queried outside a scope")
    return scope


def is_open() -> bool:
    """Whether a scope is open here."""
    return _current.get() is not None


@contextmanager
def acting_for(organization_id: UUID, actor: str, *, may_be_lost: bool = False) -> Iterator[Scope]:
    """Act for one organization; ``actor`` is ``member:<id>``, ``job:<name>`` or ``webhook:<source>``.

    Joins a scope of the same organization when one is open; raises ScopeConflict for another's.
    ``may_be_lost``: its commit does not wait for the disk. Whatever it writes must be something that a crash of the
    database's machine may take back by a second.
    """
    with _scope(Scope(organization_id, actor), TENANT_ROLE, may_be_lost=may_be_lost) as scope:
        yield scope


@contextmanager
def system_scope(actor: str) -> Iterator[Scope]:
    """Act for the whole installation: sweeps that list what is due, and the webhook door. Never for pages."""
    with _scope(Scope(None, actor), SYSTEM_ROLE) as scope:
        yield scope


@contextmanager
def _scope(wanted: Scope, role: str, *, may_be_lost: bool = False) -> Iterator[Scope]:
    opened = _current.get()
    if opened is not None:
        if opened.organization_id != wanted.organization_id:
            raise ScopeConflict("another tenant's scope is open")
        yield opened
        return
    with transaction.atomic(durable=True):
        tenant = str(wanted.organization_id or "")
        with connection.cursor() as cursor:
            cursor.execute(_ENTER_LIGHTLY if may_be_lost else _ENTER, [role, tenant])
        token = _current.set(wanted)
        try:
            yield wanted
        finally:
            _current.reset(token)
