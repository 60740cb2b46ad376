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

    Known by its id there; or, while its writing is under way or its outcome unknown, by its numbers and pieces: the
    store's webhook may come before the answer to our call. Then its id is kept.
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
        if row.status in {_S.PUSHING, _S.OUTCOME_UNKNOWN} and _is_its(row, told):
            row.external_ids = [*row.external_ids, told.external_id]
            row.save(update_fields=["external_ids"])
            record("supplier_record.recognized", row, now=now, detail={"parcel": told.external_id})
            return row.shipment
    return None


def is_echo(shipment: Shipment, told: SupplierShipment) -> bool:
    """Whether the store only says what we wrote, or will say something else as soon as our correction is there."""
    if told.canceled:
        return False
    same_numbers = list(told.tracking.numbers) == list(shipment.tracking_numbers)
    return same_numbers or shipment.supplierrecord.status in _OPEN


def _is_its(record: SupplierRecord, told: SupplierShipment) -> bool:
    if told.canceled or list(told.tracking.numbers) != list(record.told_numbers):
        return False
    rows = ShipmentLine.objects.filter(shipment_id=record.shipment_id).values_list("line_id", "quantity")
    left = {str(line): quantity for line, quantity in rows}
    return bool(told.quantities) and all(left.get(line, 0) >= count for line, count in told.quantities.items())
