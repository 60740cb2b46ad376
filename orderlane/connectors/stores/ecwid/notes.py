"""What we note in an order's extra fields: small JSON, cut into pieces that Ecwid keeps. Pure.

An extra field keeps at most 255 characters, all extra fields of an order together 8 KB; what is longer is dropped
without a word (https://docs.ecwid.com/api-reference/rest-api/orders/update-order). Without a display section
neither the customer nor the store's admin is shown them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from orderlane.connectors.reading import Node, nodes, unreadable
from orderlane.kernel.errors import NeedsAttention

FIELD: Final = "orderExtraFields"
MAX_PIECE: Final = 250
MAX_TOTAL_BYTES: Final = 8_000


def read_note(order: Node, name: str) -> Any:
    """Return what was noted under ``name``; None when there is nothing. A note that somebody damaged is refused."""
    pieces: dict[int, str] = {}
    for field in nodes(order, FIELD):
        number = _piece_number(field, name)
        value = field.get("value")
        if number and isinstance(value, str):
            pieces[number] = value
    written = "".join(pieces[number] for number in sorted(pieces))
    if not written:
        return None
    try:
        # Whatever follows is the rest of an older, longer note.
        return json.JSONDecoder().raw_decode(written)[0]
    except (ValueError, RecursionError) as error:
        raise unreadable(FIELD) from error


def with_note(order: Node, name: str, value: object) -> Sequence[Node]:
    """Return all extra fields of ``order`` with ``value`` noted under ``name``; those of others stay as they are."""
    # A piece must not begin or end with a blank of any kind, which could be trimmed away over there.
    written = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    written = re.sub(r"\s", lambda blank: f"\\u{ord(blank[0]):04x}", written)
    pieces = [written[start : start + MAX_PIECE] for start in range(0, len(written), MAX_PIECE)]
    kept = [field for field in nodes(order, FIELD) if not _piece_number(field, name)]
    ours = [
        {"id": f"{name}_{number}", "title": f"Orderlane {number}", "value": piece}
        for number, piece in enumerate(pieces, start=1)
    ]
    fields = [*kept, *ours]
    if len(json.dumps(fields, ensure_ascii=False, default=str).encode()) > MAX_TOTAL_BYTES:
        raise NeedsAttention("the order has no room for our note", reason="too_many_lines", limit=MAX_TOTAL_BYTES)
    return fields


def _piece_number(field: Node, name: str) -> int:
    """Which piece of the note a field is, from 1; 0 when it is none."""
    start, _, number = str(field.get("id") or "").rpartition("_")
    return int(number) if start == name and number.isascii() and number.isdigit() and len(number) < 4 else 0
