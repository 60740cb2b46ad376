"""Sessions, intents, charges, refunds and accounts as Stripe writes them in JSON (API version 2026-10-28.endive)."""

from typing import Any

from sandbox.stripe.accounts import StripeAccount
from sandbox.stripe.checkout import Charge, Intent, Refund, Session
from sandbox.stripe.errors import invalid

API_VERSION = "2026-10-28.endive"
_NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
_UNSET_IN_SESSION = dict.fromkeys(
    (
        "after_expiration allow_promotion_codes branding_settings client_secret collected_information consent "
        "consent_collection currency_conversion customer customer_account discounts excluded_payment_method_types "
        "integration_identifier invoice managed_payments optional_items origin_context payment_link "
        "payment_method_configuration_details permissions presentment_details recovered_from "
        "saved_payment_method_options setup_intent shipping_address_collection shipping_cost submit_type "
        "subscription wallet_options"
    ).split()
)
_UNSET_IN_INTENT = dict.fromkeys(
    (
        "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer "
        "customer_account excluded_payment_method_types managed_payments next_action on_behalf_of payment_method "
        "payment_method_configuration_details processing receipt_email review setup_future_usage shipping source "
        "statement_descriptor statement_descriptor_suffix transfer_group"
    ).split()
)
_UNSET_IN_CHARGE = dict.fromkeys(
    (
        "application application_fee application_fee_amount customer failure_balance_transaction on_behalf_of "
        "receipt_email receipt_number review shipping source source_transfer statement_descriptor "
        "statement_descriptor_suffix transfer_group"
    ).split()
)


class Expand:
    """Which references the caller wants written out; a path that leads nowhere is refused as Stripe does."""

    def __init__(self, paths: list[str], allowed: tuple[str, ...]) -> None:
        for path in paths:
            if path not in allowed:
                raise invalid(f"This property cannot be expanded ({path}).", "expand")
        # Asking for a.b writes a out as well.
        self._wanted = {".".join(path.split(".")[: n + 1]) for path in paths for n in range(path.count(".") + 1)}

    def __contains__(self, path: object) -> bool:
        return path in self._wanted

    def below(self, step: str) -> "Expand":
        """What is wanted inside `step`."""
        inner = [path.removeprefix(step + ".") for path in self._wanted if path.startswith(step + ".")]
        return Expand(inner, tuple(inner))


NOTHING = Expand([], ())
SESSION_PATHS = ("payment_intent", "payment_intent.latest_charge", "line_items")
INTENT_PATHS = ("latest_charge",)
CHARGE_PATHS = ("payment_intent", "refunds")
REFUND_PATHS = ("charge", "payment_intent")


def session_json(session: Session, pay_url: str, expand: Expand = NOTHING) -> dict[str, Any]:
    """A checkout session; `pay_url` is the address of its hosted page."""
    params = session.params
    intent = session.intent
    body: dict[str, Any] = {
        **_UNSET_IN_SESSION,
        "id": session.id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": params.get("adaptive_pricing", {}).get("enabled", True)},
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": session.amount_total,
        "amount_total": session.amount_total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": session.reference or None,
        "created": session.created,
        "currency": session.currency,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": params.get("custom_text", {}).get("submit"),
            "terms_of_service_acceptance": None,
        },
        "customer_creation": "if_required",
        "customer_details": _payer() if session.status == "complete" else None,
        "customer_email": params.get("customer_email"),
        "expires_at": session.expires_at,
        "invoice_creation": {"enabled": False, "invoice_data": _invoice()},
        "livemode": session.livemode,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": params.get("allowed_payment_method_types", ["card"]),
        "payment_status": session.payment_status,
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": session.status,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": pay_url if session.status == "open" else None,
    }
    if intent is not None:
        wanted = "payment_intent" in expand
        body["payment_intent"] = intent_json(intent, expand.below("payment_intent")) if wanted else intent.id
    if "line_items" in expand:
        body["line_items"] = list_json(_lines(session), f"/v1/checkout/sessions/{session.id}/line_items")
    return body


def intent_json(intent: Intent, expand: Expand = NOTHING) -> dict[str, Any]:
    """A payment intent."""
    told = intent.session.params.get("payment_intent_data", {})
    latest = intent.latest
    paid = intent.status == "succeeded"
    return {
        **_UNSET_IN_INTENT,
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": intent.amount if paid else 0,
        "capture_method": told.get("capture_method", "automatic_async"),
        "client_secret": f"{intent.id}_secret_sandbox",
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "description": told.get("description"),
        "last_payment_error": intent.error,
        "latest_charge": (charge_json(latest) if "latest_charge" in expand else latest.id) if latest else None,
        "livemode": intent.session.livemode,
        "metadata": told.get("metadata", {}),
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": intent.session.params.get("allowed_payment_method_types", ["card"]),
        "status": intent.status,
        "transfer_data": {"destination": intent.destination} if intent.destination else None,
    }


def charge_json(charge: Charge, expand: Expand = NOTHING) -> dict[str, Any]:
    """A charge."""
    intent = charge.intent
    told = intent.session.params.get("payment_intent_data", {})
    done, failed = charge.status == "succeeded", charge.status == "failed"
    error = intent.error or {}
    body: dict[str, Any] = {
        **_UNSET_IN_CHARGE,
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.amount if done else 0,
        "amount_refunded": charge.refunded,
        "balance_transaction": f"txn_{charge.id.removeprefix('ch_')}" if done else None,
        "billing_details": {
            "address": _NO_ADDRESS,
            "email": None,
            "name": "Camille Moreau",
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": intent.session.account.name.upper(),
        "captured": done,
        "created": charge.created,
        "currency": charge.currency,
        "description": told.get("description"),
        "disputed": False,
        "failure_code": error.get("code") if failed else None,
        "failure_message": error.get("message") if failed else None,
        "fraud_details": {},
        "livemode": intent.session.livemode,
        "metadata": told.get("metadata", {}),
        "outcome": _outcome(charge),
        "paid": done,
        "payment_intent": intent_json(intent) if "payment_intent" in expand else intent.id,
        "payment_method": f"pm_{charge.id.removeprefix('ch_')}",
        "payment_method_details": _method(charge),
        "receipt_url": None,
        "refunded": done and charge.refunded == charge.amount,
        "status": charge.status,
        "transfer_data": {"amount": None, "destination": intent.destination} if intent.destination else None,
    }
    if "refunds" in expand:
        body["refunds"] = list_json([refund_json(r) for r in charge.refunds[::-1]], f"/v1/charges/{charge.id}/refunds")
    return body


def refund_json(refund: Refund, expand: Expand = NOTHING) -> dict[str, Any]:
    """A refund."""
    charge = refund.charge
    return {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": f"txn_{refund.id.removeprefix('re_')}",
        "charge": charge_json(charge) if "charge" in expand else charge.id,
        "created": refund.created,
        "currency": charge.currency,
        "customer": None,
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": refund.metadata,
        "payment_intent": intent_json(charge.intent) if "payment_intent" in expand else charge.intent.id,
        "payment_method": f"pm_{charge.id.removeprefix('ch_')}",
        "reason": refund.reason or None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": refund.status,
        "transfer_reversal": None,
    }


def account_json(account: StripeAccount) -> dict[str, Any]:
    """An account."""
    return {
        "id": account.id,
        "object": "account",
        "business_profile": {"mcc": "5399", "name": account.name, "url": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": account.country,
        "created": 1735689600,
        "default_currency": "eur" if account.country == "FR" else "usd",
        "details_submitted": True,
        "email": account.email,
        "metadata": {},
        "payouts_enabled": True,
        "settings": _settings(account),
        "type": "standard",
    }


def _settings(account: StripeAccount) -> dict[str, Any]:
    statement = ("statement_descriptor", "statement_descriptor_kana", "statement_descriptor_kanji")
    prefix = ("statement_descriptor_prefix", "statement_descriptor_prefix_kana", "statement_descriptor_prefix_kanji")
    return {
        "bacs_debit_payments": {},
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {"decline_on": {"avs_failure": False, "cvc_failure": True}, **dict.fromkeys(prefix)},
        "dashboard": {"display_name": account.name, "timezone": "Etc/UTC"},
        "payments": dict.fromkeys((*statement, *prefix[1:])),
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }


def list_json(entries: list[dict[str, Any]], url: str, has_more: bool = False) -> dict[str, Any]:
    """A list object."""
    return {"object": "list", "data": entries, "has_more": has_more, "url": url}


def _lines(session: Session) -> list[dict[str, Any]]:
    entries = []
    for index, line in enumerate(session.params["line_items"], start=1):
        price = line["price_data"]
        amount = price["unit_amount"] * line["quantity"]
        entries.append(
            {
                "id": f"li_{session.id.removeprefix('cs_test_')[:20]}{index:03d}",
                "object": "item",
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": 0,
                "amount_total": amount,
                "currency": session.currency,
                "description": price["product_data"]["name"],
                "price": None,
                "quantity": line["quantity"],
            }
        )
    return entries


def _payer() -> dict[str, Any]:
    return {
        "address": _NO_ADDRESS | {"country": "FR"},
        "business_name": None,
        "email": "achats@maison-lumen.example",
        "individual_name": None,
        "name": "Camille Moreau",
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _invoice() -> dict[str, Any]:
    names = ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options")
    return {**dict.fromkeys(names), "metadata": {}}


def _outcome(charge: Charge) -> dict[str, Any]:
    failed = charge.status == "failed"
    decline = charge.card.decline if charge.card else ""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if failed else "approved_by_network",
        "reason": (decline or "processing_error") if failed else None,
        "seller_message": "The bank declined the payment." if failed else "Payment complete.",
        "type": "issuer_declined" if failed else "authorized",
    }


def _method(charge: Charge) -> dict[str, Any]:
    if charge.card is None:
        return {"type": "us_bank_account", "us_bank_account": {"bank_name": "SANDBOX BANK", "last4": "6789"}}
    card: dict[str, Any] = {
        "brand": charge.card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "FR",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"sandbox{charge.card.last4}",
        "funding": "credit",
        "installments": None,
        "last4": charge.card.last4,
        "mandate": None,
        "network": charge.card.brand,
        "three_d_secure": None,
        "wallet": None,
    }
    return {"card": card, "type": "card"}
