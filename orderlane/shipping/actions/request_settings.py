"""The retailer's own choice for its stores' *Request fulfillment*."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.shipping.models import RequestSettings
from orderlane.shipping.queries import unpaid_hours


def save_unpaid_hours(retailer_id: UUID, hours: int, *, now: datetime) -> None:
    """Let a request wait ``hours`` for payment from now on; requests that already wait are meant too."""
    before = unpaid_hours(retailer_id)
    if hours == before:
        return
    settings, _ = RequestSettings.objects.update_or_create(retailer_id=retailer_id, defaults={"unpaid_hours": hours})
    record("request_settings.saved", settings, now=now, old=str(before), new=str(hours))
