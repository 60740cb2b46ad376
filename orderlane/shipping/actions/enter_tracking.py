"""A person types in a parcel: the supplier in the portal, or the retailer with the double tick."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from orderlane.kernel.ids import new_id
from orderlane.ports.stores import SupplierShipment, Tracking
from orderlane.purchasing.actions.by_hand import mark_ordered
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState
from orderlane.shipping.actions.record_push import tell_supplier
from orderlane.shipping.actions.record_shipment import record_shipment
from orderlane.shipping.models import TYPED_HERE, Shipment, ShipmentLine, SupplierRecord


def enter_parcel(
    purchase_order_id: UUID,
    *,
    quantities: Mapping[UUID, int],
    tracking: Tracking,
    by_supplier: bool = False,
    now: datetime,
) -> Shipment | None:
    """Record a parcel typed in here: line → quantity. Goods ordered by hand count as ordered then.

    ``by_supplier``: where its own store holds the purchase order, that store is told too, or it might ship again; one
    that canceled it there has nothing left to ship.
    """
    po = PurchaseOrder.locked(pk=purchase_order_id)
    if not po.auto_order and po.forwarding_state == ForwardingState.NOT_DUE:
        mark_ordered(po.pk, supplier_number="", now=now)
    told = SupplierShipment(
        external_id=f"{TYPED_HERE}{new_id()}",
        quantities={str(line): quantity for line, quantity in quantities.items()},
        tracking=tracking,
        shipped_at=now,
        updated_at=now,
    )
    shipment = record_shipment(purchase_order_id, told, by_retailer=not by_supplier, now=now)
    still_there = po.supplier_external_id and po.forwarding_state == ForwardingState.DELIVERED
    if shipment is not None and by_supplier and still_there:
        tell_supplier(shipment, now=now)
    return shipment


def correct_tracking(shipment_id: UUID, tracking: Tracking, *, now: datetime) -> Shipment | None:
    """Replace the tracking of a recorded parcel; the store's record is corrected, not added to.

    A link that stood there before follows a new number or is left out; typed in for the number as it is, it is taken
    as it is.
    """
    shipment = Shipment.locked(pk=shipment_id)
    lines = ShipmentLine.objects.filter(shipment=shipment).values_list("line_id", "quantity")
    told = SupplierShipment(
        external_id=shipment.external_id,
        quantities={str(line): quantity for line, quantity in lines},
        tracking=tracking,
        shipped_at=shipment.shipped_at,
        updated_at=now,
    )
    corrected = record_shipment(shipment.purchase_order_id, told, typed=True, now=now)
    if corrected is not None and SupplierRecord.objects.filter(shipment=shipment).exists():
        tell_supplier(corrected, now=now)
    return corrected
