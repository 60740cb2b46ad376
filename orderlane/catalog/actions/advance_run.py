"""Long work in the background: taken up by one worker at a time, continued where it stopped, ended with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from orderlane.audit.transitions import MovedMeanwhile, move
from orderlane.catalog.models import BackgroundRun
from orderlane.catalog.states import IMPORT, ImportStatus

LEASE = timedelta(minutes=3)
"""How long a worker may be silent between two steps before another takes over."""
MOST_TRIES = 8

Run = TypeVar("Run", bound=BackgroundRun)


def begin_run(model: type[Run], run_id: UUID, *, now: datetime) -> Run | None:
    """Take the right to go on, under a new fencing number; None when there is nothing to do or somebody else is."""
    wanted = model.locked(pk=run_id)
    running = wanted.status == ImportStatus.RUNNING
    if wanted.due_at is None or (running and wanted.due_at > now):
        return None
    if wanted.tries_count >= MOST_TRIES:
        end_run(wanted, ImportStatus.FAILED, "import_given_up", now=now)
        return None
    if running:
        # The worker before this one died or froze.
        move(wanted, "status", IMPORT, ImportStatus.WAITING, now=now, reason="lease_lost")
    fence, tries = wanted.fence + 1, wanted.tries_count + 1
    move(wanted, "status", IMPORT, ImportStatus.RUNNING, now=now, fence=fence, tries_count=tries, due_at=now + LEASE)
    return wanted


def advance_run(claim: BackgroundRun, *, now: datetime, **changes: Any) -> None:
    """Write down how far it has come; raises MovedMeanwhile when another worker has taken over: save nothing then."""
    held = type(claim).objects.filter(pk=claim.pk, status=ImportStatus.RUNNING, fence=claim.fence)
    if held.update(tries_count=0, due_at=now + LEASE, **changes) != 1:
        raise MovedMeanwhile(f"{claim._meta.model_name} {claim.pk} is no longer ours")


def postpone_run(claim: BackgroundRun, reason: str, *, until: datetime, now: datetime) -> None:
    """Go on later, where it stopped."""
    _move(claim, ImportStatus.WAITING, now=now, reason=reason, due_at=until)


def end_run(claim: BackgroundRun, status: ImportStatus, reason: str = "", *, now: datetime) -> None:
    """Stop for good: done, or failed for a reason that a person reads. What was saved stays."""
    _move(claim, status, now=now, reason=reason, due_at=None, ended_at=now)


def _move(claim: BackgroundRun, to: ImportStatus, *, now: datetime, reason: str, **changes: Any) -> None:
    move(claim, "status", IMPORT, to, now=now, reason=reason, only_if={"fence": claim.fence}, **changes)
