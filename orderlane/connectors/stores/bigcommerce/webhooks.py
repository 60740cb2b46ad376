"""Verify and parse webhooks. Pure. A webhook says only *which* order to fetch; its facts are never used.

Two proofs. The app's client secret signs the body as Standard Webhooks does; and each hook was made with a header
whose value only this account can derive, for stores whose client secret we do not have and for unsigned hooks.
https://docs.bigcommerce.com/developer/docs/integrations/webhooks
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from orderlane.ports.accounts import Account, ForgedWebhook, UnreadableWebhook, WebhookEvent, WebhookSubject

HOOK_HEADER: Final = "X-Orderlane-Hook"
MAX_AGE: Final = timedelta(hours=50)
"""Eleven retries go on for 48 hours; whether each is signed anew is not said."""
MAX_AHEAD: Final = timedelta(hours=1)

UNINSTALL: Final = "app/uninstall"
"""Our own name for the app's uninstall callback, which is a signed payload instead of a hook."""

_CONNECTION: Final = frozenset({"store/app/uninstalled", "store/information/updated", "store/hook/deliveryException"})


def verify(account: Account, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
    """Check proof, store and age, then say what to fetch; raise ForgedWebhook or UnreadableWebhook."""
    if is_signed_payload(body):
        return _uninstalled(account, body, now)
    lowered = {name.lower(): value for name, value in headers.items()}
    secrets = signing_secrets(account)
    signed = bool(secrets and lowered.get("webhook-signature"))
    if signed:
        _check_signature(secrets, lowered, body, now)
    payload = _parse(body, proven=signed)
    topic = payload.get("scope")
    if not signed:
        _check_hook_header(account, lowered, topic)
    if payload.get("producer") != f"stores/{account.external_id}":
        raise ForgedWebhook("sent by another store", reason="wrong_shop")
    if not isinstance(topic, str) or not topic:
        raise UnreadableWebhook("no topic")
    occurred_at = _moment(payload.get("created_at"))
    if not signed:
        _check_age(occurred_at, now)
    return WebhookEvent(
        external_id=lowered.get("webhook-id", "") if signed else _delivery_id(payload),
        topic=topic,
        resource_id=order_id(topic, payload.get("data")),
        occurred_at=occurred_at,
        subject=WebhookSubject.CONNECTION if topic in _CONNECTION else WebhookSubject.ORDER,
    )


def signing_secrets(account: Account) -> list[str]:
    """The client secrets that sign this account's hooks: its own, or the app's where the app was installed.

    A hook belongs to the client that made it, and outlives it here: those of the client before are heard too.
    """
    own = account.secrets.get("client_secret", "")
    signing = own or (account.app.client_secret if "granted_scopes" in account.secrets else "")
    return [secret for secret in (signing, account.secrets.get("webhook_secret_previous", "")) if secret]


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """Write the signature BigCommerce sends; the key is the client secret as it is written."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def hook_value(account: Account, topic: str) -> str:
    """The header value of the hook for ``topic``: derived, so that nothing has to be stored."""
    message = f"orderlane hook {account.external_id} {topic}".encode()
    return hmac.new(account.secrets.get("access_token", "").encode(), message, hashlib.sha256).hexdigest()


def addressee(body: bytes) -> str:
    """The store a message names, before anything is verified; empty when it names none."""
    try:
        if is_signed_payload(body):
            producer = jwt.decode(body.decode(), options={"verify_signature": False}).get("sub")
        else:
            producer = json.loads(body).get("producer")
    except (ValueError, AttributeError, RecursionError, jwt.InvalidTokenError):
        return ""
    return producer.removeprefix("stores/") if isinstance(producer, str) else ""


def order_id(topic: str, told: object) -> str:
    """Find the order a payload is about; empty for topics that name none."""
    if not isinstance(told, dict):
        raise UnreadableWebhook("the body has no data")
    if topic.startswith("store/shipment/"):
        return _id(told.get("orderId"))
    if topic.startswith(("store/channel/", "store/order/transaction/")):
        return _id(told.get("order_id"))
    return _id(told.get("id")) if topic.startswith("store/order/") else ""


def is_signed_payload(body: bytes) -> bool:
    """Whether a body is a ``signed_payload_jwt`` as the app's callbacks carry it, and not the JSON of a hook."""
    return body.count(b".") == 2 and not body.lstrip().startswith(b"{")


def _uninstalled(account: Account, body: bytes, now: datetime) -> WebhookEvent:
    """Check the uninstall callback (https://docs.bigcommerce.com/developer/docs/integrations/apps/guide/callbacks)."""
    app = account.app
    if not app.client_secret:
        raise ForgedWebhook("no app is registered that could be uninstalled", reason="bad_signature")
    try:
        claims = jwt.decode(
            body.decode(),
            app.client_secret,
            algorithms=["HS256"],
            audience=app.client_id,
            issuer="bc",
            # Against the given clock, below.
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "sub", "jti"]},
        )
    except (jwt.InvalidTokenError, UnicodeDecodeError) as error:
        raise ForgedWebhook("the signed payload does not hold", reason="bad_signature") from error
    if claims["sub"] != f"stores/{account.external_id}":
        raise ForgedWebhook("signed for another store", reason="wrong_shop")
    expires_at = _moment(claims["exp"])
    if now >= expires_at:
        raise ForgedWebhook("the signed payload has expired", reason="stale_webhook")
    return WebhookEvent(str(claims["jti"]), UNINSTALL, subject=WebhookSubject.CONNECTION)


def _check_signature(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    expected = [sign(secret, message_id, timestamp, body).encode() for secret in secrets]
    # Several, parted by spaces, while a secret is being replaced. All are compared: the time taken tells nothing.
    given = headers["webhook-signature"].encode(errors="replace").split()
    matches = [hmac.compare_digest(ours, one) for ours in expected for one in given]
    if not any(matches) or not message_id:
        raise ForgedWebhook("the signature does not match the body", reason="bad_signature")
    if not timestamp.isascii() or not timestamp.isdigit():
        raise ForgedWebhook("no time", reason="stale_webhook")
    _check_age(_moment(int(timestamp[:12])), now)


def _check_hook_header(account: Account, headers: Mapping[str, str], topic: object) -> None:
    given = headers.get(HOOK_HEADER.lower(), "").encode(errors="replace")
    expected = hook_value(account, topic if isinstance(topic, str) else "").encode()
    if not account.secrets.get("access_token") or not hmac.compare_digest(expected, given):
        raise ForgedWebhook("not the header that our hook was made with", reason="bad_signature")


def _check_age(moment: datetime, now: datetime) -> None:
    if not -MAX_AHEAD <= now - moment <= MAX_AGE:
        raise ForgedWebhook("too old, or from the future", reason="stale_webhook")


def _parse(body: bytes, *, proven: bool) -> Mapping[str, Any]:
    """Read the body. What is no JSON can only be told from a forgery when the signature has proven it."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _nonsense(proven) from error
    if not isinstance(payload, dict):
        raise _nonsense(proven)
    return payload


def _nonsense(proven: bool) -> ForgedWebhook | UnreadableWebhook:
    if proven:
        return UnreadableWebhook("the body is not a JSON object")
    return ForgedWebhook("neither signed nor readable", reason="bad_signature")


def _delivery_id(payload: Mapping[str, Any]) -> str:
    """``hash`` alone covers only the payload's data and comes again with the next change of the same order."""
    checksum = payload.get("hash")
    if not isinstance(checksum, str) or not checksum:
        raise UnreadableWebhook("no checksum to tell deliveries apart")
    return f"{payload['scope']}:{checksum[:80]}:{payload.get('created_at')}"


def _moment(seconds: object) -> datetime:
    if type(seconds) is not int:
        raise UnreadableWebhook("no time")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableWebhook("no time") from error


def _id(number: object) -> str:
    """An order's id as text. A float is refused: it may have lost digits."""
    if isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number[:20])
    if type(number) is not int or not 0 < number < 2**64:
        raise UnreadableWebhook("the body names no order")
    return str(number)
