"""A person has seen that the store changed an order after it was paid."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.models import AuditEntry
from orderlane.audit.record import record
from orderlane.kernel.hashes import content_hash
from orderlane.orders.models import Order, OrderLine
from orderlane.purchasing.errors import HeldForDecision
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import HELD, PaymentState

_NOTED = "purchase_order.change_noted"
_ACCEPTED = "purchase_order.change_accepted"


def note_change(purchase_order_id: UUID, *, now: datetime) -> None:
    """Take a changed purchase order off the desk; only another change in the store brings it back.

    Raises HeldForDecision for one that is held or being paid: taking note of the change would let it be sent.
    """
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if po.changed_in_store_at is None:
        return
    if po.payment_state == PaymentState.PAYING or po.forwarding_state in HELD:
        raise HeldForDecision(f"{po.number} waits for a decision", number=po.number)
    settle_change(po, now=now)


def settle_change(po: PurchaseOrder, *, sent: bool = False, now: datetime) -> None:
    """Somebody has decided what becomes of a locked purchase order; ``sent`` in spite of what the store changed."""
    if po.changed_in_store_at is None:
        return
    po.changed_in_store_at = None
    po.save(update_fields=["changed_in_store_at"])
    record(_ACCEPTED if sent else _NOTED, po, now=now, detail={"seen": store_version(po, po.order)})


def is_noted(po: PurchaseOrder, order: Order) -> bool:
    """Whether somebody has already seen exactly what the store says now."""
    acts = AuditEntry.objects.filter(about_id=po.pk, action__in=[_NOTED, _ACCEPTED])
    noted = acts.filter(detail__seen=store_version(po, order))
    return noted.exists()


def store_version(po: PurchaseOrder, order: Order) -> str:
    """A fingerprint of what the store says now about what this purchase order covers."""
    told = OrderLine.objects.filter(pk__in=po.lines.values("order_line_id")).values_list("pk", "quantity")
    return content_hash(
        {
            "canceled": order.canceled_at is not None,
            "quantities": {str(line): quantity for line, quantity in told},
            "ship_to": po.told_ship_to,
        }
    )
