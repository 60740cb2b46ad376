"""The claim of one e-mail before it is handed over, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from orderlane.audit.transitions import move
from orderlane.kernel.errors import Declined, OutcomeUnknown, OutsideError
from orderlane.notifications.models import Mail
from orderlane.notifications.rules import MOST_UNCLEAR, retry_due
from orderlane.notifications.states import MAIL, MailStatus

LEASE = timedelta(minutes=2)
"""Longer than a mail server is waited for."""
_S = MailStatus


def claim_mail(mail_id: UUID, *, now: datetime) -> Mail | None:
    """Take an e-mail that is due, or whose sender died; None when there is nothing to do (or nobody to write to).

    Whether a dead sender handed it over, nobody can ask. It is sent once more, under the same Message-ID.
    """
    mail = Mail.objects.select_for_update(of=("self",)).filter(pk=mail_id).first()
    if mail is None or mail.due_at > now:
        return None
    if mail.status == _S.SENDING:
        _note_unclear(mail, reason="lease_lost", now=now)
    if mail.status != _S.DUE:
        return None
    move(mail, "status", MAIL, _S.SENDING, now=now, fence=mail.fence + 1, due_at=now + LEASE)
    return mail


def skip_mail(mail: Mail, *, reason: str, now: datetime) -> None:
    """End a claimed e-mail that has nothing to tell any more, in the transaction of its claim."""
    move(mail, "status", MAIL, _S.SKIPPED, now=now, reason=reason, only_if={"fence": mail.fence})


def record_sent(mail: Mail, *, now: datetime) -> None:
    """The mail server has taken it. Raises MovedMeanwhile when the claim is no longer the newest."""
    move(mail, "status", MAIL, _S.SENT, now=now, only_if={"fence": mail.fence}, sent_at=now)


def record_trouble(mail: Mail, problem: OutsideError, *, now: datetime) -> None:
    """The mail server has refused it, could not be reached, or fell silent; raises MovedMeanwhile like record_sent."""
    if isinstance(problem, OutcomeUnknown):
        _note_unclear(mail, reason=problem.reason, now=now)
        return
    due_at = None if isinstance(problem, Declined) else retry_due(now, mail.opened_at, mail.fence)
    fence: dict[str, object] = {"fence": mail.fence}
    if due_at is None:
        move(mail, "status", MAIL, _S.REFUSED, now=now, reason=problem.reason, only_if=fence)
    else:
        move(mail, "status", MAIL, _S.DUE, now=now, reason=problem.reason, only_if=fence, due_at=due_at)


def _note_unclear(mail: Mail, *, reason: str, now: datetime) -> None:
    count = mail.unclear_count + 1
    to = _S.UNCLEAR if count >= MOST_UNCLEAR else _S.DUE
    fence: dict[str, object] = {"fence": mail.fence}
    move(mail, "status", MAIL, to, now=now, reason=reason, only_if=fence, unclear_count=count, due_at=now)
