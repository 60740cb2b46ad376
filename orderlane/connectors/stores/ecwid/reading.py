"""The forms in which Ecwid writes ids, times and amounts, beside those of :mod:`orderlane.connectors.reading`.

Ecwid writes money as JSON numbers; the client reads them as decimals, and here they become :class:`Money`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from orderlane.connectors.reading import MAX_QUANTITY, Node, text, unreadable
from orderlane.kernel.money import Money, exponent

_LARGEST: Final = Decimal(10) ** 15


_DATE = "%Y-%m-%d %H:%M:%S %z"
_NOISE = Decimal("0.000001")
"""What binary arithmetic over there may leave behind: 109.10000000000001 is meant to be 109.10."""


def required_text(parent: Node, key: str) -> str:
    """Read a text that must be there."""
    found = text(parent, key)
    if not found:
        raise unreadable(key)
    return found


def numeric_id(parent: Node, key: str) -> str:
    """Read an id that Ecwid writes as a number, as text; empty when it is missing or zero."""
    found = parent.get(key)
    if found is None:
        return ""
    if type(found) is not int or not 0 <= found < 2**64:
        raise unreadable(key)
    return str(found) if found else ""


def quantity(parent: Node, key: str) -> int:
    """Read a count of pieces between zero and :data:`MAX_QUANTITY`; it must be there."""
    found = parent.get(key)
    if type(found) is not int or not 0 <= found <= MAX_QUANTITY:
        raise unreadable(key)
    return found


def moment(parent: Node, stamp: str, date: str) -> datetime:
    """Read a time from its Unix seconds, or from its written form where those are missing; it must be there."""
    seconds = parent.get(stamp)
    try:
        if type(seconds) is int:
            return datetime.fromtimestamp(seconds, UTC)
        return datetime.strptime(text(parent, date), _DATE).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise unreadable(date) from error


def written_date(at: datetime) -> str:
    """Write a time the way Ecwid writes its own."""
    return at.astimezone(UTC).strftime(_DATE)


def amount(parent: Node, key: str, *, missing: Decimal | None = None) -> Decimal:
    """Read a number; ``missing`` stands in for one that is null or absent, without it such an answer is refused."""
    found = parent.get(key)
    if found is None and missing is not None:
        return missing
    if type(found) is int:
        found = Decimal(found)
    if not isinstance(found, Decimal) or not found.is_finite() or abs(found) >= _LARGEST:
        raise unreadable(key)
    return found


def as_money(found: Decimal, currency: str, what: str, *, approximate: bool = False) -> Money:
    """Turn a number into money, never negative.

    ``approximate`` is for what we divide ourselves (a unit price after discounts): it is rounded half up.
    Anything else must fit the currency, give or take the noise of binary arithmetic.
    """
    digits = exponent(currency)
    try:
        rounded = found.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    except InvalidOperation as error:
        raise unreadable(what) from error
    if rounded < 0 or (not approximate and abs(rounded - found) > _NOISE):
        raise unreadable(what)
    return Money(int(rounded.scaleb(digits)), currency)
