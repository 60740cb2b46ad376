"""Tell a store that a parcel has left: claim, ask if in doubt, write, record.

The retailer's store is told about every parcel; the supplier's own store about those typed in here, so that nobody
ships them again from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol
from uuid import UUID

from orderlane.connectors.deadline import deadline
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.shipments import ShipmentRecorder
from orderlane.ports.stores import FulfillmentRequest, StoreConnector, StoreFulfillment, Tracking
from orderlane.shipping.actions.record_push import (
    PushClaim,
    claim_push,
    record_done_elsewhere,
    record_push_later,
    record_push_refused,
    record_push_unknown,
    record_pushed,
    record_taken_back,
)
from orderlane.shipping.models import Fulfillment, ParcelRecord, SupplierRecord
from orderlane.shipping.rules import already_recorded, subtract
from orderlane.stores.connections import STORE_DISCONNECTED, channel_of, connector_of
from orderlane.stores.effects.lost_access import noticing_lost_access
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for

RETRY_AFTER = timedelta(seconds=15)
WRITE_WITHIN_SECONDS = 45.0
"""All calls of one push, from before its claim: a worker that was paused writes nothing once its lease (60 s) may have
passed to somebody else."""
NO_ROOM = frozenset({"budget_spent", "throttled", "busy"})
"""Reasons with which not only this parcel but the next one, too, would be turned away."""
NOTHING_LEFT = "nothing_left_to_fulfill"


class _Told(Protocol):
    """A store that is told about parcels, in the same words whosever it is."""

    def record(self, request: FulfillmentRequest) -> StoreFulfillment: ...

    def listed(self, order_external_id: str) -> Sequence[StoreFulfillment]: ...

    def correct(self, external_id: str, tracking: Tracking) -> None: ...

    def take_back(self, external_id: str) -> None: ...


class _RetailersStore:
    def __init__(self, connector: StoreConnector) -> None:
        self.record = connector.push_fulfillment
        self.listed = connector.list_fulfillments
        self.take_back = connector.cancel_fulfillment
        self._update = connector.update_tracking

    def correct(self, external_id: str, tracking: Tracking) -> None:
        self._update(external_id, tracking, notify_customer=True)


class _SuppliersStore:
    def __init__(self, channel: ShipmentRecorder) -> None:
        self.record = channel.record_shipment_there
        self.listed = channel.list_shipments_there
        self.correct = channel.correct_shipment_there

    def take_back(self, external_id: str) -> None:
        """Nothing: it is this store where it was canceled."""


def push_fulfillment(shipment_id: UUID, retailer_id: UUID, *, actor: str, now: datetime) -> timedelta | None:
    """Write one shipment into the retailer's store, once; every ending is a recorded state.

    Returns how long the store's rate budget has no room for the next one, None while it has.
    """
    return _push(Fulfillment, shipment_id, retailer_id, actor=actor, now=now)


def tell_supplier(shipment_id: UUID, supplier_id: UUID, *, actor: str, now: datetime) -> None:
    """Write one shipment into its supplier's own store, once; every ending is a recorded state."""
    _push(SupplierRecord, shipment_id, supplier_id, actor=actor, now=now)


def _push(
    kind: type[ParcelRecord], shipment_id: UUID, organization_id: UUID, *, actor: str, now: datetime
) -> timedelta | None:
    began = monotonic()
    with acting_for(organization_id, actor):
        push = claim_push(kind, shipment_id, now=now)
    if push is None:
        return None
    try:
        with acting_for(organization_id, actor):
            store = _store_of(push)
            told = _as_told(push, store)
        with deadline(began + WRITE_WITHIN_SECONDS), noticing_lost_access(store, actor=actor):
            external_ids = _write(push, told)
    except (Declined, NeedsAttention) as refusal:
        with acting_for(organization_id, actor):
            if refusal.reason == NOTHING_LEFT:
                record_done_elsewhere(push, now=now)
            else:
                record_push_refused(push, reason=refusal.reason, now=now)
    except Unavailable as problem:
        wait = timedelta(seconds=problem.retry_after) if problem.retry_after is not None else RETRY_AFTER
        at = now + timedelta(seconds=monotonic() - began) + wait  # what the calls took is no part of the wait
        with acting_for(organization_id, actor):
            record_push_later(push, at=at, reason=problem.reason, now=now)
        return wait if problem.reason in NO_ROOM else None
    except OutcomeUnknown as problem:
        with acting_for(organization_id, actor):
            record_push_unknown(push, at=now + RETRY_AFTER, reason=problem.reason, now=now)
    else:
        with acting_for(organization_id, actor):
            if push.canceled and push.known_ids:
                record_taken_back(push, now=now)
            elif external_ids:
                record_pushed(push, external_ids, now=now)
            else:
                record_done_elsewhere(push, now=now)
    return None


def _store_of(push: PushClaim) -> Store:
    store = Store.objects.filter(pk=push.store_id).first() if push.store_id else None
    if store is None:
        raise NeedsAttention("the supplier has no store any more", reason=STORE_DISCONNECTED)
    return store


def _as_told(push: PushClaim, store: Store) -> _Told:
    """The store as it is told about parcels; raises NeedsAttention when it is disconnected, or takes none from us."""
    if push.kind is Fulfillment:
        return _RetailersStore(connector_of(store))
    channel = channel_of(store)
    if not isinstance(channel, ShipmentRecorder):
        raise NeedsAttention("this channel takes no parcels from us", reason="cannot_record_there")
    return _SuppliersStore(channel)


def _write(push: PushClaim, told: _Told) -> list[str]:
    """Correct or take back what is there, or write what is not there yet; returns the store's ids of this parcel.

    One parcel may need several fulfillments, because a store takes one location per call. After an unclear
    push the store is asked first, and only what it has not recorded is written: nothing of a canceled parcel.
    """
    if push.known_ids:
        for external_id in push.known_ids:
            if push.canceled:
                told.take_back(external_id)
            else:
                told.correct(external_id, push.tracking)
        return list(push.known_ids)
    ids: list[str] = []
    left = dict(push.quantities)
    if push.uncertain:
        recorded = told.listed(push.order_external_id)
        numbers = (push.earlier_numbers, push.tracking.numbers)
        ids, left = already_recorded(recorded, left, numbers, taken=push.taken_ids)
        for external_id in ids if list(push.tracking.numbers) != push.earlier_numbers else ():
            told.correct(external_id, push.tracking)
    while left and not push.canceled:
        done = told.record(FulfillmentRequest(push.order_external_id, left, push.tracking))
        rest = subtract(left, done.quantities)
        if rest == left:
            raise OutcomeUnknown("the store recorded nothing that we can name", reason="empty_fulfillment")
        ids.append(done.external_id)
        left = rest
    return ids
