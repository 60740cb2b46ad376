"""PayPal's signature: the good one passes, and everything that is a little off does not."""

from __future__ import annotations

import json
from base64 import b64encode
from binascii import crc32
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from orderlane.connectors.payments.paypal import webhooks
from orderlane.connectors.payments.paypal.connector import PayPalPayments
from orderlane.connectors.tests.loopback import Answer, loopback
from orderlane.kernel.errors import Unavailable
from orderlane.ports.accounts import Account, Environment, ForgedWebhook, UnreadableWebhook, WebhookEvent

NOW = datetime(2026, 11, 20, 10, 6, tzinfo=UTC)
OFFICIAL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270"
LIVE = Account("8QW7DZX5RUM3N", "https://api-m.paypal.com", {"webhook_id": "0EH40505U7160970P"})
RECORDED = Path(__file__).parents[1] / "recorded"
BODY = (RECORDED / "webhook_capture_completed.json").read_bytes()


@dataclass(frozen=True)
class Signer:
    key: rsa.RSAPrivateKey
    pem: bytes


def name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


@cache
def signer(
    common: str = "messageverificationcerts.paypal.com",
    starts: timedelta = timedelta(days=-30),
    ends: timedelta = timedelta(days=300),
    bits: int = 2048,
    stranger_as_issuer: bool | None = None,
) -> Signer:
    """A certificate for ``common``; with ``stranger_as_issuer`` set, followed by its issuer or by a stranger."""
    key, authority, stranger = (rsa.generate_private_key(65537, size) for size in (bits, 2048, 2048))

    def certificate(subject: str, public: rsa.RSAPublicKey, issuer_key: rsa.RSAPrivateKey) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("Test authority"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + starts)
            .not_valid_after(NOW + ends)
            .sign(issuer_key, SHA256())
        )

    pem = certificate(common, key.public_key(), authority).public_bytes(Encoding.PEM)
    if stranger_as_issuer is not None:
        above = stranger if stranger_as_issuer else authority
        pem += certificate("Test authority", above.public_key(), above).public_bytes(Encoding.PEM)
    return Signer(key, pem)


def delivery(
    by: Signer,
    *,
    body: bytes = BODY,
    webhook_id: str = "0EH40505U7160970P",
    at: datetime = NOW,
    url: str = OFFICIAL,
) -> dict[str, str]:
    written_at = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    message = f"69cd13f0-d67a-11e5-baa3-778b53f4ae55|{written_at}|{webhook_id}|{crc32(body)}"
    signature = by.key.sign(message.encode(), padding.PKCS1v15(), SHA256())
    return {
        "PayPal-Transmission-Id": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
        "PAYPAL-TRANSMISSION-TIME": written_at,
        "paypal-transmission-sig": b64encode(signature).decode(),
        "PAYPAL-CERT-URL": url,
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
    }


def check(headers: dict[str, str], by: Signer, *, body: bytes = BODY, account: Account = LIVE) -> WebhookEvent:
    asked: list[str] = []

    def certificate(url: str) -> bytes:
        asked.append(url)
        return by.pem

    event = webhooks.verify(headers, body, NOW, account, certificate)
    assert asked == [headers["PAYPAL-CERT-URL"]]
    return event


def test_a_genuine_delivery_says_what_to_fetch() -> None:
    assert check(delivery(signer()), signer()) == WebhookEvent(
        external_id="WH-58D329510W468432D-8HN650336L201105X",
        topic="PAYMENT.CAPTURE.COMPLETED",
        resource_id="5O190127TN364715T",
        occurred_at=datetime(2026, 11, 20, 10, 5, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("recording", "resource_id"),
    [
        ("webhook_order_approved", "5O190127TN364715T"),
        ("webhook_capture_completed", "5O190127TN364715T"),
        ("webhook_capture_refunded", "capture:3C679366HH908993F"),
    ],
)
def test_each_topic_leads_to_its_order(recording: str, resource_id: str) -> None:
    assert webhooks.read_event((RECORDED / f"{recording}.json").read_bytes()).resource_id == resource_id


def test_other_topics_name_no_payment() -> None:
    body = {"id": "WH-2", "event_type": "CUSTOMER.DISPUTE.CREATED", "resource": {"id": "PP-D-1", "links": "x"}}
    event = webhooks.read_event(json.dumps(body).encode())
    assert (event.topic, event.resource_id, event.occurred_at) == ("CUSTOMER.DISPUTE.CREATED", "", None)


def test_an_approval_that_lapsed_names_its_order() -> None:
    body = {"id": "WH-3", "event_type": "CHECKOUT.PAYMENT-APPROVAL.REVERSED", "resource": {"order_id": "5O1"}}
    assert webhooks.read_event(json.dumps(body).encode()).resource_id == "5O1"


@pytest.mark.parametrize("header", ["PayPal-Transmission-Id", "PAYPAL-TRANSMISSION-TIME", "paypal-transmission-sig"])
def test_a_changed_or_missing_header_is_forged(header: str) -> None:
    good = delivery(signer())
    changed = "2026-11-20T10:05:59Z" if "TIME" in header else "AAAA" + good[header][4:]
    for headers in ({**good, header: changed}, {**good, header: ""}, {**good, header: "é"}):
        with pytest.raises(ForgedWebhook):
            check(headers, signer())


def test_a_changed_body_is_forged() -> None:
    with pytest.raises(ForgedWebhook):
        check(delivery(signer()), signer(), body=BODY.replace(b"56.40", b"56.41"))


def test_a_delivery_for_another_webhook_is_forged() -> None:
    with pytest.raises(ForgedWebhook):
        check(delivery(signer(), webhook_id="ANOTHER"), signer())


def test_without_a_webhook_id_of_ours_nothing_is_genuine() -> None:
    with pytest.raises(ForgedWebhook):
        check(delivery(signer(), webhook_id=""), signer(), account=replace(LIVE, secrets={}))


def test_another_key_is_forged() -> None:
    with pytest.raises(ForgedWebhook):
        check(delivery(signer()), signer(ends=timedelta(days=301)))


def test_another_algorithm_is_forged() -> None:
    with pytest.raises(ForgedWebhook):
        check({**delivery(signer()), "PAYPAL-AUTH-ALGO": "SHA1withRSA"}, signer())


@pytest.mark.parametrize(
    "url",
    [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://evilpaypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1?.paypal.com",
        "https://evil.example\\.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://www.paypal.com/signin?returnUri=https://evil.example",
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://127.0.0.1/v1/notifications/certs/CERT-1",
        "https://[broken/v1/notifications/certs/CERT-1",
        "//api.paypal.com/v1/notifications/certs/CERT-1",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(url: str) -> None:
    def certificate(_: str) -> bytes:
        raise AssertionError("fetched")

    with pytest.raises(ForgedWebhook):
        webhooks.verify(delivery(signer(), url=url), BODY, NOW, LIVE, certificate)


def test_a_test_account_takes_a_test_certificate() -> None:
    account = replace(LIVE, api_url="https://api-m.sandbox.paypal.com", environment=Environment.TEST)
    url = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"
    assert check(delivery(signer(), url=url), signer(), account=account).topic == "PAYMENT.CAPTURE.COMPLETED"


@pytest.mark.parametrize("off", [timedelta(minutes=-9), timedelta(days=3), timedelta(days=3, hours=23)])
def test_repeats_of_three_days_are_taken(off: timedelta) -> None:
    assert check(delivery(signer(), at=NOW - off), signer()).external_id.startswith("WH-58D")


@pytest.mark.parametrize("off", [timedelta(minutes=-11), timedelta(days=4, minutes=1), timedelta(days=4000)])
def test_a_delivery_from_another_time_is_forged(off: timedelta) -> None:
    with pytest.raises(ForgedWebhook):
        check(delivery(signer(), at=NOW - off), signer())


@pytest.mark.parametrize(
    "by",
    [
        signer(common="paypal.com.evil.example"),
        signer(starts=timedelta(days=1)),
        signer(ends=timedelta(days=-1)),
        signer(bits=1024),
        signer(stranger_as_issuer=True),
        Signer(signer().key, b"no certificate"),
        Signer(signer().key, b""),
    ],
    ids=["other name", "not yet valid", "expired", "weak key", "broken chain", "no certificate", "nothing"],
)
def test_a_certificate_that_is_off_is_forged(by: Signer) -> None:
    with pytest.raises(ForgedWebhook):
        check(delivery(by), by)


def test_a_chain_that_holds_is_taken() -> None:
    by = signer(stranger_as_issuer=False)
    assert check(delivery(by), by).topic == "PAYMENT.CAPTURE.COMPLETED"


def test_a_key_that_is_not_rsa_is_forged() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name("messageverificationcerts.paypal.com"))
        .issuer_name(name("Test authority"))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, SHA256())
    )
    with pytest.raises(ForgedWebhook):
        check(delivery(signer()), Signer(signer().key, certificate.public_bytes(Encoding.PEM)))


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"id":"WH-1"}', b"\xff"])
def test_a_signed_body_we_cannot_read_is_unreadable_not_forged(body: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        check(delivery(signer(), body=body), signer(), body=body)


def test_a_simulators_certificate_counts_only_at_the_very_origin_of_the_api_and_is_fetched_once() -> None:
    by = signer(common="sandbox.example")
    with loopback(lambda _: Answer(payload=by.pem)) as server, loopback(lambda _: Answer(payload=by.pem)) as other:
        account = replace(LIVE, api_url=server.url, environment=Environment.TEST)
        paypal = PayPalPayments(account)
        for _ in range(2):
            event = paypal.verify_webhook(delivery(by, url=f"{server.url}/certs/1"), BODY, NOW)
            assert event.resource_id == "5O190127TN364715T"
        with pytest.raises(ForgedWebhook):
            paypal.verify_webhook(delivery(by, url=f"{other.url}/certs/1"), BODY, NOW)
    assert ([request.path for request in server.received], other.received) == (["/certs/1"], [])


def test_a_certificate_that_is_not_there_is_forged_and_one_out_of_reach_is_tried_again_later() -> None:
    answers = iter([Answer(404), Answer(503)])
    with loopback(lambda _: next(answers)) as server:
        paypal = PayPalPayments(replace(LIVE, api_url=server.url, environment=Environment.TEST))
        with pytest.raises(ForgedWebhook):
            paypal.verify_webhook(delivery(signer(), url=f"{server.url}/certs/2"), BODY, NOW)
        with pytest.raises(Unavailable):
            paypal.verify_webhook(delivery(signer(), url=f"{server.url}/certs/2"), BODY, NOW)
