"""How much of a rate limit is left, and how long to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlane.ports.budgets import BudgetReport, DocumentedLimit, Urgency
from orderlane.stores.rules import (
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

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)
BUCKET = Level(capacity=2000, remaining=50, restores_per_second=100, counted_at=NOW)
WINDOW = Level(150, 3, 0, NOW, refills_at=NOW + timedelta(seconds=20))


def test_a_bucket_refills_as_time_passes_and_never_above_its_capacity() -> None:
    assert level_at(BUCKET, LATER).remaining == 1050
    assert level_at(BUCKET, NOW + timedelta(hours=1)).remaining == 2000


def test_a_window_refills_whole_at_its_end_and_not_before() -> None:
    assert level_at(WINDOW, LATER).remaining == 3
    assert level_at(WINDOW, NOW + timedelta(seconds=20)).remaining == 150


def test_a_clock_that_runs_back_gives_nothing_away() -> None:
    assert level_at(BUCKET, NOW - timedelta(seconds=30)).remaining == 50


@pytest.mark.parametrize(
    ("level", "cost", "urgency", "seconds"),
    [
        (replace(BUCKET, remaining=130), 50, Urgency.PROMPT, 0.0),
        # A twenty-fifth (80) is never spent; who has to wait, waits for a twentieth (100) more than it needs.
        (BUCKET, 50, Urgency.PROMPT, 1.8),
        (BUCKET, 150, Urgency.PROMPT, 2.8),
        # What is routine leaves a fifth (400) to what is prompt.
        (BUCKET, 50, Urgency.ROUTINE, 5.8),
        # No longer than until the bucket is full.
        (BUCKET, 2000, Urgency.PROMPT, 19.5),
        (WINDOW, 1, Urgency.PROMPT, 0.0),
        (WINDOW, 1, Urgency.ROUTINE, 20.0),
        (taken(WINDOW, 3), 1, Urgency.PROMPT, 20.0),
        # More than all there can be: a full bucket lets it pass, and the platform decides.
        (Level(1000, 1000, 100, NOW), 5000, Urgency.PROMPT, 0.0),
    ],
)
def test_the_wait_is_exactly_until_there_is_room_worth_coming_for(
    level: Level, cost: float, urgency: Urgency, seconds: float
) -> None:
    assert seconds_until_room(level, cost, urgency, NOW) == seconds


def test_who_begins_leaves_room_for_those_who_have_begun() -> None:
    assert seconds_until_room(replace(WINDOW, remaining=6), 1, Urgency.PROMPT, NOW, begins=True) == 20
    assert seconds_until_room(replace(WINDOW, remaining=7), 1, Urgency.PROMPT, NOW, begins=True) == 0
    assert seconds_until_room(replace(WINDOW, remaining=1), 1, Urgency.PROMPT, NOW) == 0
    # Of a small budget there is nothing to leave.
    assert seconds_until_room(Level(20, 1, 0, NOW, LATER), 1, Urgency.PROMPT, NOW, begins=True) == 0


def test_a_refusal_closes_the_budget_whatever_is_left() -> None:
    closed = Level(1000, 1000, 100, NOW, closed_until=NOW + timedelta(seconds=7))
    assert seconds_until_room(closed, 1, Urgency.PROMPT, NOW) == 7
    assert seconds_until_room(closed, 1, Urgency.PROMPT, LATER) == 0


def test_within_a_window_the_lower_count_holds_and_a_new_window_counts_anew() -> None:
    same = told(BudgetReport(150, 90, resets_in_seconds=20), NOW)
    assert reconciled(WINDOW, same).remaining == 3
    assert reconciled(Level(150, 140, 0, NOW, refills_at=WINDOW.refills_at), same).remaining == 90
    new = told(BudgetReport(150, 149, resets_in_seconds=30), NOW + timedelta(seconds=21))
    assert reconciled(WINDOW, new).remaining == 149


def test_a_bucket_takes_over_what_the_platform_gave_back() -> None:
    theirs = told(BudgetReport(2000, 1800, restores_per_second=100), NOW)
    assert reconciled(BUCKET, theirs).remaining == 1800


def test_a_window_that_began_anew_remembers_the_calls_on_their_way() -> None:
    anew = level_at(WINDOW, NOW + timedelta(seconds=20))
    ours = taken(taken(taken(anew, 1), 1), 1)
    first_answer = told(BudgetReport(150, 149, resets_in_seconds=30), NOW + timedelta(seconds=21))
    assert reconciled(ours, first_answer).remaining == 147
    assert reconciled(replace(ours, capacity=450), first_answer).remaining == 149


def test_a_bucket_remembers_the_large_calls_that_no_answer_has_confirmed() -> None:
    full = replace(BUCKET, remaining=2000)
    one, both = taken(full, 700), taken(taken(full, 700), 690)
    mine = unconfirmed(full, one)
    assert mine == (NOW.timestamp(), 700.0)
    assert unconfirmed(both, taken(both, 13)) is None
    answer = told(BudgetReport(2000, 1975, restores_per_second=100), NOW)
    after = reconciled(both, answer, mine)
    assert (after.remaining, after.recent) == (1285, ((NOW.timestamp(), 690.0),))
    # An answer that never comes is not waited for.
    assert level_at(after, NOW + timedelta(seconds=31)).recent == ()


def test_only_a_difference_that_matters_is_news() -> None:
    theirs = told(BudgetReport(2000, 60, restores_per_second=100), NOW)
    assert not is_news(BUCKET, theirs)
    assert is_news(BUCKET, told(BudgetReport(2000, 600, restores_per_second=100), NOW))
    assert is_news(BUCKET, told(BudgetReport(4000, 60, restores_per_second=100), NOW))
    assert is_news(WINDOW, told(BudgetReport(150, 3), NOW))
    # Within a window, a single call of somebody else's counts.
    assert is_news(WINDOW, told(BudgetReport(150, 2, resets_in_seconds=20), NOW))
    assert not is_news(WINDOW, told(BudgetReport(150, 5, resets_in_seconds=20), NOW))


def _call(level: Level, seconds: float) -> tuple[Level, float]:
    """One call at so many seconds after NOW: the count after it, and the wait if it was not let in."""
    now = NOW + timedelta(seconds=seconds)
    level = level_at(level, now)
    wait = seconds_until_room(level, 1, Urgency.PROMPT, now)
    return (level, wait) if wait else (taken(level, 1), 0.0)


def test_our_own_count_gives_back_each_call_when_its_minute_has_passed() -> None:
    level = counted_here(DocumentedLimit(calls=100, seconds=60), NOW)
    assert level.remaining == 98  # two are kept for calls that arrive late
    for second in range(49):
        level, wait = _call(level, second)
        level, wait = _call(level, second)
        assert not wait
    assert len(level.recent) == 49
    level, wait = _call(level, 50)
    assert wait == 12.0  # six calls: those of the first three seconds
    level, wait = _call(level, 59.9)
    assert wait > 0
    assert level_at(level, NOW + timedelta(seconds=60.1)).remaining == 2
    assert level_at(level, NOW + timedelta(seconds=200)).remaining == 98


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0, 3), max_size=200), st.integers(3, 40), st.sampled_from([5.0, 60.0]))
def test_no_span_ever_holds_more_calls_than_documented(gaps: list[float], calls: int, span: float) -> None:
    level, at, let_in = counted_here(DocumentedLimit(calls, span), NOW), 0.0, []
    for gap in gaps:
        at += gap
        level, wait = _call(level, at)
        if not wait:
            let_in.append(at)
        elif gap > 2:  # somebody who does as told is let in
            at += wait + 0.001
            level, wait = _call(level, at)
            assert not wait
            let_in.append(at)
    for first in let_in:
        assert sum(first <= each < first + span for each in let_in) <= calls
