"""Tell the store that a parcel has left: claim, ask if in doubt, write, record."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from orderlane.connectors.deadline import deadline
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.stores import FulfillmentRequest, StoreConnector
from orderlane.shipping.actions.record_push import (
    PushClaim,
    claim_push,
    record_done_elsewhere,
    record_push_later,
    record_push_refused,
    record_push_unknown,
    record_pushed,
)
from orderlane.shipping.rules import already_recorded, subtract
from orderlane.stores.connections import connector_of
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for

RETRY_AFTER = timedelta(seconds=15)
WRITE_WITHIN_SECONDS = 45.0
"""All calls of one push, from before its claim: a worker that was paused writes nothing once its lease (60 s) may have
passed to somebody else."""
NO_ROOM = frozenset({"budget_spent", "throttled", "busy"})
"""Reasons with which not only this parcel but the next one, too, would be turned away."""
NOTHING_LEFT = "nothing_left_to_fulfill"


def push_fulfillment(shipment_id: UUID, retailer_id: UUID, *, actor: str, now: datetime) -> timedelta | None:
    """Write one shipment into the retailer's store, once; every ending is a recorded state.

    Returns how long the store's rate budget has no room for the next one, None while it has.
    """
    write_until = monotonic() + WRITE_WITHIN_SECONDS
    with acting_for(retailer_id, actor):
        push = claim_push(shipment_id, now=now)
    if push is None:
        return None
    try:
        with acting_for(retailer_id, actor):
            connector = connector_of(Store.objects.get(pk=push.store_id))
        with deadline(write_until):
            external_ids = _write(push, connector)
    except (Declined, NeedsAttention) as refusal:
        with acting_for(retailer_id, actor):
            if refusal.reason == NOTHING_LEFT:
                record_done_elsewhere(push, now=now)
            else:
                record_push_refused(push, reason=refusal.reason, now=now)
    except Unavailable as problem:
        wait = timedelta(seconds=problem.retry_after) if problem.retry_after is not None else RETRY_AFTER
        with acting_for(retailer_id, actor):
            record_push_later(push, at=now + wait, reason=problem.reason, now=now)
        return wait if problem.reason in NO_ROOM else None
    except OutcomeUnknown as problem:
        with acting_for(retailer_id, actor):
            record_push_unknown(push, at=now + RETRY_AFTER, reason=problem.reason, now=now)
    else:
        with acting_for(retailer_id, actor):
            record_pushed(push, external_ids, now=now)
    return None


def _write(push: PushClaim, connector: StoreConnector) -> list[str]:
    """Correct what is there, or write what is not there yet; returns the store's ids of this parcel.

    One parcel may need several fulfillments, because a store takes one location per call. After an unclear
    push the store is asked first, and only what it has not recorded is written.
    """
    if push.known_ids:
        for external_id in push.known_ids:
            connector.update_tracking(external_id, push.tracking, notify_customer=True)
        return list(push.known_ids)
    ids: list[str] = []
    left = dict(push.quantities)
    if push.uncertain:
        recorded = connector.list_fulfillments(push.order_external_id)
        told = (push.earlier_numbers, push.tracking.numbers)
        ids, left = already_recorded(recorded, left, told, taken=push.taken_ids)
        for external_id in ids if list(push.tracking.numbers) != push.earlier_numbers else ():
            connector.update_tracking(external_id, push.tracking, notify_customer=True)
    while left:
        done = connector.push_fulfillment(FulfillmentRequest(push.order_external_id, left, push.tracking))
        rest = subtract(left, done.quantities)
        if rest == left:
            raise OutcomeUnknown("the store recorded nothing that we can name", reason="empty_fulfillment")
        ids.append(done.external_id)
        left = rest
    return ids
