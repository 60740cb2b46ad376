"""What an e-mail says, ready to be sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject (one line), both forms of the text, and the address that stops such e-mails without a sign-in."""

    to: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str
