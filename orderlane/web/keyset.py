"""Lists cut into pages by the key of their first and last row: page 5,000 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import QuerySet

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Leaf(Generic[Row]):
    """The rows of one page; the keys lead to the pages around it, and are empty where there is none."""

    rows: list[Row]
    before: str = ""
    after: str = ""


def leaf_of(rows: QuerySet[Any, Row], told: Mapping[str, str], size: int, *, newest_first: bool = False) -> Leaf[Row]:
    """Cut by id (ids grow with time) what ``after`` or ``before`` of an address name; nonsense leads to the start."""
    after, before = _key(told.get("after", "")), _key(told.get("before", ""))
    backwards = before is not None and after is None
    key = before if backwards else after
    descending = newest_first != backwards
    if key is not None:
        rows = rows.filter(pk__lt=key) if descending else rows.filter(pk__gt=key)
    found: list[Any] = list(rows.order_by("-pk" if descending else "pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    first, last = (str(found[0].pk), str(found[-1].pk)) if found else ("", "")
    has_before = more if backwards else key is not None
    has_after = True if backwards else more
    return Leaf(found, first if has_before else "", last if has_after else "")


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
