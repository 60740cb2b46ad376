"""Re-run the jobs of a worker that died: the queue library only notices when asked."""

from __future__ import annotations

from asgiref.sync import async_to_sync
from procrastinate.contrib.django import app

from orderlane.jobs.queue import periodic

STALLED_AFTER_SECONDS = 30


@periodic("jobs.rescue_stalled", "* * * * * */10")
def rescue_stalled() -> None:
    """Hand every job whose worker stopped beating back to the queue."""
    async_to_sync(_rescue)()


async def _rescue() -> None:
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        await app.job_manager.retry_job(job)
