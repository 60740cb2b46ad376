"""Tell a store about its due parcels, as fast as its rate budget allows and in turns with other stores."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from uuid import UUID

from orderlane.kernel import clock
from orderlane.shipping.actions.wake_push import lane_of, wake_lane
from orderlane.shipping.effects.push_fulfillment import push_fulfillment
from orderlane.shipping.queries import due_parcels
from orderlane.tenants.scope import acting_for

TURN_SECONDS = 0.5
"""How long one lane of one store may keep a worker before the jobs of others get their turn."""


def push_store(retailer_id: UUID, store_id: UUID, lane: int, *, actor: str) -> None:
    """Push what is due in one lane until nothing is left, the budget is spent, or the turn is over.

    Then the lane is woken again: at once behind everybody else, or when the budget has room.
    """
    turn_ends = monotonic() + TURN_SECONDS
    tried: set[UUID] = set()
    while waiting := _due(retailer_id, store_id, lane, actor, clock.now()) - tried:
        tried |= waiting
        for shipment_id in sorted(waiting):
            wait = push_fulfillment(shipment_id, retailer_id, actor=actor, now=clock.now())
            if wait is not None or monotonic() > turn_ends:
                with acting_for(retailer_id, actor):
                    wake_lane(retailer_id, store_id, lane, at=clock.now() + wait if wait else None)
                return


def _due(retailer_id: UUID, store_id: UUID, lane: int, actor: str, now: datetime) -> set[UUID]:
    with acting_for(retailer_id, actor):
        return {shipment for shipment, order in due_parcels(store_id, now) if lane_of(order) == lane}
