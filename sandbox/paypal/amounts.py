"""Amounts as PayPal writes them: strings in major units, with a table of decimals of its own."""

import re
from decimal import Decimal
from typing import Any

# https://developer.paypal.com/api/rest/reference/currency-codes/ : HUF, JPY and TWD take no decimals.
CURRENCIES = frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD".split()
)
WITHOUT_DECIMALS = frozenset(("HUF", "JPY", "TWD"))
_SHAPE = re.compile(r"^((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))$")


def well_formed(text: Any) -> bool:
    """Whether `text` is an amount in PayPal's spelling: a string of at most 32 characters."""
    return isinstance(text, str) and len(text) <= 32 and _SHAPE.match(text) is not None


def minor(text: str, currency: str) -> int:
    """Minor units of a well-formed amount; call after the precision was checked."""
    return int(Decimal(text).scaleb(0 if currency in WITHOUT_DECIMALS else 2))


def precise(text: str, currency: str) -> bool:
    """Whether a well-formed amount has no more decimals than its currency takes."""
    exponent = Decimal(text).as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= (0 if currency in WITHOUT_DECIMALS else 2)


def money(amount_minor: int, currency: str) -> dict[str, str]:
    """{currency_code, value} for an amount in minor units."""
    places = 0 if currency in WITHOUT_DECIMALS else 2
    return {"currency_code": currency, "value": f"{Decimal(amount_minor).scaleb(-places):.{places}f}"}


def fee(amount_minor: int) -> int:
    """What PayPal keeps: 3.49 % and 49 minor units, never more than the amount."""
    return min(amount_minor, (amount_minor * 349 + 5000) // 10_000 + 49)
