"""Stripe's words to ours and back; no network, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money, MoneyError, exponent, total
from orderlane.ports.accounts import Environment
from orderlane.ports.payments import (
    OpenedPayment,
    PaymentLine,
    PaymentRequest,
    ProviderPayment,
    ProviderRefund,
    ProviderStatus,
)

# https://docs.stripe.com/currencies: ISO 4217 except that MGA has no decimals, and ISK and UGX are
# written with two that must be 00.
_DECIMALS: Mapping[str, int] = {"MGA": 0, "ISK": 2, "UGX": 2}
_LINE_LIMIT = 100
_NAME_LIMIT = 250
_ROW_NAMES: Mapping[str, tuple[str, str]] = {"en": ("Shipping", "VAT"), "fr": ("Livraison", "TVA")}
REFERENCE = "orderlane_reference"


class UnreadableSession(ValueError):
    """A session without a part that every session has."""


def decimals(currency: str) -> int:
    """How many decimals Stripe's minor units of ``currency`` have."""
    return _DECIMALS.get(currency, exponent(currency))


def session_body(request: PaymentRequest) -> dict[str, object]:
    """Write the Checkout Session to create: a hosted page for cards, with shipping and tax as rows of their own.

    Raises NeedsAttention when the rows do not add up or an amount does not fit Stripe's minor units.
    """
    goods = total([line.amount for line in request.goods], request.amount.currency)
    if goods + request.shipping + request.tax != request.amount:
        raise NeedsAttention("the rows do not add up to the amount", reason="rows_do_not_add_up")
    language = request.language[:2].lower()
    shipping_name, tax_name = _ROW_NAMES.get(language, _ROW_NAMES["en"])
    rows = [line for line in request.goods if line.amount]
    if len(rows) > _LINE_LIMIT - 2:
        rows = [PaymentLine(request.description, goods)]
    rows += [
        line
        for line in (PaymentLine(shipping_name, request.shipping), PaymentLine(tax_name, request.tax))
        if line.amount
    ]
    metadata = {REFERENCE: request.reference}
    return {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [_line_item(row, request.reference) for row in rows],
        "client_reference_id": request.reference,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": request.description or request.reference},
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
        # Since 2026-09-30.endive this is a filter and `payment_method_types` an error
        # (https://docs.stripe.com/changelog/endive).
        "allowed_payment_method_types": ["card"],
        # On by default in some dashboards, and it would show the payer another currency than was agreed.
        "adaptive_pricing": {"enabled": False},
        "locale": language if language in _ROW_NAMES else "auto",
    }


def opened(session: Mapping[str, Any]) -> OpenedPayment:
    """Read the id and page of a created session; raise UnreadableSession when it has none."""
    session_id, page = str(session.get("id") or ""), str(session.get("url") or "")
    if not session_id or not page:
        raise UnreadableSession("a session without an id or a page")
    return OpenedPayment(session_id, page)


def refunded_charge(session: Mapping[str, Any]) -> str:
    """Return the id of a session's charge when something of it was given back; empty otherwise."""
    charge = _dict(_dict(session.get("payment_intent")).get("latest_charge"))
    return str(charge.get("id") or "") if charge.get("amount_refunded") else ""


def provider_payment(
    session: Mapping[str, Any], payee: str, refunds: Sequence[Mapping[str, Any]] = ()
) -> ProviderPayment:
    """Read a session whose payment intent and charge are expanded, with the refunds of that charge.

    ``payee`` is whose account answered; Stripe lists the newest refund first, we the oldest.

    Once money moved the amount is what was received, so that a wrong one is seen. Raises UnreadableSession
    when a part is missing.
    """
    intent = _dict(session.get("payment_intent"))
    charge = _dict(intent.get("latest_charge"))
    status, detail = _status(session, intent, charge)
    moved = status in {ProviderStatus.CAPTURED, ProviderStatus.REFUNDED}
    if not session.get("id") or not isinstance(session.get("livemode"), bool):
        raise UnreadableSession("a session without an id or a mode")
    written = (intent.get("amount_received"), intent.get("currency")) if moved else (None, None)
    if not moved:
        written = (session.get("amount_total"), session.get("currency"))
    return ProviderPayment(
        external_id=str(session["id"]),
        status=status,
        amount=_read(*written),
        # A destination would carry the money on to another account: then that one is paid, whoever answered
        # (https://docs.stripe.com/connect/destination-charges).
        payee=str(_dict(intent.get("transfer_data")).get("destination") or payee),
        reference=str(session.get("client_reference_id") or ""),
        environment=Environment.LIVE if session["livemode"] else Environment.TEST,
        capture_id=str(charge.get("id") or "") if moved else "",
        detail=detail,
        # All that Stripe says of a payment that is not decided: the bank debit is on its way.
        reason="bank_transfer_under_way" if status is ProviderStatus.PENDING else "",
        refunds=tuple(_refund(each) for each in reversed(refunds) if each.get("status") == "succeeded"),
        refunds_complete=_listed(refunds) >= (charge.get("amount_refunded") or 0),
    )


def _refund(refund: Mapping[str, Any]) -> ProviderRefund:
    created = refund.get("created")
    at = datetime.fromtimestamp(created, UTC) if isinstance(created, int) else None
    return ProviderRefund(str(refund.get("id") or ""), _read(refund.get("amount"), refund.get("currency")), at)


def _listed(refunds: Sequence[Mapping[str, Any]]) -> int:
    """Minor units of what the listed refunds give back: a charge counts one from its beginning until it fails."""
    failed = {"failed", "canceled"}
    amounts = [each.get("amount") for each in refunds if each.get("status") not in failed]
    return sum(amount for amount in amounts if isinstance(amount, int))


def _status(
    session: Mapping[str, Any], intent: Mapping[str, Any], charge: Mapping[str, Any]
) -> tuple[ProviderStatus, str]:
    word, paid = str(session.get("status") or ""), str(session.get("payment_status") or "")
    detail = " ".join(filter(None, (word, paid, str(intent.get("status") or ""))))
    if word == "open":
        return ProviderStatus.OPEN, detail
    if word == "expired":
        return ProviderStatus.CLOSED, detail
    if word != "complete":
        return ProviderStatus.UNKNOWN, detail
    if paid == "unpaid":
        failed = intent.get("status") in {"requires_payment_method", "canceled"}
        return (ProviderStatus.DECLINED if failed else ProviderStatus.PENDING), detail
    if paid != "paid" or not charge:
        return ProviderStatus.UNKNOWN, detail
    return _charge_status(charge, detail)


def _charge_status(charge: Mapping[str, Any], detail: str) -> tuple[ProviderStatus, str]:
    if charge.get("refunded"):
        return ProviderStatus.REFUNDED, f"{detail} refunded"
    if charge.get("status") != "succeeded" or charge.get("captured") is not True or charge.get("paid") is not True:
        return ProviderStatus.UNKNOWN, f"{detail} charge {charge.get('status')}"
    # A dispute is recorded and shown, never acted upon: the bank has not decided yet.
    return ProviderStatus.CAPTURED, f"{detail} disputed" if charge.get("disputed") else detail


def _line_item(row: PaymentLine, fallback: str) -> dict[str, object]:
    return {
        "quantity": 1,
        "price_data": {
            "currency": row.amount.currency.lower(),
            "unit_amount": _write(row.amount),
            "product_data": {"name": (row.label or fallback)[:_NAME_LIMIT]},
        },
    }


def _write(amount: Money) -> int:
    if amount.minor < 0:
        raise NeedsAttention("Stripe takes no negative row", reason="negative_row")
    digits = decimals(amount.currency)
    try:
        return int(Decimal(amount.format_plain(digits)).scaleb(digits))
    except MoneyError as error:
        raise NeedsAttention(
            f"Stripe takes no such decimals in {amount.currency}",
            reason="amount_too_precise",
            currency=amount.currency,
        ) from error


def _read(minor: object, currency: object) -> Money:
    if type(minor) is not int or not isinstance(currency, str):
        raise UnreadableSession("a session without an amount")
    try:
        code = currency.upper()
        digits = decimals(code)
        return Money.parse(f"{Decimal(minor).scaleb(-digits):f}", code, digits)
    except MoneyError as error:
        raise UnreadableSession("a session without an amount") from error


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
