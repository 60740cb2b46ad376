"""Tracking numbers, overshipping, and recognizing a parcel the store already has."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlane.ports.stores import StoreFulfillment, Tracking
from orderlane.shipping.rules import already_recorded, clean_tracking, overshipped, subtract

MANY = settings(max_examples=2000, deadline=None)
amounts = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9))
some_amounts = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1)
OURS = Tracking("UPS", ("1Z1",), ("https://ups.example/1Z1",))
OTHER = Tracking("UPS", ("1Z2",))


@MANY
@given(amounts, amounts)
def test_what_is_left_and_what_is_done_add_up(quantities: dict[str, int], done: dict[str, int]) -> None:
    left = subtract(quantities, done)
    assert all(count > 0 for count in left.values())
    for line, count in quantities.items():
        assert left.get(line, 0) == max(0, count - done.get(line, 0))
    assert left.keys() <= quantities.keys()


@MANY
@given(
    st.lists(some_amounts, min_size=1, max_size=4),
    st.lists(st.tuples(some_amounts, st.booleans()), max_size=4),
)
def test_a_repeat_after_a_lost_answer_writes_only_what_is_missing(
    written: list[dict[str, int]], noise: list[tuple[dict[str, int], bool]]
) -> None:
    """Whatever part of a parcel the store has taken, found again among parcels that are not ours."""
    parcel: dict[str, int] = {}
    for part in written:
        for line, count in part.items():
            parcel[line] = parcel.get(line, 0) + count
    mine = [StoreFulfillment(f"mine-{n}", part, OURS) for n, part in enumerate(written[:-1])]
    others = [
        StoreFulfillment(f"other-{n}", part, OURS if canceled else OTHER, canceled=canceled)
        for n, (part, canceled) in enumerate(noise)
    ]
    ids, left = already_recorded([*others, *mine], parcel, OURS, taken=frozenset())
    assert ids == [each.external_id for each in mine]
    assert left == written[-1]


@pytest.mark.parametrize(
    ("recorded", "taken", "ids", "left"),
    [
        ([], set(), [], {"a": 2, "b": 1}),
        ([StoreFulfillment("f1", {"a": 2, "b": 1}, OURS)], set(), ["f1"], {}),
        ([StoreFulfillment("f1", {"a": 2}, OURS)], set(), ["f1"], {"b": 1}),
        # Another parcel of ours with the same number, a canceled one, one with more in it, one without number.
        ([StoreFulfillment("f1", {"a": 2, "b": 1}, OURS)], {"f1"}, [], {"a": 2, "b": 1}),
        ([StoreFulfillment("f1", {"a": 2, "b": 1}, OURS, canceled=True)], set(), [], {"a": 2, "b": 1}),
        ([StoreFulfillment("f1", {"a": 3}, OURS)], set(), [], {"a": 2, "b": 1}),
        ([StoreFulfillment("f1", {"a": 1, "c": 1}, OURS)], set(), [], {"a": 2, "b": 1}),
        ([StoreFulfillment("f1", {"a": 2, "b": 1}, Tracking())], set(), [], {"a": 2, "b": 1}),
        # The same fulfillment twice over would be more than the parcel holds.
        ([StoreFulfillment(f"f{n}", {"a": 2}, OURS) for n in (1, 2)], set(), ["f1"], {"b": 1}),
    ],
)
def test_which_fulfillments_are_this_parcel(
    recorded: list[StoreFulfillment], taken: set[str], ids: list[str], left: dict[str, int]
) -> None:
    assert already_recorded(recorded, {"a": 2, "b": 1}, OURS, taken=taken) == (ids, left)


@MANY
@given(some_amounts, st.lists(amounts, max_size=4))
def test_overshipped_exactly_when_a_line_is(ordered: dict[str, int], parcels: list[dict[str, int]]) -> None:
    over = {line for line in ordered if sum(parcel.get(line, 0) for parcel in parcels) > ordered[line]}
    assert overshipped(ordered, parcels) is bool(over)


@pytest.mark.parametrize("number", ["1Z999AA10123456784", "RR 123 456 785 FR", "AB-1/2_3.4", "1", "x" * 64])
def test_numbers_carriers_write_are_taken(number: str) -> None:
    tidy = clean_tracking("UPS", [f"  {number} "], [])
    assert tidy == Tracking("UPS", (number,), ("",))


@pytest.mark.parametrize(
    "number", ["<script>", "=HYPERLINK(1)", "-1", "x" * 65, "1\n2", "naïve", "+49", "@cmd", "\u202e12"]
)
def test_what_no_carrier_writes_is_refused(number: str) -> None:
    assert clean_tracking("UPS", ["1Z1", number], []) is None


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://track.example/1", "https://track.example/1"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ('https://track.example/"onload=1', ""),
        ("ftp://track.example/1", ""),
    ],
)
def test_only_plain_links_are_kept(url: str, kept: str) -> None:
    assert clean_tracking("", ["1", "2"], [url]) == Tracking("", ("1", "2"), (kept, ""))


@MANY
@given(st.text(max_size=150), st.lists(st.text(max_size=70), max_size=4), st.lists(st.text(max_size=70), max_size=6))
def test_tidied_tracking_is_always_printable_and_paired(carrier: str, numbers: list[str], urls: list[str]) -> None:
    tidy = clean_tracking(carrier, numbers, urls)
    if tidy is not None:
        assert len(tidy.urls) == len(tidy.numbers)
        assert tidy.carrier.isprintable()
        assert len(tidy.carrier) <= 100
        assert all(number.isascii() and number.isprintable() and len(number) <= 64 for number in tidy.numbers)
