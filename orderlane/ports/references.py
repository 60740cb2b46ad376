"""The numbers under which purchase orders are placed in suppliers' stores, and known there again. Pure.

A supplier's store may be a retailer's store as well. An order that we placed there must never pass for a customer's:
it would be bought again, from the same supplier or the next, without end.
"""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"OL-[0-9]{1,18}")
_NOTE: Final = re.compile(r"Orderlane (OL-[0-9]{1,18}) for ")


def purchase_order_number(*written: str) -> str:
    """Return the first of ``written`` that is a purchase order's number, or "" when none is."""
    return next((each for each in written if _NUMBER.fullmatch(each)), "")


def note_beginning(reference: str) -> str:
    """How the note begins that tells a supplier what a purchase order is."""
    return f"Orderlane {reference} for "


def number_in_note(note: str) -> str:
    """Return the number of a note that begins as ours do, or ""."""
    found = _NOTE.match(note)
    return found[1] if found else ""
