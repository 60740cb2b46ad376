"""StoreConnector: parcels as the store keeps them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest

from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import Tracking
from tests.contracts.outside import PARCEL, SUPPLIER, Outside, numbers

SECOND = Tracking("DHL", ("JJD0099",), ("https://track.example/JJD0099",))


def shown_numbers(outside: Outside, number: str) -> list[str]:
    """Every tracking number that the store shows for an order."""
    return sorted(each for parcel in outside.parcels(number) for each in parcel["numbers"])


def test_a_whole_order_in_one_parcel(outside: Outside) -> None:
    first, second = outside.skus()
    number = outside.buy()
    request = outside.parcel(number, {first: 2, second: 1})
    made = outside.store().push_fulfillment(request)
    assert (made.quantities, made.canceled) == (request.quantities, False)
    [one] = outside.store().list_fulfillments(outside.key(number))
    assert one.external_id == made.external_id
    assert (one.quantities, one.canceled) == (request.quantities, False)
    assert one.tracking.numbers == PARCEL.numbers
    assert shown_numbers(outside, number) == list(PARCEL.numbers)
    assert [line.fulfilled for line in outside.order(number).lines] == [2, 1]
    assert not any(work.remaining and work.open for work in outside.store().list_work(outside.key(number)))


def test_an_order_in_two_parcels(outside: Outside) -> None:
    first, second = outside.skus()
    number, store = outside.buy(), outside.store()
    one, two = outside.parcel(number, {first: 1}), outside.parcel(number, {first: 1, second: 1}, SECOND)
    store.push_fulfillment(one)
    if outside.can(StoreCapability.PARTIAL_FULFILLMENT):
        assert [line.fulfilled for line in outside.order(number).lines] == [1, 0]
    store.push_fulfillment(two)
    recorded = outside.recorded(number)
    assert [each.quantities for each in recorded] == [one.quantities, two.quantities]
    assert numbers(recorded) == [list(PARCEL.numbers), list(SECOND.numbers)]
    assert len({each.external_id for each in recorded}) == 2
    assert shown_numbers(outside, number) == sorted([*PARCEL.numbers, *SECOND.numbers])
    if outside.can(StoreCapability.SEVERAL_PARCELS):
        assert len(outside.parcels(number)) == 2
    assert [line.fulfilled for line in outside.order(number).lines] == [2, 1]


def test_two_parcels_with_the_same_lines_and_number_are_two(outside: Outside) -> None:
    first, _ = outside.skus()
    number, store = outside.buy(), outside.store()
    request = outside.parcel(number, {first: 1})
    store.push_fulfillment(request)
    store.push_fulfillment(request)
    assert [each.quantities for each in outside.recorded(number)] == [request.quantities] * 2


def test_several_numbers_of_one_parcel(outside: Outside) -> None:
    first, _ = outside.skus()
    number = outside.buy()
    several = Tracking("UPS", ("1ZA", "1ZB", "1ZC"), ("", "", ""))
    outside.store().push_fulfillment(outside.parcel(number, {first: 2}, several))
    assert numbers(outside.recorded(number)) == [["1ZA", "1ZB", "1ZC"]]
    assert shown_numbers(outside, number) == ["1ZA", "1ZB", "1ZC"]


@pytest.mark.parametrize("tracking", [Tracking(), Tracking("Bpost"), Tracking("", ("LX42",)), Tracking("Colissimo")])
def test_a_parcel_that_can_hardly_be_followed(outside: Outside, tracking: Tracking) -> None:
    first, _ = outside.skus()
    number = outside.buy()
    outside.store().push_fulfillment(outside.parcel(number, {first: 1}, tracking))
    assert numbers(outside.recorded(number)) == [list(tracking.numbers)]
    assert [one.tracking.carrier for one in outside.recorded(number)] in ([tracking.carrier], [""])


@pytest.mark.parametrize(
    "wrong", [{"first": 3}, {"nowhere": 1}, {"first": 1, "nowhere": 1}, {}, {"first": 0}, {"first": -1}], ids=str
)
def test_what_cannot_be_shipped_is_refused_whole(outside: Outside, wrong: dict[str, int]) -> None:
    first, _ = outside.skus()
    number = outside.buy()
    good = outside.parcel(number, {first: 1})
    [line] = good.quantities
    elsewhere = outside.order(outside.buy()).lines[0].external_id
    # Some platforms count lines within their order.
    nowhere = elsewhere if elsewhere != line else f"{line}9"
    named = {{"first": line, "nowhere": nowhere}[name]: count for name, count in wrong.items()}
    with pytest.raises((Declined, NeedsAttention)) as caught:
        outside.store().push_fulfillment(replace(good, quantities=named))
    if not named or min(named.values()) <= 0:
        assert caught.value.reason == "empty_parcel"
    elif set(wrong) == {"first"}:
        assert caught.value.reason == "nothing_left_to_fulfill"
    assert (outside.recorded(number), outside.parcels(number)) == ([], [])


def test_what_has_shipped_is_not_shipped_again(outside: Outside) -> None:
    first, second = outside.skus()
    number = outside.buy()
    request = outside.parcel(number, {first: 2, second: 1})
    outside.store().push_fulfillment(request)
    with pytest.raises(Declined) as caught:
        outside.store().push_fulfillment(request)
    assert caught.value.reason == "nothing_left_to_fulfill"
    assert len(outside.recorded(number)) == len(outside.parcels(number)) == 1


def test_what_was_refunded_is_not_shipped(outside: Outside) -> None:
    first, _ = outside.skus()
    number = outside.buy()
    request = outside.parcel(number, {first: 2})
    outside.refund(number, {first: 1})
    with pytest.raises(Declined):
        outside.store().push_fulfillment(request)
    assert (outside.recorded(number), outside.parcels(number)) == ([], [])


def test_a_canceled_order_takes_no_parcel(outside: Outside) -> None:
    first, _ = outside.skus()
    number = outside.buy()
    request = outside.parcel(number, {first: 1})
    outside.act(number, "cancel")
    with pytest.raises(Declined):
        outside.store().push_fulfillment(request)
    assert (outside.recorded(number), outside.parcels(number)) == ([], [])


def test_an_order_that_is_not_there_takes_no_parcel(outside: Outside) -> None:
    number = outside.buy()
    request = replace(
        outside.parcel(number, {outside.skus()[0]: 1}), order_external_id=outside.key(outside.buy(SUPPLIER))
    )
    with pytest.raises((Declined, NeedsAttention)):
        outside.store().push_fulfillment(request)
    assert outside.parcels(number) == []


def test_tracking_is_corrected_of_one_parcel_alone(outside: Outside) -> None:
    first, second = outside.skus()
    number, store = outside.buy(), outside.store()
    store.push_fulfillment(outside.parcel(number, {first: 2}))
    made = store.push_fulfillment(outside.parcel(number, {second: 1}, SECOND))
    corrected = Tracking("UPS", ("1ZNEW",), ("https://track.example/1ZNEW",))
    for _ in range(2):
        store.update_tracking(made.external_id, corrected, False)
        assert numbers(outside.recorded(number)) == [list(PARCEL.numbers), ["1ZNEW"]]
        assert shown_numbers(outside, number) == sorted([*PARCEL.numbers, "1ZNEW"])
    assert [line.fulfilled for line in outside.order(number).lines] == [2, 1]


def test_the_tracking_of_a_parcel_that_is_not_there_is_refused(outside: Outside) -> None:
    first, second = outside.skus()
    number, store = outside.buy(), outside.store()
    made = store.push_fulfillment(outside.parcel(number, {first: 1}))
    wrong = made.external_id[:-1] + ("1" if made.external_id[-1] != "1" else "2")
    with pytest.raises(Declined) as caught:
        store.update_tracking(wrong, SECOND, True)
    assert caught.value.reason == "tracking_refused"
    assert shown_numbers(outside, number) == list(PARCEL.numbers)
    assert second


def test_a_parcel_is_taken_back(outside: Outside) -> None:
    first, second = outside.skus()
    number, store = outside.buy(), outside.store()
    one, two = outside.parcel(number, {first: 1}), outside.parcel(number, {first: 1, second: 1}, SECOND)
    kept, gone = store.push_fulfillment(one), store.push_fulfillment(two)
    for _ in range(2):
        store.cancel_fulfillment(gone.external_id)
    assert [each.external_id for each in outside.recorded(number)] == [kept.external_id]
    assert shown_numbers(outside, number) == list(PARCEL.numbers)
    if outside.can(StoreCapability.PARTIAL_FULFILLMENT):
        assert [line.fulfilled for line in outside.order(number).lines] == [1, 0]
    # Its pieces leave after all.
    again = store.push_fulfillment(two)
    assert again.external_id not in (kept.external_id, gone.external_id)
    assert shown_numbers(outside, number) == sorted([*PARCEL.numbers, *SECOND.numbers])
    assert [line.fulfilled for line in outside.order(number).lines] == [2, 1]


@pytest.mark.parametrize("mode", ["500", "429", "reset", "500_after", "reset_after", "html", "truncated"])
def test_a_parcel_is_taken_back_once_whichever_call_fails(outside: Outside, mode: str) -> None:
    first, second = outside.skus()
    for skip in count():
        number, store = outside.buy(), outside.store()
        kept = store.push_fulfillment(outside.parcel(number, {first: 1}))
        gone = store.push_fulfillment(outside.parcel(number, {first: 1, second: 1}, SECOND))
        outside.arm(mode, skip=skip, seconds=0.05)
        with suppress(Unavailable, OutcomeUnknown):
            store.cancel_fulfillment(gone.external_id)
        struck = outside.struck()
        store.cancel_fulfillment(gone.external_id)
        assert [each.external_id for each in outside.recorded(number)] == [kept.external_id]
        assert shown_numbers(outside, number) == list(PARCEL.numbers)
        if not struck:
            break
    assert skip >= 1
