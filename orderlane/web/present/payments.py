"""Payments as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.payments.models import Payment
from orderlane.payments.states import PaymentStatus
from orderlane.ports import registry
from orderlane.ports.accounts import Environment
from orderlane.web.pages.order import CostRow, PaymentBox
from orderlane.web.pages.payments import PaymentRow, ResultPage
from orderlane.web.present.reasons import reason_sentence

_S = PaymentStatus


def payment_row(payment: Payment) -> PaymentRow:
    """Present one payment; its quote and supplier are fetched with it."""
    numbers = [part["number"] for part in payment.quote.content["purchase_orders"].values()]
    return PaymentRow(
        url=reverse("payment", args=[payment.pk]),
        reference=payment.reference,
        supplier=payment.supplier.name,
        provider=provider_label(payment.provider),
        amount=payment.amount,
        status=payment.status,
        started_at=payment.started_at,
        orders=[(number, reverse("order", args=[number])) for number in numbers],
        external_id=payment.external_id,
        test=payment.environment == Environment.TEST,
    )


def provider_label(provider: str) -> str:
    """The provider's own name."""
    known = registry.payments().get(provider)
    return known.label if known else provider


def payment_box(payment: Payment) -> PaymentBox:
    """Present the payment of one purchase order."""
    return PaymentBox(
        url=reverse("payment", args=[payment.pk]),
        status=payment.status,
        provider=provider_label(payment.provider),
        amount=payment.amount,
        reference=payment.reference,
        paid_at=payment.captured_at,
    )


def cost_rows(payment: Payment) -> Sequence[CostRow]:
    """What the amount is made of."""
    quote = payment.quote
    return [
        CostRow(_("Products"), quote.goods),
        CostRow(_("Shipping"), quote.shipping),
        CostRow(_("VAT"), quote.vat),
        CostRow(_("Total"), quote.total, total=True),
    ]


def result_page(payment: Payment, *, left: bool, next_supplier: str, may_write: bool, now: datetime) -> ResultPage:
    """What became of a payment. ``left`` is only a hint of the address: that the payer came back without paying."""
    open_still = payment.status == _S.OPEN and now < payment.expires_at
    return ResultPage(
        verdict=_verdict(payment, left=left),
        row=payment_row(payment),
        check_url=reverse("payment_check", args=[payment.pk]),
        cancel_url=reverse("payment_cancel", args=[payment.pk]) if may_write and may_be_canceled(payment) else "",
        provider_url=payment.redirect_url if open_still else "",
        retry_url=_retry_url(payment),
        reason=reason_sentence(payment.reason) if payment.reason else "",
        next_checkout_url=reverse("checkout_next") if next_supplier else "",
        next_supplier=next_supplier,
        may_write=may_write,
    )


def may_be_canceled(payment: Payment) -> bool:
    """Whether giving up may be tried; the provider still has the last word."""
    return payment.status in {_S.PREPARED, _S.OPEN, _S.OUTCOME_UNKNOWN}


def _verdict(payment: Payment, *, left: bool) -> str:
    if payment.status == _S.OPEN:
        return "open" if left or payment.reason else "checking"
    return {
        _S.CAPTURED: "paid",
        _S.REVERSED: "paid",
        _S.DECLINED: "declined",
        _S.CLOSED: "declined",
        _S.OUTCOME_UNKNOWN: "unknown",
        _S.MISMATCH: "mismatch",
        _S.SURPLUS: "mismatch",
    }.get(PaymentStatus(payment.status), "checking")


def _retry_url(payment: Payment) -> str:
    return reverse("checkout", args=[payment.quote_id]) if payment.status in {_S.DECLINED, _S.CLOSED} else ""
