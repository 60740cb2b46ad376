"""Close a stored message once what it hinted at has been looked up, or set it aside."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from orderlane.audit.transitions import move
from orderlane.inbox.models import InboundMessage
from orderlane.inbox.states import MESSAGE, MessageStatus
from orderlane.jobs.queue import enqueue
from orderlane.kernel.errors import Refused


class MessageNamesNothing(Refused):
    """The message could not be read, so that running it again would do nothing."""

    reason = "message_names_nothing"


def finish_message(message_id: UUID, *, now: datetime) -> None:
    """Mark the message done; a message already closed stays as it is."""
    _unfinished(message_id).update(status=MessageStatus.DONE, done_at=now, reason="")


def quarantine_message(message_id: UUID, reason: str) -> None:
    """Set a message aside for a person, with the reason it cannot be acted on; it is never retried for ever."""
    _unfinished(message_id).update(status=MessageStatus.QUARANTINED, reason=reason[:80])


def run_again(message_id: UUID, *, now: datetime) -> None:
    """Let the job of a quarantined message try once more; raises MessageNamesNothing when it names nothing."""
    message = InboundMessage.locked(pk=message_id)
    if not message.resource_id:
        raise MessageNamesNothing(f"message {message.pk} names nothing to look up")
    move(message, "status", MESSAGE, MessageStatus.RECEIVED, now=now, reason="")
    enqueue(message.job_name, message_id=message.pk)


def ignore_message(message_id: UUID, *, now: datetime) -> None:
    """Close a quarantined message because a person decided that it needs nothing."""
    message = InboundMessage.locked(pk=message_id)
    move(message, "status", MESSAGE, MessageStatus.DONE, now=now, reason="ignored", done_at=now)


def _unfinished(message_id: UUID) -> QuerySet[InboundMessage]:
    return InboundMessage.objects.filter(pk=message_id, status=MessageStatus.RECEIVED)
