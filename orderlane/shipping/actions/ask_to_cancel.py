"""The retailer asks to cancel what it has paid or ordered; what its supplier already has, the supplier decides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.purchasing.actions.note_change import settle_change
from orderlane.purchasing.actions.settle import keep_canceled, lock_purchase_orders
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState
from orderlane.shipping.actions.answer_cancellation import close_requests
from orderlane.shipping.actions.answer_request import standing_of
from orderlane.shipping.errors import AlreadyAsked, AlreadyShipped, BeingSent, NothingToCancel
from orderlane.shipping.models import CancellationRequest
from orderlane.shipping.rules import Standing
from orderlane.shipping.states import CancellationStatus


def ask_to_cancel(purchase_order_id: UUID, *, words: str, now: datetime) -> bool:
    """Put the wish to cancel to the supplier; True when it never got the purchase order and it is canceled at once.

    No money moves: giving it back is the supplier's own act. Raises NothingToCancel, AlreadyShipped, AlreadyAsked or
    BeingSent.
    """
    [po] = lock_purchase_orders([purchase_order_id])
    never_sent = check_cancelable(po) is Standing.PAID
    CancellationRequest.objects.create(
        retailer_id=po.retailer_id,
        supplier_id=po.supplier_id,
        purchase_order=po,
        asked_at=now,
        message=words.strip()[:500],
    )
    record("cancellation.asked", po, now=now)
    settle_change(po, now=now)
    if never_sent:
        keep_canceled(po, now=now)
        close_requests(po, agrees=True, words="", now=now)
    return never_sent


def check_cancelable(po: PurchaseOrder) -> Standing:
    """Where a purchase order stands that may be asked for: PAID is surely not at its supplier; raises as above."""
    if CancellationRequest.objects.filter(purchase_order=po, status=CancellationStatus.ASKED).exists():
        raise AlreadyAsked(f"{po.number}: the supplier was asked to cancel it", number=po.number)
    if po.fulfillment_state == FulfillmentState.FULFILLED:
        raise AlreadyShipped(f"{po.number} has shipped", number=po.number)
    standing = standing_of(po, None)
    if standing is Standing.UNCLEAR:
        if po.forwarding_state == ForwardingState.NEEDS_ATTENTION:
            return Standing.AT_SUPPLIER  # Only the supplier can tell whether it arrived.
        raise BeingSent(f"{po.number} is being sent", number=po.number)
    if standing in {Standing.UNPAID, Standing.PAYING, Standing.CANCELED} or po.canceled_here:
        raise NothingToCancel(f"{po.number} cannot be canceled", number=po.number)
    return standing
