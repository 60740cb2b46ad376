"""Stripe's webhooks: is it really from Stripe, about now, for this account and mode, and what should we look at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe

from orderlane.ports.accounts import Account, Environment, ForgedWebhook, UnreadableWebhook, WebhookEvent

# Stripe signs every repeat of a delivery anew, so five minutes are plenty
# (https://docs.stripe.com/webhooks#replay-attacks). The SDK checks the past only, and against its own clock.
_TOLERANCE = timedelta(minutes=5)
_SIGNED_AT = re.compile(r"(?:^|,)t=([0-9]{1,12})(?:,|$)", re.ASCII)


def verify(headers: Mapping[str, str], body: bytes, now: datetime, account: Account) -> WebhookEvent:
    """Check signature (by the current or the previous secret), age, account and mode, and read the event."""
    header = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
    signed_at = _SIGNED_AT.search(header)
    if not signed_at or not header.isascii():
        raise ForgedWebhook("no usable Stripe-Signature header")
    if abs(now - datetime.fromtimestamp(int(signed_at[1]), UTC)) > _TOLERANCE:
        raise ForgedWebhook("the signature is too far from now")
    secrets = (account.secrets.get("webhook_secret"), account.secrets.get("webhook_secret_previous"))
    if not any(_fits(header, body, secret) for secret in secrets if secret and secret.strip()):
        raise ForgedWebhook("the signature does not fit")
    event = _object(body)
    sender = event.get("account")
    if (sender or account.secrets.get("connect")) and sender != account.external_id:
        raise ForgedWebhook("the event belongs to another account")
    if event.get("livemode") is not (account.environment is Environment.LIVE):
        raise ForgedWebhook("the event belongs to the other mode")
    return _event(event)


def _fits(header: str, body: bytes, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def _object(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except ValueError as error:
        raise UnreadableWebhook("the body is not JSON") from error
    if not isinstance(event, dict):
        raise UnreadableWebhook("the body is not an object")
    return event


def _event(event: Mapping[str, Any]) -> WebhookEvent:
    if event.get("object") != "event" or not event.get("id") or not event.get("type"):
        raise UnreadableWebhook("the body is no snapshot event")
    created = event.get("created")
    envelope = event.get("data")
    subject = envelope.get("object") if isinstance(envelope, dict) else None
    return WebhookEvent(
        external_id=str(event["id"]),
        topic=str(event["type"]),
        resource_id=_resource_id(subject) if isinstance(subject, dict) else "",
        occurred_at=datetime.fromtimestamp(created, UTC) if isinstance(created, int) else None,
    )


def _resource_id(subject: Mapping[str, Any]) -> str:
    """Return the session; or the payment intent of a charge, refund or dispute, which do not name the session."""
    if subject.get("object") in {"checkout.session", "payment_intent"}:
        return str(subject.get("id") or "")
    intent = subject.get("payment_intent")
    return intent if isinstance(intent, str) else ""
