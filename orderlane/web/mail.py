"""E-mails that pages send at once. A mail server is outside: it is called between scopes, and may fail."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from orderlane.kernel.errors import Unavailable

_LETTER = "{}\n\n{}\n\n{}\n\n{}\n"


def can_send() -> bool:
    """Whether the operator has set up a mail server (ORDERLANE_EMAIL_URL)."""
    return bool(settings.SENDS_EMAIL)


def send_invitation(to: str, link: str, *, organization: str, invited_by: str, language: str) -> None:
    """Send an invitation's link in the reader's language; raises Unavailable when the mail server does not take it."""
    with translation.override(language):
        words = {"link": link, "organization": organization, "invited_by": invited_by}
        # One line, whatever the name: a line break would begin another header.
        subject = " ".join((_("Join %(organization)s on Orderlane") % words).split())
        text = _LETTER.format(
            _("%(invited_by)s invites you to join %(organization)s on Orderlane.") % words,
            _("Open this link to accept. It works once, for seven days:"),
            link,
            _("If you do not know this organization, you can ignore this message."),
        )
    _send(to, subject, text)


def send_reset_link(to: str, link: str, *, language: str) -> None:
    """Send the link with which a member chooses another password; raises Unavailable like an invitation."""
    with translation.override(language):
        subject = _("Choose a new password for Orderlane")
        text = _LETTER.format(
            _("Somebody, probably you, asked for a new password for %(email)s.") % {"email": to},
            _("Open this link to choose one. It works once, for three days:"),
            link,
            _("If it was not you, ignore this message: your password stays as it is."),
        )
    _send(to, subject, text)


def _send(to: str, subject: str, text: str) -> None:
    try:
        send_mail(subject, text, None, [to])
    except (SMTPException, OSError) as problem:
        raise Unavailable("the mail server did not take the message", reason="no_connection") from problem
