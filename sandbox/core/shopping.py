"""What the doors of all simulated stores read from people and tests: JSON bodies, forms, quantities, amounts."""

import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request

Body = dict[str, Any]


class Refusal(Exception):
    """What a person or an app asked for cannot be; nothing has changed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


async def json_body(request: Request) -> Body | None:
    """The object in a request's body, empty without one; None when it is anything else."""
    raw = await request.body()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def purchase(form: dict[str, str]) -> Body:
    """The shop front's form as the body of a purchase."""
    lines = [
        {"variant_id": name[4:], "quantity": value}
        for name, value in form.items()
        if name.startswith("qty-") and value.strip() not in ("", "0")
    ]
    if not lines:
        raise Refusal("Choose at least one product: set a quantity.")
    address = {name[5:]: value for name, value in form.items() if name.startswith("addr-")}
    return {"lines": lines, "address": address, "paid": form.get("paid") == "yes", "note": form.get("note", "")}


def ready_made_cart(variants: Sequence[Any], kind: str) -> dict[int, int]:
    """A choice of goods, variant id to pieces: one, mixed (one of every vendor), many."""
    if kind == "one":
        return {variants[0].id: 1}
    if kind == "mixed":
        first = {variant.product.vendor: variant for variant in reversed(variants)}
        return {variant.id: place + 1 for place, variant in enumerate(first.values())}
    if kind == "many":
        return {variant.id: 2 for variant in variants[:6]}
    return {}


def pressed(form: dict[str, str]) -> Body:
    """A form of the order page as the body of an action: `qty-<line>` fields become lines and quantities."""
    body: Body = {name: value for name, value in form.items() if not name.startswith(("qty-", "addr-"))}
    quantities = {name[4:]: value or "0" for name, value in form.items() if name.startswith("qty-")}
    address = {name[5:]: value for name, value in form.items() if name.startswith("addr-")}
    if quantities:
        body["lines"] = body["quantities"] = quantities
    if address:
        body["address"] = address
    for name in ("refund", "restock"):
        if form.get("asks_money"):
            body[name] = name in form
    return body


def numbers_in(body: Body) -> list[str]:
    """Tracking numbers of a body; several may stand in one text, parted by commas."""
    given = body.get("numbers") or body.get("number") or []
    return given.replace(",", " ").split() if isinstance(given, str) else [str(one) for one in given]


def links_in(body: Body) -> list[str]:
    """Tracking links of a body."""
    given = body.get("urls") or body.get("url") or []
    return given.split() if isinstance(given, str) else [str(one) for one in given]


def whole(value: Any) -> int:
    """A count of pieces, not negative."""
    try:
        count = int(value)
    except (TypeError, ValueError) as wrong:
        raise Refusal(f"Not a whole number: {value}") from wrong
    if count < 0:
        raise Refusal("A quantity cannot be negative.")
    return count


def decimal_of(value: Any) -> Decimal:
    """An amount, not negative."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation as wrong:
        raise Refusal(f"Not an amount: {value}") from wrong
    if not amount.is_finite() or amount < 0:
        raise Refusal(f"Not an amount: {value}")
    return amount
