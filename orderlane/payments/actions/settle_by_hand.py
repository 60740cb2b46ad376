"""A person has settled odd money with the supplier: off the desk it goes, with a row that says who said so."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.models import AuditEntry
from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.payments.actions.record_refunds import PROBLEM, PROBLEM_NOTED
from orderlane.payments.models import Payment, PaymentClaim
from orderlane.payments.states import PAYMENT_STATUS, PaymentStatus
from orderlane.purchasing.actions.settle import lock_purchase_orders, mark_unpaid

_S = PaymentStatus
BY_HAND = "released_by_hand"


def release_mismatch(payment_id: UUID, *, now: datetime) -> None:
    """Money that does not match was settled with the supplier: its purchase orders can be paid again."""
    payment = Payment.locked(pk=payment_id)
    if payment.status != _S.MISMATCH:
        return
    move(payment, "status", PAYMENT_STATUS, _S.RESOLVED, now=now, reason=BY_HAND)
    claims = PaymentClaim.objects.filter(payment=payment, live=True)
    held = [claim.purchase_order_id for claim in claims]
    claims.update(live=False)
    mark_unpaid(lock_purchase_orders(held), reason=BY_HAND, now=now)


def note_settled(payment_id: UUID, *, now: datetime) -> None:
    """The refund of money that came twice was arranged, or a refund that does not add up was cleared.

    Nothing else changes: a surplus closes by itself once the provider reports the money as given back, and a
    refund's problem comes back only if another one arises. A payment without either stays as it is.
    """
    payment = Payment.locked(pk=payment_id)
    if payment.status == _S.SURPLUS:
        move(payment, "status", PAYMENT_STATUS, _S.RESOLVED, now=now, reason="refund_arranged")
    if payment.refund_problem:
        flagged = AuditEntry.objects.filter(about_id=payment.pk, action=PROBLEM).latest("at", "id")
        record(PROBLEM_NOTED, payment, now=now, reason=payment.refund_problem, detail=flagged.detail)
        payment.refund_problem = ""
        payment.save(update_fields=["refund_problem"])
