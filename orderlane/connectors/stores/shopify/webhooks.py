"""Verify and parse webhooks. Pure. A webhook says only *which* order to fetch; its facts are never used.

Rules: https://shopify.dev/docs/apps/build/webhooks/verify-deliveries. Only the body is signed: topic, shop, id
and time are headers anyone holding a recorded body could change, which is why nothing but a fetch follows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from orderlane.connectors.reading import parse_moment
from orderlane.ports.accounts import Account, ForgedWebhook, UnreadableWebhook, WebhookEvent, WebhookSubject

# Retries go on for four hours, and delays of up to a day are possible (same page).
MAX_AGE: Final = timedelta(hours=48)
MAX_AHEAD: Final = timedelta(hours=1)

PING_TOPIC: Final = "fulfillment_order_notification"
"""Our own name for the call to a fulfillment service: it is signed alike, but names no topic and no ids."""

_CONNECTION_TOPICS: Final = frozenset({"app/uninstalled", "app/scopes_update", "shop/update"})

# Where each family of topics names its order.
_ORDER_ID_FIELD: Final[Mapping[str, str]] = {
    # orders/delete, and a payload too large to be sent whole, have only this id: enough.
    "orders": "id",
    "fulfillments": "order_id",
    "fulfillment_events": "order_id",
    "refunds": "order_id",
    "order_transactions": "order_id",
}


def verify(account: Account, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
    """Check signature, shop and age, then say what to fetch; raise ForgedWebhook or UnreadableWebhook."""
    lowered = {name.lower(): value for name, value in headers.items()}
    _check_signature(account, lowered.get("x-shopify-hmac-sha256", ""), body)
    shop = lowered.get("x-shopify-shop-domain", "")
    if shop.lower() != account.external_id.lower():
        raise ForgedWebhook("signed for another shop", reason="wrong_shop")
    occurred_at = parse_moment(lowered.get("x-shopify-triggered-at", ""))
    if occurred_at and not -MAX_AHEAD <= now - occurred_at <= MAX_AGE:
        raise ForgedWebhook("too old, or from the future", reason="stale_webhook")
    payload = _parse(body)
    topic = lowered.get("x-shopify-topic", "")
    external_id = lowered.get("x-shopify-webhook-id", "")
    if not topic and payload.get("kind") in ("FULFILLMENT_REQUEST", "CANCELLATION_REQUEST"):
        # Equal pings must not be taken for duplicates of each other.
        topic, external_id = PING_TOPIC, external_id or f"ping-{now.isoformat()}"
    if not topic or not external_id:
        raise UnreadableWebhook("no topic or no delivery id")
    return WebhookEvent(external_id, topic, order_gid(topic, payload), occurred_at, subject_of(topic))


def sign(secret: str, body: bytes) -> str:
    """Write the signature Shopify sends: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def subject_of(topic: str) -> WebhookSubject:
    """What a topic is about; the ping of a fulfillment service is about requests too."""
    if topic in _CONNECTION_TOPICS:
        return WebhookSubject.CONNECTION
    if topic == PING_TOPIC or topic.startswith("fulfillment_orders/"):
        return WebhookSubject.FULFILLMENT_REQUEST
    return WebhookSubject.ORDER


def order_gid(topic: str, payload: Mapping[str, Any]) -> str:
    """Find the order a payload is about; empty for topics that name none, or that we never ask for."""
    if topic == "orders/edited":
        return _gid(payload.get("order_edit"), "order_id")
    family = topic.partition("/")[0]
    return _gid(payload, _ORDER_ID_FIELD[family]) if family in _ORDER_ID_FIELD else ""


def _check_signature(account: Account, signature: str, body: bytes) -> None:
    pasted = [account.secrets.get(name, "") for name in ("webhook_secret", "webhook_secret_previous")]
    secrets = [*pasted, account.app.client_secret]
    # Compare with every secret, whatever the first one says: the time taken tells nothing.
    given = signature.encode(errors="replace")
    matches = [hmac.compare_digest(sign(secret, body).encode(), given) for secret in secrets if secret]
    if not any(matches):
        raise ForgedWebhook("the signature does not match the body", reason="bad_signature")


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableWebhook("the body is not JSON") from error
    if not isinstance(payload, dict):
        raise UnreadableWebhook("the body is not an object")
    return payload


def _gid(holder: object, field: str) -> str:
    """The order's global id from its numeric one. A float is refused: it may have lost digits."""
    number = holder.get(field) if isinstance(holder, dict) else None
    if isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number[:20])
    if type(number) is not int or not 0 < number < 2**64:
        raise UnreadableWebhook("the body names no order")
    return f"gid://shopify/Order/{number}"
