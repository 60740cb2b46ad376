"""Cursor pagination as Shopify does it: `first`/`after` or `last`/`before`, at most 250 at a time."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from graphql import GraphQLError

Row = TypeVar("Row")
LARGEST_PAGE = 250


@dataclass(frozen=True)
class Paging:
    """The paging arguments of one connection field."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None
    reverse: bool = False


@dataclass(frozen=True)
class PageInfo:
    """Where this page stands."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True)
class Edge:
    """One row with its cursor."""

    cursor: str
    node: Any


@dataclass
class Connection:
    """One page of rows; nodes are built only when they are asked for."""

    rows: Sequence[Any]
    cursors: Sequence[str]
    wrap: Callable[[Any], Any]
    page_info: PageInfo

    @cached_property
    def nodes(self) -> list[Any]:
        """The rows of this page as nodes."""
        return [self.wrap(row) for row in self.rows]

    @property
    def edges(self) -> list[Edge]:
        """The rows of this page with cursors."""
        return [Edge(cursor, node) for cursor, node in zip(self.cursors, self.nodes, strict=True)]


def connect(
    rows: Sequence[Row], wrap: Callable[[Row], Any], paging: Paging, key: Callable[[Row], tuple[Any, ...]] | None = None
) -> Connection:
    """Cut a page out of `rows`, which are sorted by `key` (by position when there is none)."""
    size = _size(paging)
    placed = [(key(row) if key else (place,), row) for place, row in enumerate(rows)]
    if paging.reverse:
        placed.reverse()
    after, before = _decode(paging.after), _decode(paging.before)
    found = [item for item in placed if _beyond(item[0], after, paging.reverse)]
    found = [item for item in found if _beyond(item[0], before, not paging.reverse)]
    page = found[:size] if paging.first is not None else found[-size:]
    cut = len(found) > size
    cursors = [_encode(place) for place, _ in page]
    info = PageInfo(
        cut if paging.first is not None else before is not None,
        after is not None if paging.first is not None else cut,
        cursors[0] if cursors else None,
        cursors[-1] if cursors else None,
    )
    return Connection([row for _, row in page], cursors, wrap, info)


def _size(paging: Paging) -> int:
    size = paging.first if paging.first is not None else paging.last
    if size is None:
        raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
    if not 0 <= size <= LARGEST_PAGE:
        raise GraphQLError(f"first and last must be between 0 and {LARGEST_PAGE}", extensions={"code": "BAD_REQUEST"})
    return size


def _beyond(place: tuple[Any, ...], mark: tuple[Any, ...] | None, reverse: bool) -> bool:
    if mark is None:
        return True
    return place < mark if reverse else place > mark


def _encode(place: tuple[Any, ...]) -> str:
    return base64.b64encode(json.dumps(place).encode()).decode()


def _decode(cursor: str | None) -> tuple[Any, ...] | None:
    if cursor is None:
        return None
    try:
        return tuple(json.loads(base64.b64decode(cursor, validate=True)))
    except (ValueError, TypeError) as wrong:
        raise GraphQLError("Invalid cursor for current pagination sort.") from wrong
