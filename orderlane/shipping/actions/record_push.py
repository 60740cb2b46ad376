"""The records of telling a store about a parcel: claim, pushed, done elsewhere, unknown, refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from orderlane.audit.transitions import move
from orderlane.jobs.queue import enqueue
from orderlane.ports.stores import Tracking
from orderlane.shipping.actions.wake_push import wake_push
from orderlane.shipping.errors import NothingToPush
from orderlane.shipping.models import Fulfillment, ParcelRecord, Shipment, ShipmentLine, SupplierRecord
from orderlane.shipping.states import FULFILLMENT_PUSH, TAKEN_BACK, FulfillmentStatus
from orderlane.stores.actions.note_store_state import ACCESS_LOST
from orderlane.stores.connections import STORE_DISCONNECTED
from orderlane.suppliers.models import SupplierProfile

LEASE = timedelta(seconds=60)
TURN = timedelta(seconds=3)
"""How long a parcel waits for another of its order that is just being pushed."""
_S = FulfillmentStatus


@dataclass(frozen=True, slots=True)
class PushClaim:
    """A worker's right to write one parcel into one store, and what to write."""

    kind: type[ParcelRecord]
    """Whose store: the retailer's (Fulfillment) or the supplier's own (SupplierRecord)."""
    record_id: UUID
    fence: int
    store_id: UUID | None
    order_external_id: str
    quantities: dict[str, int]
    """By the store's own order line, or in the supplier's store by our line."""
    tracking: Tracking
    earlier_numbers: list[str]
    """The tracking numbers of the push before this one."""
    known_ids: tuple[str, ...]
    """The store's fulfillments of this parcel, when this is a correction of what is already there."""
    taken_ids: frozenset[str]
    """The store's fulfillments that are other parcels of ours."""
    uncertain: bool
    """Whether an earlier push may have arrived, so that the store is asked before it is told."""
    canceled: bool
    """Whether the supplier took the parcel back: what the store has of it is taken back too, and nothing is added."""


def claim_push(kind: type[ParcelRecord], shipment_id: UUID, *, now: datetime) -> PushClaim | None:
    """Take a due record (or one whose outcome is unknown or whose worker died); None when nothing is due.

    Of the parcels of one order, one is pushed at a time: some stores keep all tracking numbers in one field, which is
    read, changed and written back.
    """
    record, others = _locked(kind, shipment_id)
    status = FulfillmentStatus(record.status)
    if status is _S.PUSHING and record.due_at <= now:
        move(record, "status", FULFILLMENT_PUSH, _S.OUTCOME_UNKNOWN, now=now, reason="lease_lost")
    elif status not in {_S.DUE, _S.OUTCOME_UNKNOWN} or record.due_at > now:
        return None
    canceled = record.shipment.canceled_at is not None
    # A supplier's own store is where it was canceled; the retailer's may have it since an earlier push.
    if canceled and record.status == _S.DUE and not (isinstance(record, Fulfillment) and record.fence):
        move(record, "status", FULFILLMENT_PUSH, _S.DONE_ELSEWHERE, now=now, reason=TAKEN_BACK)
        return None
    if any(other.status == _S.PUSHING and other.due_at > now for other in others):
        record.due_at = now + TURN
        record.save(update_fields=["due_at"])
        _wake(record, record.due_at)
        return None
    earlier = list(record.told_numbers)
    fence = record.fence + 1
    tracking = record.shipment.tracking
    move(
        record, "status", FULFILLMENT_PUSH, _S.PUSHING, now=now,
        fence=fence, due_at=now + LEASE, told_numbers=list(tracking.numbers),
    )  # fmt: skip
    store_id, order_external_id = _where(record)
    return PushClaim(
        kind=kind,
        record_id=record.pk,
        fence=fence,
        store_id=store_id,
        order_external_id=order_external_id,
        quantities=_quantities(record),
        tracking=tracking,
        earlier_numbers=earlier,
        # What a store told us before its answer came is looked up all the same: it may be a part only.
        known_ids=tuple(record.external_ids) if record.pushed_at else (),
        taken_ids=frozenset(external_id for other in others for external_id in other.external_ids),
        uncertain=fence > 1,
        canceled=canceled,
    )


def _locked(kind: type[ParcelRecord], shipment_id: UUID) -> tuple[ParcelRecord, list[ParcelRecord]]:
    """The record of one parcel and those of the other parcels of its order, all locked in the order of their ids."""
    order_id = kind.objects.values_list("purchase_order__order_id", flat=True).get(shipment_id=shipment_id)
    rows = kind.objects.select_for_update(of=("self",)).filter(purchase_order__order_id=order_id).order_by("id")
    records = list(rows)
    [record] = [row for row in records if row.shipment_id == shipment_id]
    return record, [row for row in records if row is not record]


def _where(record: ParcelRecord) -> tuple[UUID | None, str]:
    """The store to tell, and its own order."""
    po = record.purchase_order
    if isinstance(record, Fulfillment):
        return po.order.store_id, po.order.external_id
    profile = SupplierProfile.objects.get(supplier_id=po.supplier_id)
    return profile.order_store_id, po.supplier_external_id


def _quantities(record: ParcelRecord) -> dict[str, int]:
    quantities: dict[str, int] = {}
    for row in ShipmentLine.objects.filter(shipment_id=record.shipment_id).select_related("line"):
        key = row.line.order_line_external_id if isinstance(record, Fulfillment) else str(row.line_id)
        quantities[key] = quantities.get(key, 0) + row.quantity
    return quantities


def record_pushed(push: PushClaim, external_ids: Sequence[str], *, now: datetime) -> None:
    """The store has the parcel with this tracking; a correction that came meanwhile is next, or taking it back is."""
    record = _record(push, _S.PUSHED, now, external_ids=list(external_ids), pushed_at=now, reason="")
    canceled = record.shipment.canceled_at is not None
    if canceled and isinstance(record, Fulfillment):
        move(record, "status", FULFILLMENT_PUSH, _S.DUE, now=now, due_at=now, reason=TAKEN_BACK)
        _wake(record, None)
    elif not canceled and record.shipment.tracking != push.tracking:
        move(record, "status", FULFILLMENT_PUSH, _S.DUE, now=now, due_at=now)
        _wake(record, None)


def record_taken_back(push: PushClaim, *, now: datetime) -> None:
    """The store has a canceled parcel no longer; its record is forgotten: if it leaves after all, it is told anew."""
    record = _record(push, _S.DONE_ELSEWHERE, now, external_ids=[], pushed_at=None, reason="taken_back_in_store")
    if record.shipment.canceled_at is None:
        move(record, "status", FULFILLMENT_PUSH, _S.DUE, now=now, due_at=now)
        _wake(record, None)


def record_done_elsewhere(push: PushClaim, *, now: datetime) -> None:
    """Somebody already marked these lines as fulfilled in the store, or the parcel was taken back: nothing is added."""
    _record(push, _S.DONE_ELSEWHERE, now, reason=TAKEN_BACK if push.canceled else "fulfilled_in_store")


def record_push_later(push: PushClaim, *, at: datetime, reason: str, now: datetime) -> None:
    """Surely nothing happened: due again at ``at``; a doubt about an earlier push remains a doubt."""
    status = _S.OUTCOME_UNKNOWN if push.uncertain else _S.DUE
    _wake(_record(push, status, now, due_at=at, reason=reason), at)


def record_push_unknown(push: PushClaim, *, at: datetime, reason: str, now: datetime) -> None:
    """It may have arrived: the store is asked at ``at`` before anything is written again."""
    _wake(_record(push, _S.OUTCOME_UNKNOWN, now, due_at=at, reason=reason), at)


def record_push_refused(push: PushClaim, *, reason: str, now: datetime) -> None:
    """The store said no, or a setting is wrong: a person decides."""
    _record(push, _S.NEEDS_ATTENTION, now, reason=reason)


def retry_push(record_id: UUID, *, now: datetime, kind: type[ParcelRecord] = Fulfillment) -> None:
    """A person asks for another try, at telling the store about a parcel or at taking a canceled one back."""
    record = kind.locked(pk=record_id)
    if record.status != _S.NEEDS_ATTENTION:
        raise NothingToPush("this parcel does not wait for a person")
    move(record, "status", FULFILLMENT_PUSH, _S.DUE, now=now, due_at=now)
    _wake(record, None)


def leave_untold(record_id: UUID, *, now: datetime) -> None:
    """A person decides that the retailer's store stays as it is, or has settled it there by hand."""
    record = Fulfillment.locked(pk=record_id)
    if record.status != _S.NEEDS_ATTENTION:
        raise NothingToPush("this parcel does not wait for a person")
    move(record, "status", FULFILLMENT_PUSH, _S.DONE_ELSEWHERE, now=now, reason="left_by_member")


def retry_disconnected(organization_id: UUID, store_id: UUID, *, now: datetime) -> None:
    """Try again what only waited for a retailer's store, or for a store of a supplier, to be connected."""
    reasons = [STORE_DISCONNECTED, "missing_scope", *ACCESS_LOST]
    waiting = Q(status=_S.NEEDS_ATTENTION, reason__in=reasons)
    for record in Fulfillment.objects.filter(waiting, purchase_order__store_id=store_id).order_by("id"):
        retry_push(record.pk, now=now)
    for told in SupplierRecord.objects.filter(waiting, supplier_id=organization_id).order_by("id"):
        retry_push(told.pk, now=now, kind=SupplierRecord)


def tell_supplier(shipment: Shipment, *, now: datetime) -> None:
    """Have the supplier's own store told about a parcel the supplier typed in here, or about its corrected tracking."""
    record = SupplierRecord.objects.select_for_update(of=("self",)).filter(shipment=shipment).first()
    if record is None:
        po = shipment.purchase_order
        record = SupplierRecord.objects.create(
            retailer_id=po.retailer_id, supplier_id=po.supplier_id, purchase_order=po, shipment=shipment, due_at=now
        )
    elif record.status in {_S.PUSHED, _S.NEEDS_ATTENTION}:
        move(record, "status", FULFILLMENT_PUSH, _S.DUE, now=now, due_at=now)
    _wake(record, None)


def _record(push: PushClaim, to: FulfillmentStatus, now: datetime, reason: str = "", **changes: Any) -> ParcelRecord:
    parcel_record = push.kind.locked(pk=push.record_id)
    move(
        parcel_record,
        "status",
        FULFILLMENT_PUSH,
        to,
        now=now,
        only_if={"fence": push.fence},
        reason=reason,
        **changes,
    )
    return parcel_record


def _wake(record: ParcelRecord, at: datetime | None) -> None:
    if isinstance(record, Fulfillment):
        wake_push(record.purchase_order, at=at)
    else:
        enqueue("shipping.tell_supplier", at=at, shipment_id=record.shipment_id, supplier_id=record.supplier_id)
