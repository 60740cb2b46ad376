"""Verify and parse webhooks. Pure. The whole body is a token signed with RS256; it says only *which* order to fetch.

JSON in JSON in a JWT: https://dev.wix.com/docs/build-apps/develop-your-app/api-integrations/events-and-webhooks.
Redeliveries go on for 48 hours and carry the data of the first attempt, which is why nothing but a fetch follows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import jwt
from jwt.types import Options

from orderlane.connectors.reading import parse_moment
from orderlane.connectors.stores.wix.reading import is_guid
from orderlane.ports.accounts import Account, ForgedWebhook, UnreadableWebhook, WebhookEvent, WebhookSubject

ALGORITHM: Final = "RS256"
MAX_AGE: Final = timedelta(hours=72)
MAX_AHEAD: Final = timedelta(hours=1)

# Times are checked against the caller's clock, and Wix's tokens name neither issuer nor audience.
_OPTIONS: Final[Options] = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
}
_CONNECTION_EVENTS: Final = frozenset({"AppInstalled", "AppRemoved"})
_ORDER: Final = "wix.ecom.v1.order"
# Events about a thing that hangs from an order, whose own entity names the order.
_OF_AN_ORDER: Final = frozenset({"wix.ecom.v1.fulfillments", "wix.ecom.v1.order_transactions"})


def addressee(body: bytes) -> str:
    """The instance that a message names; "" when it names none. Nothing is verified."""
    try:
        claims = jwt.decode(body, options={"verify_signature": False})
        instance = _inner(claims, "data").get("instanceId")
    except (jwt.InvalidTokenError, UnreadableWebhook, ValueError, RecursionError):
        return ""
    return instance.lower() if isinstance(instance, str) and is_guid(instance) else ""


def verify(account: Account, body: bytes, now: datetime) -> WebhookEvent:
    """Check signature, instance and age, then say what to fetch; raise ForgedWebhook or UnreadableWebhook."""
    claims = _signed_claims(account, body)
    _check_times(claims, now)
    envelope = _inner(claims, "data")
    instance = envelope.get("instanceId")
    if not isinstance(instance, str) or instance.lower() != account.external_id.lower():
        raise ForgedWebhook("signed for another site", reason="wrong_shop")
    topic = envelope.get("eventType")
    if not isinstance(topic, str) or not topic:
        raise UnreadableWebhook("no event type")
    event = _inner(envelope, "data")
    occurred_at = parse_moment(str(event.get("eventTime") or ""))
    if occurred_at and not -MAX_AHEAD <= now - occurred_at <= MAX_AGE:
        raise ForgedWebhook("too old, or from the future", reason="stale_webhook")
    if topic in _CONNECTION_EVENTS:
        # These have no id of their own: one that is redelivered is the same text, signed at the same second.
        same = sha256(f"{claims.get('iat')}|{claims['data']}".encode()).hexdigest()
        return WebhookEvent(same, topic, "", occurred_at, WebhookSubject.CONNECTION)
    external_id = event.get("id")
    if not isinstance(external_id, str) or not external_id:
        raise UnreadableWebhook("no event id")
    if event.get("triggeredByAnonymizeRequest") is True:
        # The fetch that follows brings the order without the customer's name: it must overwrite ours.
        topic = f"{topic} (anonymize)"
    return WebhookEvent(external_id, topic, order_id(event), occurred_at)


def order_id(event: Mapping[str, Any]) -> str:
    """Find the order an event is about; empty for events that name none, or that we never ask for."""
    entity = event.get("entityFqdn")
    if entity == _ORDER:
        return _guid(event.get("entityId"))
    if entity not in _OF_AN_ORDER:
        return ""
    updated = event.get("updatedEvent")
    current = updated.get("currentEntity") if isinstance(updated, dict) else None
    named = current.get("orderId") if isinstance(current, dict) else None
    return _guid(named or event.get("entityId"))


def _signed_claims(account: Account, body: bytes) -> Mapping[str, Any]:
    """Try each of the app's public keys; the algorithm is ours to choose, never the token's."""
    for key in account.app.public_keys:
        try:
            return jwt.decode(body, key, algorithms=[ALGORITHM], options=_OPTIONS)
        except (jwt.InvalidKeyError, jwt.InvalidSignatureError):
            continue
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError) as error:
            raise ForgedWebhook("the token is not one of Wix's", reason="bad_signature") from error
    raise ForgedWebhook("no key of the app has signed it", reason="bad_signature")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    issued, ends = _time(claims, "iat"), _time(claims, "exp")
    if (issued and not -MAX_AHEAD <= now - issued <= MAX_AGE) or (ends and ends <= now):
        raise ForgedWebhook("expired, too old, or from the future", reason="stale_webhook")


def _time(claims: Mapping[str, Any], name: str) -> datetime | None:
    """Read a time of the token; Wix documents both and promises neither, so one may be missing."""
    seconds = claims.get(name)
    if seconds is None:
        return None
    try:
        if type(seconds) is int:
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise ForgedWebhook(f"{name} is not a time", reason="stale_webhook")


def _inner(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Read an object that stands as JSON text inside another one."""
    written = holder.get(key)
    try:
        found = json.loads(written) if isinstance(written, str) else written
    except (ValueError, RecursionError) as error:
        raise UnreadableWebhook(f"{key} is not JSON") from error
    if not isinstance(found, dict):
        raise UnreadableWebhook(f"{key} is not an object")
    return found


def _guid(found: object) -> str:
    if not isinstance(found, str) or not is_guid(found):
        raise UnreadableWebhook("the event names no order")
    return found.lower()
