"""Decisions about rate limits on plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from orderlane.ports.budgets import BudgetReport, DocumentedLimit, Urgency

ROUTINE_LEAVES = 0.2
"""The share of a budget that polls and imports leave for webhooks, people and parcels."""

BEGUN, BEGUN_SHARE = 6, 0.04
"""So many calls, and no more than this share of a budget, are left to work that has begun: a push that stops between
reading and writing has read for nothing, and has to look up what became of it."""

WORTHWHILE = 0.05
"""The share of a budget that has to be back before who found it empty tries again: work that takes several calls
would otherwise stop after each."""

OWN_COUNT = 0.98
"""The share of a documented limit that our own count spends. The platform counts a call when it arrives, we when it
leaves: those on their way must not be one too many."""

STEPS = 120
"""Our own count tells moments apart by this fraction of its span."""

SAME_WINDOW = timedelta(seconds=2)
"""Two ends of a window that lie closer together are the same: answers take their time."""

SAME = 0.02
"""A platform's count that differs from ours by less than this share of its limit is no news."""


MARGIN = 2 * SAME
"""The share of a leaky bucket that is never spent: by so much our count may be wrong, because of what was no news
and of small calls on their way. It costs nothing: a bucket gives back as fast when it is not empty."""

ANSWER_WITHIN = 30.0
"""Seconds after which a call without an answer is no longer expected to arrive."""

Call = tuple[float, float]
"""A moment, in seconds since 1970, and a cost."""


@dataclass(frozen=True, slots=True)
class Level:
    """A rate limit as last counted. See the columns of the same names."""

    capacity: float
    remaining: float
    restores_per_second: float
    counted_at: datetime
    refills_at: datetime | None = None
    closed_until: datetime | None = None
    rolling_seconds: float = 0.0
    recent: tuple[Call, ...] = ()


def counted_here(limit: DocumentedLimit, now: datetime) -> Level:
    """A limit that only the documentation tells, before the first call.

    What is spent comes back when its own span has passed, not all at once: that keeps the limit whether the
    platform counts in a rolling window or in fixed ones, which it does not say.
    """
    calls = float(int(limit.calls * OWN_COUNT))
    return Level(calls, calls, 0.0, now, rolling_seconds=limit.seconds)


def level_at(level: Level, now: datetime) -> Level:
    """The limit as it must stand now, when nobody else has called."""
    if level.refills_at is not None and level.refills_at <= now:
        return replace(level, remaining=level.capacity, counted_at=now, refills_at=None)
    oldest = now.timestamp() - (level.rolling_seconds or ANSWER_WITHIN)
    recent = tuple(each for each in level.recent if each[0] > oldest)
    if level.rolling_seconds:
        remaining = level.capacity - sum(cost for _, cost in recent)
        return replace(level, remaining=max(remaining, 0.0), recent=recent, counted_at=now)
    passed = max((now - level.counted_at).total_seconds(), 0.0)
    remaining = min(level.capacity, level.remaining + level.restores_per_second * passed)
    return replace(level, remaining=remaining, recent=recent, counted_at=max(now, level.counted_at))


def seconds_until_room(level: Level, cost: float, urgency: Urgency, now: datetime, *, begins: bool = False) -> float:
    """How long to wait before ``cost`` may be taken; 0 when it may be taken now. ``level`` is as of ``now``.

    ``begins``: it is the first call of a piece of work.
    """
    if level.closed_until is not None and level.closed_until > now:
        return (level.closed_until - now).total_seconds()
    if not level.capacity:
        return 0.0  # The platform has refused calls, but never said how many it takes.
    kept = level.capacity * ROUTINE_LEAVES if urgency is Urgency.ROUTINE else 0.0
    if level.restores_per_second > 0:
        kept += level.capacity * MARGIN
    elif begins:
        kept += min(BEGUN, int(level.capacity * BEGUN_SHARE))
    # What costs more than the whole budget is let through a full one: the platform then says what it thinks.
    wanted = min(cost + kept, level.capacity)
    if wanted <= level.remaining:
        return 0.0
    missing = min(wanted + level.capacity * WORTHWHILE, level.capacity) - level.remaining
    if level.rolling_seconds:
        return _seconds_until_back(level, missing, now)
    if level.restores_per_second > 0:
        return missing / level.restores_per_second
    return (level.refills_at - now).total_seconds() if level.refills_at is not None else 0.0


def _seconds_until_back(level: Level, missing: float, now: datetime) -> float:
    """When the oldest calls have left the span, and with them as much as is missing."""
    for moment, cost in level.recent:
        missing -= cost
        if missing <= 0:
            return max(moment + level.rolling_seconds - now.timestamp(), 0.0)
    return level.rolling_seconds


def taken(level: Level, cost: float) -> Level:
    """The limit after a call of this cost. ``level`` is as of the call."""
    left = replace(level, remaining=max(level.remaining - cost, 0.0))
    moment = level.counted_at.timestamp()
    if level.rolling_seconds:
        step = level.rolling_seconds / STEPS
        # Counted at the end of its step, so that it never comes back too early.
        moment = ceil(moment / step) * step
        *before, (latest, sum_then) = level.recent or ((0.0, 0.0),)
        if latest == moment:
            return replace(left, recent=(*before, (moment, sum_then + cost)))
    elif not (level.restores_per_second > 0 and cost > level.capacity * SAME):
        return left
    return replace(left, recent=(*level.recent, (moment, cost)))


def unconfirmed(before: Level, after: Level) -> Call | None:
    """The call between two counts, when the platform's answer has to confirm it; None when it is small."""
    is_large = not after.rolling_seconds and len(after.recent) > len(before.recent)
    return after.recent[-1] if is_large else None


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


def reconciled(ours: Level, theirs: Level, answered: Call | None = None) -> Level:
    """Our count brought in line with the platform's, which has not yet seen the calls that are on their way.

    Within one window calls cost what we counted, so the lower count holds. A leaky bucket gives back what
    a call cost less than reserved, which only the platform knows; what others have reserved and it may not have
    seen is left out. ``answered`` is the call whose answer this is.
    """
    remaining, recent = theirs.remaining, list(ours.recent)
    if answered in recent:
        recent.remove(answered)
    if theirs.restores_per_second > 0:
        remaining = max(remaining - sum(cost for _, cost in recent), 0.0)
    elif _same_window(ours, theirs):
        remaining = min(ours.remaining, remaining)
    return replace(theirs, remaining=remaining, recent=tuple(recent), closed_until=ours.closed_until)


def _same_window(ours: Level, theirs: Level) -> bool:
    """Whether both count one window: it ends at the same time, or ours has begun anew and nobody has told its end."""
    if ours.capacity != theirs.capacity or theirs.refills_at is None or ours.restores_per_second > 0:
        return False
    return ours.refills_at is None or abs(theirs.refills_at - ours.refills_at) < SAME_WINDOW


def is_news(ours: Level, theirs: Level) -> bool:
    """Whether the platform's word differs from our own count so much that it is worth writing down."""
    if (ours.capacity, ours.restores_per_second) != (theirs.capacity, theirs.restores_per_second):
        return True
    if (ours.refills_at is None) != (theirs.refills_at is None):
        return True
    if theirs.refills_at is not None and theirs.remaining < ours.remaining:
        return True  # somebody else calls too; within a window that never comes back
    return abs(ours.remaining - theirs.remaining) > theirs.capacity * SAME
