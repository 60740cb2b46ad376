"""The forms in which Wix writes ids, counts and prices, beside those of :mod:`orderlane.connectors.reading`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from orderlane.connectors.reading import DECIMAL, MAX_QUANTITY, Node, node, text, unreadable
from orderlane.kernel.money import Money, MoneyError, exponent


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
    if not DECIMAL.match(amount):
        raise unreadable(key)
    try:
        step = Decimal(1).scaleb(-exponent(currency))
        money = Money.parse(f"{(Decimal(amount) / pieces).quantize(step, ROUND_HALF_UP):f}", currency)
    except MoneyError as error:
        raise unreadable(key) from error
    if money.minor < 0:
        raise unreadable(key)
    return money
