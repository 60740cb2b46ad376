"""What became of a payment, as fetched from its provider: the only writers of its status."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from orderlane.audit.transitions import move
from orderlane.payments.actions.post_ledger import post_capture, post_unallocated
from orderlane.payments.models import LedgerEntry, Payment, PaymentClaim
from orderlane.payments.quoted import is_as_quoted
from orderlane.payments.rules import Expected, Verdict
from orderlane.payments.states import LIVE, PAYMENT_STATUS, PaymentStatus
from orderlane.ports.payments import OpenedPayment, ProviderPayment
from orderlane.purchasing.actions.settle import hold_back, lock_purchase_orders, mark_paid, mark_paying, mark_unpaid
from orderlane.purchasing.models import PurchaseOrder

_S = PaymentStatus

# Asked again after 1, 2, 4 … minutes, at the latest every hour; never given up while money may move.
_LONGEST_WAIT = timedelta(hours=1)
LATE_WATCH = timedelta(days=1)
"""How long a payment we gave up is still looked at: PayPal lets an approval stand for three hours, Stripe closes."""


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
        payment.save(update_fields=["reason"])
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
    payment_id: UUID, fetched: ProviderPayment, decided: Verdict, reason: str, *, seen: PaymentStatus, now: datetime
) -> Payment:
    """Write what a look at the provider means. Safe to repeat and to race: the row is locked.

    ``seen`` is the status the look was decided on: an end without money counts only while it still holds,
    for somebody may have begun to capture since.
    """
    payment = Payment.locked(pk=payment_id)
    status = PaymentStatus(payment.status)
    if decided is Verdict.SETTLE and PAYMENT_STATUS.allows(status, _S.CAPTURED):
        _settle(payment, fetched, now)
    elif decided is Verdict.MISMATCH and PAYMENT_STATUS.allows(status, _S.MISMATCH):
        _mismatch(payment, fetched, reason, now)
    elif decided is Verdict.PENDING and PAYMENT_STATUS.allows(status, _S.PENDING):
        move(payment, "status", PAYMENT_STATUS, _S.PENDING, now=now, reason=reason)
    elif decided is Verdict.REVERSE and PAYMENT_STATUS.allows(status, _S.REVERSED):
        _reverse(payment, reason, now)
    elif decided in {Verdict.DECLINE, Verdict.CLOSE}:
        ended = _S.DECLINED if decided is Verdict.DECLINE else _S.CLOSED
        if status == seen and status in LIVE and PAYMENT_STATUS.allows(status, ended):
            _give_up(payment, ended, reason, now)
    elif decided is Verdict.WAIT and status in {_S.OUTCOME_UNKNOWN, _S.CAPTURING}:
        move(payment, "status", PAYMENT_STATUS, _S.OPEN, now=now, reason=reason)
    _check_again(payment, now)
    return payment


def release_mismatch(payment_id: UUID, *, now: datetime) -> None:
    """A person has settled a mismatch with the supplier: its purchase orders can be paid again."""
    payment = Payment.locked(pk=payment_id)
    if payment.status == _S.MISMATCH:
        _give_up(payment, _S.CLOSED, "released_by_hand", now)


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
    move(payment, "status", PAYMENT_STATUS, _S.MISMATCH, now=now, reason=reason, detail=detail)
    if fetched.capture_id and not LedgerEntry.objects.filter(payment=payment).exists():
        post_unallocated(payment, fetched.amount, now=now)


def _reverse(payment: Payment, reason: str, now: datetime) -> None:
    """The provider gave the money back: nothing that is not at the supplier yet goes there by itself."""
    if payment.status in LIVE:
        _give_up(payment, _S.REVERSED, reason, now)
        return
    move(payment, "status", PAYMENT_STATUS, _S.REVERSED, now=now, reason=reason)
    claims = PaymentClaim.objects.filter(payment=payment, live=True)
    hold_back(lock_purchase_orders([claim.purchase_order_id for claim in claims]), reason="refunded", now=now)


def _give_up(payment: Payment, ended: PaymentStatus, reason: str, now: datetime) -> None:
    """End a payment without money and give its purchase orders back."""
    move(payment, "status", PAYMENT_STATUS, ended, now=now, reason=reason)
    claims = PaymentClaim.objects.filter(payment=payment, live=True)
    held = [claim.purchase_order_id for claim in claims]
    claims.update(live=False)
    mark_unpaid(lock_purchase_orders(held), reason=reason, now=now)


def _captured(fetched: ProviderPayment, now: datetime) -> dict[str, Any]:
    return {"capture_id": fetched.capture_id, "captured_at": now}


def _check_again(payment: Payment, now: datetime) -> None:
    """Set when the sweep looks next: soon while money may move, for a day after giving up, never once it is done."""
    payment.checks_count += 1
    wait = min(timedelta(minutes=2 ** min(payment.checks_count - 1, 10)), _LONGEST_WAIT)
    over = payment.status in {_S.CAPTURED, _S.MISMATCH, _S.SURPLUS, _S.REVERSED}
    forgotten = payment.status in {_S.CLOSED, _S.DECLINED} and (
        not payment.external_id or now > payment.expires_at + LATE_WATCH
    )
    payment.check_at = None if over or forgotten else now + wait
    payment.save(update_fields=["check_at", "checks_count"])
