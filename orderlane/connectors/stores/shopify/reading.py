"""Careful reading of other people's JSON: a missing field is empty, a wrong one is an error with its name.

Enum values are never checked here: new ones appear in new API versions, and unknown must stay unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money, MoneyError, exponent

MAX_TEXT = 2_000
MAX_QUANTITY = 1_000_000

# PostgreSQL stores neither NUL nor lone surrogates; both are legal in JSON.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_GID = re.compile(r"gid://shopify/([A-Za-z]+)/([0-9]{1,20})\Z")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?\Z")

Node = Mapping[str, Any]


def unreadable(what: str) -> NeedsAttention:
    """Build the error for an answer that breaks the API's own schema; ``what`` names the field, never its value."""
    return NeedsAttention(f"the store's answer makes no sense: {what}", reason="unreadable_answer", field=what)


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


def text(parent: Node, key: str) -> str:
    """Read a text that can be stored: empty when null, cut at :data:`MAX_TEXT` characters."""
    found = parent.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise unreadable(key)
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", found[:MAX_TEXT])


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
        if approximate and _DECIMAL.match(amount):
            step = Decimal(1).scaleb(-exponent(currency))
            amount = f"{Decimal(amount).quantize(step, ROUND_HALF_UP):f}"
        money = Money.parse(amount, currency)
    except MoneyError as error:
        raise unreadable(key) from error
    if money.minor < 0:
        raise unreadable(key)
    return money
