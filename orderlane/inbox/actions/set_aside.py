"""Keep what a poll found and could not understand, where a person sees it and can run it again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.inbox.actions.store_message import store_message
from orderlane.ports.accounts import WebhookEvent
from orderlane.ports.stores import OrderRef


def set_aside(
    ref: OrderRef, reason: str, *, organization_id: UUID, store_id: UUID, job_name: str, now: datetime
) -> None:
    """Quarantine one version of an order, once, so that it does not hold up the orders after it."""
    store_message(
        organization_id=organization_id,
        connection_id=store_id,
        source="poll",
        event=WebhookEvent(f"poll:{ref.external_id}:{ref.updated_at.isoformat()}", "poll", ref.external_id),
        body=b"",
        job_name=job_name,
        now=now,
        unreadable=reason,
    )
