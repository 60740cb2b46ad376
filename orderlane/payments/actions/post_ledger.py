"""Double entries of money that came and went; the database checks at commit that every payment balances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from orderlane.kernel.ids import new_id
from orderlane.kernel.money import Money
from orderlane.payments.models import LedgerEntry, Payment, PaymentClaim, Refund

_Book = LedgerEntry.Book


def post_capture(payment: Payment, claims: Sequence[PaymentClaim], *, now: datetime) -> None:
    """Debit the supplier's provider account; credit product cost, shipping and VAT of every purchase order."""
    entries = [_entry(payment, _Book.PROVIDER, now, debit_minor=payment.amount_minor)]
    for claim in claims:
        parts = {_Book.GOODS: claim.goods_minor, _Book.SHIPPING: claim.shipping_minor, _Book.VAT: claim.vat_minor}
        entries += [
            _entry(payment, book, now, credit_minor=minor, purchase_order_id=claim.purchase_order_id)
            for book, minor in parts.items()
            if minor
        ]
    LedgerEntry.objects.bulk_create(entries)


def post_unallocated(payment: Payment, amount: Money, *, now: datetime) -> None:
    """Money that does not match or came twice: it belongs to no purchase order until a person decides."""
    LedgerEntry.objects.bulk_create(
        [
            _entry(payment, _Book.PROVIDER, now, debit_minor=amount.minor, currency=amount.currency),
            _entry(payment, _Book.UNALLOCATED, now, credit_minor=amount.minor, currency=amount.currency),
        ]
    )


def post_refund(refund: Refund, *, now: datetime) -> None:
    """Credit the supplier's provider account; debit what the money had been for, in proportion to what is left there.

    A provider does not say which purchase order a refund is for. Largest remainder: no book goes below zero, and a
    refund in full brings each of them to exactly zero.
    """
    payment, currency = refund.payment, refund.currency
    books = (
        LedgerEntry.objects.filter(payment=payment, currency=currency)
        .exclude(book=_Book.PROVIDER)
        .values("purchase_order_id", "book")
        .annotate(left=Sum(F("credit_minor") - F("debit_minor")))
        .order_by("purchase_order_id", "book")
    )
    rows = [row for row in books if row["left"] > 0]
    entries = [
        _entry(
            payment,
            row["book"],
            now,
            debit_minor=part.minor,
            purchase_order_id=row["purchase_order_id"],
            currency=currency,
            refund=refund,
        )
        for row, part in zip(rows, refund.amount.split([row["left"] for row in rows]), strict=True)
        if part
    ]
    entries.append(
        _entry(payment, _Book.PROVIDER, now, credit_minor=refund.amount_minor, currency=currency, refund=refund)
    )
    LedgerEntry.objects.bulk_create(entries)


def arrived(payment: Payment) -> Money | None:
    """What came in for a payment according to the books, refunds not counted; None when nothing did."""
    first = LedgerEntry.objects.filter(payment=payment, book=_Book.PROVIDER, debit_minor__gt=0).first()
    return Money(first.debit_minor, first.currency) if first else None


def _entry(
    payment: Payment,
    book: str,
    now: datetime,
    *,
    debit_minor: int = 0,
    credit_minor: int = 0,
    purchase_order_id: UUID | None = None,
    currency: str = "",
    refund: Refund | None = None,
) -> LedgerEntry:
    return LedgerEntry(
        id=new_id(),
        retailer_id=payment.retailer_id,
        supplier_id=payment.supplier_id,
        payment=payment,
        refund=refund,
        purchase_order_id=purchase_order_id,
        book=book,
        debit_minor=debit_minor,
        credit_minor=credit_minor,
        currency=currency or payment.currency,
        posted_at=now,
    )
