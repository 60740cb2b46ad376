"""Look at a payment at its provider and act on what is there: the one path of return page, webhook, sweep, button."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.payments.actions.record_outcome import (
    begin_capture,
    expected_of,
    record_gone,
    record_looked_up,
    record_not_opened,
    record_unknown,
    record_unreached,
    seen_of,
)
from orderlane.payments.connections import connector_of
from orderlane.payments.effects.find_payment import NOT_FOUND
from orderlane.payments.effects.open_payment import open_payment
from orderlane.payments.models import Payment
from orderlane.payments.rules import Verdict, verdict
from orderlane.payments.states import LIVE, PaymentStatus
from orderlane.ports.payments import PaymentConnector, ProviderPayment
from orderlane.tenants.scope import acting_for


def sync_payment(payment_id: UUID, retailer_id: UUID, *, actor: str, now: datetime, give_up: bool = False) -> Payment:
    """Fetch the payment, capture it when it is approved and matches, and record what became of it.

    Safe to call many times and at once. ``give_up`` closes it if nobody has paid yet, as its expiry would.
    A provider that cannot be reached changes nothing but the time of the next look.
    """
    with acting_for(retailer_id, actor):
        payment: Payment = Payment.objects.get(pk=payment_id)
        seen = seen_of(payment)
    expired = give_up or now >= payment.expires_at
    if not payment.external_id:
        if expired:
            # Its page was never shown to anybody, so nobody can pay it, even if the provider has made one.
            with acting_for(retailer_id, actor):
                record_not_opened(payment_id, reason="given_up" if give_up else "never_opened", now=now)
        return open_payment(payment_id, retailer_id, actor=actor, now=now)
    try:
        connector = connector_of(payment.account_id, payment.supplier_id, actor)
        fetched, decided, reason = _look(payment, connector, actor=actor, now=now, expired=expired)
        if give_up and decided is Verdict.CLOSE:
            reason = "given_up"
    except (Unavailable, NeedsAttention) as problem:
        with acting_for(retailer_id, actor):
            if expired and problem.reason == NOT_FOUND:
                record_gone(payment_id, now=now)
            else:
                record_unreached(payment_id, reason=problem.reason, now=now)
    except OutcomeUnknown as problem:
        with acting_for(retailer_id, actor):
            record_unknown(payment_id, reason=problem.reason, now=now)
    else:
        with acting_for(retailer_id, actor):
            record_looked_up(payment_id, fetched, decided, reason, seen=seen, now=now)
    with acting_for(retailer_id, actor):
        found: Payment = Payment.objects.get(pk=payment_id)
        return found


def _look(
    payment: Payment, connector: PaymentConnector, *, actor: str, now: datetime, expired: bool
) -> tuple[ProviderPayment, Verdict, str]:
    """Fetch, take the one step that is due (capture or close), and judge what then stands there."""
    expected, status = expected_of(payment), PaymentStatus(payment.status)
    fetched = connector.fetch_payment(payment.external_id)
    decided, reason = verdict(fetched, expected, status=status, expired=expired)
    if decided is Verdict.CAPTURE:
        with acting_for(payment.retailer_id, actor):
            may_capture = begin_capture(payment.pk, now=now)
        if not may_capture:
            return fetched, Verdict.WAIT, ""
        try:
            fetched = connector.capture_payment(payment.external_id, f"{payment.pk.hex}-capture")
        except Declined as refusal:
            return fetched, Verdict.REFUSED, refusal.reason
        decided, reason = verdict(fetched, expected, status=PaymentStatus.CAPTURING, expired=False)
        return fetched, Verdict.WAIT if decided is Verdict.CAPTURE else decided, reason
    if decided is Verdict.CLOSE and status in LIVE:
        ours, fetched = reason, connector.close_payment(payment.external_id)
        decided, reason = verdict(fetched, expected, status=status, expired=expired)
        # Closed because we asked: why we did is the reason, not that the provider has obeyed.
        reason = ours if decided is Verdict.CLOSE else reason
    return fetched, decided, reason
