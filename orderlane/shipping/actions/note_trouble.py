"""A parcel that could not be recorded, kept for a person to look at."""

from __future__ import annotations

from datetime import datetime

from orderlane.audit.models import AuditEntry
from orderlane.audit.record import record
from orderlane.purchasing.models import PurchaseOrder


def note_parcel_refused(po: PurchaseOrder, external_id: str, reason: str, *, now: datetime) -> None:
    """Write down, once per parcel and reason, why it was not recorded."""
    known = AuditEntry.objects.filter(
        about_id=po.pk, action="shipment.refused", reason=reason, detail__parcel=external_id
    )
    if not known.exists():
        record("shipment.refused", po, now=now, reason=reason, detail={"parcel": external_id})
