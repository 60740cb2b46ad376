"""Careful reading of other people's JSON: a missing field is empty, a wrong one is an error with its name.

Enum values are never checked here: BigCommerce adds new ones, and unknown must stay unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money, MoneyError, exponent

MAX_TEXT = 2_000
MAX_QUANTITY = 1_000_000

# PostgreSQL stores neither NUL nor lone surrogates; both are legal in JSON.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?\Z")

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


def identifier(parent: Node, key: str) -> str:
    """Read a numeric id as text, to the last digit; empty when null or 0, which BigCommerce writes for *none*."""
    found = parent.get(key)
    if found is None or found == 0:
        return ""
    if type(found) is not int or found < 0:
        raise unreadable(key)
    return str(found)


def required_identifier(parent: Node, key: str) -> str:
    """Read a numeric id that must be there."""
    found = identifier(parent, key)
    if not found:
        raise unreadable(key)
    return found


def moment(parent: Node, key: str) -> datetime:
    """Read a time that must be there: RFC 2822, in UTC."""
    try:
        # The zone says +0000; without one the library leaves the time naive, and it is UTC by documentation.
        return parsedate_to_datetime(text(parent, key)).replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise unreadable(key) from error


def quantity(parent: Node, key: str) -> int:
    """Read a count of pieces between zero and :data:`MAX_QUANTITY`; zero when missing. Some counts come as 2.0."""
    found = parent.get(key)
    if found is None:
        return 0
    if isinstance(found, Decimal) and found.is_finite() and found == found.to_integral_value():
        found = int(found)
    if type(found) is not int or not 0 <= found <= MAX_QUANTITY:
        raise unreadable(key)
    return found


def decimal(parent: Node, key: str) -> Decimal:
    """Read an amount without its currency: text with four decimals in V2, a number in V3."""
    found = parent.get(key)
    if type(found) is int or isinstance(found, Decimal):
        found = f"{found:f}"
    if not isinstance(found, str) or not _DECIMAL.match(found):
        raise unreadable(key)
    return Decimal(found)


def money(parent: Node, key: str, currency: str) -> Money:
    """Read an exact amount, never negative: digits beyond the currency's precision must be zero."""
    return as_money(decimal(parent, key), currency, key)


def as_money(amount: Decimal, currency: str, key: str, *, approximate: bool = False) -> Money:
    """Make money of ``amount``, never negative; ``approximate`` rounds half up what a division left over."""
    try:
        if approximate:
            amount = amount.quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_UP)
        found = Money.parse(f"{amount:f}", currency)
    except MoneyError as error:
        raise unreadable(key) from error
    if found.minor < 0:
        raise unreadable(key)
    return found


def web_url(url: str) -> str:
    """A link we would show or send on must be a web address, never ``javascript:``; empty otherwise."""
    return url if url.startswith(("https://", "http://")) else ""
