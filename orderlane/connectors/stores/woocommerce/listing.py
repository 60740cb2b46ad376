"""The polling listing: orders by the time of their last change, in steps that cannot lose one. Pure.

The API pages by offset through a list that moves: an order that changes while we turn the page leaves its place
and another slips past unseen. Each step therefore begins at the last change seen, from the beginning of the list;
only within one second, when hundreds of orders were changed at once, an offset is needed, and it overlaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from orderlane.connectors.stores.woocommerce.client import PER_PAGE
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.stores import OrderRef

OVERLAP: Final = 10
"""How many orders may leave one and the same second while a page of it is turned."""

FIELDS: Final = "id,status,date_modified_gmt"


@dataclass(frozen=True, slots=True)
class Step:
    """Orders changed at or after ``since`` (whole seconds), beginning with the ``offset``-th."""

    since: datetime
    offset: int = 0

    @classmethod
    def at(cls, since: datetime, cursor: str) -> Step:
        """Read our cursor back; an empty one starts at ``since``."""
        if not cursor:
            return cls(since.astimezone(UTC).replace(microsecond=0))
        written, _, offset = cursor.partition("+")
        try:
            return cls(datetime.fromtimestamp(int(written), UTC), int(offset or 0))
        except (ValueError, OverflowError, OSError) as error:
            raise NeedsAttention("not a cursor of ours", reason="bad_cursor") from error

    def query(self) -> dict[str, object]:
        """What to ask for. ``modified_after`` leaves out its own second, so it is set a second back."""
        return {
            "modified_after": (self.since - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S"),
            "dates_are_gmt": True,
            "orderby": "modified",
            "order": "asc",
            "offset": self.offset or None,
            "_fields": FIELDS,
        }

    def next_cursor(self, refs: Sequence[OrderRef], rows: int) -> str:
        """Where to go on; empty when this was the end. ``rows`` counts what was listed, drafts included."""
        if rows < PER_PAGE:
            return ""
        newest = max((ref.updated_at for ref in refs), default=self.since).replace(microsecond=0)
        if newest > self.since:
            return str(int(newest.timestamp()))
        return f"{int(self.since.timestamp())}+{self.offset + PER_PAGE - OVERLAP}"
