"""The polling listing, cut into stretches of time that each fit on one page. Pure.

Ecwid pages by offset through a list it does not let us sort. An order that changes while we turn the page leaves
its place, and another one slips past unseen. A stretch that fits on one page is one answer: nothing can slip.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from orderlane.kernel.errors import NeedsAttention

PAGE: Final = 100
"""The most orders in one answer."""

_CURSOR = re.compile(r"([0-9]{1,12})-([0-9]{0,12})\Z")


@dataclass(frozen=True, slots=True)
class Window:
    """From ``start`` to ``end``, in Unix seconds and both included; ``end`` is None for "until now"."""

    start: int
    end: int | None = None

    @classmethod
    def at(cls, since: datetime, cursor: str) -> Window:
        """Read our cursor back; an empty one starts at ``since``."""
        if not cursor:
            return cls(int(since.astimezone(UTC).timestamp()))
        match = _CURSOR.match(cursor)
        if not match:
            raise NeedsAttention("not a cursor of ours", reason="bad_cursor")
        return cls(int(match[1]), int(match[2]) if match[2] else None)

    def holds(self, at: datetime) -> bool:
        """Whether a change belongs to this stretch."""
        return self.start <= at.timestamp() and (self.end is None or at.timestamp() < self.end + 1)

    def narrowed(self, total: int, latest: int) -> Window | None:
        """A shorter stretch, hoped to hold four fifths of a page of ``total``; None when one second is left.

        ``latest`` is the last moment known to hold a change: their clock need not be ours.
        """
        length = (max(latest, self.start) if self.end is None else self.end) - self.start
        if self.end == self.start:
            return None
        return Window(self.start, self.start + max(0, min(length - 1, length * (PAGE * 4 // 5) // total)))

    def next_cursor(self, latest: int) -> str:
        """Where to go on after this stretch: twice as far at once; empty after the last one."""
        if self.end is None:
            return ""
        start = self.end + 1
        end = start + 2 * (self.end - self.start + 1)
        return f"{start}-{end if end < latest else ''}"
