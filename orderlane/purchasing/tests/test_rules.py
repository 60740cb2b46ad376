"""When to send, adopt or wait; why a purchase order cannot be paid; fingerprints; how much has shipped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlane.kernel.hashes import content_hash
from orderlane.ports.stores import FinancialState
from orderlane.purchasing.models import Hold
from orderlane.purchasing.rules import (
    HOLD_BY_STATE,
    Forwarding,
    NextStep,
    fulfilled_share,
    hold_reason,
    next_forwarding_step,
)

MANY = settings(max_examples=2000, deadline=None)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTLE = timedelta(seconds=90)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("found", "since", "expected"),
    [
        (True, None, Forwarding(NextStep.ADOPT)),
        (True, NOON, Forwarding(NextStep.ADOPT)),
        (False, None, Forwarding(NextStep.SEND)),
        (False, NOON, Forwarding(NextStep.WAIT, NOON + SETTLE)),
        (False, NOON - SETTLE + timedelta(microseconds=1), Forwarding(NextStep.WAIT, NOON + timedelta(microseconds=1))),
        (False, NOON - SETTLE, Forwarding(NextStep.SEND)),
        (False, NOON - timedelta(days=3), Forwarding(NextStep.SEND)),
    ],
)
def test_next_step_by_name(found: bool, since: datetime | None, expected: Forwarding) -> None:
    assert next_forwarding_step(found=found, uncertain_since=since, lookup_settle=SETTLE, now=NOON) == expected


@MANY
@given(
    found=st.booleans(),
    age=st.none() | st.integers(-600, 600).map(lambda seconds: timedelta(seconds=seconds)),
    settle=st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds)),
)
def test_never_sent_while_a_doubt_is_younger_than_the_index_lag(
    found: bool, age: timedelta | None, settle: timedelta
) -> None:
    since = None if age is None else NOON - age
    decided = next_forwarding_step(found=found, uncertain_since=since, lookup_settle=settle, now=NOON)
    if decided.step is NextStep.SEND:
        assert not found
        assert age is None or age >= settle
    elif decided.step is NextStep.WAIT:
        assert since is not None
        assert decided.at == since + settle > NOON
    else:
        assert found
    # What waits is decided when its moment comes.
    if decided.at is not None:
        later = next_forwarding_step(found=False, uncertain_since=since, lookup_settle=settle, now=decided.at)
        assert later.step is NextStep.SEND


@pytest.mark.parametrize("state", FinancialState)
@pytest.mark.parametrize("canceled", [False, True])
@pytest.mark.parametrize("has_lines", [False, True])
@pytest.mark.parametrize("is_test", [False, True])
def test_only_a_real_paid_living_order_with_lines_may_be_paid(
    state: FinancialState, canceled: bool, has_lines: bool, is_test: bool
) -> None:
    reason = hold_reason(state, canceled=canceled, has_lines=has_lines, is_test=is_test)
    assert (reason == "") is (state is FinancialState.PAID and not canceled and has_lines and not is_test)
    assert reason in Hold.values
    if canceled:
        assert reason == "canceled_in_store"
    elif state is FinancialState.REFUNDED:
        assert reason == "refunded_in_store"
    elif not has_lines:
        assert reason == "no_lines"
    else:
        assert reason == ("test_order" if is_test else HOLD_BY_STATE[state])


@MANY
@given(st.dictionaries(st.text(max_size=8), json_values, max_size=6), st.randoms())
def test_a_fingerprint_ignores_the_order_of_keys_and_nothing_else(content: dict[str, Any], luck: Any) -> None:
    keys = list(content)
    luck.shuffle(keys)
    assert content_hash({key: content[key] for key in keys}) == content_hash(content)
    assert content_hash({**content, "another": 1}) != content_hash(content)


lines = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1)
parcels = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9)), max_size=5)


@MANY
@given(lines, parcels)
def test_everything_has_shipped_exactly_when_each_line_has(
    ordered: dict[str, int], shipped: list[dict[str, int]]
) -> None:
    some, everything = fulfilled_share(ordered, shipped)
    sums = {line: sum(parcel.get(line, 0) for parcel in shipped) for line in ordered}
    assert some is any(count > 0 for count in sums.values())
    assert everything is (all(sums[line] >= ordered[line] for line in ordered))
    assert some or not everything
