"""Enqueue and declare background jobs: a thin layer, so that the queue library could be replaced.

A job is only a wake-up. The truth is in the domain's tables: losing a job is mended by the sweeps,
doubling one is harmless.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections, connection, transaction
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision, exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from orderlane.kernel.errors import Refused, Unavailable

P = ParamSpec("P")
R = TypeVar("R")
logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 12
MOST_PAUSES = 1000
"""Waiting for one's turn under a rate limit is no failure."""
FIRST_WAIT_SECONDS = 2
LONGEST_WAIT_SECONDS = 900


class BackOff(BaseRetryStrategy):
    """Retry when surely nothing happened, with growing waits; give a surprise a few tries, then park the job."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Decide from the kind of error: Unavailable waits and retries, a refusal never does."""
        if isinstance(exception, Refused):
            return None
        limit = MAX_ATTEMPTS if isinstance(exception, Unavailable) else 4
        if isinstance(exception, Unavailable) and exception.reason == "budget_spent":
            limit = MOST_PAUSES
        if job.attempts >= limit:
            return None
        wait = min(FIRST_WAIT_SECONDS * 2**job.attempts, LONGEST_WAIT_SECONDS)
        if isinstance(exception, Unavailable) and exception.retry_after is not None:
            wait = max(1, round(exception.retry_after))
        return RetryDecision(retry_in={"seconds": wait})


def job(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the job ``name`` (``room.verb``); its function takes ids only and runs one action or effect."""

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            close_old_connections()
            function(*args, **kwargs)

        app.task(name=name, retry=BackOff(), queue="default", task_middleware=[_give_way])(run)
        return function

    return declare


def periodic(name: str, cron: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Declare a job that runs on a schedule (five or six cron fields, seconds last); one at a time."""

    def declare(function: Callable[[], None]) -> Callable[[], None]:
        def run(timestamp: int) -> None:
            close_old_connections()
            function()

        app.periodic(cron=cron, queueing_lock=name)(app.task(name=name, queueing_lock=name)(run))
        return function

    return declare


def enqueue(name: str, *, at: datetime | None = None, lock: str | None = None, priority: int = 0, **ids: Any) -> None:
    """Enqueue the job ``name`` in the caller's transaction, now or ``at``; ``lock`` runs one at a time per value.

    The name need not be known here: a lower room may wake a higher one. Never give a ``lock`` to a job
    that is scheduled for later: it would block every ready job of the same lock.
    """
    _configured(name, {"schedule_at": at, "lock": lock, "priority": priority}).defer(**_plain(ids))


def enqueue_once(name: str, *, key: str, at: datetime | None = None, **ids: Any) -> None:
    """Enqueue, now or ``at``; a job with the same ``key`` that already waits is brought forward if it waits longer.

    That one does not begin before the caller's transaction has ended: it is there to see what it was woken for.
    """
    while not (_enqueued(name, key, at, ids) or _merged(key, at)):
        pass  # What waited has begun in between, and may have looked already.


def _enqueued(name: str, key: str, at: datetime | None, ids: Mapping[str, Any]) -> bool:
    try:
        with transaction.atomic():
            _configured(name, {"queueing_lock": key, "schedule_at": at}).defer(**_plain(ids))
    except exceptions.AlreadyEnqueued:
        return False
    return True


def _merged(key: str, at: datetime | None) -> bool:
    """Whether a job of this key waits; it is locked, and workers pass over what is locked."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGE, {"key": key, "at": at})
        return bool(cursor.rowcount)


_MERGE = """
UPDATE procrastinate_jobs
   SET scheduled_at = CASE WHEN scheduled_at > coalesce(%(at)s, now()) THEN %(at)s ELSE scheduled_at END
 WHERE queueing_lock = %(key)s AND status = 'todo'
"""


def _give_way(run: Callable[[], Any], context: JobContext, worker: object) -> Any:
    """Leave the next try of a failed job to a younger one of its key, if that already waits: two of them cannot."""
    try:
        return run()
    except Exception:
        with connection.cursor() as cursor:
            key = context.job.queueing_lock
            cursor.execute("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [key])
            if cursor.fetchone() is None:
                raise
        logger.warning("job %s failed; one that waits tries the same again", context.job.task_name, exc_info=True)


def _configured(name: str, options: Mapping[str, Any]) -> Any:
    given = {option: value for option, value in options.items() if value}
    return app.configure_task(name, allow_unknown=True, queue="default", **given)


def _plain(ids: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str) else str(value) for name, value in ids.items()}
