"""Take back *Mark as ordered*, as long as nothing has shipped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.purchasing.actions.by_hand import take_back_ordered
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.errors import AlreadyAsked, AlreadyShipped
from orderlane.shipping.models import CancellationRequest, Shipment
from orderlane.shipping.states import CancellationStatus


def undo_ordered(purchase_order_id: UUID, *, now: datetime) -> None:
    """Note that it was not ordered at the supplier after all; raises AlreadyShipped once a parcel was recorded.

    Raises AlreadyAsked while the supplier has a wish to cancel it, which it would no longer see.
    """
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if Shipment.objects.filter(purchase_order=po).exists():
        raise AlreadyShipped(f"{po.number} has shipped", number=po.number)
    if CancellationRequest.objects.filter(purchase_order=po, status=CancellationStatus.ASKED).exists():
        raise AlreadyAsked(f"{po.number}: the supplier was asked to cancel it", number=po.number)
    take_back_ordered(po.pk, now=now)
