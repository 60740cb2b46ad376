"""StoreConnector: the retailer's *Request fulfillment*, where a platform has one; and secrets that end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orderlane.kernel.errors import Declined
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import FulfillmentWork, RequestAnswer, RequestState
from tests.contracts.outside import Outside

DOOR = "http://127.0.0.1:9/hooks/stores/1"


def requested(outside: Outside) -> tuple[str, FulfillmentWork]:
    """An order whose fulfillment was asked for, and the work it makes."""
    number = outside.buy()
    outside.act(number, "request_fulfillment", message="please")
    [work] = [one for one in outside.store().requested_work() if one.order_external_id == outside.key(number)]
    return number, work


def state_of(outside: Outside, number: str) -> set[RequestState]:
    """Where the requests of an order stand, of work that is still open."""
    return {work.request_state for work in outside.store().list_work(outside.key(number)) if work.open}


def test_a_request_is_answered_once(outside: Outside) -> None:
    store = outside.store()
    store.offer_fulfillment(DOOR)
    if not outside.can(StoreCapability.REQUEST_FULFILLMENT):
        outside.buy()
        assert list(store.requested_work()) == []
        with pytest.raises(Declined) as caught:
            store.answer_request("1", RequestAnswer.ACCEPT)
        assert caught.value.reason == "request_not_open"
        return
    number, work = requested(outside)
    assert (work.request_state, work.open, work.request_message) == (RequestState.REQUESTED, True, "please")
    assert {line: left for line, (_, left) in work.remaining.items()} == {
        line.external_id: line.quantity for line in outside.order(number).lines
    }
    store.answer_request(work.external_id, RequestAnswer.ACCEPT)
    assert state_of(outside, number) == {RequestState.ACCEPTED}
    for again in RequestAnswer:
        with pytest.raises(Declined) as caught:
            store.answer_request(work.external_id, again)
        assert caught.value.reason == "request_not_open"
    assert state_of(outside, number) == {RequestState.ACCEPTED}
    store.push_fulfillment(outside.parcel(number, {outside.skus()[0]: 2}))
    assert outside.recorded(number)


def test_a_request_is_rejected_or_canceled(outside: Outside) -> None:
    store = outside.store()
    store.offer_fulfillment(DOOR)
    if not outside.can(StoreCapability.REQUEST_FULFILLMENT):
        assert [one.kind for one in store.registrations(DOOR)] == []
        return
    unpaid, work = requested(outside)
    store.answer_request(work.external_id, RequestAnswer.REJECT_UNPAID, "not paid in time")
    assert state_of(outside, unpaid) == {RequestState.REJECTED}
    number, work = requested(outside)
    store.answer_request(work.external_id, RequestAnswer.ACCEPT)
    outside.act(number, "request_cancellation", message="changed my mind")
    assert state_of(outside, number) == {RequestState.CANCELLATION_REQUESTED}
    [asked] = [one for one in store.requested_work() if one.request_state is RequestState.CANCELLATION_REQUESTED]
    store.answer_request(asked.external_id, RequestAnswer.REJECT_CANCELLATION)
    assert RequestState.CANCELLATION_REQUESTED not in state_of(outside, number)
    outside.act(number, "request_cancellation")
    store.answer_request(asked.external_id, RequestAnswer.ACCEPT_CANCELLATION)
    assert state_of(outside, number) == {RequestState.NONE}


def test_secrets_that_do_not_end_are_not_renewed(outside: Outside) -> None:
    """Those that end are tested where they are made: in each connector's install flow."""
    assert outside.store().renew_secrets(datetime.now(UTC)) is None
    assert outside.store().identify().external_id == outside.external_id()
