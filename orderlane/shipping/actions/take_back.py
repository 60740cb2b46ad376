"""A parcel did not leave after all: the supplier deleted it, and the retailer has put its own store right."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from orderlane.audit.transitions import move
from orderlane.ports.stores import SupplierShipment
from orderlane.shipping.actions.record_shipment import record_shipment
from orderlane.shipping.errors import NothingToPush
from orderlane.shipping.models import Fulfillment, Shipment, ShipmentLine
from orderlane.shipping.states import FULFILLMENT_PUSH, FulfillmentStatus


def note_deleted(purchase_order_id: UUID, external_id: str, *, changed_at: datetime, now: datetime) -> bool:
    """Cancel the parcel that the supplier's store has deleted, as if it had said *canceled*; False when it is already.

    ``changed_at`` is when its order last changed there: a word that is older than that is no news any more.
    """
    live = Shipment.objects.filter(purchase_order_id=purchase_order_id, canceled_at__isnull=True)
    known = Q(external_id=external_id) | Q(supplierrecord__external_ids__contains=[external_id])
    shipment = live.filter(known).first()
    if shipment is None:
        return False
    lines = ShipmentLine.objects.filter(shipment=shipment).values_list("line_id", "quantity")
    told = SupplierShipment(
        external_id=external_id,
        quantities={str(line): quantity for line, quantity in lines},
        tracking=shipment.tracking,
        shipped_at=shipment.shipped_at,
        updated_at=max(changed_at, shipment.external_updated_at),
        canceled=True,
    )
    return record_shipment(purchase_order_id, told, now=now) is not None


def settle_taken_back(fulfillment_id: UUID, *, now: datetime) -> None:
    """The retailer has taken a canceled parcel back in its own store; raises NothingToPush for any other.

    The store's record is forgotten: should the parcel leave after all, it is written anew.
    """
    fulfillment = Fulfillment.locked(pk=fulfillment_id)
    if fulfillment.status != FulfillmentStatus.NEEDS_ATTENTION or fulfillment.shipment.canceled_at is None:
        raise NothingToPush("this parcel was not taken back")
    move(
        fulfillment, "status", FULFILLMENT_PUSH, FulfillmentStatus.DONE_ELSEWHERE, now=now,
        reason="taken_back_in_store", external_ids=[], pushed_at=None,
    )  # fmt: skip
