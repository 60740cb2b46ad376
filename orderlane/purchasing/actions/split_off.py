"""Split some products off a purchase order, so that they can be paid without the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.orders.models import Order
from orderlane.purchasing.actions.split_order import new_purchase_order
from orderlane.purchasing.errors import PurchaseOrderNotPayable
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine


def split_off_lines(purchase_order_id: UUID, line_ids: Sequence[UUID], *, now: datetime) -> PurchaseOrder:
    """Move the chosen lines of an unpaid purchase order into one of their own, and return that one.

    All lines chosen: nothing is split and the purchase order itself is returned. Raises
    PurchaseOrderNotPayable when it can no longer be paid, DoesNotExist for a line that is not its own.
    """
    # The order first, as its split does: a split that waits for us then reads the parts as we leave them.
    Order.locked(purchase_orders__pk=purchase_order_id)
    po = PurchaseOrder.objects.select_for_update(of=("self",)).select_related("order").get(pk=purchase_order_id)
    if not po.payable:
        raise PurchaseOrderNotPayable(f"{po.number} cannot be paid", number=po.number)
    lines = PurchaseOrderLine.objects.filter(purchase_order=po)
    chosen = lines.filter(pk__in=line_ids)
    if not line_ids or chosen.count() != len(set(line_ids)):
        raise PurchaseOrderLine.DoesNotExist
    if chosen.count() == lines.count():
        return po
    own = new_purchase_order(
        po.order, po.supplier_id, now, destination=po.destination, ship_to_fields=po.ship_to_fields
    )
    chosen.update(purchase_order=own)
    record("purchase_order.split_off", po, now=now, detail={"into": own.number})
    return own
