"""Who is told of what, on which morning, and how often what went wrong is tried again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlane.notifications.rules import (
    BETWEEN_ALERTS,
    GIVEN_UP_AFTER,
    MORNING_HOUR,
    Delivery,
    Event,
    alert_due,
    chosen_delivery,
    digest_day,
    retry_due,
)

PARIS, LOS_ANGELES = ZoneInfo("Europe/Paris"), ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 6, 3, 12, tzinfo=PARIS)


def test_a_choice_holds_and_what_is_not_chosen_is_as_usual() -> None:
    told = chosen_delivery({"supplier_late": "never", "payment_problem": "by pigeon", "gone": "daily"}, acts=True)
    assert told.keys() == set(Event)
    assert told[Event.SUPPLIER_LATE] is Delivery.NEVER
    assert told[Event.PAYMENT_PROBLEM] is Delivery.AT_ONCE
    assert told[Event.NEEDS_ATTENTION] is Delivery.DAILY


def test_who_only_looks_is_told_nothing_without_asking() -> None:
    assert set(chosen_delivery({}, acts=False).values()) == {Delivery.NEVER}
    assert chosen_delivery({"store_disconnected": "daily"}, acts=False)[Event.STORE_DISCONNECTED] is Delivery.DAILY


@pytest.mark.parametrize(
    ("moment", "last", "day"),
    [
        (datetime(2026, 6, 3, 6, 59, tzinfo=PARIS), date(2026, 6, 2), None),
        (datetime(2026, 6, 3, 7, 0, tzinfo=PARIS), date(2026, 6, 2), date(2026, 6, 3)),
        (datetime(2026, 6, 3, 7, 1, tzinfo=PARIS), date(2026, 6, 3), None),
        (datetime(2026, 6, 3, 23, 0, tzinfo=PARIS), date(2026, 6, 1), date(2026, 6, 3)),
        (datetime(2026, 6, 3, 7, 0, tzinfo=LOS_ANGELES), None, date(2026, 6, 3)),
    ],
)
def test_a_digest_is_made_once_a_morning(moment: datetime, last: date | None, day: date | None) -> None:
    assert digest_day(moment, last) == day


@given(st.integers(0, 2 * 366 * 24), st.sampled_from([PARIS, LOS_ANGELES]))
def test_looking_every_hour_makes_one_digest_a_day_whatever_clocks_do(begin: int, zone: ZoneInfo) -> None:
    first = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(hours=begin)
    last, made = None, []
    for hour in range(4 * 24):
        local = (first + timedelta(hours=hour)).astimezone(zone)
        day = digest_day(local, last)
        if day is not None:
            made.append(day)
            last = day
            assert local.hour >= MORNING_HOUR
    assert made == sorted(set(made))
    assert len(made) in {4, 5}


def test_alerts_leave_at_once_and_then_a_while_apart() -> None:
    assert alert_due(NOON, None) == NOON
    assert alert_due(NOON, NOON - timedelta(days=1)) == NOON
    assert alert_due(NOON, NOON - timedelta(minutes=1)) == NOON - timedelta(minutes=1) + BETWEEN_ALERTS


def test_what_the_mail_server_does_not_take_is_tried_for_a_day() -> None:
    now, attempts, tries = NOON, 1, 0
    while (due := retry_due(now, NOON, attempts)) is not None:
        assert timedelta(0) < due - now <= timedelta(hours=1)
        now, attempts, tries = due, attempts + 1, tries + 1
    assert now < NOON + GIVEN_UP_AFTER
    assert 20 < tries < 40
