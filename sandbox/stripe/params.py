"""Which parameters each operation takes, and Stripe's refusals of all others."""

import re
from dataclasses import dataclass
from typing import Any

from sandbox.stripe.errors import invalid


@dataclass(frozen=True)
class Text:
    """A string of at most `longest` characters, optionally one of `among`."""

    longest: int = 5000
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    """An integer within bounds."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Flag:
    """true or false."""


@dataclass(frozen=True)
class Pairs:
    """Metadata: up to 50 keys of 40 characters with values of 500 (https://docs.stripe.com/metadata)."""


@dataclass(frozen=True)
class Many:
    """A list of one kind."""

    each: Any
    most: int = 100


@dataclass(frozen=True)
class Fields:
    """An object with named fields; `needed` must be there."""

    known: dict[str, Any]
    needed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """A time or a range of times: 123 or {gt, gte, lt, lte}."""


_PRICE = Fields(
    {
        "currency": Text(3),
        "unit_amount": Whole(0),
        "tax_behavior": Text(among=("exclusive", "inclusive", "unspecified")),
        "product_data": Fields(
            {
                "name": Text(250),
                "description": Text(),
                "images": Many(Text(2048), 8),
                "metadata": Pairs(),
                "tax_code": Text(),
            },
            ("name",),
        ),
    },
    ("currency", "unit_amount", "product_data"),
)
_INTENT_FIELDS = Fields(
    {
        "description": Text(1000),
        "metadata": Pairs(),
        "receipt_email": Text(800),
        "statement_descriptor": Text(22),
        "statement_descriptor_suffix": Text(22),
        "transfer_group": Text(),
        "capture_method": Text(among=("automatic", "automatic_async")),
    }
)
_PAGING = {"limit": Whole(1, 100), "starting_after": Text(), "ending_before": Text(), "expand": Many(Text())}

SESSION_CREATE = Fields(
    {
        "mode": Text(among=("payment",)),
        "line_items": Many(
            Fields({"price_data": _PRICE, "quantity": Whole(1), "metadata": Pairs()}, ("price_data", "quantity"))
        ),
        "success_url": Text(),
        "cancel_url": Text(),
        "client_reference_id": Text(200),
        "customer_email": Text(800),
        "metadata": Pairs(),
        "payment_intent_data": _INTENT_FIELDS,
        "expires_at": Whole(0),
        "locale": Text(10),
        "currency": Text(3),
        "allowed_payment_method_types": Many(Text()),
        "excluded_payment_method_types": Many(Text()),
        "adaptive_pricing": Fields({"enabled": Flag()}),
        "automatic_tax": Fields({"enabled": Flag()}, ("enabled",)),
        "billing_address_collection": Text(among=("auto", "required")),
        "custom_text": Fields({"submit": Fields({"message": Text(1200)}, ("message",))}),
        "submit_type": Text(among=("auto", "book", "donate", "pay", "subscribe")),
        "ui_mode": Text(among=("hosted_page",)),
        "integration_identifier": Text(200),
        "expand": Many(Text()),
    },
    ("mode", "line_items", "success_url"),
)
EXPAND_ONLY = Fields({"expand": Many(Text())})
SESSION_LIST = Fields(
    {
        **_PAGING,
        "created": Moment(),
        "status": Text(among=("complete", "expired", "open")),
        "payment_intent": Text(),
    }
)
REFUND_CREATE = Fields(
    {
        "charge": Text(),
        "payment_intent": Text(),
        "amount": Whole(1),
        "reason": Text(among=("duplicate", "fraudulent", "requested_by_customer")),
        "metadata": Pairs(),
        "expand": Many(Text()),
    }
)
REFUND_LIST = Fields({**_PAGING, "created": Moment(), "charge": Text(), "payment_intent": Text()})
EVENT_LIST = Fields(
    {**_PAGING, "created": Moment(), "type": Text(), "types": Many(Text(), 20), "delivery_success": Flag()}
)
ENDPOINT_CREATE = Fields(
    {
        "url": Text(2048),
        "enabled_events": Many(Text(), 500),
        "connect": Flag(),
        "description": Text(),
        "metadata": Pairs(),
        "api_version": Text(),
        "expand": Many(Text()),
    },
    ("url", "enabled_events"),
)
ENDPOINT_LIST = Fields(_PAGING)


def read(fields: Fields, given: dict[str, Any], at: str = "") -> dict[str, Any]:
    """Typed values of what was given; an empty string means "not set". Raises StripeError for the first problem."""
    for name in given:
        pointer = f"{at}[{name}]" if at else name
        if name == "payment_method_types" and not at:
            # https://docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions
            raise invalid(
                "The `payment_method_types` parameter is no longer supported as of API version 2026-09-30.endive. "
                "Use `allowed_payment_method_types` or `excluded_payment_method_types` instead.",
                pointer,
                "parameter_unknown",
            )
        if name not in fields.known:
            raise invalid(f"Received unknown parameter: {pointer}", pointer, "parameter_unknown")
    found = {}
    for name, kind in fields.known.items():
        pointer = f"{at}[{name}]" if at else name
        if given.get(name, "") != "":
            found[name] = _value(kind, given[name], pointer)
        elif name in fields.needed:
            raise invalid(f"Missing required param: {pointer}.", pointer, "parameter_missing")
    return found


def _value(kind: Any, given: Any, at: str) -> Any:
    if isinstance(kind, Fields):
        return read(kind, _object(given, at), at)
    if isinstance(kind, Many):
        if not isinstance(given, list):
            raise invalid("Invalid array", at)
        if len(given) > kind.most:
            raise invalid(f"Array has too many items: at most {kind.most} are allowed.", at)
        return [_value(kind.each, entry, f"{at}[{index}]") for index, entry in enumerate(given)]
    if isinstance(kind, Pairs):
        return _pairs(_object(given, at), at)
    if isinstance(kind, Moment):
        return _moment(given, at)
    if not isinstance(given, str):
        raise invalid(f"Invalid string: {given}", at)
    if isinstance(kind, Whole):
        return _whole(kind, given, at)
    if isinstance(kind, Flag):
        if given not in ("true", "false"):
            raise invalid(f"Invalid boolean: {given}", at)
        return given == "true"
    return _text(kind, given, at)


def _object(given: Any, at: str) -> dict[str, Any]:
    if isinstance(given, list):  # metadata[0]=x: keys that look like a list are still keys here
        return {str(index): entry for index, entry in enumerate(given)}
    if not isinstance(given, dict):
        raise invalid("Invalid object", at)
    return given


def _text(kind: Text, given: str, at: str) -> str:
    if len(given) > kind.longest:
        raise invalid(f"Invalid string: must be at most {kind.longest} characters", at)
    if kind.among and given not in kind.among:
        raise invalid(f"Invalid {at}: must be one of {', '.join(kind.among)}", at)
    return given


def _whole(kind: Whole, given: str, at: str) -> int:
    if not re.fullmatch(r"-?\d{1,15}", given):
        raise invalid(f"Invalid integer: {given}", at, "parameter_invalid_integer")
    number = int(given)
    if (kind.least is not None and number < kind.least) or (kind.most is not None and number > kind.most):
        raise invalid(f"Invalid integer: {number} is out of range", at, "parameter_invalid_integer")
    return number


def _pairs(given: dict[str, Any], at: str) -> dict[str, str]:
    if len(given) > 50:
        raise invalid("Metadata can have at most 50 keys", at)
    for name, value in given.items():
        if len(name) > 40 or not isinstance(value, str) or len(value) > 500:
            raise invalid(
                "Metadata keys have at most 40 characters, values are strings of at most 500", f"{at}[{name}]"
            )
    return {name: value for name, value in given.items() if value != ""}


def _moment(given: Any, at: str) -> dict[str, int]:
    if isinstance(given, str):
        exact = _whole(Whole(0), given, at)
        return {"gte": exact, "lte": exact}
    names = ("gt", "gte", "lt", "lte")
    return read(Fields({name: Whole(0) for name in names}), _object(given, at), at)
