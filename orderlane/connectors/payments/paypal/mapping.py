"""PayPal's words to ours and back; no network, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError
from orderlane.kernel.money import Money, MoneyError, exponent, total
from orderlane.ports.accounts import Account, Environment
from orderlane.ports.payments import OpenedPayment, PaymentRequest, ProviderPayment, ProviderRefund, ProviderStatus

# PayPal refuses decimals in these, although ISO 4217 gives HUF and TWD two
# (https://developer.paypal.com/reference/currency-codes/).
_WHOLE_CURRENCIES = frozenset({"HUF", "JPY", "TWD"})
_TEXT_LIMIT = 127
_KEY_LIMIT = 108
_LOCALES: Mapping[str, str] = {"en": "en-US", "fr": "fr-FR"}

_ORDER_WITHOUT_CAPTURE: Mapping[str, ProviderStatus] = {
    "CREATED": ProviderStatus.OPEN,
    "SAVED": ProviderStatus.OPEN,
    "PAYER_ACTION_REQUIRED": ProviderStatus.OPEN,
    "APPROVED": ProviderStatus.APPROVED,
    "VOIDED": ProviderStatus.CLOSED,
}
_CAPTURE: Mapping[str, ProviderStatus] = {
    "COMPLETED": ProviderStatus.CAPTURED,
    "PENDING": ProviderStatus.PENDING,
    "DECLINED": ProviderStatus.DECLINED,
    "FAILED": ProviderStatus.DECLINED,
    "PARTIALLY_REFUNDED": ProviderStatus.CAPTURED,
    "REFUNDED": ProviderStatus.REFUNDED,
}
_MOVED = frozenset({ProviderStatus.CAPTURED, ProviderStatus.REFUNDED})
# When an order has several captures (a declined one, then a good one) and none took money, the one that may still.
_PRECEDENCE = (ProviderStatus.PENDING, ProviderStatus.UNKNOWN, ProviderStatus.DECLINED)
# https://developer.paypal.com/docs/api/orders/v2/#definition-capture_status_details
_PENDING_REASONS: Mapping[str, str] = {
    "ECHECK": "bank_transfer_under_way",
    "INTERNATIONAL_WITHDRAWAL": "supplier_must_accept",
    "PENDING_REVIEW": "under_review",
    "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION": "supplier_must_accept",
    "UNILATERAL": "supplier_must_accept",
    "VERIFICATION_REQUIRED": "supplier_must_accept",
}

ALREADY_CAPTURED = "ORDER_ALREADY_CAPTURED"
PAYER_MUST_ACT = frozenset({"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"})
_DECLINES = frozenset(
    {
        "CARD_EXPIRED",
        "COMPLIANCE_VIOLATION",
        "DECLINED_DUE_TO_RELATED_TXN",
        "DOMESTIC_TRANSACTION_REQUIRED",
        "INSTRUMENT_DECLINED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        "ORDER_EXPIRED",
        "PAYEE_BLOCKED_TRANSACTION",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_CANNOT_PAY",
        "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
        "TRANSACTION_BLOCKED_BY_PAYEE",
        "TRANSACTION_LIMIT_EXCEEDED",
        "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
        "TRANSACTION_REFUSED",
    }
)


class UnreadableOrder(ValueError):
    """An order without a part that every order has."""


def decimals(currency: str) -> int:
    """How many decimals PayPal writes for ``currency``."""
    return 0 if currency in _WHOLE_CURRENCIES else exponent(currency)


def request_id(step: str, key: str) -> str:
    """Return the PayPal-Request-Id of one step: ``key`` as it is when short and plain, else its digest."""
    plain = f"{step}-{key}"
    if len(plain) <= _KEY_LIMIT and plain.isascii() and plain.isprintable():
        return plain
    return f"{step}-{sha256(key.encode()).hexdigest()}"


def order_body(request: PaymentRequest, payee: str) -> dict[str, Any]:
    """Write the order to create: one purchase unit, because several would be captured one by one.

    Tax goes into the breakdown only: per-item tax must add up per unit and breaks on rounding.
    Raises NeedsAttention when the rows do not add up or an amount has decimals PayPal does not take.
    """
    if len(request.reference) > _TEXT_LIMIT:
        raise NeedsAttention("the reference is too long to be found again", reason="reference_too_long")
    goods = total([line.amount for line in request.goods], request.amount.currency)
    if goods + request.shipping + request.tax != request.amount:
        raise NeedsAttention("the rows do not add up to the amount", reason="rows_do_not_add_up")
    unit: dict[str, Any] = {
        "reference_id": "default",
        "custom_id": request.reference,
        "invoice_id": request.reference,
        "payee": {"merchant_id": payee},
        "amount": {
            **_write(request.amount),
            "breakdown": {
                "item_total": _write(goods),
                "shipping": _write(request.shipping),
                "tax_total": _write(request.tax),
            },
        },
    }
    if request.description:
        unit["description"] = request.description[:_TEXT_LIMIT]
    items = [
        {
            "name": (line.label or request.reference)[:_TEXT_LIMIT],
            "quantity": "1",
            "unit_amount": _write(line.amount),
            "category": "PHYSICAL_GOODS",
        }
        for line in request.goods
        if line.amount
    ]
    if items:
        unit["items"] = items
    context = {
        "return_url": request.return_url,
        "cancel_url": request.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
    }
    if locale := _LOCALES.get(request.language[:2].lower()):
        context["locale"] = locale
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": context}},
    }


def opened(order: Mapping[str, Any]) -> OpenedPayment:
    """Read the id and payer page of a created order; raise UnreadableOrder when it has none."""
    links = {str(link.get("rel")): str(link.get("href") or "") for link in _dicts(order.get("links"))}
    page = links.get("payer-action") or links.get("approve") or ""
    order_id = str(order.get("id") or "")
    if not order_id or not page:
        raise UnreadableOrder("an order without an id or a page for the payer")
    return OpenedPayment(order_id, page)


def provider_payment(order: Mapping[str, Any], account: Account) -> ProviderPayment:
    """Read an order. Its own COMPLETED only means that capturing was tried, so captures decide.

    The amount is what the captures say as soon as there are some, so that a wrong captured amount is seen.
    Raises UnreadableOrder when a part is missing.
    """
    units = _dicts(order.get("purchase_units"))
    if not order.get("id") or not units:
        raise UnreadableOrder("an order without an id or a purchase unit")
    unit = units[0]
    word = str(order.get("status") or "")
    captures = _dicts(_dict(unit.get("payments")).get("captures"))
    deciding: list[dict[str, Any]] = []
    if len(units) > 1:
        # Never made by us: what such an order pays for is for a person to say.
        status = ProviderStatus.UNKNOWN
    elif captures:
        status, deciding = _decide(captures)
    else:
        status = _ORDER_WITHOUT_CAPTURE.get(word, ProviderStatus.UNKNOWN)
    try:
        currency = str(_dict(unit.get("amount")).get("currency_code") or "")
        amounts = [_read(capture.get("amount")) for capture in deciding]
        amount = total(amounts, amounts[0].currency) if amounts else _read(unit.get("amount"))
        refunds = _refunds(unit)
        exponent(currency)
    except MoneyError as error:
        raise UnreadableOrder("an order without an amount") from error
    moved = status in _MOVED
    return ProviderPayment(
        external_id=str(order["id"]),
        status=status,
        amount=amount,
        payee=str(_dict(unit.get("payee")).get("merchant_id") or ""),
        reference=str(unit.get("custom_id") or ""),
        environment=_environment(order, account),
        capture_id=str(deciding[0].get("id") or "") if moved else "",
        detail=_detail(word, deciding),
        reason=_PENDING_REASONS.get(_why(deciding[0]), "") if status is ProviderStatus.PENDING else "",
        refunds=tuple(refunds),
        refunds_complete=_all_listed(unit, deciding),
    )


def refusal(issue: str, found: OutsideError) -> OutsideError:
    """Return the kind of a refused capture: a firm no, still at work, or ``found`` (a wrong setting)."""
    if issue in _DECLINES:
        return Declined(f"PayPal declined: {issue}", reason=issue.lower(), debug_id=found.params.get("debug_id"))
    if issue == "ORDER_COMPLETION_IN_PROGRESS":
        return OutcomeUnknown(
            "PayPal is still completing the order", reason="in_progress", debug_id=found.params.get("debug_id")
        )
    return found


def order_of_capture(capture: Mapping[str, Any]) -> str:
    """Return the order a capture belongs to; empty when the capture does not say."""
    related = _dict(_dict(capture.get("supplementary_data")).get("related_ids"))
    return str(related.get("order_id") or "")


def _decide(captures: list[dict[str, Any]]) -> tuple[ProviderStatus, list[dict[str, Any]]]:
    by_status: dict[ProviderStatus, list[dict[str, Any]]] = {}
    for capture in captures:
        status = _CAPTURE.get(str(capture.get("status")), ProviderStatus.UNKNOWN)
        by_status.setdefault(status, []).append(capture)
    if moved := [capture for status in _MOVED for capture in by_status.get(status, [])]:
        return ProviderStatus.CAPTURED if ProviderStatus.CAPTURED in by_status else ProviderStatus.REFUNDED, moved
    status = next(status for status in _PRECEDENCE if status in by_status)
    return status, by_status[status]


def _detail(word: str, deciding: list[dict[str, Any]]) -> str:
    words = [word]
    for capture in deciding:
        words.append(str(capture.get("status") or ""))
        words.append(_why(capture))
    return " ".join(filter(None, words))


def _why(capture: Mapping[str, Any]) -> str:
    return str(_dict(capture.get("status_details")).get("reason") or "")


def _refunds(unit: Mapping[str, Any]) -> list[ProviderRefund]:
    """The refunds of an order that are done; one that is pending, failed or canceled gave nothing back (yet)."""
    return [
        ProviderRefund(str(refund.get("id") or ""), _read(refund.get("amount")), _moment(refund.get("create_time")))
        for refund in _dicts(_dict(unit.get("payments")).get("refunds"))
        if refund.get("status") == "COMPLETED"
    ]


def _all_listed(unit: Mapping[str, Any], captures: list[dict[str, Any]]) -> bool:
    """Whether the refunds listed explain what the captures' own words say; a bank's reversal may have none."""
    given_back = [
        _read(refund.get("amount")).minor
        for refund in _dicts(_dict(unit.get("payments")).get("refunds"))
        if refund.get("status") in {"COMPLETED", "PENDING"}
    ]
    whole = sum(_read(capture.get("amount")).minor for capture in captures if capture.get("status") == "REFUNDED")
    partly = any(capture.get("status") == "PARTIALLY_REFUNDED" for capture in captures)
    return sum(given_back) > whole if partly else sum(given_back) >= whole


def _moment(written: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _environment(order: Mapping[str, Any], account: Account) -> Environment:
    """PayPal's own links say which of its two worlds answered; any other host is taken as the account says."""
    hosts = [urlsplit(str(link.get("href") or "")).hostname or "" for link in _dicts(order.get("links"))]
    for host in hosts:
        if host.endswith(".sandbox.paypal.com"):
            return Environment.TEST
        if host.endswith(".paypal.com"):
            return Environment.LIVE
    return account.environment


def _write(amount: Money) -> dict[str, str]:
    if amount.minor < 0:
        raise NeedsAttention("PayPal takes no negative row", reason="negative_row")
    try:
        value = amount.format_plain(decimals(amount.currency))
    except MoneyError as error:
        raise NeedsAttention(
            f"PayPal takes no decimals in {amount.currency}", reason="amount_too_precise", currency=amount.currency
        ) from error
    return {"currency_code": amount.currency, "value": value}


def _read(written: object) -> Money:
    fields = _dict(written)
    currency = str(fields.get("currency_code") or "")
    return Money.parse(str(fields.get("value") or ""), currency, decimals(currency))


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
