"""Have the provider make the payment page of a payment that was requested."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.kernel.money import Money
from orderlane.payments.actions.record_outcome import record_not_opened, record_opened, record_unknown
from orderlane.payments.connections import connector_of
from orderlane.payments.models import Payment
from orderlane.payments.rules import may_redirect_to
from orderlane.payments.states import PaymentStatus
from orderlane.ports.payments import PaymentLine, PaymentRequest
from orderlane.tenants.scope import acting_for


def open_payment(payment_id: UUID, retailer_id: UUID, *, actor: str, now: datetime) -> Payment:
    """Open a prepared payment at its provider and return it as it then stands; safe to repeat (same key).

    Every failure ends as a recorded state: refused frees the purchase orders, unclear keeps them held.
    """
    with acting_for(retailer_id, actor):
        payment: Payment = Payment.objects.select_related("quote").get(pk=payment_id)
        if payment.external_id or payment.status not in {PaymentStatus.PREPARED, PaymentStatus.OUTCOME_UNKNOWN}:
            return payment
        request = _request(payment)
    try:
        opened = connector_of(payment.account_id, payment.supplier_id, actor).open_payment(request)
        if not may_redirect_to(opened.redirect_url, settings.PAYMENT_PAGE_HOSTS):
            raise NeedsAttention("the payment page lies on a host that is not allowed", reason="payment_page_host")
    except (Declined, NeedsAttention) as refusal:
        with acting_for(retailer_id, actor):
            record_not_opened(payment_id, reason=refusal.reason, now=now)
    except (OutcomeUnknown, Unavailable) as problem:
        with acting_for(retailer_id, actor):
            record_unknown(payment_id, reason=problem.reason, now=now)
    else:
        with acting_for(retailer_id, actor):
            record_opened(payment_id, opened, now=now)
    with acting_for(retailer_id, actor):
        found: Payment = Payment.objects.get(pk=payment_id)
        return found


def _request(payment: Payment) -> PaymentRequest:
    quote = payment.quote
    parts = list(quote.content["purchase_orders"].values())
    back = f"{settings.BASE_URL}/payments/{payment.pk}/return"
    return PaymentRequest(
        key=payment.pk.hex,
        reference=payment.reference,
        description=", ".join(part["number"] for part in parts)[:120],
        goods=[PaymentLine(part["number"], Money(part["goods_minor"], quote.currency)) for part in parts],
        shipping=quote.shipping,
        tax=quote.vat,
        amount=payment.amount,
        return_url=back,
        cancel_url=f"{back}?left=1",
        expires_at=payment.expires_at,
        language=payment.language,
    )
