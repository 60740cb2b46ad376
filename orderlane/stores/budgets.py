"""The rate budget of a store, kept in the database so that all workers spend from one purse."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from orderlane.kernel import clock
from orderlane.kernel.errors import Unavailable
from orderlane.ports.budgets import BudgetReport, DocumentedLimit, Urgency
from orderlane.stores.models import StoreBudget
from orderlane.stores.rules import (
    Call,
    Level,
    counted_here,
    is_news,
    level_at,
    reconciled,
    seconds_until_room,
    taken,
    told,
    unconfirmed,
)
from orderlane.tenants.scope import acting_for

_ACTOR = "budget"


class StoreBudgetKeeper:
    """A :class:`~orderlane.ports.budgets.RateBudget` of one store.

    Until its platform reports a limit there is none, unless the platform documents one that it never reports:
    that one is counted here. One keeper accompanies one piece of work: its first call leaves room for those whose
    work has begun.

    Each step is one short transaction of its own, between the caller's scopes: a budget is spent even when
    the work it was spent on is later rolled back.
    """

    def __init__(
        self,
        organization_id: UUID,
        store_id: UUID,
        urgency: Urgency = Urgency.PROMPT,
        documented: DocumentedLimit | None = None,
    ) -> None:
        self._organization_id = organization_id
        self._store_id = store_id
        self._urgency = urgency
        self._documented = documented
        self._has_begun = False
        self._known: Level | None = None
        self._unconfirmed: Call | None = None

    def take(self, cost: float = 1.0) -> None:
        """Reserve ``cost``; raise Unavailable with the seconds to wait when the budget has no room for it."""
        now = clock.now()
        with acting_for(self._organization_id, _ACTOR):
            row = self._locked() or self._begun(now)
            if row is None:
                return
            level = level_at(_level(row), now)
            wait = seconds_until_room(level, cost, self._urgency, now, begins=not self._has_begun)
            if not wait:
                self._known = taken(level, cost)
                self._unconfirmed = unconfirmed(level, self._known)
                _save(row, self._known)
        self._has_begun |= not wait
        if wait:
            raise Unavailable("the rate limit has no room left", reason="budget_spent", retry_after=wait)

    def report(self, said: BudgetReport) -> None:
        """Take over the platform's count, unless it says what we already reckon with."""
        now = clock.now()
        theirs = told(said, now)
        known, mine = self._known, self._unconfirmed
        if mine is None and known is not None and not is_news(level_at(known, now), theirs):
            return
        with acting_for(self._organization_id, _ACTOR):
            row = self._locked()
            if row is None:
                StoreBudget.objects.bulk_create([self._fresh(theirs)], ignore_conflicts=True)
            else:
                _save(row, reconciled(level_at(_level(row), now), theirs, mine))
        self._known, self._unconfirmed = theirs, None

    def exhausted(self, retry_after: float) -> None:
        """Close the budget for so many seconds."""
        now = clock.now()
        with acting_for(self._organization_id, _ACTOR):
            row = self._locked() or self._begun(now)
            until = now + timedelta(seconds=max(retry_after, 1.0))
            if row is None:
                closed = Level(0.0, 0.0, 0.0, now, closed_until=until)
                StoreBudget.objects.bulk_create([self._fresh(closed)], ignore_conflicts=True)
            else:
                _save(row, replace(level_at(_level(row), now), closed_until=until))

    def _locked(self) -> StoreBudget | None:
        return StoreBudget.objects.select_for_update(of=("self",)).filter(store_id=self._store_id).first()

    def _begun(self, now: datetime) -> StoreBudget | None:
        """Begin our own count of what the platform documents; None when it documents nothing."""
        if self._documented is None:
            return None
        StoreBudget.objects.bulk_create([self._fresh(counted_here(self._documented, now))], ignore_conflicts=True)
        return self._locked()

    def _fresh(self, level: Level) -> StoreBudget:
        return StoreBudget(organization_id=self._organization_id, store_id=self._store_id, **asdict(level))


def share_used(store_id: UUID, now: datetime) -> float | None:
    """How much of a store's rate limit is used now, between 0 and 1; None while none is known."""
    row = StoreBudget.objects.filter(store_id=store_id).first()
    if row is None or not row.capacity:
        return None
    return 1.0 - level_at(_level(row), now).remaining / row.capacity


def _level(row: StoreBudget) -> Level:
    return Level(
        capacity=row.capacity,
        remaining=row.remaining,
        restores_per_second=row.restores_per_second,
        counted_at=row.counted_at,
        refills_at=row.refills_at,
        closed_until=row.closed_until,
        rolling_seconds=row.rolling_seconds,
        recent=tuple((float(moment), float(cost)) for moment, cost in row.recent),
    )


def _save(row: StoreBudget, level: Level) -> None:
    StoreBudget.objects.filter(pk=row.pk).update(**asdict(level))
