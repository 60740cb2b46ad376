"""Reads of parcels for the jobs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.shipping.models import Fulfillment
from orderlane.shipping.states import FulfillmentStatus

WAITING = (FulfillmentStatus.DUE, FulfillmentStatus.PUSHING, FulfillmentStatus.OUTCOME_UNKNOWN)
"""What still has to be told, is being told, or may have been told to the store."""

BATCH = 200


def due_parcels(store_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """The parcels a store has to be told about now, longest due first: shipment and order of each, a batch at most."""
    due = Fulfillment.objects.filter(purchase_order__store_id=store_id, status__in=WAITING, due_at__lte=now)
    return list(due.order_by("due_at", "id").values_list("shipment_id", "purchase_order__order_id")[:BATCH])
