"""Whether a purchase order is still what a quote showed."""

from __future__ import annotations

from orderlane.payments.models import Quote
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine


def is_as_quoted(po: PurchaseOrder, quote: Quote) -> bool:
    """Same products, quantities, prices and address as in the quote's own frozen content."""
    part = quote.content["purchase_orders"][str(po.pk)]
    then = {(line["sku"], line["quantity"], line["unit_cost_minor"]) for line in part["lines"]}
    lines = PurchaseOrderLine.objects.filter(purchase_order=po)
    now = set(lines.values_list("sku", "quantity", "unit_cost_minor"))
    same_address: bool = part["ship_to"] == po.told_ship_to
    return then == now and same_address
