"""The forms in which shops write ids, times and amounts, beside those of :mod:`orderlane.connectors.reading`.

Every shop is its own server with its own extensions, so fields may be missing, null, or an empty list where an
object belongs (PHP writes an empty object that way). Statuses are never checked here: extensions add some.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from orderlane.connectors.reading import DECIMAL, MAX_QUANTITY, Node, nodes, storable, unreadable
from orderlane.kernel.money import Money, MoneyError, exponent


def node(parent: Node, key: str) -> Node:
    """Read an object; empty when it is null, missing, or PHP's empty list."""
    found = parent.get(key)
    if found is None or found == []:
        return {}
    if not isinstance(found, dict):
        raise unreadable(key)
    return found


def text(parent: Node, key: str) -> str:
    """Read a text that can be stored: empty when null, cut at :data:`MAX_TEXT`; extensions may write a whole number."""
    found = parent.get(key)
    if found is None or found is False:
        return ""
    if type(found) is int:
        return str(found)
    if not isinstance(found, str):
        raise unreadable(key)
    return storable(found)


def number_id(parent: Node, key: str) -> str:
    """Read an id, a whole number above zero, as text; it must be there."""
    found = parent.get(key)
    if type(found) is not int or not 0 < found < 2**64:
        raise unreadable(key)
    return str(found)


def quantity(parent: Node, key: str) -> int:
    """Read a count of pieces between zero and :data:`MAX_QUANTITY`; parts of pieces are refused."""
    found = parent.get(key)
    if isinstance(found, Decimal) and found == found.to_integral_value():
        found = int(found)
    if type(found) is not int or not 0 <= found <= MAX_QUANTITY:
        raise unreadable(key)
    return found


def gmt(parent: Node, key: str) -> datetime | None:
    """Read one of the ``…_gmt`` times, which name no offset; None when null."""
    found = text(parent, key)
    if not found:
        return None
    parsed = parse_gmt(found)
    if parsed is None:
        raise unreadable(key)
    return parsed


def required_gmt(parent: Node, key: str) -> datetime:
    """Read a time that must be there, in UTC."""
    found = gmt(parent, key)
    if found is None:
        raise unreadable(key)
    return found


def parse_gmt(written: str) -> datetime | None:
    """Read an ISO 8601 time that is UTC unless it says otherwise; None for anything else."""
    try:
        parsed = datetime.fromisoformat(written)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def amount(parent: Node, key: str) -> Decimal:
    """Read a decimal string exactly; it must be there."""
    found = text(parent, key)
    if not DECIMAL.match(found):
        raise unreadable(key)
    return Decimal(found)


def rounded(exact: Decimal, currency: str) -> Money:
    """Round half up to the currency's own decimals: a shop may be set to more, or to fewer, than it has."""
    try:
        scaled = exact.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP)
    except MoneyError as error:
        raise unreadable("currency") from error
    return Money(int(scaled), currency)


def meta(parent: Node, key: str) -> object:
    """Read one entry of ``meta_data``; None when there is none. The last one counts when there are several."""
    found = [entry.get("value") for entry in nodes(parent, "meta_data") if entry.get("key") == key]
    return found[-1] if found else None
