"""Careful reading of Wix's JSON: a missing field is empty, a wrong one is an error with its name.

Enum values are never checked here: Wix adds new ones, and unknown must stay unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money, MoneyError, exponent

MAX_TEXT = 2_000
MAX_QUANTITY = 1_000_000

# PostgreSQL stores neither NUL nor lone surrogates; both are legal in JSON.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?\Z")

Node = Mapping[str, Any]


def unreadable(what: str) -> NeedsAttention:
    """Build the error for an answer of another shape than documented; ``what`` names the field, never its value."""
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
    """Read a list of objects; Wix leaves an empty list out, so a missing one is empty."""
    found = parent.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise unreadable(key)
    return found


def text(parent: Node, key: str) -> str:
    """Read a text that can be stored: empty when null, cut at :data:`MAX_TEXT` characters."""
    found = parent.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise unreadable(key)
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", found[:MAX_TEXT])


def text_or_number(parent: Node, key: str) -> str:
    """Read an order number: text in the documented types, a whole number in one published example."""
    found = parent.get(key)
    return str(found) if type(found) is int else text(parent, key)


def guid(parent: Node, key: str) -> str:
    """Read a GUID that must be there, in lower case."""
    found = text(parent, key).lower()
    if not is_guid(found):
        raise unreadable(key)
    return found


def is_guid(written: str) -> bool:
    """Whether ``written`` is a GUID with its hyphens, so that it may stand in an address."""
    try:
        return str(UUID(written)) == written.lower()
    except ValueError:
        return False


def moment(parent: Node, key: str) -> datetime | None:
    """Read a time, in UTC; None when null."""
    found = text(parent, key)
    if not found:
        return None
    parsed = parse_moment(found)
    if parsed is None:
        raise unreadable(key)
    return parsed


def required_moment(parent: Node, key: str) -> datetime:
    """Read a time that must be there, in UTC."""
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


def quantity(parent: Node, key: str) -> int:
    """Read a count of pieces between zero and :data:`MAX_QUANTITY`; zero when it is missing."""
    found = parent.get(key)
    if found is None:
        return 0
    if type(found) is not int or not 0 <= found <= MAX_QUANTITY:
        raise unreadable(key)
    return found


def price(parent: Node, key: str, currency: str) -> Money | None:
    """Read a ``Price`` (``{"amount": "18.50"}``) exactly, never negative; None when it is missing."""
    if not node(parent, key):
        return None
    try:
        money = Money.parse(text(node(parent, key), "amount"), currency)
    except MoneyError as error:
        raise unreadable(key) from error
    if money.minor < 0:
        raise unreadable(key)
    return money


def price_per_piece(parent: Node, key: str, currency: str, pieces: int) -> Money | None:
    """Read the ``Price`` of all ``pieces`` together as the price of one, rounded half up; None when it is missing."""
    amount = text(node(parent, key), "amount")
    if not amount or pieces < 1:
        return None
    if not _DECIMAL.match(amount):
        raise unreadable(key)
    try:
        step = Decimal(1).scaleb(-exponent(currency))
        money = Money.parse(f"{(Decimal(amount) / pieces).quantize(step, ROUND_HALF_UP):f}", currency)
    except MoneyError as error:
        raise unreadable(key) from error
    if money.minor < 0:
        raise unreadable(key)
    return money


def web_url(url: str) -> str:
    """A link we would show or send on must be a web address, never ``javascript:``."""
    return url if url.startswith(("https://", "http://")) else ""
