"""Double entries of money that arrived; the database checks at commit that every payment balances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderlane.kernel.ids import new_id
from orderlane.kernel.money import Money
from orderlane.payments.models import LedgerEntry, Payment, PaymentClaim

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


def _entry(
    payment: Payment,
    book: str,
    now: datetime,
    *,
    debit_minor: int = 0,
    credit_minor: int = 0,
    purchase_order_id: UUID | None = None,
    currency: str = "",
) -> LedgerEntry:
    return LedgerEntry(
        id=new_id(),
        retailer_id=payment.retailer_id,
        supplier_id=payment.supplier_id,
        payment=payment,
        purchase_order_id=purchase_order_id,
        book=book,
        debit_minor=debit_minor,
        credit_minor=credit_minor,
        currency=currency or payment.currency,
        posted_at=now,
    )
