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

AGREED = "cancellation_agreed"
"""The reason of a purchase order that its supplier canceled because it was asked to."""


def answer_cancellation(request_id: UUID, *, agrees: bool, words: str, now: datetime) -> None:
    """Write the supplier's answer down, once, and have it brought to the store; raises AlreadyAnswered.

    Agreeing ends what has not shipped. No money moves: giving it back is the supplier's own act.
    """
    po = PurchaseOrder.locked(cancellation_requests=request_id)
    request = CancellationRequest.locked(pk=request_id)
    if request.status != CancellationStatus.ASKED:
        raise AlreadyAnswered(f"{po.number}: the wish to cancel was answered", number=po.number)
    close_requests(po, agrees=agrees, words=words, now=now)
    if agrees and not parcels_of(po):
        record_canceled(po.pk, reason=AGREED, now=now)


def canceled_there(purchase_order_id: UUID, *, now: datetime) -> None:
    """The supplier's own store says that it is canceled: that is the answer to whoever asked for it."""
    po = PurchaseOrder.locked(pk=purchase_order_id)
    asked = close_requests(po, agrees=True, words="", now=now)
    record_canceled(po.pk, reason=AGREED if asked else "canceled_by_supplier", now=now)


def close_requests(po: PurchaseOrder, *, agrees: bool, words: str, now: datetime) -> bool:
    """Give every open wish to cancel a locked purchase order the same answer; whether there was one.

    It may have been asked for here and in the store as well.
    """
    to = CancellationStatus.AGREED if agrees else CancellationStatus.REFUSED
    open_ones = CancellationRequest.objects.select_for_update(of=("self",)).filter(
        purchase_order=po, status=CancellationStatus.ASKED
    )
    rows = list(open_ones.order_by("id"))
    for row in rows:
        move(row, "status", CANCELLATION, to, now=now, answer=words.strip()[:500], answered_at=now)
    if rows:
        record(f"cancellation.{to}", po, now=now)
        enqueue("shipping.answer_requests_of", purchase_order_id=po.pk, retailer_id=po.retailer_id)
    return bool(rows)
