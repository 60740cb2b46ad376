"""Walking the list of changed orders, which moves while it is read. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from orderlane.connectors.reading import Node
from orderlane.connectors.stores.bigcommerce.client import LARGEST_PAGE
from orderlane.connectors.stores.bigcommerce.mapping import order_ref_from
from orderlane.kernel.errors import NeedsAttention


@dataclass(frozen=True, slots=True)
class Window:
    """A place in the list of orders changed since ``since``: page ``page`` of what the list now holds from there.

    An order that changes while we page moves to the end, and whatever stood behind it moves up by one, past
    the seam between two pages. So a full page is followed by a new window at the last change seen, not by the
    next page; only orders of one second are paged. Those at a seam come twice, which an upsert does not mind.
    """

    since: datetime
    page: int = 1

    @classmethod
    def at(cls, since: datetime, cursor: str) -> Window:
        """Read our cursor back; an empty one starts at ``since``."""
        if not cursor:
            return cls(since)
        seconds, _, page = cursor.partition("|")
        if not (seconds.isascii() and seconds.isdigit() and page.isascii() and page.isdigit() and len(seconds) < 12):
            raise NeedsAttention("not a cursor of ours", reason="bad_cursor")
        return cls(datetime.fromtimestamp(int(seconds), UTC), int(page))

    @property
    def query(self) -> Mapping[str, object]:
        """The parameters of this page."""
        return {
            "min_date_modified": self.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "sort": "date_modified:asc",
            "page": self.page,
            "limit": LARGEST_PAGE,
        }

    def next_cursor(self, found: Sequence[Node]) -> str:
        """Write the cursor of what follows the page ``found``; empty when it was the last."""
        if len(found) < LARGEST_PAGE:
            return ""
        # Whether the minimum itself is included is not said: begin one second before it.
        newest = order_ref_from(found[-1]).updated_at - timedelta(seconds=1)
        if newest > self.since:
            return f"{int(newest.timestamp())}|1"
        return f"{int(self.since.timestamp())}|{self.page + 1}"
