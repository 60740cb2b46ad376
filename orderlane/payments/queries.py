"""Reads of money for the pages: what purchase orders cost, and how they were paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from orderlane.kernel.money import Money
from orderlane.payments.actions.make_quote import CURRENCY, quote_content
from orderlane.payments.errors import QuoteRefused
from orderlane.payments.models import LedgerEntry, Payment, PaymentClaim, Refund
from orderlane.payments.states import LIVE, PaymentStatus
from orderlane.ports import registry
from orderlane.ports.rates import NoRate
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import PaymentState
from orderlane.suppliers.models import PaymentAccount

ODD = Q(status__in=[PaymentStatus.MISMATCH, PaymentStatus.SURPLUS]) | ~Q(refund_problem="")
"""Payments that only a person can settle: money that is not what was agreed, came twice, or went back unexplained."""

UNKNOWN = Q(status=PaymentStatus.OUTCOME_UNKNOWN) | Q(unanswered_since__isnull=False, status__in=list(LIVE))
"""Payments of which nobody knows whether money has moved: a call ended without an answer, or no look succeeds."""


def costs_of(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> dict[UUID, dict[str, Any]]:
    """What each purchase order costs, by its id: as frozen when paid, as it would be quoted now until then.

    One that cannot be quoted (its supplier is not ready, no exchange rate) is left out.
    """
    return costs_or_refusals(purchase_orders, now=now)[0]


def costs_or_refusals(
    purchase_orders: Sequence[PurchaseOrder], *, now: datetime
) -> tuple[dict[UUID, dict[str, Any]], dict[UUID, QuoteRefused]]:
    """What each purchase order costs, and why the others cannot be quoted, by their ids."""
    costs: dict[UUID, dict[str, Any]] = {}
    refusals: dict[UUID, QuoteRefused] = {}
    open_by_supplier: dict[UUID, list[PurchaseOrder]] = defaultdict(list)
    for po in purchase_orders:
        if po.snapshot is not None:
            costs[po.pk] = po.snapshot
        else:
            open_by_supplier[po.supplier_id].append(po)
    for group in open_by_supplier.values():
        try:
            content = quote_content(group, now=now)
        except QuoteRefused as refusal:
            refusals |= {po.pk: refusal for po in group}
            continue
        costs |= {UUID(key): part for key, part in content["purchase_orders"].items()}
    return costs, refusals


def total_of(part: dict[str, Any]) -> Money:
    """Product cost, shipping and VAT of one purchase order's part of a quote, in the payment currency."""
    return Money(part["goods_minor"] + part["shipping_minor"] + part["vat_minor"], CURRENCY)


def to_payment_currency(amount: Money, now: datetime) -> Money | None:
    """An amount at today's rate, for comparing only; None without a rate."""
    if amount.currency == CURRENCY:
        return amount
    try:
        rate = registry.rates().rate(amount.currency, CURRENCY, now.date())
    except NoRate:
        return None
    return amount.convert(rate.value, CURRENCY)


def refunded_minor(payment_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """What was given back of each payment so far, in minor units by currency (there is one); without those of none."""
    found: dict[UUID, dict[str, int]] = {}
    summed = Refund.objects.filter(payment_id__in=payment_ids).values_list("payment_id", "currency")
    for payment_id, currency, minor in summed.annotate(Sum("amount_minor")).order_by():
        found[payment_id] = {currency: minor}
    return found


def given_back_for(purchase_order_id: UUID) -> Money | None:
    """The part of its payment's refunds that the books take from one purchase order; None for nothing."""
    entries = LedgerEntry.objects.filter(purchase_order_id=purchase_order_id, refund__isnull=False)
    for currency, minor in entries.values_list("currency").annotate(Sum("debit_minor")).order_by():
        return Money(minor, currency)
    return None


def payments_of(purchase_order_ids: Collection[UUID]) -> dict[UUID, Payment]:
    """The payment that holds or paid each purchase order."""
    claims = PaymentClaim.objects.filter(purchase_order_id__in=purchase_order_ids, live=True)
    return {claim.purchase_order_id: claim.payment for claim in claims.select_related("payment__quote")}


def agreed_ship_to(po: PurchaseOrder, payment: Payment | None) -> dict[str, str] | None:
    """The address that was paid for, or that the open payment is for; None while neither is."""
    if po.snapshot is not None:
        paid: dict[str, str] = po.snapshot["ship_to"]
        return paid
    if payment is None or po.payment_state != PaymentState.PAYING:
        return None
    quoted: dict[str, str] = payment.quote.content["purchase_orders"][str(po.pk)]["ship_to"]
    return quoted


def providers_of(supplier_id: UUID) -> list[PaymentAccount]:
    """The payment accounts a supplier takes money on."""
    return list(PaymentAccount.objects.filter(supplier_id=supplier_id, active=True).order_by("provider"))
