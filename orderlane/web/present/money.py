"""What a purchase order costs and earns: exactly what checkout would show, or what was paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderlane.kernel.money import Money
from orderlane.payments.actions.make_quote import CURRENCY, quote_content
from orderlane.payments.errors import QuoteRefused
from orderlane.ports import registry
from orderlane.ports.rates import NoRate
from orderlane.purchasing.models import PurchaseOrder

Part = Mapping[str, Any]


def parts_of(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> dict[UUID, Part]:
    """The costed content of each: frozen when paid, else as a quote made now would say; absent when it cannot be.

    Two queries' worth of work per supplier on the page, not per row.
    """
    parts: dict[UUID, Part] = {po.pk: po.snapshot for po in purchase_orders if po.snapshot is not None}
    open_by_supplier: dict[UUID, list[PurchaseOrder]] = defaultdict(list)
    for po in purchase_orders:
        if po.snapshot is None:
            open_by_supplier[po.supplier_id].append(po)
    for group in open_by_supplier.values():
        try:
            content = quote_content(group, now=now)
        except QuoteRefused:
            continue
        parts |= {UUID(key): part for key, part in content["purchase_orders"].items()}
    return parts


def cost_of(part: Part | None) -> Money | None:
    """Products, shipping and VAT, in the currency of payments."""
    if part is None:
        return None
    return Money(part["goods_minor"] + part["shipping_minor"] + part["vat_minor"], CURRENCY)


def margin_of(customer_paid: Money | None, cost: Money | None, *, now: datetime) -> Money | None:
    """What is left of the customer's money at today's rate; None when there is no rate or no cost."""
    if customer_paid is None or cost is None:
        return None
    if customer_paid.currency == cost.currency:
        return customer_paid - cost
    try:
        rate = registry.rates().rate(customer_paid.currency, cost.currency, now.date())
    except NoRate:
        return None
    return customer_paid.convert(rate.value, cost.currency) - cost
