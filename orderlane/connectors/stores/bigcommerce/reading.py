"""The forms in which BigCommerce writes ids, times and amounts, beside those of :mod:`orderlane.connectors.reading`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import parsedate_to_datetime

from orderlane.connectors.reading import DECIMAL, MAX_QUANTITY, Node, text, unreadable
from orderlane.kernel.money import Money, MoneyError, exponent


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
    if not isinstance(found, str) or not DECIMAL.match(found):
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
