"""Hand one e-mail to the mail server: claim, call, record."""

from __future__ import annotations

from collections.abc import Callable
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from orderlane.kernel import clock
from orderlane.kernel.errors import Declined, OutcomeUnknown, OutsideError, Unavailable
from orderlane.notifications.actions.send_steps import claim_mail, record_sent, record_trouble, skip_mail
from orderlane.notifications.letters import Letter
from orderlane.notifications.models import Mail
from orderlane.tenants.scope import acting_for

Compose = Callable[[Mail], Letter | None]
"""Write the e-mail from what stands on the desk now, inside the organization's scope; None when nothing is left."""


def send_mail(mail_id: UUID, organization_id: UUID, compose: Compose, *, actor: str) -> None:
    """Send an e-mail that is due; a second worker, or a second call, sends nothing.

    Between the call and its record a crash may fall. Then it is sent once more, never a third time: a digest that
    arrives twice does less harm than one that is lost, and both carry one Message-ID, by which mail programs know it.
    """
    with acting_for(organization_id, actor):
        mail = claim_mail(mail_id, now=clock.now())
        # Written under the claim's lock: what is noticed from now on goes into another e-mail.
        letter = compose(mail) if mail is not None else None
        if mail is not None and letter is None:
            skip_mail(mail, reason="nothing_to_tell", now=clock.now())
    if mail is None or letter is None:
        return
    try:
        _hand_over(mail, letter)
    except OutsideError as problem:
        with acting_for(organization_id, actor):
            record_trouble(mail, problem, now=clock.now())
    else:
        with acting_for(organization_id, actor):
            record_sent(mail, now=clock.now())


def _hand_over(mail: Mail, letter: Letter) -> None:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    connection = get_connection()
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.to],
        connection=connection,
        headers={
            "Message-ID": f"<{mail.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
            # One press in the mail program: https://www.rfc-editor.org/rfc/rfc8058
            "List-Unsubscribe": f"<{letter.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(letter.html, "text/html")
    try:
        connection.open()
    except (SMTPException, OSError) as problem:
        raise Unavailable("the mail server cannot be reached", reason="no_connection") from problem
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as problem:
        codes = [code for code, _words in problem.recipients.values()]
        raise _refusal(min(codes, default=500)) from problem
    except SMTPResponseException as problem:
        raise _refusal(problem.smtp_code) from problem
    except (SMTPException, OSError) as problem:
        raise OutcomeUnknown("the mail server fell silent", reason="no_clear_answer") from problem
    finally:
        _hang_up(connection)


def _refusal(code: int) -> OutsideError:
    """Read a reply code: 4xx for now, 5xx for good (https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1)."""
    if code >= 500:
        return Declined("the mail server refused the message", reason="mail_refused")
    return Unavailable("the mail server does not take it now", reason="mail_deferred")


def _hang_up(connection: object) -> None:
    """Say goodbye; whatever goes wrong then changes nothing about the message."""
    try:
        connection.close()  # type: ignore[attr-defined]  # get_connection returns Any
    except (SMTPException, OSError):
        return
