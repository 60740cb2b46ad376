"""Settings: what a member hears of by e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orderlane.web.pages.shell import Choice
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class EventChoice:
    """One event with its three deliveries, one of them selected."""

    name: str
    label: Text
    meaning: Text
    deliveries: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class MailRow:
    """An e-mail that was written to the member, and what became of it."""

    what: Text
    opened_at: datetime
    status: str
    note: Text = ""


@dataclass(frozen=True, slots=True)
class NotificationsPage:
    """The member's own choices in this organization."""

    events: Sequence[EventChoice]
    form_url: str
    digest_url: str
    email: str
    morning: str
    """When the digest is made, on the organization's clock."""
    zone: str
    mails: Sequence[MailRow] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class StopPage:
    """The page behind the link that stops e-mails."""

    organization: str
    email: str
    daily: bool
    """Whether it is the digest; else what is told at once."""
    stopped: bool = False
