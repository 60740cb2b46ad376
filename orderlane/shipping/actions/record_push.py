"""The records of telling a store about a parcel: claim, pushed, done elsewhere, unknown, refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from orderlane.audit.transitions import move
from orderlane.ports.stores import Tracking
from orderlane.shipping.actions.wake_push import wake_push
from orderlane.shipping.errors import NothingToPush
from orderlane.shipping.models import Fulfillment, ShipmentLine
from orderlane.shipping.states import FULFILLMENT_PUSH, FulfillmentStatus

LEASE = timedelta(seconds=60)
_S = FulfillmentStatus


@dataclass(frozen=True, slots=True)
class PushClaim:
    """A worker's right to write one parcel into the store, and what to write."""

    fulfillment_id: UUID
    fence: int
    store_id: UUID
    order_external_id: str
    quantities: dict[str, int]
    tracking: Tracking
    earlier_numbers: list[str]
    """The tracking numbers of the push before this one."""
    known_ids: tuple[str, ...]
    """The store's fulfillments of this parcel, when this is a correction of what is already there."""
    taken_ids: frozenset[str]
    """The store's fulfillments that are other parcels of ours."""
    uncertain: bool
    """Whether an earlier push may have arrived, so that the store is asked before it is told."""


def claim_push(shipment_id: UUID, *, now: datetime) -> PushClaim | None:
    """Take a due fulfillment (or one whose outcome is unknown or whose worker died); None when nothing is due."""
    fulfillment = Fulfillment.locked(shipment_id=shipment_id)
    status = FulfillmentStatus(fulfillment.status)
    if status is _S.PUSHING and fulfillment.due_at <= now:
        move(fulfillment, "status", FULFILLMENT_PUSH, _S.OUTCOME_UNKNOWN, now=now, reason="lease_lost")
    elif status not in {_S.DUE, _S.OUTCOME_UNKNOWN} or fulfillment.due_at > now:
        return None
    if fulfillment.shipment.canceled_at is not None and fulfillment.status == _S.DUE:
        move(fulfillment, "status", FULFILLMENT_PUSH, _S.DONE_ELSEWHERE, now=now, reason="canceled_by_supplier")
        return None
    earlier = list(fulfillment.told_numbers)
    fence = fulfillment.fence + 1
    tracking = fulfillment.shipment.tracking
    move(
        fulfillment, "status", FULFILLMENT_PUSH, _S.PUSHING, now=now,
        fence=fence, due_at=now + LEASE, told_numbers=list(tracking.numbers),
    )  # fmt: skip
    po = fulfillment.purchase_order
    lines = ShipmentLine.objects.filter(shipment_id=shipment_id).select_related("line")
    quantities: dict[str, int] = {}
    for row in lines:
        key = row.line.order_line_external_id
        quantities[key] = quantities.get(key, 0) + row.quantity
    return PushClaim(
        fulfillment_id=fulfillment.pk,
        fence=fence,
        store_id=po.order.store_id,
        order_external_id=po.order.external_id,
        quantities=quantities,
        tracking=tracking,
        earlier_numbers=earlier,
        known_ids=tuple(fulfillment.external_ids),
        taken_ids=_ids_of_other_parcels(fulfillment),
        uncertain=fence > 1,
    )


def _ids_of_other_parcels(fulfillment: Fulfillment) -> frozenset[str]:
    same_order = Fulfillment.objects.filter(purchase_order__order_id=fulfillment.purchase_order.order_id)
    lists = same_order.exclude(pk=fulfillment.pk).values_list("external_ids", flat=True)
    return frozenset(external_id for ids in lists for external_id in ids)


def record_pushed(push: PushClaim, external_ids: Sequence[str], *, now: datetime) -> None:
    """The store has the parcel with this tracking; a correction that came meanwhile is pushed next."""
    fulfillment = _record(push, _S.PUSHED, now, external_ids=list(external_ids), pushed_at=now, reason="")
    if fulfillment.shipment.canceled_at is not None:
        reason = "canceled_by_supplier"
        move(fulfillment, "status", FULFILLMENT_PUSH, _S.NEEDS_ATTENTION, now=now, reason=reason)
    elif fulfillment.shipment.tracking != push.tracking:
        move(fulfillment, "status", FULFILLMENT_PUSH, _S.DUE, now=now, due_at=now)
        wake_push(fulfillment.purchase_order)


def record_done_elsewhere(push: PushClaim, *, now: datetime) -> None:
    """Somebody already marked these lines as fulfilled in the store: nothing is added."""
    _record(push, _S.DONE_ELSEWHERE, now, reason="fulfilled_in_store")


def record_push_later(push: PushClaim, *, at: datetime, reason: str, now: datetime) -> None:
    """Surely nothing happened: due again at ``at``; a doubt about an earlier push remains a doubt."""
    status = _S.OUTCOME_UNKNOWN if push.uncertain else _S.DUE
    wake_push(_record(push, status, now, due_at=at, reason=reason).purchase_order, at=at)


def record_push_unknown(push: PushClaim, *, at: datetime, reason: str, now: datetime) -> None:
    """It may have arrived: the store is asked at ``at`` before anything is written again."""
    wake_push(_record(push, _S.OUTCOME_UNKNOWN, now, due_at=at, reason=reason).purchase_order, at=at)


def record_push_refused(push: PushClaim, *, reason: str, now: datetime) -> None:
    """The store said no, or a setting is wrong: a person decides."""
    _record(push, _S.NEEDS_ATTENTION, now, reason=reason)


def retry_push(fulfillment_id: UUID, *, now: datetime) -> None:
    """A person asks for another try."""
    fulfillment = Fulfillment.locked(pk=fulfillment_id)
    if fulfillment.status != _S.NEEDS_ATTENTION or fulfillment.shipment.canceled_at is not None:
        raise NothingToPush("this parcel does not wait for a person")
    move(fulfillment, "status", FULFILLMENT_PUSH, _S.DUE, now=now, due_at=now)
    wake_push(fulfillment.purchase_order)


def _record(push: PushClaim, to: FulfillmentStatus, now: datetime, reason: str = "", **changes: Any) -> Fulfillment:
    fulfillment = Fulfillment.locked(pk=push.fulfillment_id)
    move(
        fulfillment,
        "status",
        FULFILLMENT_PUSH,
        to,
        now=now,
        only_if={"fence": push.fence},
        reason=reason,
        **changes,
    )
    return fulfillment
