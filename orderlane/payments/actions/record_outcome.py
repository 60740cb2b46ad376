"""What became of a payment, as fetched from its provider: the only writers of its status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from orderlane.audit.transitions import move
from orderlane.payments.actions.post_ledger import arrived, post_capture, post_unallocated
from orderlane.payments.actions.record_refunds import record_refunds, refunded_so_far
from orderlane.payments.models import Payment, PaymentClaim, Refund
from orderlane.payments.quoted import is_as_quoted
from orderlane.payments.rules import Expected, Verdict
from orderlane.payments.states import LIVE, PAYMENT_STATUS, PaymentStatus
from orderlane.ports.payments import OpenedPayment, ProviderPayment
from orderlane.purchasing.actions.settle import lock_purchase_orders, mark_paid, mark_paying, mark_unpaid
from orderlane.purchasing.models import PurchaseOrder

_S = PaymentStatus

# Asked again after 1, 2, 4 … minutes, at the latest every hour; never given up while money may move.
_LONGEST_WAIT = timedelta(hours=1)
LATE_WATCH = timedelta(days=1)
"""How long a payment we gave up is still looked at: PayPal lets an approval stand for three hours, Stripe closes."""
REFUND_WATCH = timedelta(days=180)
"""How long money that arrived may still be refunded at a provider (PayPal's limit), should its webhook be lost."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was on record when a look at the provider began."""

    status: PaymentStatus
    refunds: frozenset[str] = frozenset()
    """The provider's ids of the refunds recorded by then."""


def seen_of(payment: Payment) -> Seen:
    """What is on record now, to be compared with after the look."""
    told = Refund.objects.filter(payment=payment).values_list("external_id", flat=True)
    return Seen(PaymentStatus(payment.status), frozenset(told))


def record_opened(payment_id: UUID, opened: OpenedPayment, *, now: datetime) -> Payment:
    """The provider has made the payment page."""
    payment = Payment.locked(pk=payment_id)
    if payment.status in {_S.PREPARED, _S.OUTCOME_UNKNOWN} and not payment.external_id:
        move(
            payment,
            "status",
            PAYMENT_STATUS,
            _S.OPEN,
            now=now,
            external_id=opened.external_id,
            redirect_url=opened.redirect_url,
            reason="",
        )
    return payment


def record_unknown(payment_id: UUID, *, reason: str, now: datetime) -> None:
    """A call ended without a clear answer: stays unknown until looked up, and holds its purchase orders."""
    payment = Payment.locked(pk=payment_id)
    if payment.status in {_S.PREPARED, _S.OPEN, _S.CAPTURING}:
        move(payment, "status", PAYMENT_STATUS, _S.OUTCOME_UNKNOWN, now=now, reason=reason)
    _check_again(payment, now)


def record_unreached(payment_id: UUID, *, reason: str, now: datetime) -> None:
    """The provider could not be asked: nothing is known to have changed, and it is asked again."""
    payment = Payment.locked(pk=payment_id)
    if payment.status in LIVE:
        payment.reason = reason[:80]
        payment.unanswered_since = payment.unanswered_since or now
        payment.save(update_fields=["reason", "unanswered_since"])
    _check_again(payment, now)


def record_gone(payment_id: UUID, *, now: datetime) -> None:
    """The provider has forgotten an expired payment that nobody had approved: it can never be paid."""
    payment = Payment.locked(pk=payment_id)
    if payment.status == _S.OPEN:
        _give_up(payment, _S.CLOSED, "gone_at_provider", now)
    _check_again(payment, now)


def record_not_opened(payment_id: UUID, *, reason: str, now: datetime) -> None:
    """The provider refused to make the page: nothing can be paid, so the purchase orders are free again."""
    payment = Payment.locked(pk=payment_id)
    if payment.status in {_S.PREPARED, _S.OUTCOME_UNKNOWN} and not payment.external_id:
        _give_up(payment, _S.DECLINED, reason, now)
    _check_again(payment, now)


def begin_capture(payment_id: UUID, *, now: datetime) -> bool:
    """Write the intent to capture; False when the payment moved on meanwhile or was given up."""
    payment = Payment.locked(pk=payment_id)
    if payment.status == _S.CAPTURING:
        return True
    if payment.status not in {_S.OPEN, _S.OUTCOME_UNKNOWN}:
        return False
    if PaymentClaim.objects.filter(payment=payment, purchase_order__changed_in_store_at__isnull=False).exists():
        # Canceled or cut in the store meanwhile: money that was only approved goes back to the payer by itself.
        _give_up(payment, _S.CLOSED, "changed_in_store", now)
        return False
    move(payment, "status", PAYMENT_STATUS, _S.CAPTURING, now=now)
    return True


def record_looked_up(
    payment_id: UUID, fetched: ProviderPayment, decided: Verdict, reason: str, *, seen: Seen, now: datetime
) -> Payment:
    """Write what a look at the provider means. Safe to repeat and to race: the row is locked.

    An end without money counts only while the status that was ``seen`` before the look still holds, for somebody
    may have begun to capture since.
    """
    payment = Payment.locked(pk=payment_id)
    status = PaymentStatus(payment.status)
    told: dict[str, object] = {"provider": fetched.detail}
    if decided is Verdict.SETTLE and PAYMENT_STATUS.allows(status, _S.CAPTURED):
        _settle(payment, fetched, now)
    elif decided is Verdict.MISMATCH:
        _mismatch(payment, fetched, reason, now)
    elif decided is Verdict.PENDING and PAYMENT_STATUS.allows(status, _S.PENDING):
        move(payment, "status", PAYMENT_STATUS, _S.PENDING, now=now, reason=reason, detail=told)
    elif decided is Verdict.REFUND and arrived(payment) is None and PAYMENT_STATUS.allows(status, _S.REFUNDED):
        # It came and went between two looks: nothing was ever paid by it.
        _give_up(payment, _S.REFUNDED, reason, now, told, **_captured(fetched, now))
        post_unallocated(payment, fetched.amount, now=now)
    elif decided in {Verdict.DECLINE, Verdict.CLOSE}:
        ended = _S.DECLINED if decided is Verdict.DECLINE else _S.CLOSED
        moneyless = status in LIVE or (status == _S.MISMATCH and arrived(payment) is None)
        if status == seen.status and moneyless and PAYMENT_STATUS.allows(status, ended):
            _give_up(payment, ended, reason, now, told)
    elif decided in {Verdict.WAIT, Verdict.REFUSED} and status in {_S.OUTCOME_UNKNOWN, _S.CAPTURING}:
        refused_at = now if decided is Verdict.REFUSED else payment.refused_at
        move(payment, "status", PAYMENT_STATUS, _S.OPEN, now=now, reason=reason, detail=told, refused_at=refused_at)
    record_refunds(payment, fetched, known=seen.refunds, now=now)
    _note_answer(payment, reason)
    _check_again(payment, now)
    return payment


def _note_answer(payment: Payment, reason: str) -> None:
    """The provider has answered: its reason takes the place of why looks had failed."""
    if payment.unanswered_since is None:
        return
    payment.unanswered_since = None
    if payment.status in {_S.OPEN, _S.PENDING}:
        payment.reason = reason[:80]
    payment.save(update_fields=["unanswered_since", "reason"])


def expected_of(payment: Payment) -> Expected:
    """What a fetched payment must match before it settles anything."""
    return Expected(payment.external_id, payment.amount, payment.payee, payment.reference, payment.environment)


def _settle(payment: Payment, fetched: ProviderPayment, now: datetime) -> None:
    claims = list(PaymentClaim.objects.filter(payment=payment).order_by("purchase_order_id"))
    purchase_orders = lock_purchase_orders([claim.purchase_order_id for claim in claims])
    if not all(claim.live for claim in claims) and not _take_back(payment, claims, purchase_orders, now):
        move(payment, "status", PAYMENT_STATUS, _S.SURPLUS, now=now, reason="paid_twice", **_captured(fetched, now))
        post_unallocated(payment, payment.amount, now=now)
        return
    snapshots: dict[UUID, dict[str, Any]] = {
        UUID(key): part for key, part in payment.quote.content["purchase_orders"].items()
    }
    move(payment, "status", PAYMENT_STATUS, _S.CAPTURED, now=now, reason="", **_captured(fetched, now))
    post_capture(payment, claims, now=now)
    mark_paid(purchase_orders, snapshots, reference=payment.reference, now=now)


def _take_back(
    payment: Payment, claims: list[PaymentClaim], purchase_orders: list[PurchaseOrder], now: datetime
) -> bool:
    """Late money for a payment we gave up: honored when all is still free and as it was quoted, else a surplus."""
    if not all(po.payable and is_as_quoted(po, payment.quote) for po in purchase_orders):
        return False
    PaymentClaim.objects.filter(pk__in=[claim.pk for claim in claims]).update(live=True)
    mark_paying(purchase_orders, now=now)
    return True


def _mismatch(payment: Payment, fetched: ProviderPayment, reason: str, now: datetime) -> None:
    detail = {"fetched_minor": fetched.amount.minor, "fetched_currency": fetched.amount.currency}
    if PAYMENT_STATUS.allows(PaymentStatus(payment.status), _S.MISMATCH):
        move(payment, "status", PAYMENT_STATUS, _S.MISMATCH, now=now, reason=reason, detail=detail)
    if payment.status == _S.MISMATCH and fetched.capture_id and arrived(payment) is None:
        post_unallocated(payment, fetched.amount, now=now)


def _give_up(
    payment: Payment,
    ended: PaymentStatus,
    reason: str,
    now: datetime,
    detail: dict[str, object] | None = None,
    **changes: Any,
) -> None:
    """End a payment without money and give its purchase orders back."""
    move(payment, "status", PAYMENT_STATUS, ended, now=now, reason=reason, detail=detail, **changes)
    claims = PaymentClaim.objects.filter(payment=payment, live=True)
    held = [claim.purchase_order_id for claim in claims]
    claims.update(live=False)
    mark_unpaid(lock_purchase_orders(held), reason=reason, now=now)


def _captured(fetched: ProviderPayment, now: datetime) -> dict[str, Any]:
    return {"capture_id": fetched.capture_id, "captured_at": now}


def _check_again(payment: Payment, now: datetime) -> None:
    """Set when the sweep looks next: soon while money may move, ever more rarely once it has arrived."""
    payment.checks_count += 1
    wait = _wait(payment, now)
    payment.check_at = now + wait if wait else None
    payment.save(update_fields=["check_at", "checks_count"])


def _wait(payment: Payment, now: datetime) -> timedelta | None:
    """How long until the next look; None when nothing more can happen."""
    if payment.status == _S.REFUNDED and _all_explained(payment):
        return None
    if payment.status in LIVE | {_S.CLOSED, _S.DECLINED}:
        gone = not payment.external_id or now > payment.expires_at + LATE_WATCH
        if gone and payment.status not in LIVE:
            return None
        return min(timedelta(minutes=2 ** min(payment.checks_count - 1, 10)), _LONGEST_WAIT)
    age = now - payment.started_at
    return max(age, timedelta(days=1)) if age < REFUND_WATCH else None


def _all_explained(payment: Payment) -> bool:
    """Whether the refunds on record add up to what came in; until then the provider may still list more of them."""
    came = arrived(payment)
    return came is None or refunded_so_far(payment, came.currency) == came
