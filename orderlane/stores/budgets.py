"""The rate budget of a store, kept in the database so that all workers spend from one purse."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

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
_COLUMNS = tuple(field.name for field in fields(Level))
# By hand, because every call to the outside waits for it: the query builder takes twice as long as the queries.
# Of the two nets of tenancy, the database's alone holds these.
_READ = """
SELECT capacity, remaining, restores_per_second, counted_at, refills_at, closed_until, rolling_seconds, recent
FROM stores_storebudget WHERE store_id = %s FOR UPDATE
"""
_WRITE = """
UPDATE stores_storebudget SET capacity = %s, remaining = %s, restores_per_second = %s, counted_at = %s,
refills_at = %s, closed_until = %s, rolling_seconds = %s, recent = %s WHERE store_id = %s
"""


class StoreBudgetKeeper:
    """A :class:`~orderlane.ports.budgets.RateBudget` of one store.

    Until its platform reports a limit there is none, unless the platform documents one that it never reports:
    that one is counted here. One keeper accompanies one piece of work: its first call leaves room for those whose
    work has begun.

    Each step is one short transaction of its own, between the caller's scopes: a budget is spent even when
    the work it was spent on is later rolled back. It does not wait for the disk: of a second of counting that a
    crash takes back, the platform's next answer tells us.
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
        with acting_for(self._organization_id, _ACTOR, may_be_lost=True):
            level = self._locked() or self._begun(now)
            if level is None:
                return
            level = level_at(level, now)
            wait = seconds_until_room(level, cost, self._urgency, now, begins=not self._has_begun)
            if not wait:
                self._known = taken(level, cost)
                self._unconfirmed = unconfirmed(level, self._known)
                self._save(self._known)
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
        with acting_for(self._organization_id, _ACTOR, may_be_lost=True):
            ours = self._locked()
            if ours is None:
                self._begin(theirs)
            else:
                self._save(reconciled(level_at(ours, now), theirs, mine))
        self._known, self._unconfirmed = theirs, None

    def exhausted(self, retry_after: float) -> None:
        """Close the budget for so many seconds."""
        now = clock.now()
        with acting_for(self._organization_id, _ACTOR, may_be_lost=True):
            level = self._locked() or self._begun(now)
            until = now + timedelta(seconds=max(retry_after, 1.0))
            if level is None:
                self._begin(Level(0.0, 0.0, 0.0, now, closed_until=until))
            else:
                self._save(replace(level_at(level, now), closed_until=until))

    def _locked(self) -> Level | None:
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self._store_id])
            row = cursor.fetchone()
        return _level(*row[:-1], json.loads(row[-1])) if row else None

    def _save(self, level: Level) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [*astuple(level)[:-1], json.dumps(level.recent), self._store_id])

    def _begun(self, now: datetime) -> Level | None:
        """Begin our own count of what the platform documents; None when it documents nothing."""
        if self._documented is None:
            return None
        self._begin(counted_here(self._documented, now))
        return self._locked()

    def _begin(self, level: Level) -> None:
        """Write the first count, unless another worker was faster."""
        row = StoreBudget(organization_id=self._organization_id, store_id=self._store_id, **asdict(level))
        StoreBudget.objects.bulk_create([row], ignore_conflicts=True)


def share_used(store_id: UUID, now: datetime) -> float | None:
    """How much of a store's rate limit is used now, between 0 and 1; None while none is known."""
    row = StoreBudget.objects.filter(store_id=store_id).values_list(*_COLUMNS).first()
    if row is None or not (level := _level(*row)).capacity:
        return None
    return 1.0 - level_at(level, now).remaining / level.capacity


def _level(*columns: Any) -> Level:
    """The count in a row; its last column comes as lists."""
    recent = tuple((float(moment), float(cost)) for moment, cost in columns[-1])
    capacity, remaining, restores, counted_at, refills_at, closed_until, rolling = columns[:-1]
    return Level(capacity, remaining, restores, counted_at, refills_at, closed_until, rolling, recent)
