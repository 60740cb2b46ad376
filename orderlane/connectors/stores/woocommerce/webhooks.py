"""Verify and parse webhooks. Pure. A webhook says only *which* order to fetch; its facts are never used.

Rules: https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks. Only the body is signed, and it says no
time of sending: a recorded message can be sent again, which is why nothing but a fetch follows it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from orderlane.ports.accounts import Account, ForgedWebhook, UnreadableWebhook, WebhookEvent

TOPICS: Final = ("order.created", "order.updated", "order.deleted", "order.restored")

PING: Final = "ping"
"""A new webhook is first tried with an unsigned form. All pings of a store are one message: anybody can send them."""

_PING_BODY = re.compile(rb"webhook_id=[0-9]{1,20}\Z")


def secret_of(account: Account) -> str:
    """The secret our webhooks are signed with: derived from the consumer secret, which it does not give away.

    The shop shows it to its admins. New keys bring a new secret; :mod:`.subscriptions` then changes the webhooks.
    """
    key = account.secrets.get("consumer_secret", "")
    if not key:
        return ""
    return hmac.new(key.encode(), f"orderlane webhooks {account.external_id}".encode(), hashlib.sha256).hexdigest()


def sign(secret: str, body: bytes) -> str:
    """Write the signature a shop sends: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def verify(account: Account, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
    """Check the signature, then say what to fetch; raise ForgedWebhook or UnreadableWebhook.

    A shop gives all deliveries of one webhook within a second the same id: the body has to be part of ours.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    given = lowered.get("x-wc-webhook-signature", "")
    if not given and _PING_BODY.match(body):
        return WebhookEvent(PING, PING)
    secret = secret_of(account)
    if not secret or not hmac.compare_digest(sign(secret, body).encode(), given.encode(errors="replace")):
        raise ForgedWebhook("the signature does not match the body", reason="bad_signature")
    order_id = _order_id(body)
    topic, delivery = lowered.get("x-wc-webhook-topic", ""), lowered.get("x-wc-webhook-delivery-id", "")
    if not topic or not delivery:
        raise UnreadableWebhook("no topic or no delivery id")
    external_id = f"{delivery[:64]}-{hashlib.sha256(body).hexdigest()[:32]}"
    return WebhookEvent(external_id, topic[:100], order_id if topic.startswith("order.") else "")


def _order_id(body: bytes) -> str:
    try:
        payload: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableWebhook("the body is not JSON") from error
    found = payload.get("id") if isinstance(payload, dict) else None
    if isinstance(found, str) and found.isascii() and found.isdigit():
        found = int(found[:20])  # what was deleted is named by whatever the shop's code passed on
    if type(found) is not int or not 0 < found < 2**64:
        raise UnreadableWebhook("the body names no order")
    return str(found)
