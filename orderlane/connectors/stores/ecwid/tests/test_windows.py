"""Stretches of time: they narrow until they fit, and together they leave out no second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlane.connectors.stores.ecwid.windows import PAGE, Window
from orderlane.kernel.errors import NeedsAttention

SINCE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@given(st.lists(st.integers(0, 4000), max_size=400), st.integers(0, 5000))
def test_walking_the_stretches_meets_every_change(changes: list[int], latest: int) -> None:
    seen: list[int] = []
    cursor, start = "", datetime.fromtimestamp(0, UTC)
    for _ in range(2000):
        window = Window.at(start, cursor)
        inside = [at for at in changes if window.holds(datetime.fromtimestamp(at, UTC))]
        while len(inside) > PAGE:
            narrower = window.narrowed(len(inside), max([latest, *changes]))
            if narrower is None:
                assert window.start == window.end
                break
            window = narrower
            inside = [at for at in changes if window.holds(datetime.fromtimestamp(at, UTC))]
        seen += inside
        cursor = window.next_cursor(max([latest, *changes]))
        if not cursor:
            break
    assert sorted(seen) == sorted(changes)


def test_a_cursor_comes_back() -> None:
    window = Window.at(SINCE, "")
    assert (window.start, window.end, window.next_cursor(0)) == (int(SINCE.timestamp()), None, "")
    assert Window.at(SINCE, "5-9") == Window(5, 9)
    assert Window.at(SINCE, "5-") == Window(5, None)
    assert Window(5, 9).next_cursor(100) == "10-20"
    assert Window(5, 9).next_cursor(15) == "10-"


def test_bounds_belong_to_a_stretch_whatever_the_fraction() -> None:
    window = Window(int(SINCE.timestamp()), int(SINCE.timestamp()) + 1)
    inside = [SINCE, SINCE + timedelta(seconds=1, microseconds=999_999)]
    outside = [SINCE - timedelta(microseconds=1), SINCE + timedelta(seconds=2)]
    assert [window.holds(at) for at in inside + outside] == [True, True, False, False]


@pytest.mark.parametrize("cursor", ["x", "5", "-", "5-x", "a-9", "5-9-1"])
def test_anything_else_is_no_cursor_of_ours(cursor: str) -> None:
    with pytest.raises(NeedsAttention) as caught:
        Window.at(SINCE, cursor)
    assert caught.value.reason == "bad_cursor"
