"""Re-run the jobs of a worker that died: the queue library only notices when asked."""

from __future__ import annotations

import logging

from asgiref.sync import async_to_sync
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from orderlane.jobs.queue import periodic

logger = logging.getLogger(__name__)
STALLED_AFTER_SECONDS = 30


@periodic("jobs.rescue_stalled", "* * * * * */10")
def rescue_stalled() -> None:
    """Hand every job whose worker stopped beating back to the queue."""
    async_to_sync(_rescue)()


async def _rescue() -> None:
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        try:
            await app.job_manager.retry_job(job)
        except exceptions.ConnectorException:
            # The same wake-up already waits: this one is over.
            logger.info("stalled job %s is already queued again", job.task_name)
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
