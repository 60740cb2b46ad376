"""The intent to pay: one payment row that claims its purchase orders, before anything is called."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from orderlane.audit.record import record
from orderlane.kernel.ids import new_id
from orderlane.payments.errors import AlreadyBeingPaid, ProviderNotOffered, QuoteExpired, QuoteOutdated
from orderlane.payments.models import Payment, PaymentClaim, Quote
from orderlane.payments.quoted import still_comes_out
from orderlane.purchasing.actions.settle import lock_purchase_orders, mark_paying
from orderlane.purchasing.errors import PurchaseOrderNotPayable
from orderlane.purchasing.models import PurchaseOrder
from orderlane.suppliers.models import PaymentAccount

OPEN_FOR = timedelta(minutes=40)
"""Stripe wants at least 30 minutes, counted from the call: the rest is slack for a repeat after a lost answer."""
FIRST_CHECK = timedelta(seconds=60)


def request_payment(quote_id: UUID, provider: str, *, member_id: UUID, language: str, now: datetime) -> Payment:
    """Write the payment of a quote and hold its purchase orders, in the retailer's scope.

    A repeat of the same click (same quote, same provider, still under way) returns the payment that is
    already there. Raises QuoteExpired, QuoteOutdated, AlreadyBeingPaid or ProviderNotOffered; nothing is
    held then.
    """
    quote = Quote.locked(pk=quote_id)
    running = Payment.objects.filter(quote=quote, claims__live=True).first()
    if running is not None:
        if running.provider == provider:
            return running
        raise AlreadyBeingPaid("this quote is being paid at another provider", provider=running.provider)
    if now >= quote.expires_at:
        raise QuoteExpired("the quote has expired")
    account = PaymentAccount.objects.filter(supplier_id=quote.supplier_id, provider=provider, active=True).first()
    if account is None:
        raise ProviderNotOffered("the supplier does not take this provider", provider=provider)
    purchase_orders = lock_purchase_orders([UUID(key) for key in quote.content["purchase_orders"]])
    _require_unchanged(quote, purchase_orders, now)
    payment = _write(quote, account, member_id, language, now)
    _claim(payment, quote, purchase_orders)
    mark_paying(purchase_orders, now=now)
    record("payment.requested", payment, now=now, detail={"amount_minor": payment.amount_minor, "provider": provider})
    return payment


def _require_unchanged(quote: Quote, purchase_orders: list[PurchaseOrder], now: datetime) -> None:
    """What was shown is what will be charged: the same content must still come out, at the rate it was frozen with."""
    busy = [po.number for po in purchase_orders if po.payment_state != "unpaid"]
    if busy:
        raise AlreadyBeingPaid("already paid or being paid", numbers=", ".join(busy[:5]))
    if any(not po.payable for po in purchase_orders):
        raise PurchaseOrderNotPayable("no longer payable")
    if not still_comes_out(quote, purchase_orders):
        raise QuoteOutdated("something the quote showed has changed")


def _write(quote: Quote, account: PaymentAccount, member_id: UUID, language: str, now: datetime) -> Payment:
    payment_id = new_id()
    payment: Payment = Payment.objects.create(
        id=payment_id,
        retailer_id=quote.retailer_id,
        supplier_id=quote.supplier_id,
        quote=quote,
        account=account,
        provider=account.provider,
        payee=account.external_id,
        environment=account.environment,
        reference=f"OLP-{payment_id.hex}",
        amount_minor=quote.total_minor,
        currency=quote.currency,
        started_by_id=member_id,
        started_at=now,
        language=language,
        expires_at=now + OPEN_FOR,
        check_at=now + FIRST_CHECK,
    )
    return payment


def _claim(payment: Payment, quote: Quote, purchase_orders: list[PurchaseOrder]) -> None:
    parts = quote.content["purchase_orders"]
    claims = [
        PaymentClaim(
            id=new_id(),
            retailer_id=payment.retailer_id,
            supplier_id=payment.supplier_id,
            payment=payment,
            purchase_order=po,
            goods_minor=parts[str(po.pk)]["goods_minor"],
            shipping_minor=parts[str(po.pk)]["shipping_minor"],
            vat_minor=parts[str(po.pk)]["vat_minor"],
            currency=quote.currency,
        )
        for po in purchase_orders
    ]
    try:
        with transaction.atomic():
            PaymentClaim.objects.bulk_create(claims)
    except IntegrityError as taken:
        raise AlreadyBeingPaid("another payment holds one of these purchase orders") from taken
