"""The supplier answers the retailer's wish to cancel; the store is told afterwards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.audit.transitions import move
from orderlane.jobs.queue import enqueue
from orderlane.purchasing.actions.forwarding import record_canceled
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.actions.record_shipment import parcels_of
from orderlane.shipping.errors import AlreadyAnswered
from orderlane.shipping.models import CancellationRequest
from orderlane.shipping.states import CANCELLATION, CancellationStatus


def answer_cancellation(request_id: UUID, *, agrees: bool, words: str, now: datetime) -> None:
    """Write the supplier's answer down, once, and have it brought to the store; raises AlreadyAnswered.

    Agreeing ends what has not shipped. No money moves: giving it back is the supplier's own act.
    """
    po = PurchaseOrder.locked(cancellation_requests=request_id)
    request = CancellationRequest.locked(pk=request_id)
    if request.status != CancellationStatus.ASKED:
        raise AlreadyAnswered(f"{po.number}: the wish to cancel was answered", number=po.number)
    to = CancellationStatus.AGREED if agrees else CancellationStatus.REFUSED
    move(request, "status", CANCELLATION, to, now=now, answer=words.strip()[:500], answered_at=now)
    record(f"cancellation.{to}", po, now=now)
    if agrees and not parcels_of(po):
        record_canceled(po.pk, reason="cancellation_agreed", now=now)
    enqueue("shipping.answer_requests_of", purchase_order_id=po.pk, retailer_id=po.retailer_id)
