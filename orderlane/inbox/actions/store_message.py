"""Store a verified webhook and wake the job that will understand it, in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.states import MessageStatus
from orderlane.jobs.queue import enqueue
from orderlane.kernel.ids import new_id
from orderlane.ports.accounts import WebhookEvent

FIRST_WAKE = timedelta(minutes=2)


def store_message(
    *,
    organization_id: UUID,
    connection_id: UUID,
    source: str,
    event: WebhookEvent,
    body: bytes,
    job_name: str,
    now: datetime,
    unreadable: str = "",
) -> bool:
    """Store the message once; return False when this delivery was already stored.

    ``unreadable`` is the reason a well-signed body could not be parsed: it is kept in quarantine and no
    job is woken. Runs in the caller's scope.
    """
    message = InboundMessage(
        id=new_id(),
        organization_id=organization_id,
        connection_id=connection_id,
        source=source,
        external_id=event.external_id[:200],
        topic=event.topic[:100],
        resource_id=event.resource_id[:200],
        job_name=job_name,
        body=body,
        status=MessageStatus.QUARANTINED if unreadable else MessageStatus.RECEIVED,
        reason=unreadable[:80],
        received_at=now,
        wake_at=now + FIRST_WAKE,
    )
    InboundMessage.objects.bulk_create([message], ignore_conflicts=True)
    stored = InboundMessage.objects.filter(pk=message.pk).exists()
    if stored and not unreadable:
        enqueue(job_name, message_id=message.pk)
    return stored
