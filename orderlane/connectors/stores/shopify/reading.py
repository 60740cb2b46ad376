"""The forms in which Shopify writes ids, pages and amounts, beside those of :mod:`orderlane.connectors.reading`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from orderlane.connectors.reading import DECIMAL, MAX_QUANTITY, Node, text, unreadable
from orderlane.kernel.money import Money, MoneyError, exponent

_GID = re.compile(r"gid://shopify/([A-Za-z]+)/([0-9]{1,20})\Z")


def node(parent: Node, key: str) -> Node | None:
    """Read an object; None when it is null or missing."""
    found = parent.get(key)
    if found is None:
        return None
    if not isinstance(found, dict):
        raise unreadable(key)
    return found


def nodes(parent: Node, key: str) -> Sequence[Node]:
    """Read a list of objects, which must be there; null entries (things we may not see) are left out."""
    found = parent.get(key)
    if not isinstance(found, list) or any(entry is not None and not isinstance(entry, dict) for entry in found):
        raise unreadable(key)
    return [entry for entry in found if entry is not None]


def page(parent: Node, key: str) -> tuple[Sequence[Node], str]:
    """Read one page of a connection: its nodes, and the cursor of the next page (empty on the last one)."""
    connection = node(parent, key)
    if connection is None:
        raise unreadable(key)
    info = node(connection, "pageInfo") or {}
    return nodes(connection, "nodes"), text(info, "endCursor") if info.get("hasNextPage") is True else ""


def texts(parent: Node, key: str) -> Sequence[str]:
    """Read a list of texts; empty when null."""
    found = parent.get(key) or []
    if not isinstance(found, list) or not all(isinstance(entry, str) for entry in found):
        raise unreadable(key)
    return found


def gid(parent: Node, key: str, kind: str) -> str:
    """Read a global id of one ``kind`` of thing, such as ``gid://shopify/Order/1``; it must be there."""
    found = text(parent, key)
    match = _GID.match(found)
    if not match or match[1] != kind:
        raise unreadable(key)
    return found


def as_gid(external_id: str, kind: str) -> str:
    """Turn a bare numeric id into a global id; anything else is returned as it is."""
    return f"gid://shopify/{kind}/{external_id}" if external_id.isascii() and external_id.isdigit() else external_id


def quantity(parent: Node, key: str) -> int:
    """Read a count of pieces between zero and :data:`MAX_QUANTITY`; it must be there."""
    found = parent.get(key)
    if type(found) is not int or not 0 <= found <= MAX_QUANTITY:
        raise unreadable(key)
    return found


def shop_money(parent: Node, key: str, *, approximate: bool = False) -> Money:
    """Read the shop's side of a MoneyBag, never negative.

    ``approximate`` is for the unit prices Shopify itself calls approximate: they may have more decimals
    than the currency and are rounded half up. Every other amount is read exactly or refused.
    """
    bag = node(parent, key)
    side = node(bag, "shopMoney") if bag else None
    if side is None:
        raise unreadable(key)
    amount, currency = text(side, "amount"), text(side, "currencyCode")
    try:
        if approximate and DECIMAL.match(amount):
            step = Decimal(1).scaleb(-exponent(currency))
            amount = f"{Decimal(amount).quantize(step, ROUND_HALF_UP):f}"
        money = Money.parse(amount, currency)
    except MoneyError as error:
        raise unreadable(key) from error
    if money.minor < 0:
        raise unreadable(key)
    return money
