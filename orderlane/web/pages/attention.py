"""The exceptions desk: what is stuck, whose it is, and what to press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orderlane.web.pages.shell import Button
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One thing that is stuck."""

    title: str
    url: str
    detail: Text
    since: datetime
    owner: Text
    buttons: Sequence[Button] = field(default_factory=tuple)
    next_at: datetime | None = None
    """When Orderlane tries again by itself, if it will."""


@dataclass(frozen=True, slots=True)
class AttentionGroup:
    """All rows with one reason, with what the reason means and what to do."""

    reason: str
    title: Text
    meaning: Text
    tone: str
    rows: Sequence[AttentionRow]
    help_url: str = ""


@dataclass(frozen=True, slots=True)
class AttentionPage:
    """The desk, worst first."""

    groups: Sequence[AttentionGroup]
    checked_at: datetime | None = None

    @property
    def count(self) -> int:
        """How many things are stuck."""
        return sum(len(group.rows) for group in self.groups)
