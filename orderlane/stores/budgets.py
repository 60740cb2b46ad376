"""The rate budget of a store, kept in the database so that all workers spend from one purse."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from orderlane.kernel import clock
from orderlane.kernel.errors import Unavailable
from orderlane.ports.budgets import BudgetReport, Urgency
from orderlane.stores.models import StoreBudget
from orderlane.stores.rules import Level, is_news, level_at, reconciled, seconds_until_room, taken, told
from orderlane.tenants.scope import acting_for

_ACTOR = "budget"


class StoreBudgetKeeper:
    """A :class:`~orderlane.ports.budgets.RateBudget` of one store. Until its platform reports a limit there is none.

    Each step is one short transaction of its own, between the caller's scopes: a budget is spent even when
    the work it was spent on is later rolled back.
    """

    def __init__(self, organization_id: UUID, store_id: UUID, urgency: Urgency = Urgency.PROMPT) -> None:
        self._organization_id = organization_id
        self._store_id = store_id
        self._urgency = urgency
        self._known: Level | None = None

    def take(self, cost: float = 1.0) -> None:
        """Reserve ``cost``; raise Unavailable with the seconds to wait when the budget has no room for it."""
        now = clock.now()
        with acting_for(self._organization_id, _ACTOR):
            row = self._locked()
            if row is None:
                return
            level = level_at(_level(row), now)
            wait = seconds_until_room(level, cost, self._urgency, now)
            if not wait:
                self._known = taken(level, cost)
                _save(row, self._known)
        if wait:
            raise Unavailable("the rate limit has no room left", reason="budget_spent", retry_after=wait)

    def report(self, said: BudgetReport) -> None:
        """Take over the platform's count, unless it says what we already reckon with."""
        now = clock.now()
        theirs = told(said, now)
        if self._known is not None and not is_news(level_at(self._known, now), theirs):
            return
        with acting_for(self._organization_id, _ACTOR):
            row = self._locked()
            if row is None:
                StoreBudget.objects.bulk_create([self._fresh(theirs)], ignore_conflicts=True)
            else:
                _save(row, reconciled(level_at(_level(row), now), theirs))
        self._known = theirs

    def exhausted(self, retry_after: float) -> None:
        """Close the budget for so many seconds."""
        now = clock.now()
        with acting_for(self._organization_id, _ACTOR):
            row = self._locked()
            until = now + timedelta(seconds=max(retry_after, 1.0))
            if row is None:
                closed = Level(0.0, 0.0, 0.0, now, closed_until=until)
                StoreBudget.objects.bulk_create([self._fresh(closed)], ignore_conflicts=True)
            else:
                _save(row, replace(level_at(_level(row), now), closed_until=until))

    def _locked(self) -> StoreBudget | None:
        return StoreBudget.objects.select_for_update(of=("self",)).filter(store_id=self._store_id).first()

    def _fresh(self, level: Level) -> StoreBudget:
        return StoreBudget(organization_id=self._organization_id, store_id=self._store_id, **asdict(level))


def share_used(store_id: UUID, now: datetime) -> float | None:
    """How much of a store's rate limit is used now, between 0 and 1; None while its platform has reported none."""
    row = StoreBudget.objects.filter(store_id=store_id).first()
    if row is None or not row.capacity:
        return None
    return 1.0 - level_at(_level(row), now).remaining / row.capacity


def _level(row: StoreBudget) -> Level:
    return Level(row.capacity, row.remaining, row.restores_per_second, row.counted_at, row.refills_at, row.closed_until)


def _save(row: StoreBudget, level: Level) -> None:
    StoreBudget.objects.filter(pk=row.pk).update(**asdict(level))
