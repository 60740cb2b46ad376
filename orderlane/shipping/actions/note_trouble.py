"""A parcel that could not be recorded, kept for a person to look at."""

from __future__ import annotations

from datetime import datetime

from orderlane.audit.record import record
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.queries import PARCEL_REFUSED, open_refusals


def note_parcel_refused(po: PurchaseOrder, external_id: str, reason: str, *, now: datetime) -> None:
    """Write down, once per parcel and reason until it was mended, why it was not recorded."""
    if not open_refusals().filter(about_id=po.pk, reason=reason, detail__parcel=external_id).exists():
        record(PARCEL_REFUSED, po, now=now, reason=reason, detail={"parcel": external_id})
