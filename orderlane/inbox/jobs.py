"""Wake stored messages whose job was lost."""

from __future__ import annotations

from datetime import timedelta

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.states import MessageStatus
from orderlane.jobs.queue import enqueue, periodic
from orderlane.kernel import clock
from orderlane.tenants.scope import system_scope

GRACE = timedelta(minutes=2)
BATCH = 500


@periodic("inbox.sweep", "* * * * *")
def sweep() -> None:
    """Wake the job of every message that still waits long after it came; the job is safe to run twice."""
    with system_scope("job:inbox"):
        waiting = list(
            InboundMessage.objects.filter(
                status=MessageStatus.RECEIVED, received_at__lt=clock.now() - GRACE
            ).values_list("pk", "job_name")[:BATCH]
        )
    for message_id, job_name in waiting:
        enqueue(job_name, message_id=message_id)
