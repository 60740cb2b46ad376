"""Paying, when it does not go smoothly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlane.payments.connections import connector_of
from orderlane.payments.errors import AlreadyBeingPaid, QuoteOutdated
from orderlane.payments.models import Payment
from orderlane.payments.states import PaymentStatus
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, PaymentState
from tests.journeys.world import ACTOR, BOTTLE, LANTERN, MUG, NORTHWIND, World

PROVIDERS = ("stripe", "paypal")


def states(world: World, po: PurchaseOrder) -> tuple[str, str]:
    """How a purchase order stands on the two axes of money and forwarding."""
    po = world.fresh(po)
    return po.payment_state, po.forwarding_state


PAID = (PaymentState.PAID, ForwardingState.DELIVERED)
UNPAID = (PaymentState.UNPAID, ForwardingState.NOT_DUE)
HELD = (PaymentState.PAYING, ForwardingState.NOT_DUE)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_who_never_comes_back_is_found_by_the_webhook(world: World, provider: str) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], provider)
    world.approve(payment)
    world.settle()
    assert states(world, po) == PAID


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_lost_webhook_is_made_good_by_the_sweep(world: World, provider: str) -> None:
    world.fault(provider, "webhook:*", "drop", count=None)
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], provider)
    world.approve(payment)
    world.settle()
    assert states(world, po) == HELD
    world.advance(timedelta(seconds=61))
    world.sweep()
    assert states(world, po) == PAID


@pytest.mark.parametrize("provider", PROVIDERS)
def test_doubled_webhooks_and_returns_settle_once(world: World, provider: str) -> None:
    world.fault(provider, "webhook:*", "duplicate", count=None)
    _, po = world.ordered(NORTHWIND, {MUG: 2})
    payment = world.start([po], provider)
    world.approve(payment)
    for _ in range(3):
        world.back(payment)
        world.settle()
    world.payer(payment, "resend")
    world.settle()
    assert states(world, po) == PAID
    assert len(world.placed(po)) == 1


@pytest.mark.parametrize(("first", "second"), [("stripe", "paypal"), ("paypal", "stripe")])
def test_a_second_tab_is_refused_until_the_first_is_given_up(world: World, first: str, second: str) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    here, there = world.quote([po]), world.quote([po])
    payment = world.request(here, first)
    with pytest.raises(AlreadyBeingPaid):
        world.request(there, second)
    with pytest.raises(AlreadyBeingPaid):
        world.request(here, second)
    assert world.request(here, first).pk == payment.pk
    assert world.back(payment, give_up=True).status == PaymentStatus.CLOSED
    other = world.request(there, second)
    world.approve(other)
    world.back(other)
    world.settle()
    assert states(world, po) == PAID


def test_overlapping_selections_hold_each_purchase_order_once(world: World) -> None:
    pos = [world.ordered(NORTHWIND, {MUG: count})[1] for count in (1, 2, 3)]
    left, right = world.quote(pos[:2]), world.quote(pos[1:])
    world.request(left, "stripe")
    with pytest.raises(AlreadyBeingPaid):
        world.request(right, "stripe")
    assert states(world, pos[2]) == UNPAID


def test_what_changed_after_it_was_shown_cannot_be_charged(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 2})
    quote = world.quote([po])
    world.act(NORTHWIND, order, "edit", quantities={MUG: 1})
    world.settle()
    with pytest.raises(QuoteOutdated):
        world.request(quote, "stripe")
    assert states(world, po) == UNPAID


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_declined_card_may_be_followed_by_a_better_one(world: World, provider: str) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], provider)
    world.payer(payment, "decline")
    world.back(payment)
    world.settle()
    assert states(world, po) == HELD
    world.approve(payment)
    world.back(payment)
    world.settle()
    assert states(world, po) == PAID


@pytest.mark.parametrize(("ending", "status"), [("complete", "captured"), ("deny", "declined")])
def test_a_payment_under_review_waits_for_paypal(world: World, ending: str, status: str) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], "paypal")
    world.payer(payment, "pend")
    assert world.back(payment).status == PaymentStatus.PENDING
    world.settle()
    assert states(world, po) == HELD
    world.payer(payment, ending)
    world.settle()
    assert world.payment(payment).status == status
    assert states(world, po) == (PAID if ending == "complete" else UNPAID)


@pytest.mark.parametrize(("ending", "status"), [("succeed", "captured"), ("fail", "declined")])
def test_a_bank_debit_waits_for_the_bank(world: World, ending: str, status: str) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], "stripe")
    world.payer(payment, "pay", later=True)
    world.settle()
    assert states(world, po) == HELD
    world.payer(payment, ending)
    world.settle()
    assert world.payment(payment).status == status
    assert states(world, po) == (PAID if ending == "succeed" else UNPAID)


MISMATCHES: list[tuple[str, dict[str, Any], str]] = [
    ("stripe", {"amount": -1}, "amount_differs"),
    ("stripe", {"amount": 1}, "amount_differs"),
    ("stripe", {"currency": "cad"}, "currency_differs"),
    ("stripe", {"reference": "OLP-somebody-else"}, "reference_differs"),
    ("stripe", {"payee": "acct_somebody"}, "payee_differs"),
    ("stripe", {"livemode": "true"}, "environment_differs"),
    ("paypal", {"amount": -1}, "amount_differs"),
    ("paypal", {"currency": "CAD"}, "currency_differs"),
    ("paypal", {"reference": "OLP-somebody-else"}, "reference_differs"),
    ("paypal", {"payee": "brume"}, "payee_differs"),
    ("paypal", {"amount": -1, "when": "capture"}, "amount_differs"),
]


@pytest.mark.parametrize(("provider", "tamper", "reason"), MISMATCHES, ids=lambda value: str(value))
def test_a_genuine_payment_of_something_else_settles_nothing(
    world: World, provider: str, tamper: dict[str, Any], reason: str
) -> None:
    _, po = world.ordered(NORTHWIND, {LANTERN: 1})
    payment = world.start([po], provider)
    wishes = dict(tamper)
    if "amount" in wishes:
        minor = payment.amount_minor + wishes["amount"]
        wishes["amount"] = f"{minor // 100}.{minor % 100:02}" if provider == "paypal" else minor
    world.approve(payment, **wishes)
    world.back(payment)
    world.settle()
    payment = world.payment(payment)
    assert (payment.status, payment.reason or reason) == (PaymentStatus.MISMATCH, reason)
    assert states(world, po) == HELD
    assert world.placed(po) == []


@pytest.mark.parametrize(
    ("provider", "operation"),
    [("paypal", "orders.create"), ("paypal", "orders.capture"), ("stripe", "sessions.create")],
)
@pytest.mark.parametrize("mode", ["reset_after", "html", "truncated"])
def test_an_answer_lost_after_the_deed_is_looked_up(world: World, provider: str, operation: str, mode: str) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    world.fault(provider, operation, mode, count=1)
    payment = world.start([po], provider)
    if operation.endswith("create"):
        assert payment.status == PaymentStatus.OUTCOME_UNKNOWN
        payment = world.back(payment)
    world.approve(payment)
    world.back(payment)
    world.settle()
    world.advance(timedelta(minutes=3))
    world.sweep()
    assert states(world, po) == PAID
    opened = [each for each in world.journal("payment.opened") if each["reference"] == payment.reference]
    assert len(opened) == 1


def test_a_page_that_never_came_gives_its_purchase_orders_back(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    # Stripe repeats the answer it stored for a key, a 500 included, so asking again never helps.
    world.fault("stripe", "sessions.create", "500_after", count=1)
    payment = world.start([po], "stripe")
    assert world.back(payment).status == PaymentStatus.OUTCOME_UNKNOWN
    assert states(world, po) == HELD
    world.advance(timedelta(minutes=41))
    world.sweep()
    assert world.payment(payment).status == PaymentStatus.DECLINED
    assert world.pay([world.fresh(po)]).status == PaymentStatus.CAPTURED
    assert states(world, po) == PAID


def captured_by_the_supplier(payment: Payment) -> None:
    """The supplier takes an approved payment in its own PayPal account, without us."""
    connector = connector_of(payment.account_id, payment.supplier_id, ACTOR)
    connector.capture_payment(payment.external_id, f"{payment.pk.hex}-by-hand")


def test_an_approval_of_a_payment_we_gave_up_is_never_captured(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    payment = world.start([po], "paypal")
    assert world.back(payment, give_up=True).status == PaymentStatus.CLOSED
    world.approve(payment)
    world.back(payment)
    world.settle()
    assert world.payment(payment).status == PaymentStatus.CLOSED
    assert states(world, po) == UNPAID


def test_late_money_is_honored_while_the_purchase_order_is_free(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    payment = world.start([po], "paypal")
    world.back(payment, give_up=True)
    world.approve(payment)
    captured_by_the_supplier(payment)
    world.settle()
    assert world.payment(payment).status == PaymentStatus.CAPTURED
    assert states(world, po) == PAID


def test_late_money_for_what_was_paid_meanwhile_is_a_surplus(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    late = world.start([po], "paypal")
    world.back(late, give_up=True)
    assert world.pay([world.fresh(po)], "stripe").status == PaymentStatus.CAPTURED
    world.approve(late)
    captured_by_the_supplier(late)
    world.settle()
    assert world.payment(late).status == PaymentStatus.SURPLUS
    assert states(world, po) == PAID
    assert len(world.placed(po)) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_abandoned_payment_gives_its_purchase_orders_back(world: World, provider: str) -> None:
    _, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    payment = world.start([po], provider)
    world.advance(timedelta(minutes=41))
    world.sweep()
    assert world.payment(payment).status == PaymentStatus.CLOSED
    assert states(world, po) == UNPAID
    assert world.pay([world.fresh(po)]).status == PaymentStatus.CAPTURED
