"""Parcels in a store with one tracking field, against the shipped simulator: none is lost, none is told twice."""

from __future__ import annotations

from typing import Any

import pytest

from orderlane.connectors.stores.ecwid.tests.outside import (
    LOST,
    arm,
    bought,
    journal,
    press,
    seen,
    store,
)
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.stores import (
    FulfillmentRequest,
    StoreFulfillment,
    Tracking,
)
from sandbox.ecwid.seed import RETAILER
from sandbox.serving import RunningSandbox

UPS = Tracking("UPS", ("1Z1", "1Z2"), ("https://t.example/1", "https://t.example/2"))


def test_parcels_are_noted_shown_corrected_and_listed(sandbox: RunningSandbox) -> None:
    order_id = bought(sandbox)
    order = store(sandbox).fetch_order(order_id)
    assert order is not None
    honey, bread = (line.external_id for line in order.lines)
    (work,) = store(sandbox).list_work(order_id)
    assert (work.open, {line: left for line, (_, left) in work.remaining.items()}) == (True, {honey: 2, bread: 3})

    first = store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {honey: 1, bread: 3}, UPS))
    assert first.quantities == {honey: 1, bread: 3}
    shown = seen(sandbox, RETAILER, order_id)
    assert (shown["fulfillment_status"], shown["tracking_number"]) == ("PROCESSING", "1Z1, 1Z2")
    with pytest.raises(Declined) as caught:
        store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {honey: 2}, UPS))
    assert caught.value.reason == "nothing_left_to_fulfill"

    second = store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {honey: 1}, Tracking("La Poste", ("LP7",))))
    shown = seen(sandbox, RETAILER, order_id)
    assert (shown["fulfillment_status"], shown["tracking_number"]) == ("SHIPPED", "1Z1, 1Z2, LP7")
    store(sandbox).update_tracking(second.external_id, Tracking("La Poste", ("LP8",)), True)
    store(sandbox).update_tracking(second.external_id, Tracking("La Poste", ("LP8",)), True)
    assert seen(sandbox, RETAILER, order_id)["tracking_number"] == "1Z1, 1Z2, LP8"

    assert store(sandbox).list_fulfillments(order_id) == [
        StoreFulfillment(first.external_id, {honey: 1, bread: 3}, Tracking("UPS", ("1Z1", "1Z2"), ("", ""))),
        StoreFulfillment(second.external_id, {honey: 1}, Tracking("La Poste", ("LP8",), ("",))),
    ]
    assert store(sandbox).list_work(order_id)[0].open is False
    told = [
        (row["fulfillment_id"], row["tracking"]["numbers"]) for row in journal(sandbox, RETAILER, "fulfillment.created")
    ]
    assert told == [(first.external_id, ["1Z1", "1Z2"]), (second.external_id, ["LP7"])]


def test_the_customer_is_mailed_once_per_status_with_all_numbers(sandbox: RunningSandbox) -> None:
    order_id = bought(sandbox)
    order = store(sandbox).fetch_order(order_id)
    assert order is not None
    honey, bread = (line.external_id for line in order.lines)
    store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {honey: 2}, Tracking("", ("A1",))))
    store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {bread: 3}, Tracking("", ("B2",))))
    mails = [(row["status"], row["tracking_number"]) for row in journal(sandbox, RETAILER, "customer.mailed")]
    assert mails == [("PROCESSING", "A1"), ("SHIPPED", "A1, B2")]
    lines = [row["fields"] for row in journal(sandbox, RETAILER, "order.updated")]
    assert lines == [["extra_fields", "fulfillment_status", "tracking_number"]] * 2


def test_what_the_stores_own_people_wrote_is_kept(sandbox: RunningSandbox) -> None:
    order_id = bought(sandbox)
    press(sandbox, RETAILER, f"orders/{order_id}/ship", number="OWN1")
    order = store(sandbox).fetch_order(order_id)
    assert order is not None
    line = order.lines[0].external_id
    pushed = store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {line: 2}, Tracking("", ("X1",))))
    store(sandbox).update_tracking(pushed.external_id, Tracking("", ("X2",)), True)
    shown = seen(sandbox, RETAILER, order_id)
    assert (shown["fulfillment_status"], shown["tracking_number"]) == ("SHIPPED", "OWN1, X2")


def test_our_own_writes_tell_the_mapping_nothing(sandbox: RunningSandbox) -> None:
    order_id = bought(sandbox)
    before = store(sandbox).fetch_order(order_id)
    assert before is not None
    request = FulfillmentRequest(order_id, {before.lines[0].external_id: 1}, UPS)
    store(sandbox).push_fulfillment(request)
    after = store(sandbox).fetch_order(order_id)
    assert after is not None
    assert {**_fields(before), "updated_at": None} == {**_fields(after), "updated_at": None}


def _fields(order: Any) -> dict[str, Any]:
    return {name: getattr(order, name) for name in order.__slots__}


@pytest.mark.parametrize("verb", ["cancel", "delete"])
def test_nothing_is_written_into_an_order_that_was_given_up(sandbox: RunningSandbox, verb: str) -> None:
    order_id = bought(sandbox)
    order = store(sandbox).fetch_order(order_id)
    assert order is not None
    press(sandbox, RETAILER, f"orders/{order_id}/{verb}")
    with pytest.raises(Declined) as caught:
        store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {order.lines[0].external_id: 1}, UPS))
    assert caught.value.reason == "nothing_left_to_fulfill"
    with pytest.raises(Declined) as caught:
        store(sandbox).update_tracking(f"{order_id}.1", UPS, True)
    assert caught.value.reason == "tracking_refused"
    assert journal(sandbox, RETAILER, "order.updated") == []
    assert store(sandbox).list_fulfillments(order_id) == []


@pytest.mark.parametrize("mode", LOST)
def test_a_parcel_whose_answer_was_lost_is_found(sandbox: RunningSandbox, mode: str) -> None:
    order_id = bought(sandbox)
    order = store(sandbox).fetch_order(order_id)
    assert order is not None
    line = order.lines[0].external_id
    arm(sandbox, "updateOrder", mode)
    with pytest.raises(OutcomeUnknown):
        store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {line: 1}, UPS))
    (found,) = store(sandbox).list_fulfillments(order_id)
    assert (found.quantities, found.tracking.numbers) == ({line: 1}, UPS.numbers)


def test_a_parcel_that_cannot_be_read_back_is_unknown_and_found(sandbox: RunningSandbox) -> None:
    order_id = bought(sandbox)
    order = store(sandbox).fetch_order(order_id)
    assert order is not None
    line = order.lines[0].external_id
    arm(sandbox, "getOrder", "503", skip=1)
    with pytest.raises(OutcomeUnknown):
        store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {line: 1}, UPS))
    assert [found.quantities for found in store(sandbox).list_fulfillments(order_id)] == [{line: 1}]


@pytest.mark.parametrize("mode", ["429", "503", "500", "reset"])
def test_a_parcel_that_never_arrived_is_not_listed(sandbox: RunningSandbox, mode: str) -> None:
    order_id = bought(sandbox)
    order = store(sandbox).fetch_order(order_id)
    assert order is not None
    line = order.lines[0].external_id
    arm(sandbox, "updateOrder", mode)
    with pytest.raises(Unavailable if mode == "429" else OutcomeUnknown):
        store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {line: 1}, UPS))
    assert store(sandbox).list_fulfillments(order_id) == []
    assert seen(sandbox, RETAILER, order_id)["tracking_number"] == ""


def test_many_parcels_of_many_lines_fit_and_the_rest_is_refused_whole(sandbox: RunningSandbox) -> None:
    lines = [{"title": f"Thing {n}", "price": "1.00", "quantity": 40} for n in range(20)]
    order_id = bought(sandbox, lines=lines)
    order = store(sandbox).fetch_order(order_id)
    assert order is not None
    one_of_each = {line.external_id: 1 for line in order.lines}
    pushed: list[str] = []

    def push_until_full() -> None:
        for number in range(40):
            tracking = Tracking("La Poste", (f"Colis n° {number:04}",))
            pushed.append(
                store(sandbox).push_fulfillment(FulfillmentRequest(order_id, one_of_each, tracking)).external_id
            )

    with pytest.raises(NeedsAttention) as caught:
        push_until_full()
    assert caught.value.reason == "too_many_lines"
    assert len(pushed) > 10
    assert [found.external_id for found in store(sandbox).list_fulfillments(order_id)] == pushed
    assert all(len(field["value"]) <= 255 for field in seen(sandbox, RETAILER, order_id)["extra_fields"])
