"""Decisions about rate limits on plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orderlane.ports.budgets import BudgetReport, Urgency

ROUTINE_LEAVES = 0.2
"""The share of a budget that polls and imports leave for webhooks, people and parcels."""

SAME_WINDOW = timedelta(seconds=2)
"""Two ends of a window that lie closer together are the same: answers take their time."""

SAME = 0.02
"""A platform's count that differs from ours by less than this share of its limit is no news."""


@dataclass(frozen=True, slots=True)
class Level:
    """A rate limit as last counted. See the columns of the same names."""

    capacity: float
    remaining: float
    restores_per_second: float
    counted_at: datetime
    refills_at: datetime | None = None
    closed_until: datetime | None = None


def level_at(level: Level, now: datetime) -> Level:
    """The limit as it must stand now, when nobody else has called."""
    if level.refills_at is not None and level.refills_at <= now:
        return replace(level, remaining=level.capacity, counted_at=now, refills_at=None)
    passed = max((now - level.counted_at).total_seconds(), 0.0)
    remaining = min(level.capacity, level.remaining + level.restores_per_second * passed)
    return replace(level, remaining=remaining, counted_at=max(now, level.counted_at))


def seconds_until_room(level: Level, cost: float, urgency: Urgency, now: datetime) -> float:
    """How long to wait before ``cost`` may be taken; 0 when it may be taken now. ``level`` is as of ``now``."""
    if level.closed_until is not None and level.closed_until > now:
        return (level.closed_until - now).total_seconds()
    if not level.capacity:
        return 0.0  # The platform has refused calls, but never said how many it takes.
    kept = level.capacity * ROUTINE_LEAVES if urgency is Urgency.ROUTINE else 0.0
    # What costs more than the whole budget is let through a full one: the platform then says what it thinks.
    wanted = min(cost + kept, level.capacity)
    missing = wanted - level.remaining
    if missing <= 0:
        return 0.0
    if level.restores_per_second > 0:
        return missing / level.restores_per_second
    return (level.refills_at - now).total_seconds() if level.refills_at is not None else 0.0


def taken(level: Level, cost: float) -> Level:
    """The limit after a call of this cost."""
    return replace(level, remaining=max(level.remaining - cost, 0.0))


def told(report: BudgetReport, now: datetime) -> Level:
    """The limit as the platform says it stands."""
    resets = report.resets_in_seconds
    return Level(
        capacity=max(report.limit, 0.0),
        remaining=max(report.remaining, 0.0),
        restores_per_second=max(report.restores_per_second, 0.0),
        counted_at=now,
        refills_at=now + timedelta(seconds=resets) if resets > 0 else None,
    )


def reconciled(ours: Level, theirs: Level) -> Level:
    """Our count brought in line with the platform's, which has not yet seen the calls that are on their way.

    Within one window calls cost what we counted, so the lower count holds. A leaky bucket gives back what
    a call cost less than reserved, which only the platform knows.
    """
    same_window = (
        ours.capacity == theirs.capacity
        and ours.refills_at is not None
        and theirs.refills_at is not None
        and abs(theirs.refills_at - ours.refills_at) < SAME_WINDOW
    )
    remaining = min(ours.remaining, theirs.remaining) if same_window else theirs.remaining
    return replace(theirs, remaining=remaining, closed_until=ours.closed_until)


def is_news(ours: Level, theirs: Level) -> bool:
    """Whether the platform's word differs from our own count so much that it is worth writing down."""
    if (ours.capacity, ours.restores_per_second) != (theirs.capacity, theirs.restores_per_second):
        return True
    if (ours.refills_at is None) != (theirs.refills_at is None):
        return True
    return abs(ours.remaining - theirs.remaining) > theirs.capacity * SAME
