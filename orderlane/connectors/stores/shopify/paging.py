"""Walking lists longer than a page, and the cursors of the polling listing. Pure: the fetching is passed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from orderlane.connectors.reading import Node, parse_moment
from orderlane.connectors.stores.shopify.inputs import iso
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.stores import OrderRef

MAX_NODES: Final = 10_000
MAX_PAGES: Final = 1_000

# Paging stops at 25,000 objects: https://shopify.dev/docs/api/usage/limits
MAX_DEPTH: Final = 20_000

Page = tuple[Sequence[Node], str]


def all_nodes(first: Page, fetch_page: Callable[[str], Page]) -> list[Node]:
    """Collect a list from its ``first`` page on; raise NeedsAttention for one that has no sensible end."""
    collected, cursor = list(first[0]), first[1]
    for _ in range(MAX_PAGES):
        if len(collected) > MAX_NODES:
            break
        if not cursor:
            return collected
        more, cursor = fetch_page(cursor)
        collected += more
    raise NeedsAttention(f"more than {MAX_NODES} entries in one list", reason="too_many_lines", limit=MAX_NODES)


@dataclass(frozen=True, slots=True)
class Window:
    """A place in the listing of orders changed since ``since``: ``depth`` orders in, after Shopify's ``after``.

    A listing too deep for Shopify starts a new window at the last change seen. Orders at the seam come
    twice, which an upsert by id does not mind.
    """

    since: datetime
    depth: int = 0
    after: str = ""

    @classmethod
    def at(cls, since: datetime, cursor: str) -> Window:
        """Read our cursor back; an empty one starts at ``since``."""
        if not cursor:
            return cls(since)
        start, _, rest = cursor.partition("|")
        depth, _, after = rest.partition("|")
        started = parse_moment(start)
        if started is None or not (depth.isascii() and depth.isdigit()):
            raise NeedsAttention("not a cursor of ours", reason="bad_cursor")
        return cls(started, int(depth), after)

    @property
    def query(self) -> str:
        """The search terms of this window."""
        return f"updated_at:>='{iso(self.since)}'"

    def next_cursor(self, refs: Sequence[OrderRef], end_cursor: str) -> str:
        """Write the cursor of the page after this one, ``end_cursor`` being Shopify's; empty when there is none."""
        if not end_cursor:
            return ""
        depth = self.depth + len(refs)
        newest = iso(refs[-1].updated_at) if refs else iso(self.since)
        if depth >= MAX_DEPTH and newest > iso(self.since):
            return f"{newest}|0|"
        return f"{iso(self.since)}|{depth}|{end_cursor}"
