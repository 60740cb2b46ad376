"""Store a verified webhook and wake the job that will understand it, in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

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
    stored = _insert_once(message)
    if stored and not unreadable:
        enqueue(job_name, message_id=message.pk)
    return stored


def _insert_once(message: InboundMessage) -> bool:
    """Insert the row unless this delivery is there; one statement, where Django would need two to tell which."""
    fields = message._meta.concrete_fields
    values = [field.get_db_prep_save(getattr(message, field.attname), connection) for field in fields]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(message._meta.db_table)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING", values)  # noqa: S608 - names of our own model
        return bool(cursor.rowcount == 1)
