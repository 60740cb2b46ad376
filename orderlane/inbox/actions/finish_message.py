"""Close a stored message once what it hinted at has been looked up, or set it aside."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.states import MessageStatus


def finish_message(message_id: UUID, *, now: datetime) -> None:
    """Mark the message done; a message already closed stays as it is."""
    _unfinished(message_id).update(status=MessageStatus.DONE, done_at=now, reason="")


def quarantine_message(message_id: UUID, reason: str) -> None:
    """Set a message aside for a person, with the reason it cannot be acted on; it is never retried for ever."""
    _unfinished(message_id).update(status=MessageStatus.QUARANTINED, reason=reason[:80])


def _unfinished(message_id: UUID) -> QuerySet[InboundMessage]:
    return InboundMessage.objects.filter(pk=message_id, status=MessageStatus.RECEIVED)
