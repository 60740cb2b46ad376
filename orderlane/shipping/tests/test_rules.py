"""Tracking numbers, overshipping, recognizing a parcel the store already has, and answers to requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlane.ports.stores import FulfillmentWork, RequestAnswer, RequestState, StoreFulfillment, Tracking
from orderlane.shipping.rules import (
    Standing,
    already_recorded,
    answer_to,
    clean_tracking,
    links_of,
    overshipped,
    requested_lines,
    subtract,
    whereabouts,
    with_links_that_follow,
)

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
    ids, left = already_recorded([*others, *mine], parcel, [OURS.numbers], taken=frozenset())
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
    assert already_recorded(recorded, {"a": 2, "b": 1}, [OURS.numbers], taken=taken) == (ids, left)


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


ASKED_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
LIMIT = timedelta(hours=24)
_W = Standing


def asked(state: RequestState, **changed: Any) -> FulfillmentWork:
    values = {"open": True, "remaining": {"L1": ("W1", 1)}, "requested_at": ASKED_AT, **changed}
    return FulfillmentWork(external_id="F1", order_external_id="O1", location_id="P1", request_state=state, **values)


@pytest.mark.parametrize(
    ("standings", "hours", "answer"),
    [
        ([_W.UNPAID], 23, None),
        ([_W.UNPAID], 24, RequestAnswer.REJECT_UNPAID),
        ([], 24, RequestAnswer.REJECT_UNPAID),
        ([_W.UNPAID, _W.PAYING], 48, None),
        ([_W.UNPAID, _W.PAID], 1, RequestAnswer.ACCEPT),
        ([_W.UNPAID, _W.AT_SUPPLIER], 48, RequestAnswer.ACCEPT),
        ([_W.UNCLEAR], 1, RequestAnswer.ACCEPT),
        ([_W.CANCELED], 24, RequestAnswer.REJECT_UNPAID),
    ],
)
def test_a_request_is_accepted_when_something_is_paid_and_declined_when_time_is_up(
    standings: list[Standing], hours: int, answer: RequestAnswer | None
) -> None:
    now = ASKED_AT + timedelta(hours=hours)
    assert answer_to(asked(RequestState.REQUESTED), standings, limit=LIMIT, now=now) is answer


def test_a_request_of_unknown_age_is_never_declined() -> None:
    work = asked(RequestState.REQUESTED, requested_at=None)
    assert answer_to(work, [_W.UNPAID], limit=LIMIT, now=ASKED_AT + timedelta(days=9)) is None


@pytest.mark.parametrize(
    ("standings", "answer"),
    [
        ([], RequestAnswer.ACCEPT_CANCELLATION),
        ([_W.UNPAID, _W.PAID, _W.CANCELED], RequestAnswer.ACCEPT_CANCELLATION),
        ([_W.PAID, _W.AT_SUPPLIER], None),
        ([_W.AT_SUPPLIER, _W.KEPT], RequestAnswer.REJECT_CANCELLATION),
        ([_W.PAYING], None),
        ([_W.KEPT, _W.UNCLEAR], None),
    ],
)
def test_a_cancellation_is_agreed_to_unless_a_supplier_has_the_goods(
    standings: list[Standing], answer: RequestAnswer | None
) -> None:
    work = asked(RequestState.CANCELLATION_REQUESTED)
    assert answer_to(work, standings, limit=LIMIT, now=ASKED_AT) is answer


def test_only_open_requested_work_is_in_progress() -> None:
    works = [
        asked(RequestState.ACCEPTED),
        asked(RequestState.REQUESTED, remaining={"L2": ("W2", 1)}, open=False),
        asked(RequestState.REJECTED, remaining={"L3": ("W3", 1)}),
        asked(RequestState.CANCELLATION_REQUESTED, remaining={"L4": ("W4", 1)}),
    ]
    assert requested_lines(works) == {"L1", "L4"}


@pytest.mark.parametrize(
    ("held", "typed", "link"),
    [
        (("UPS", "1Z1", "https://ups.example/t?n=1Z1"), ("UPS", "1Z2", "https://ups.example/t?n=1Z1"), "?n=1Z2"),
        (("UPS", "1Z1", "https://ups.example/t?n=1Z1"), ("UPS", "1Z1", "https://ups.example/t?n=1Z1"), "?n=1Z1"),
        (("UPS", "1Z1", "https://ups.example/t?n=1Z1"), ("UPS", "1Z2", "https://ups.example/t?n=1Z2"), "?n=1Z2"),
        (("", "1Z1", "https://ups.example/t?n=1Z1"), ("UPS", "1Z2", "https://ups.example/t?n=1Z1"), "?n=1Z2"),
        (("X", "A 1", "https://x.example/t/A%201"), ("X", "B 2", "https://x.example/t/A%201"), "/t/B%202"),
        (("UPS", "1Z1", "https://ups.example/t?n=1Z1"), ("DHL", "1Z2", "https://ups.example/t?n=1Z1"), ""),
        (("UPS", "1Z1", "https://ups.example/t?n=1Z1"), ("DHL", "1Z1", "https://ups.example/t?n=1Z1"), ""),
        (("X", "A1", "https://x.example/my-parcel"), ("X", "B2", "https://x.example/my-parcel"), ""),
        (("X", "1", "https://x1.example/t"), ("X", "2", "https://x1.example/t"), ""),
        (("X", "1", "https://x.example/1/1"), ("X", "2", "https://x.example/1/1"), ""),
    ],
)
def test_a_link_follows_its_number_or_is_left_out(
    held: tuple[str, str, str], typed: tuple[str, str, str], link: str
) -> None:
    was, now = (Tracking(carrier, (number,), (url,)) for carrier, number, url in (held, typed))
    [url] = with_links_that_follow(now, links_of(was)).urls
    assert url.endswith(link)
    assert bool(url) == bool(link)


@MANY
@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_customer_is_told_of_every_piece_once(quantity: int, in_parcels: int, fulfilled: int) -> None:
    where = whereabouts(quantity, in_parcels, fulfilled)
    assert min(where.in_parcels, where.elsewhere, where.waiting) >= 0
    assert where.in_parcels + where.elsewhere + where.waiting == max(quantity, in_parcels)
    assert where.in_parcels + where.elsewhere >= min(fulfilled, quantity)


def test_our_own_parcels_in_the_store_are_not_taken_for_somebody_elses() -> None:
    ours, then_told = whereabouts(3, in_parcels=2, fulfilled=0), whereabouts(3, in_parcels=2, fulfilled=2)
    assert ours == then_told
    assert (ours.in_parcels, ours.elsewhere, ours.waiting) == (2, 0, 1)
    assert whereabouts(3, in_parcels=0, fulfilled=3).elsewhere == 3
