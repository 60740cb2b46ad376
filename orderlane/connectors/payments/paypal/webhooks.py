"""PayPal's webhooks: is it really from PayPal, for this webhook, about now, and which order should we look at.

The signature covers ``transmission id|time|our webhook id|CRC-32 of the body``
(https://developer.paypal.com/api/rest/webhooks/rest/). A CRC is no hash: whoever holds one genuine delivery
could build another body with the same CRC. That is why a body only ever yields ids, and facts are fetched.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import crc32
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from orderlane.connectors.payments.paypal.mapping import order_of_capture
from orderlane.ports.accounts import Account, Environment, ForgedWebhook, UnreadableWebhook, WebhookEvent

_AHEAD = timedelta(minutes=10)
# PayPal repeats a delivery for three days and does not say whether it signs it anew; the inbox stores an
# event id once, so an old but genuine delivery can do nothing twice.
_OLDEST = timedelta(days=4)
_CERTIFICATE_PATH = "/v1/notifications/certs/"
CAPTURE_PREFIX = "capture:"


def verify(
    headers: Mapping[str, str], body: bytes, now: datetime, account: Account, certificate: Callable[[str], bytes]
) -> WebhookEvent:
    """Check a delivery and read which order it is about; ``certificate`` fetches the PEM behind a checked address."""
    sent = {name.lower(): value for name, value in headers.items()}
    transmission_id = _required(sent, "paypal-transmission-id")
    written_at = _required(sent, "paypal-transmission-time")
    _check_age(written_at, now)
    if sent.get("paypal-auth-algo", "SHA256withRSA") != "SHA256withRSA":
        raise ForgedWebhook("an unknown signature algorithm")
    webhook_id = account.secrets.get("webhook_id", "")
    if not webhook_id:
        raise ForgedWebhook("no webhook id is set for this account")
    url = _required(sent, "paypal-cert-url")
    address = _checked_address(url, account)
    key = _signing_key(certificate(url), address, account, now)
    message = f"{transmission_id}|{written_at}|{webhook_id}|{crc32(body)}"
    try:
        signature = b64decode(_required(sent, "paypal-transmission-sig"), validate=True)
        key.verify(signature, message.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError) as error:
        raise ForgedWebhook("the signature does not fit") from error
    return read_event(body)


def read_event(body: bytes) -> WebhookEvent:
    """Read a verified body; raise UnreadableWebhook when it has no id or no topic."""
    try:
        event = json.loads(body)
    except ValueError as error:
        raise UnreadableWebhook("the body is not JSON") from error
    if not isinstance(event, dict) or not event.get("id") or not event.get("event_type"):
        raise UnreadableWebhook("the body has no id or no event_type")
    topic = str(event["event_type"])
    resource = event.get("resource")
    try:
        occurred_at = datetime.fromisoformat(str(event.get("create_time")))
    except ValueError:
        occurred_at = None
    return WebhookEvent(
        external_id=str(event["id"]),
        topic=topic,
        resource_id=_order_id(topic, resource) if isinstance(resource, dict) else "",
        occurred_at=occurred_at if occurred_at and occurred_at.tzinfo else None,
    )


def _order_id(topic: str, resource: Mapping[str, Any]) -> str:
    if topic.startswith("CHECKOUT.ORDER."):
        return str(resource.get("id") or "")
    if order_id := order_of_capture(resource) or str(resource.get("order_id") or ""):
        return order_id
    if topic in {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"} or topic.startswith("PAYMENT.REFUND."):
        # A refund may name nothing but its capture, by a link.
        links = resource.get("links")
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("rel") == "up":
                return CAPTURE_PREFIX + urlsplit(str(link.get("href"))).path.rpartition("/")[2]
    return ""


def _required(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value or not value.isascii():
        raise ForgedWebhook(f"no usable {name} header")
    return value


def _check_age(written_at: str, now: datetime) -> None:
    try:
        at = datetime.fromisoformat(written_at)
        too_far = at > now + _AHEAD or at < now - _OLDEST
    except (ValueError, TypeError) as error:
        raise ForgedWebhook("the transmission time is no time") from error
    if too_far:
        raise ForgedWebhook("the transmission time is too far from now")


def _checked_address(url: str, account: Account) -> SplitResult:
    """Allow PayPal's certificate folder over https, or the very origin the account's API was set to (a simulator)."""
    try:
        address, api = urlsplit(url), urlsplit(account.api_url)
        if address.username is not None or address.password is not None or any(c.isspace() or c == "\\" for c in url):
            raise ForgedWebhook("the certificate address is not plain")
        if not _is_paypal(api.hostname) and (address.scheme, address.hostname, address.port) == (
            api.scheme,
            api.hostname,
            api.port,
        ):
            return address
        official = address.scheme == "https" and address.port in {None, 443} and _is_paypal(address.hostname)
    except ValueError as error:
        raise ForgedWebhook("the certificate address is no address") from error
    if not official or not address.path.startswith(_CERTIFICATE_PATH):
        raise ForgedWebhook("the certificate is not at PayPal")
    test_host = (address.hostname or "").endswith(".sandbox.paypal.com")
    if test_host and account.environment is Environment.LIVE:
        raise ForgedWebhook("a test certificate on a live account")
    return address


def _is_paypal(host: str | None) -> bool:
    return bool(host) and str(host).endswith(".paypal.com")


def _signing_key(pem: bytes, address: SplitResult, account: Account, now: datetime) -> RSAPublicKey:
    """Return the key of the first certificate after checking dates, name and the links among those sent along."""
    try:
        chain = x509.load_pem_x509_certificates(pem)
        key = chain[0].public_key()
        for held, issuer in pairwise(chain):
            held.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise ForgedWebhook("the certificate cannot be read or its chain is broken") from error
    if any(not one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in chain):
        raise ForgedWebhook("the certificate is not valid now")
    if _is_paypal(address.hostname) and not any(_is_paypal(name) for name in _names(chain[0])):
        raise ForgedWebhook("the certificate is not PayPal's")
    if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
        raise ForgedWebhook("the certificate's key is not RSA of at least 2048 bits")
    return key


def _names(certificate: x509.Certificate) -> list[str]:
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    names = [str(attribute.value) for attribute in common]
    try:
        alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return names
    return names + alternatives.value.get_values_for_type(x509.DNSName)
