"""Wake whoever tells a store about its parcels: a few lanes per store, however many parcels wait."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from orderlane.jobs.queue import enqueue_once
from orderlane.purchasing.models import PurchaseOrder

LANES: Final = 4
"""How many parcels of one store may be on their way to it at once; parcels of one order share a lane."""


def lane_of(order_id: UUID) -> int:
    """Which lane an order's parcels go through."""
    return order_id.int % LANES


def wake_push(po: PurchaseOrder, *, at: datetime | None = None) -> None:
    """Have the parcels of a purchase order pushed, now or ``at``.

    A lane that already waits takes them along, so that thousands of parcels of one store make no queue
    behind which the parcels of others would have to stand.
    """
    wake_lane(po.retailer_id, po.store_id, lane_of(po.order_id), at=at)


def wake_lane(retailer_id: UUID, store_id: UUID, lane: int, *, at: datetime | None = None) -> None:
    """Have one lane of a store go on, now or ``at``."""
    key = f"push:{store_id}:{lane}{':later' if at else ''}"
    enqueue_once("shipping.push_store", key=key, at=at, retailer_id=retailer_id, store_id=store_id, lane=lane)
