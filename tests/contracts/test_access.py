"""Either port: who answers, and what a refused, foreign or revoked credential leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from orderlane.kernel.errors import NeedsAttention, Unavailable
from orderlane.ports.budgets import Unlimited
from orderlane.stores.actions.note_store_state import ACCESS_LOST
from tests.contracts.outside import PARCEL, RETAILER, SUPPLIER, Outside


@dataclass
class Told(Unlimited):
    """A budget that remembers what it is told."""

    taken: int = 0
    waits: list[float] = field(default_factory=list)

    def take(self, cost: float = 1.0) -> None:
        """Count a call."""
        self.taken += 1

    def exhausted(self, retry_after: float) -> None:
        """Remember how long to wait."""
        self.waits.append(retry_after)


@pytest.mark.parametrize("role", [RETAILER, SUPPLIER])
def test_the_right_store_answers(outside: Outside, role: str) -> None:
    identity = outside.store(outside.account(role)).identify()
    facts = outside.facts(role)
    assert identity.external_id == outside.external_id(role)
    assert (identity.name, identity.currency) == (facts["name"], facts["currency"])
    assert identity.domain


def test_a_refused_credential_is_named(outside: Outside) -> None:
    wrong = {name: f"{secret[:3]}wrong" for name, secret in outside.secrets().items()}
    with pytest.raises(NeedsAttention) as caught:
        outside.store(outside.account(secrets=wrong)).identify()
    assert caught.value.reason == "access_refused"
    with pytest.raises(NeedsAttention) as caught:
        outside.channel(outside.account(SUPPLIER, secrets=wrong)).list_goods()
    assert caught.value.reason == "access_refused"


def test_no_credential_at_all_is_the_same(outside: Outside) -> None:
    with pytest.raises(NeedsAttention) as caught:
        outside.store(outside.account(secrets={})).identify()
    assert caught.value.reason == "access_refused"


def test_another_store_s_credentials_do_not_open_this_one(outside: Outside) -> None:
    mixed = outside.store(outside.account(secrets=outside.secrets(SUPPLIER)))
    # Some refuse; of the others, whoever connects compares the two names and refuses.
    try:
        answered = mixed.identify().external_id
    except NeedsAttention as refusal:
        answered = refusal.reason
    assert answered in ("access_refused", outside.external_id(SUPPLIER))


def test_access_that_was_taken_away_is_noticed(outside: Outside) -> None:
    number = outside.buy()
    parcel = outside.parcel(number, {outside.skus()[0]: 1})
    store, channel = outside.store(), outside.channel()
    goods = channel.list_goods().goods
    outside.revoke()
    outside.revoke(SUPPLIER)
    for verb in (store.identify, lambda: store.fetch_order(parcel.order_external_id)):
        with pytest.raises(NeedsAttention) as caught:
            verb()
        assert caught.value.reason in ACCESS_LOST
    with pytest.raises(NeedsAttention) as caught:
        store.push_fulfillment(parcel)
    assert caught.value.reason in ACCESS_LOST
    with pytest.raises(NeedsAttention) as caught:
        channel.list_goods()
    assert caught.value.reason in ACCESS_LOST
    assert goods
    assert outside.parcels(number) == []


def test_too_many_calls_are_told_to_the_budget(outside: Outside) -> None:
    number, budget = outside.buy(), Told()
    store = outside.store(outside.account(budget=budget))
    parcel = outside.parcel(number, {outside.skus()[0]: 1}, PARCEL)
    store.fetch_order(parcel.order_external_id)
    assert budget.taken
    assert budget.waits == []
    outside.arm("429", count=None, seconds=7.0)
    for verb in (lambda: store.fetch_order(parcel.order_external_id), lambda: store.push_fulfillment(parcel)):
        budget.waits.clear()
        with pytest.raises(Unavailable) as caught:
            verb()
        assert caught.value.retry_after
        assert budget.waits == [caught.value.retry_after]
    outside.struck()
    assert outside.recorded(number) == []


READS = ("identify", "fetch_order", "changed_orders", "list_fulfillments", "list_work", "registrations")
LOST = ("500", "503", "reset", "500_after", "reset_after", "html", "truncated")


@pytest.mark.parametrize("mode", LOST)
@pytest.mark.parametrize("verb", READS)
def test_a_read_without_an_answer_says_nothing(outside: Outside, verb: str, mode: str) -> None:
    number = outside.buy()
    outside.store().push_fulfillment(outside.parcel(number, {outside.skus()[0]: 1}))
    given = {
        "identify": (),
        "changed_orders": (outside.order(number).placed_at,),
        "registrations": ("http://127.0.0.1:9/hooks",),
    }.get(verb, (outside.key(number),))
    store = outside.store()
    outside.arm(mode)
    try:
        getattr(store, verb)(*given)
    except Unavailable:
        assert outside.struck()
    else:
        assert not outside.struck(), f"{verb} took {mode} for an answer"


@pytest.mark.parametrize("mode", LOST)
def test_a_channel_s_read_without_an_answer_says_nothing(outside: Outside, mode: str) -> None:
    channel = outside.channel()
    placed = channel.send_purchase_order(outside.purchase_order("OL-1", datetime.now(UTC)))
    verbs = (
        channel.list_goods,
        lambda: channel.find_purchase_order("OL-1"),
        lambda: channel.read_purchase_order(placed.external_id),
        lambda: channel.changed_purchase_orders(datetime.now(UTC) - timedelta(minutes=1)),
    )
    for verb in verbs:
        outside.arm(mode, SUPPLIER)
        with pytest.raises(Unavailable):
            verb()
        assert outside.struck(SUPPLIER)
