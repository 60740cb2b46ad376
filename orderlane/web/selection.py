"""What was ticked on the Orders list: whole purchase orders, or single products of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from orderlane.purchasing.actions.split_off import split_off_lines
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine


@dataclass(frozen=True, slots=True)
class Selection:
    """Ticked purchase orders, oldest first. ``lines`` holds the ticked products of those ticked only in part."""

    purchase_orders: list[PurchaseOrder]
    lines: dict[UUID, list[UUID]] = field(default_factory=dict)

    def payable(self, *, left_out: Container[UUID], now: datetime) -> list[PurchaseOrder]:
        """All but what is left out, in the retailer's scope; products ticked alone get their own purchase order."""
        found = [po for po in self.purchase_orders if po.pk not in left_out]
        return [split_off_lines(po.pk, self.lines[po.pk], now=now) if po.pk in self.lines else po for po in found]


def selection_from(request: HttpRequest) -> Selection:
    """Read the ticks. A number or product that is not the retailer's refuses the whole request (404).

    The tick of a purchase order means all its products, whatever else is ticked below it.
    """
    numbers = set(request.POST.getlist("purchase_order"))
    whole = list(PurchaseOrder.objects.filter(number__in=numbers))
    if len(whole) != len(numbers):
        raise PurchaseOrder.DoesNotExist
    ids = {_uuid(text) for text in request.POST.getlist("product")}
    products = list(PurchaseOrderLine.objects.filter(pk__in=ids).select_related("purchase_order"))
    if len(products) != len(ids):
        raise PurchaseOrderLine.DoesNotExist
    partly = {line.purchase_order_id: line.purchase_order for line in products}
    for po in whole:
        partly.pop(po.pk, None)
    lines: dict[UUID, list[UUID]] = defaultdict(list)
    for line in products:
        if line.purchase_order_id in partly:
            lines[line.purchase_order_id].append(line.pk)
    return Selection(sorted([*whole, *partly.values()], key=lambda po: po.pk), dict(lines))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as wrong:
        raise PurchaseOrderLine.DoesNotExist from wrong
