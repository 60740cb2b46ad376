"""Careful reading of other people's JSON: a missing field is empty, a wrong one is an error with its name. Pure.

What all stores have in common; a platform's own ``reading`` adds the forms in which it writes ids, times and amounts.
Enum values are never checked: new ones come, and unknown must stay unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from orderlane.kernel.errors import NeedsAttention

MAX_TEXT: Final = 2_000
MAX_QUANTITY: Final = 1_000_000
DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?\Z")
"""An amount as text."""

# PostgreSQL stores neither NUL nor lone surrogates; both are legal in JSON.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

Node = Mapping[str, Any]


def unreadable(what: str) -> NeedsAttention:
    """Build the error for an answer that breaks the API's own schema; ``what`` names the field, never its value."""
    return NeedsAttention(f"the store's answer makes no sense: {what}", reason="unreadable_answer", field=what)


def node(parent: Node, key: str) -> Node:
    """Read an object; empty when it is null or missing."""
    found = parent.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise unreadable(key)
    return found


def nodes(parent: Node, key: str) -> Sequence[Node]:
    """Read a list of objects; empty when it is null or missing."""
    found = parent.get(key)
    return [] if found is None else as_nodes(found, key)


def as_nodes(found: object, what: str) -> Sequence[Node]:
    """Check that an answer is a list of objects."""
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise unreadable(what)
    return found


def text(parent: Node, key: str) -> str:
    """Read a text that can be stored: empty when null, cut at :data:`MAX_TEXT` characters."""
    found = parent.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise unreadable(key)
    return storable(found)


def storable(found: str) -> str:
    """Cut a text at :data:`MAX_TEXT` characters, and replace what no database keeps."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", found[:MAX_TEXT])


def moment(parent: Node, key: str) -> datetime | None:
    """Read an ISO 8601 time, in UTC; None when null."""
    found = text(parent, key)
    if not found:
        return None
    parsed = parse_moment(found)
    if parsed is None:
        raise unreadable(key)
    return parsed


def required_moment(parent: Node, key: str) -> datetime:
    """Read an ISO 8601 time that must be there, in UTC."""
    found = moment(parent, key)
    if found is None:
        raise unreadable(key)
    return found


def parse_moment(written: str) -> datetime | None:
    """Read an ISO 8601 time that names its offset; None for anything else."""
    try:
        parsed = datetime.fromisoformat(written)
        return parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def web_url(url: str) -> str:
    """Keep a link only when it is a web address, never ``javascript:``."""
    return url if url.startswith(("https://", "http://")) else ""
