"""Recognize a parcel that we have written into a supplier's own store when that store tells us about it."""

from __future__ import annotations

from datetime import datetime

from orderlane.audit.record import record
from orderlane.ports.stores import SupplierShipment
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.models import Shipment, ShipmentLine, SupplierRecord
from orderlane.shipping.states import FulfillmentStatus

_S = FulfillmentStatus
_OPEN = frozenset({_S.DUE, _S.PUSHING, _S.OUTCOME_UNKNOWN})


def recognize(po: PurchaseOrder, told: SupplierShipment, *, now: datetime) -> Shipment | None:
    """The shipment typed in here that ``told`` is the store's record of; None for a parcel of the store's own.

    Known by its id there; or, as long as we have no answer that we wrote it, by its numbers and pieces: the store's
    webhook may come before the answer to our call, and the supplier may have typed it in there as well.
    """
    records = list(
        SupplierRecord.objects.select_for_update(of=("self",))
        .filter(purchase_order=po)
        .select_related("shipment")
        .order_by("id")
    )
    for row in records:
        if told.external_id in row.external_ids:
            return row.shipment
    for row in records:
        if row.pushed_at is None and _is_its(row, told):
            row.external_ids = [*row.external_ids, told.external_id]
            row.save(update_fields=["external_ids"])
            record("supplier_record.recognized", row, now=now, detail={"parcel": told.external_id})
            return row.shipment
    return None


def heard_echo(shipment: Shipment, told: SupplierShipment) -> bool:
    """Whether the store only says what we wrote, or will say something else as soon as our correction is there.

    The echo's time replaces ours: what the store says later is then compared by its own clock alone.
    """
    if told.canceled:
        return False
    if list(told.tracking.numbers) == list(shipment.tracking_numbers):
        shipment.external_updated_at = told.updated_at
        shipment.save(update_fields=["external_updated_at"])
        return True
    return shipment.supplierrecord.status in _OPEN


def _is_its(record: SupplierRecord, told: SupplierShipment) -> bool:
    numbers = list(told.tracking.numbers)
    if told.canceled or numbers not in (list(record.told_numbers), list(record.shipment.tracking_numbers)):
        return False
    rows = ShipmentLine.objects.filter(shipment_id=record.shipment_id).values_list("line_id", "quantity")
    left = {str(line): quantity for line, quantity in rows}
    return bool(told.quantities) and all(left.get(line, 0) >= count for line, count in told.quantities.items())
