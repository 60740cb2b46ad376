"""Reads of the inbox for the pages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.inbox.models import InboundMessage


def last_heard_at(organization_id: UUID, connection_id: UUID) -> datetime | None:
    """When a connection's newest message came; ids are in order of time."""
    messages = InboundMessage.objects.filter(organization_id=organization_id, connection_id=connection_id)
    return messages.order_by("-id").values_list("received_at", flat=True).first()
