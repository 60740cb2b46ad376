"""What a retailer does by hand: order at a supplier without auto-order, archive, bring back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.jobs.queue import enqueue
from orderlane.orders.models import Order
from orderlane.purchasing.actions.settle import wake_request
from orderlane.purchasing.errors import AlreadyForwarded, NotAutoOrder, NotOrderedByHand
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import FORWARDING, ForwardingState


def mark_ordered(purchase_order_id: UUID, *, supplier_number: str, now: datetime) -> None:
    """Note that a purchase order without auto-order was placed on the supplier's own site; it then may ship."""
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if po.auto_order:
        raise NotAutoOrder(f"{po.number} is forwarded automatically", number=po.number)
    if po.forwarding_state != ForwardingState.NOT_DUE:
        raise AlreadyForwarded(f"{po.number} was already ordered", number=po.number)
    move(
        po,
        "forwarding_state",
        FORWARDING,
        ForwardingState.DELIVERED,
        now=now,
        supplier_number=supplier_number[:60],
        forwarded_at=now,
        released_at=now,
    )
    wake_request(po)


def take_back_ordered(purchase_order_id: UUID, *, now: datetime) -> None:
    """Undo :func:`mark_ordered`: it was not ordered at the supplier after all, and follows the store again.

    The caller has made sure that nothing of it has shipped. Raises NotAutoOrder or NotOrderedByHand.
    """
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if po.auto_order:
        raise NotAutoOrder(f"{po.number} is forwarded automatically", number=po.number)
    if not po.ordered_outside or po.forwarding_state != ForwardingState.DELIVERED:
        raise NotOrderedByHand(f"{po.number} is not marked as ordered", number=po.number)
    move(
        po, "forwarding_state", FORWARDING, ForwardingState.NOT_DUE, now=now, reason="not_ordered_after_all",
        detail={"supplier_number": po.supplier_number}, supplier_number="", forwarded_at=None, released_at=None,
    )  # fmt: skip
    Order.objects.filter(pk=po.order_id).update(split_at=None)
    enqueue("purchasing.split_order", order_id=po.order_id, retailer_id=po.retailer_id)


def archive(purchase_order_id: UUID, *, archived: bool, now: datetime) -> None:
    """Take a purchase order out of the daily lists, or bring it back; nothing else changes."""
    po = PurchaseOrder.locked(pk=purchase_order_id)
    po.archived_at = now if archived else None
    po.save(update_fields=["archived_at"])
    record("purchase_order.archived" if archived else "purchase_order.restored", po, now=now)
