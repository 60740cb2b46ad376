"""What of ours stands in a shop, how requests are answered, and what the budget hears, against the simulator."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import httpx
import pytest

from orderlane.connectors.stores.shopify import documents
from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.shopify.presence import TOPICS
from orderlane.connectors.stores.shopify.scopes import ASKED
from orderlane.connectors.stores.shopify.tests.simulator import (
    RETAILER,
    account,
    arm,
    bought,
    eventually,
    press,
)
from orderlane.kernel.errors import Declined, NeedsAttention, Unavailable
from orderlane.ports.budgets import BudgetReport
from orderlane.ports.stores import (
    FulfillmentWork,
    RequestAnswer,
    RequestState,
)
from sandbox.serving import RunningSandbox


def test_what_stands_in_the_shop_is_listed_and_withdrawn(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    callback, other = f"{sandbox.url}/hooks/1", f"{sandbox.url}/hooks/2"
    store.subscribe(callback)
    store.offer_fulfillment(callback)
    store.subscribe(other)
    kinds = Counter(one.kind for one in store.registrations(callback))
    assert kinds == {"webhook": len(TOPICS), "fulfillment_service": 1, "location": 1}
    number = bought(sandbox)
    eventually(lambda: store.list_work(number))
    press(sandbox, RETAILER, f"orders/{number}/request_fulfillment")
    before = {work.location_id for work in store.list_work(number)}

    store.withdraw(callback)
    store.withdraw(callback)
    assert store.registrations(callback) == []
    assert len(store.registrations(other)) == len(TOPICS)
    (work,) = store.list_work(number)
    assert work.location_id not in before
    assert (work.open, work.request_state) == (True, RequestState.NONE)


def test_a_removal_that_is_refused_is_told(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    store.offer_fulfillment(f"{sandbox.url}/hooks/1")
    press(sandbox, RETAILER, "scopes", scopes=["read_orders", "read_products"])
    with pytest.raises(NeedsAttention):
        store.withdraw(f"{sandbox.url}/hooks/1")
    press(sandbox, RETAILER, "scopes", scopes=list(ASKED))
    assert len(store.registrations(f"{sandbox.url}/hooks/1")) == 2


def test_requests_are_rejected_canceled_and_kept(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    store.offer_fulfillment(f"{sandbox.url}/nobody")
    number = bought(sandbox)
    eventually(lambda: store.list_work(number))

    def asked(verb: str, **body: object) -> FulfillmentWork:
        press(sandbox, RETAILER, f"orders/{number}/{verb}", **body)
        return next(one for one in store.requested_work() if one.remaining)

    work = asked("request_fulfillment")
    assert work.requested_at is not None
    store.answer_request(work.external_id, RequestAnswer.REJECT_UNPAID, "not paid within 24 hours")
    assert [one.request_state for one in store.list_work(number)] == [RequestState.REJECTED]
    with pytest.raises(Declined):
        store.answer_request(work.external_id, RequestAnswer.ACCEPT)

    store.answer_request(asked("request_fulfillment").external_id, RequestAnswer.ACCEPT)
    with pytest.raises(Declined):  # an accepted request cannot be rejected any more
        store.answer_request(work.external_id, RequestAnswer.REJECT_UNPAID)
    store.answer_request(asked("request_cancellation").external_id, RequestAnswer.REJECT_CANCELLATION, "shipped")
    assert [one.request_state for one in store.list_work(number)] == [RequestState.ACCEPTED]
    work = asked("request_cancellation")
    assert work.request_state is RequestState.CANCELLATION_REQUESTED
    store.answer_request(work.external_id, RequestAnswer.ACCEPT_CANCELLATION)
    assert [one.request_state for one in store.list_work(number) if one.open] == [RequestState.NONE]
    with pytest.raises(Declined):
        store.answer_request(work.external_id, RequestAnswer.ACCEPT_CANCELLATION)
    journal = httpx.get(f"{sandbox.url}/journal.json", params={"kind": "fulfillment_order.rejected"}).json()
    assert [entry["facts"]["reason"] for entry in journal["entries"]] == ["PAYMENT_DECLINED"]


class Counted:
    """A budget that writes down what it was asked and told."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.told: list[BudgetReport] = []
        self.waits: list[float] = []

    def take(self, cost: float = 1.0) -> None:
        self.taken.append(cost)

    def report(self, told: BudgetReport) -> None:
        self.told.append(told)

    def exhausted(self, retry_after: float) -> None:
        self.waits.append(retry_after)


def test_the_budget_is_asked_before_each_call_and_told_after(sandbox: RunningSandbox) -> None:
    budget = Counted()
    store = ShopifyStore(replace(account(sandbox, RETAILER), budget=budget))
    store.identify()
    number = bought(sandbox, lines=[{"title": f"Thing {n}", "price": "1.00"} for n in range(30)])
    store.fetch_order(number)
    assert budget.taken == [documents.COSTS[documents.SHOP], documents.COSTS[documents.ORDER]]
    assert [(told.limit, told.restores_per_second) for told in budget.told] == [(2000, 100), (2000, 100)]
    assert 1000 < budget.told[-1].remaining <= 2000
    assert budget.waits == []
    arm(sandbox, "order", "429")
    with pytest.raises(Unavailable):
        store.fetch_order(number)
    assert len(budget.waits) == 1
    with pytest.raises(Unavailable) as caught:
        [store.fetch_order(number) for _ in range(100)]
    assert caught.value.reason == "throttled"
    assert budget.waits[1:] == [pytest.approx(caught.value.retry_after, abs=0.01)]
