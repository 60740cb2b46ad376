"""A store's *Request fulfillment* was accepted: the purchase orders of that order are in progress."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.transitions import move
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import FULFILLMENT, FulfillmentState


def mark_in_progress(store_id: UUID, order_external_id: str, *, now: datetime) -> None:
    """Move the unfulfilled purchase orders of an order to *in progress*; it neither pays nor orders anything."""
    waiting = PurchaseOrder.objects.select_for_update(of=("self",)).filter(
        order__store_id=store_id,
        order__external_id=order_external_id,
        fulfillment_state=FulfillmentState.UNFULFILLED,
    )
    for po in waiting.order_by("id"):
        move(po, "fulfillment_state", FULFILLMENT, FulfillmentState.IN_PROGRESS, now=now, reason="requested_in_store")
