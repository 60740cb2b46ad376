"""How much of a rate limit is left, and how long to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderlane.ports.budgets import BudgetReport, Urgency
from orderlane.stores.rules import Level, is_news, level_at, reconciled, seconds_until_room, taken, told

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
        (BUCKET, 50, Urgency.PROMPT, 0.0),
        (BUCKET, 150, Urgency.PROMPT, 1.0),
        # What is routine leaves a fifth (400) to what is prompt.
        (BUCKET, 50, Urgency.ROUTINE, 4.0),
        (WINDOW, 1, Urgency.PROMPT, 0.0),
        (WINDOW, 1, Urgency.ROUTINE, 20.0),
        (taken(WINDOW, 3), 1, Urgency.PROMPT, 20.0),
        # More than all there can be: a full bucket lets it pass, and the platform decides.
        (Level(1000, 1000, 100, NOW), 5000, Urgency.PROMPT, 0.0),
    ],
)
def test_the_wait_is_exactly_until_there_is_room(level: Level, cost: float, urgency: Urgency, seconds: float) -> None:
    assert seconds_until_room(level, cost, urgency, NOW) == seconds


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


def test_only_a_difference_that_matters_is_news() -> None:
    theirs = told(BudgetReport(2000, 60, restores_per_second=100), NOW)
    assert not is_news(BUCKET, theirs)
    assert is_news(BUCKET, told(BudgetReport(2000, 600, restores_per_second=100), NOW))
    assert is_news(BUCKET, told(BudgetReport(4000, 60, restores_per_second=100), NOW))
    assert is_news(WINDOW, told(BudgetReport(150, 3), NOW))
