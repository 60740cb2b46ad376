"""What the provider gave back of a payment: the only writer of refunds and of the states that follow from them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from orderlane.audit.models import AuditEntry
from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.kernel.money import Money
from orderlane.payments.actions.post_ledger import arrived, post_refund
from orderlane.payments.models import Payment, PaymentClaim, Refund
from orderlane.payments.rules import RefundReview, review_refunds
from orderlane.payments.states import PAYMENT_STATUS, PaymentStatus
from orderlane.ports.payments import ProviderPayment, ProviderRefund, ProviderStatus
from orderlane.purchasing.actions.settle import keep_refunded, lock_purchase_orders, mark_refunded, mark_unpaid
from orderlane.purchasing.models import PurchaseOrder

_S = PaymentStatus
PROBLEM = "payment.refund_problem"
PROBLEM_NOTED = "payment.refund_problem_noted"


def record_refunds(payment: Payment, fetched: ProviderPayment, *, known: frozenset[str], now: datetime) -> None:
    """Write down what a look shows as given back, once each, with its ledger entries, and move what follows from it.

    The payment is locked. What went back is summed from the recorded rows every time, so that a doubled or late
    look adds nothing. What does not add up is not recorded but flagged, for a person.
    """
    came = arrived(payment)
    if came is None:
        return
    recorded = {row.external_id: row.amount for row in Refund.objects.filter(payment=payment)}
    review = review_refunds(fetched, recorded, came, known=known)
    for told in review.new:
        _write(payment, told, now)
    _flag(payment, review, now)
    went = refunded_so_far(payment, came.currency)
    if went == came:
        _all_back(payment, now)
    elif went and payment.status == _S.CAPTURED:
        move(payment, "status", PAYMENT_STATUS, _S.PARTIALLY_REFUNDED, now=now)
        mark_refunded(_paid_by(payment), whole=False, now=now)
    elif fetched.status is ProviderStatus.REFUNDED and payment.status in {_S.CAPTURED, _S.PARTIALLY_REFUNDED}:
        # All of it went back, as the provider says without listing how: nothing more is sent for it.
        keep_refunded(_paid_by(payment), now=now)


def refunded_so_far(payment: Payment, currency: str) -> Money:
    """What was given back of a payment: the sum of its recorded refunds."""
    summed = Refund.objects.filter(payment=payment).aggregate(minor=Sum("amount_minor"))
    return Money(summed["minor"] or 0, currency)


def _write(payment: Payment, told: ProviderRefund, now: datetime) -> None:
    refund: Refund = Refund.objects.create(
        retailer_id=payment.retailer_id,
        supplier_id=payment.supplier_id,
        payment=payment,
        provider=payment.provider,
        external_id=told.external_id,
        amount_minor=told.amount.minor,
        currency=told.amount.currency,
        refunded_at=told.refunded_at or now,
        recorded_at=now,
    )
    post_refund(refund, now=now)
    detail = {"amount_minor": refund.amount_minor, "currency": refund.currency, "refund": refund.external_id}
    record("payment.refunded", payment, now=now, detail=detail)


def _flag(payment: Payment, review: RefundReview, now: datetime) -> None:
    """Keep what does not add up where a person sees it, unless somebody has already settled exactly that."""
    problem, detail = review.problem, {"refunds": review.about}
    if problem == payment.refund_problem:
        return
    noted = AuditEntry.objects.filter(about_id=payment.pk, action=PROBLEM_NOTED, reason=problem, detail=detail)
    if problem and noted.exists():
        return
    payment.refund_problem = problem
    payment.save(update_fields=["refund_problem"])
    if problem:
        record(PROBLEM, payment, now=now, reason=problem, detail={**detail})


def _all_back(payment: Payment, now: datetime) -> None:
    if payment.status == _S.REFUNDED:
        return
    was = payment.status
    move(payment, "status", PAYMENT_STATUS, _S.REFUNDED, now=now)
    if was in {_S.CAPTURED, _S.PARTIALLY_REFUNDED}:
        mark_refunded(_paid_by(payment), whole=True, now=now)
    elif was == _S.MISMATCH:
        claims = PaymentClaim.objects.filter(payment=payment, live=True)
        held = [claim.purchase_order_id for claim in claims]
        claims.update(live=False)
        mark_unpaid(lock_purchase_orders(held), reason="refunded", now=now)


def _paid_by(payment: Payment) -> list[PurchaseOrder]:
    claims = PaymentClaim.objects.filter(payment=payment, live=True)
    return lock_purchase_orders([claim.purchase_order_id for claim in claims])
