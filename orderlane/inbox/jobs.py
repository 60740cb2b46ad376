"""Wake stored messages whose job was lost."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.states import MessageStatus
from orderlane.jobs.queue import enqueue, periodic
from orderlane.kernel import clock
from orderlane.tenants.scope import system_scope

AGAIN = timedelta(minutes=30)
"""A job retries by itself for longer than the first wake; waking it every minute would only multiply it."""
BATCH = 500
MOST_WAKES = 48


@periodic("inbox.sweep", "* * * * *")
def sweep() -> None:
    """Wake the job of every message that still waits long after it came; the job is safe to run twice."""
    with system_scope("job:inbox"):
        now = clock.now()
        due = InboundMessage.objects.filter(status=MessageStatus.RECEIVED, wake_at__lte=now).order_by("wake_at")
        waiting = list(due.values_list("pk", "job_name")[:BATCH])
        woken = InboundMessage.objects.filter(pk__in=[pk for pk, _ in waiting])
        woken.update(wake_at=now + AGAIN, wakes_count=F("wakes_count") + 1)
        # Never for ever: what a day of tries did not understand goes to a person.
        given_up = InboundMessage.objects.filter(status=MessageStatus.RECEIVED, wakes_count__gt=MOST_WAKES)
        given_up.update(status=MessageStatus.QUARANTINED, reason="kept_failing")
    for message_id, job_name in waiting:
        enqueue(job_name, message_id=message_id)
