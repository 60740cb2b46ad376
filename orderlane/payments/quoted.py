"""Whether purchase orders are still what a quote showed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from orderlane.kernel.hashes import content_hash
from orderlane.payments.actions.make_quote import quote_content
from orderlane.payments.errors import QuoteExpired, QuoteOutdated, QuoteRefused
from orderlane.payments.models import Quote
from orderlane.purchasing.errors import PurchaseOrderNotPayable
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine


def is_as_quoted(po: PurchaseOrder, quote: Quote) -> bool:
    """Same products, quantities, prices and address as in the quote's own frozen content."""
    part = quote.content["purchase_orders"][str(po.pk)]
    then = {(line["sku"], line["quantity"], line["unit_cost_minor"]) for line in part["lines"]}
    lines = PurchaseOrderLine.objects.filter(purchase_order=po)
    now = set(lines.values_list("sku", "quantity", "unit_cost_minor"))
    same_address: bool = part["ship_to"] == po.told_ship_to
    return then == now and same_address


def still_comes_out(quote: Quote, purchase_orders: Sequence[PurchaseOrder]) -> bool:
    """Whether quoting them anew, at the rate it was frozen with, gives exactly what the quote showed.

    Raises QuoteRefused when they can no longer be quoted at all.
    """
    return content_hash(quote_content(purchase_orders, now=quote.made_at)) == quote.content_hash


def why_stale(quote: Quote, *, now: datetime) -> str:
    """The reason, as a word of the refusals, why a quote can no longer be paid; empty while it can."""
    purchase_orders = quoted_purchase_orders(quote)
    if not all(po.payable for po in purchase_orders):
        return PurchaseOrderNotPayable.reason
    if now >= quote.expires_at:
        return QuoteExpired.reason
    try:
        return "" if still_comes_out(quote, purchase_orders) else QuoteOutdated.reason
    except QuoteRefused as refusal:
        return refusal.reason


def quoted_now(quote: Quote, *, now: datetime) -> dict[str, Any] | None:
    """What a new quote of those that can still be paid would hold; None when there would be none."""
    payable = [po for po in quoted_purchase_orders(quote) if po.payable]
    try:
        return quote_content(payable, now=now) if payable else None
    except QuoteRefused:
        return None


def quoted_purchase_orders(quote: Quote) -> list[PurchaseOrder]:
    """The purchase orders of a quote as they stand now."""
    ids = [UUID(key) for key in quote.content["purchase_orders"]]
    return list(PurchaseOrder.objects.filter(pk__in=ids).select_related("order", "supplier").order_by("id"))
