"""Verify and parse webhooks. Pure. A webhook says only *which* order to fetch; its facts are never used.

The signature covers ``eventCreated.eventId`` and nothing else: neither the store nor the order nor the event's
kind. Whoever has seen one message can put any store and order into it, and gains one fetch with that store's own
token (https://docs.ecwid.com/build-apps/webhook-automations).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from orderlane.ports.accounts import Account, ForgedWebhook, UnreadableWebhook, WebhookEvent, WebhookSubject

SIGNATURE: Final = "x-ecwid-webhook-signature"

# Repeated for 24 hours, with the time of the event itself.
MAX_AGE: Final = timedelta(hours=26)
MAX_AHEAD: Final = timedelta(hours=1)


def addressee(body: bytes) -> str:
    """Which store a message at the common door names; empty when it names none."""
    try:
        return _id(_parse(body), "storeId")
    except UnreadableWebhook:
        return ""


def verify(account: Account, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
    """Check signature, store and age, then say what to fetch; raise ForgedWebhook or UnreadableWebhook."""
    try:
        message = _parse(body)
        event_id, created = _text(message, "eventId"), _id(message, "eventCreated")
    except UnreadableWebhook as error:
        # What would have been signed is not there, so nothing vouches for the rest.
        raise ForgedWebhook("nothing that could be signed", reason="bad_signature") from error
    lowered = {name.lower(): value for name, value in headers.items()}
    _check_signature(account, lowered.get(SIGNATURE, ""), created, event_id)
    if _id(message, "storeId") != account.external_id:
        raise ForgedWebhook("sent for another store", reason="wrong_shop")
    occurred_at = datetime.fromtimestamp(min(int(created or 0), 10**11), UTC)
    if not -MAX_AHEAD <= now - occurred_at <= MAX_AGE:
        raise ForgedWebhook("too old, or from the future", reason="stale_webhook")
    topic = _text(message, "eventType")
    if not topic or not event_id:
        raise UnreadableWebhook("no topic or no event id")
    subject = WebhookSubject.CONNECTION if topic.startswith("application.") else WebhookSubject.ORDER
    return WebhookEvent(event_id, topic, _order_id(topic, message), occurred_at, subject)


def sign(secret: str, created: str, event_id: str) -> str:
    """Write the signature Ecwid sends: base64 of HMAC-SHA256 over the two fields."""
    signed = f"{created}.{event_id}".encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def _check_signature(account: Account, signature: str, created: str, event_id: str) -> None:
    secrets = [account.secrets.get(name, "") for name in ("webhook_secret", "webhook_secret_previous")]
    given = signature.encode(errors="replace")
    # Compare with every secret, whatever the first one says: the time taken tells nothing.
    matches = [
        hmac.compare_digest(sign(secret, created, event_id).encode(), given)
        for secret in (*secrets, account.app.client_secret)
        if secret
    ]
    if not any(matches):
        raise ForgedWebhook("the signature does not match", reason="bad_signature")


def _order_id(topic: str, message: Mapping[str, Any]) -> str:
    """The order's id as the API wants it; a deleted order is named by its internal number alone."""
    if not topic.startswith(("order.", "unfinished_order.")):
        return ""
    facts = message.get("data")
    found = _text(facts, "orderId") if isinstance(facts, dict) else ""
    found = found or _id(message, "entityId")
    if not found:
        raise UnreadableWebhook("the body names no order")
    return found


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableWebhook("the body is not JSON") from error
    if not isinstance(message, dict):
        raise UnreadableWebhook("the body is not an object")
    return message


def _text(holder: Mapping[str, Any], field: str) -> str:
    found = holder.get(field, "")
    if not isinstance(found, str) or len(found) > 200:
        raise UnreadableWebhook(f"{field} is no text")
    return found


def _id(message: Mapping[str, Any], field: str) -> str:
    """A number as text, also where Ecwid writes it as text; a float is refused: it may have lost digits."""
    found = message.get(field, "")
    if isinstance(found, str) and (not found or (found.isascii() and found.isdigit() and len(found) <= 20)):
        return found
    if type(found) is int and 0 <= found < 2**64:
        return str(found)
    raise UnreadableWebhook(f"{field} is no number")
