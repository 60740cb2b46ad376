"""Money that goes back: recorded once with its ledger entries, whatever the webhooks do; and what needs a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.db.models import Sum

from orderlane.audit.models import AuditEntry
from orderlane.desk.queries import everything_stuck
from orderlane.kernel import clock
from orderlane.payments.models import LedgerEntry, Payment, PaymentClaim, Refund
from orderlane.payments.states import PaymentStatus
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, PaymentState
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.test_paying import PAID, PROVIDERS, UNPAID, captured_by_the_supplier, states
from tests.journeys.visitors import DANA, SAM, visitor
from tests.journeys.world import ACTOR, BOTTLE, CASCADE, LANTERN, MUG, NORTHWIND, World


def refund(world: World, payment: Payment, minor: int | None = None) -> None:
    """The supplier gives money back in its own account: a part, or the rest."""
    amount = minor if payment.provider == "stripe" or minor is None else f"{minor // 100}.{minor % 100:02}"
    world.payer(payment, "refund", **({"amount": amount} if amount else {}))


def refunds(payment: Payment) -> list[int]:
    """The recorded refunds in minor units, smallest first."""
    with system_scope(ACTOR):
        return sorted(Refund.objects.filter(payment=payment).values_list("amount_minor", flat=True))


def balances(payment: Payment) -> dict[str, int]:
    """What is left in each book of a payment: credits less debits."""
    with system_scope(ACTOR):
        rows = (
            LedgerEntry.objects.filter(payment=payment)
            .values("book")
            .annotate(left=Sum("credit_minor") - Sum("debit_minor"))
        )
        return {row["book"]: row["left"] for row in rows}


def on_desk(po: PurchaseOrder, payment: Payment) -> set[str]:
    """Under which reasons a purchase order or its payment is on its retailer's desk."""
    with acting_for(po.retailer_id, ACTOR):
        keys = {po.pk, payment.pk}
        return {stuck.reason for stuck in everything_stuck() if {getattr(row, "pk", None) for row in stuck.rows} & keys}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_refund_in_parts_reverses_the_ledger_until_nothing_is_left(world: World, provider: str) -> None:
    pos = [world.ordered(NORTHWIND, {MUG: 1, LANTERN: count})[1] for count in (1, 2)]
    payment = world.pay(pos, provider)
    before = balances(payment)
    refund(world, payment, 333)
    world.settle()
    payment = world.payment(payment)
    assert payment.status == PaymentStatus.PARTIALLY_REFUNDED
    assert refunds(payment) == [333]
    after = balances(payment)
    assert after["provider"] == before["provider"] + 333
    assert sum(after.values()) == 0
    assert [states(world, po) for po in pos] == [(PaymentState.PARTIALLY_REFUNDED, ForwardingState.DELIVERED)] * 2
    assert on_desk(pos[0], payment) == set()
    page = visitor(SAM).get(f"/payments/{payment.pk}").content.decode()
    with system_scope(ACTOR):
        [row] = Refund.objects.filter(payment=payment)
    assert [
        each for each in ("$3.33", row.external_id, "Partially refunded", "The supplier keeps") if each not in page
    ] == []
    assert "$3.33 refunded" in visitor(SAM).get("/payments").content.decode()
    shown = visitor(SAM).get(f"/orders/{pos[0].number}").content.decode()
    with system_scope(ACTOR):
        [claim] = PaymentClaim.objects.filter(payment=payment, purchase_order=pos[0])
    shares = [f"${minor / 100:.2f}" for minor in (claim.total.minor, payment.amount_minor)]
    for words in ("Payment partly refunded", "For this purchase order", "for 2 purchase orders", *shares):
        assert words in shown
    assert "the provider does not say. Ask the supplier." in shown
    assert "The supplier has given part of the money back." not in shown
    assert "<dt>Refunded</dt>" in visitor(DANA).get(f"/supplier/orders/{pos[0].number}").content.decode()
    refund(world, payment)
    world.settle()
    payment = world.payment(payment)
    assert payment.status == PaymentStatus.REFUNDED
    assert sum(refunds(payment)) == payment.amount_minor
    assert set(balances(payment).values()) == {0}
    assert [states(world, po) for po in pos] == [(PaymentState.REFUNDED, ForwardingState.DELIVERED)] * 2
    # It lies at the supplier although the money is back: somebody has to ask.
    assert on_desk(pos[0], payment) == {"refunded"}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_doubled_and_shuffled_webhooks_record_each_refund_once(world: World, provider: str) -> None:
    world.fault(provider, "webhook:*", "duplicate", count=None)
    _, po = world.ordered(NORTHWIND, {MUG: 2})
    payment = world.pay([po], provider)
    for minor in (100, 250, 1):
        refund(world, payment, minor)
    # Every earlier message once more, in the order in which the provider happens to send them.
    world.payer(payment, "resend")
    world.settle()
    world.back(payment)
    world.payer(payment, "resend")
    world.settle()
    assert refunds(payment) == [1, 100, 250]
    assert world.payment(payment).status == PaymentStatus.PARTIALLY_REFUNDED
    assert balances(payment)["provider"] == 351 - payment.amount_minor
    assert states(world, po) == (PaymentState.PARTIALLY_REFUNDED, ForwardingState.DELIVERED)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_lost_refund_webhook_is_made_good_by_a_later_look(world: World, provider: str) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.pay([po], provider)
    world.fault(provider, "webhook:*", "drop", count=None)
    refund(world, payment)
    world.settle()
    assert world.payment(payment).status == PaymentStatus.CAPTURED
    # Only for this look: the provider's own clock stays behind, and takes no page that expires days ahead.
    with clock.shifted(timedelta(days=1, minutes=1)):
        world.sweep()
    assert world.payment(payment).status == PaymentStatus.REFUNDED


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_not_sent_yet_stays_here_once_all_the_money_is_back(world: World, provider: str) -> None:
    _, po = world.ordered(NORTHWIND, {LANTERN: 1})
    payment = world.start([po], provider)
    world.approve(payment)
    world.back(payment)
    refund(world, payment)
    world.back(payment)
    assert states(world, po) == (PaymentState.REFUNDED, ForwardingState.NEEDS_ATTENTION)
    world.settle()
    assert world.placed(po) == []
    assert on_desk(po, payment) == {"refunded"}
    # Nobody can send it any more, whatever is pressed.
    answer = visitor(SAM).post(f"/attention/forward/{po.pk}", follow=True)
    assert "The money was given back" in answer.content.decode()
    world.settle()
    assert world.placed(po) == []
    visitor(SAM).post("/orders/archive", {"purchase_order": [po.number]})
    assert on_desk(po, payment) == set()


def test_a_refund_while_nobody_knows_whether_it_arrived_is_for_a_person(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {LANTERN: 1})
    payment = world.start([po], "stripe")
    world.approve(payment)
    world.fault(f"shopify:{CASCADE}", "orderCreate", "reset_after", count=1)
    world.back(payment)
    world.settle()
    assert states(world, po) == (PaymentState.PAID, ForwardingState.OUTCOME_UNKNOWN)
    refund(world, payment)
    world.back(payment)
    assert states(world, po) == (PaymentState.REFUNDED, ForwardingState.NEEDS_ATTENTION)
    assert world.fresh(po).forwarding_reason == "refunded_unconfirmed"
    assert on_desk(po, payment) == {"refunded"}
    assert len(world.placed(po)) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_money_that_came_and_went_between_two_looks_paid_nothing(world: World, provider: str) -> None:
    world.fault(provider, "webhook:*", "drop", count=None)
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], provider)
    world.approve(payment)
    if provider == "paypal":
        captured_by_the_supplier(payment)
    refund(world, payment, 1)
    refund(world, payment)
    payment = world.back(payment)
    world.settle()
    assert payment.status == PaymentStatus.REFUNDED
    assert set(balances(payment).values()) == {0}
    assert refunds(payment)[0] == 1
    assert states(world, po) == UNPAID
    assert world.placed(po) == []
    world.pay([world.fresh(po)])
    assert states(world, po) == PAID


def surplus(world: World) -> tuple[PurchaseOrder, Payment]:
    """Money for a purchase order that another payment has paid meanwhile."""
    _, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    late = world.start([po], "paypal")
    world.back(late, give_up=True)
    world.pay([world.fresh(po)], "stripe")
    world.approve(late)
    captured_by_the_supplier(late)
    world.settle()
    return po, world.payment(late)


def test_a_surplus_closes_once_the_provider_has_given_it_back(world: World) -> None:
    po, late = surplus(world)
    assert on_desk(po, late) == {"payment_odd"}
    refund(world, late, 50)
    world.settle()
    assert world.payment(late).status == PaymentStatus.SURPLUS
    refund(world, late)
    world.settle()
    assert world.payment(late).status == PaymentStatus.REFUNDED
    assert set(balances(late).values()) == {0}
    assert on_desk(po, late) == set()
    assert states(world, po) == PAID


def test_a_person_takes_a_surplus_off_the_desk_and_the_refund_still_closes_it(world: World) -> None:
    po, late = surplus(world)
    page = visitor(SAM).get("/attention").content.decode()
    assert f"/payments/{late.pk}/settled" in page
    visitor(SAM).post(f"/payments/{late.pk}/settled")
    assert world.payment(late).status == PaymentStatus.RESOLVED
    assert on_desk(po, late) == set()
    refund(world, late)
    world.settle()
    assert world.payment(late).status == PaymentStatus.REFUNDED
    assert states(world, po) == PAID


def mismatch(world: World) -> tuple[PurchaseOrder, Payment]:
    """A payment of another amount than agreed."""
    _, po = world.ordered(NORTHWIND, {LANTERN: 1})
    payment = world.start([po], "stripe")
    world.approve(payment, amount=payment.amount_minor - 1)
    world.back(payment)
    world.settle()
    return po, world.payment(payment)


def test_a_mismatch_that_went_back_frees_its_purchase_order(world: World) -> None:
    po, payment = mismatch(world)
    assert on_desk(po, payment) == {"payment_odd"}
    refund(world, payment)
    world.settle()
    assert world.payment(payment).status == PaymentStatus.REFUNDED
    assert states(world, po) == UNPAID
    assert on_desk(po, payment) == set()
    world.pay([world.fresh(po)])
    assert states(world, po) == PAID


def test_a_mismatch_released_by_an_owner_stays_settled(world: World) -> None:
    po, payment = mismatch(world)
    visitor(SAM).post(f"/payments/{payment.pk}/release")
    world.settle()
    assert states(world, po) == UNPAID
    # The money still lies there as it did: looking again changes nothing.
    world.back(payment)
    assert world.payment(payment).status == PaymentStatus.RESOLVED
    assert on_desk(po, payment) == set()


def test_a_refund_that_failed_afterwards_is_flagged_until_somebody_settled_it(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.pay([po], "stripe")
    refund(world, payment, 100)
    world.settle()
    world.payer(payment, "bounce")
    world.settle()
    payment = world.payment(payment)
    assert (payment.status, payment.refund_problem) == (PaymentStatus.PARTIALLY_REFUNDED, "refund_changed")
    assert on_desk(po, payment) == {"payment_odd"}
    sam = visitor(SAM)
    assert "is no longer what was recorded" in sam.get(f"/payments/{payment.pk}").content.decode()
    sam.post(f"/payments/{payment.pk}/settled")
    assert on_desk(po, payment) == set()
    world.back(payment)
    assert world.payment(payment).refund_problem == ""
    assert on_desk(po, payment) == set()
    with acting_for(po.retailer_id, ACTOR):
        noted = AuditEntry.objects.get(about_id=payment.pk, action="payment.refund_problem_noted")
    assert noted.actor.startswith("member:")
    # Another refund that fails is another matter.
    refund(world, payment, 100)
    world.settle()
    world.payer(payment, "bounce")
    world.settle()
    assert on_desk(po, payment) == {"payment_odd"}
    sam.post(f"/payments/{payment.pk}/settled")
    assert on_desk(po, payment) == set()


def take_from(payment: Payment, po: PurchaseOrder, minor: int) -> None:
    """Write the ledger entries of a refund that no look at the provider ever showed."""
    told = {"retailer_id": po.retailer_id, "supplier_id": po.supplier_id, "payment": payment, "currency": "USD"}
    now = clock.now()
    with acting_for(po.retailer_id, ACTOR):
        row = Refund.objects.create(
            **told, provider="stripe", external_id=f"re_{minor}", amount_minor=minor, refunded_at=now, recorded_at=now
        )
        goods = {"book": LedgerEntry.Book.GOODS, "purchase_order": po, "debit_minor": minor}
        for side in (goods, {"book": LedgerEntry.Book.PROVIDER, "credit_minor": minor}):
            LedgerEntry.objects.create(**told, **side, refund=row, posted_at=now)


def test_the_database_gives_no_book_back_more_than_it_holds(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.pay([po], "stripe")
    before = balances(payment)
    for too_much in (before["goods"] + 1, payment.amount_minor + 1):
        with pytest.raises(DatabaseError, match="more of payment"):
            take_from(payment, po, too_much)
    assert balances(payment) == before
    assert refunds(payment) == []
