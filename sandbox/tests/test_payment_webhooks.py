"""Webhooks of the simulated payment providers: really signed, retried, duplicated, dropped."""

import base64
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from sandbox.core.settings import SandboxSettings
from sandbox.serving import running_sandbox
from sandbox.tests.payments import Heard, Listener, arm, check, entries, listening, needs_contracts, until
from sandbox.tests.paypal_caller import PayPalCaller
from sandbox.tests.stripe_caller import StripeCaller


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running_sandbox(SandboxSettings(speed=1_000_000)) as running:
        yield running.url


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as heard:
        yield heard


@pytest.fixture
def paypal(base: str, listener: Listener) -> Iterator[PayPalCaller]:
    httpx.post(f"{base}/reset")
    with httpx.Client(base_url=f"{base}/paypal", trust_env=False) as client:
        client.post("/_sandbox/webhooks", json={"account": "brume", "url": listener.url})
        yield PayPalCaller(base, client)
        client.post("/_sandbox/webhooks", json={"account": "brume", "url": ""})


@pytest.fixture
def caller(base: str, listener: Listener) -> Iterator[StripeCaller]:
    httpx.post(f"{base}/reset")
    httpx.post(f"{base}/stripe/_sandbox/webhooks", json={"account": "brume", "url": listener.url})
    with StripeCaller(base) as one:
        yield one
    httpx.post(f"{base}/stripe/_sandbox/webhooks", json={"account": "brume", "url": ""})


def _verify(heard: Heard, webhook_id: str, body: bytes) -> None:
    """Verify as PayPal documents it, from the certificate behind the address; raises InvalidSignature."""
    sent = heard.headers
    chain = x509.load_pem_x509_certificates(httpx.get(sent["paypal-cert-url"]).content)
    chain[0].verify_directly_issued_by(chain[1])
    key = chain[0].public_key()
    assert isinstance(key, RSAPublicKey)
    parts = (sent["paypal-transmission-id"], sent["paypal-transmission-time"], webhook_id, str(zlib.crc32(body)))
    key.verify(base64.b64decode(sent["paypal-transmission-sig"]), "|".join(parts).encode(), PKCS1v15(), SHA256())


def test_paypal_signs_what_it_sends(paypal: PayPalCaller, listener: Listener, base: str) -> None:
    order_id = paypal.approved()
    paypal.capture(order_id)
    heard = sorted(listener.wait(2), key=lambda h: str(h.event["event_type"]))
    assert [h.event["event_type"] for h in heard] == ["CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED"]
    for one in heard:
        assert one.headers["paypal-auth-algo"] == "SHA256withRSA"
        _verify(one, paypal.account["webhook_id"], one.body)
        with pytest.raises(InvalidSignature):
            _verify(one, paypal.account["webhook_id"], one.body.replace(b"12.50", b"99.50"))
    assert heard[1].event["resource"]["supplementary_data"]["related_ids"]["order_id"] == order_id
    root = x509.load_pem_x509_certificate(httpx.get(f"{base}/paypal/_sandbox/ca.pem").content)
    chain = x509.load_pem_x509_certificates(httpx.get(heard[0].headers["paypal-cert-url"]).content)
    chain[0].verify_directly_issued_by(root)


@needs_contracts
def test_paypal_events_have_the_documented_shape(paypal: PayPalCaller, listener: Listener) -> None:
    order_id = paypal.open()["id"]
    paypal.act(order_id, "pend")
    capture = paypal.capture(order_id).json()["purchase_units"][0]["payments"]["captures"][0]["id"]
    paypal.act(order_id, "complete")
    paypal.call("POST", f"/v2/payments/captures/{capture}/refund", {})
    denied = paypal.open()["id"]
    paypal.act(denied, "pend")
    paypal.capture(denied)
    paypal.act(denied, "deny")
    schemas = {"checkout-order": "order", "capture": "capture-2", "refund": "refund"}
    kinds = []
    for heard in listener.wait(7):
        event = heard.event
        kinds.append(event["event_type"])
        check("paypal/notifications_webhooks_v1.json.gz", {"$ref": "#/components/schemas/event"}, event)
        document = "checkout_orders_v2" if event["resource_type"] == "checkout-order" else "payments_payment_v2"
        schema = {"$ref": f"#/components/schemas/{schemas[event['resource_type']]}"}
        check(f"paypal/{document}.json.gz", schema, event["resource"])
    assert sorted(kinds) == [
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.DENIED",
        "PAYMENT.CAPTURE.PENDING",
        "PAYMENT.CAPTURE.PENDING",
        "PAYMENT.CAPTURE.REFUNDED",
    ]


def _verified_by_paypal(paypal: PayPalCaller, heard: Heard, body: bytes) -> str:
    names = ("auth-algo", "cert-url", "transmission-id", "transmission-sig", "transmission-time")
    fields = {name.replace("-", "_"): heard.headers[f"paypal-{name}"] for name in names}
    fields["webhook_id"] = paypal.account["webhook_id"]
    text = ", ".join(f'"{k}": "{v}"' for k, v in fields.items())
    raw = b"{" + text.encode() + b', "webhook_event": ' + body + b"}"
    headers = {"Authorization": f"Bearer {paypal.token}", "Content-Type": "application/json"}
    answer = paypal.client.post("/v1/notifications/verify-webhook-signature", content=raw, headers=headers)
    assert answer.status_code == 200
    return str(answer.json()["verification_status"])


def test_paypal_verifies_its_own_signature_and_no_other(paypal: PayPalCaller, listener: Listener) -> None:
    paypal.approved()
    heard = listener.wait(1)[0]
    assert _verified_by_paypal(paypal, heard, heard.body) == "SUCCESS"
    assert _verified_by_paypal(paypal, heard, heard.body.replace(b"12.50", b"12.51")) == "FAILURE"


def test_paypal_subscriptions_are_created_listed_and_filtered(paypal: PayPalCaller) -> None:
    with listening() as other:
        body = {"url": other.url, "event_types": [{"name": "PAYMENT.CAPTURE.COMPLETED"}]}
        created = paypal.call("POST", "/v1/notifications/webhooks", body)
        assert created.status_code == 201
        listed = paypal.call("GET", "/v1/notifications/webhooks").json()["webhooks"]
        assert created.json()["id"] in [webhook["id"] for webhook in listed]
        assert paypal.call("POST", "/v1/notifications/webhooks", {"url": "nowhere"}).status_code == 400
        paypal.capture(paypal.approved())
        heard = other.wait(1)
        assert [h.event["event_type"] for h in heard] == ["PAYMENT.CAPTURE.COMPLETED"]
        _verify(heard[0], created.json()["id"], heard[0].body)


def test_paypal_retries_25_times_with_the_same_body(paypal: PayPalCaller, listener: Listener, base: str) -> None:
    listener.answers = [500] * 26
    paypal.approved()
    heard = listener.wait(26)
    until(lambda: len(entries(base, "webhook.given_up")) == 1)
    assert len({h.body for h in heard}) == 1
    assert len(listener.heard) == 26


@pytest.mark.parametrize(("mode", "count"), [("duplicate", 2), ("drop", 0)])
def test_webhooks_can_come_twice_or_never(
    paypal: PayPalCaller, listener: Listener, base: str, mode: str, count: int
) -> None:
    arm(base, "paypal", "webhook:CHECKOUT.ORDER.APPROVED", mode)
    order_id = paypal.approved()
    if count:
        assert len({h.event["id"] for h in listener.wait(count)}) == 1
    else:
        until(lambda: len(entries(base, "webhook.dropped")) == 1)
        assert listener.heard == []
    paypal.act(order_id, "resend")
    assert len(listener.wait(count + 1)) == count + 1


def _event(heard: Heard, secret: str) -> Any:
    return stripe.Webhook.construct_event(heard.body, heard.headers["stripe-signature"], secret)


def test_stripe_signs_with_both_secrets_while_rotating(caller: StripeCaller, listener: Listener, base: str) -> None:
    caller.paid()
    heard = listener.wait(1)[0]
    assert _event(heard, caller.account["webhook_secret"]).type == "checkout.session.completed"
    with pytest.raises(stripe.SignatureVerificationError):
        _event(heard, "whsec_other")
    rotated = httpx.post(f"{base}/stripe/_sandbox/webhooks/rotate", json={"account": "brume"}).json()["secrets"]
    caller.paid()
    second = listener.wait(2)[1]
    assert second.headers["stripe-signature"].count("v1=") == 2
    for secret in rotated:
        assert _event(second, secret).data.object.payment_status == "paid"
    httpx.post(f"{base}/stripe/_sandbox/webhooks/rotate", json={"account": "brume", "finish": True})
    caller.paid()
    third = listener.wait(3)[2]
    with pytest.raises(stripe.SignatureVerificationError):
        _event(third, caller.account["webhook_secret"])


def test_stripe_tells_of_every_end_of_a_session(caller: StripeCaller, listener: Listener) -> None:
    for end in ("succeed", "fail"):
        session = caller.open()
        caller.act(session.id, "pay", later=True)
        caller.act(session.id, end)
    caller.act(caller.open().id, "expire")
    caller.act(caller.paid(), "refund")
    kinds = sorted(heard.event["type"] for heard in listener.wait(7))
    assert kinds == [
        "charge.refunded",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.completed",
        "checkout.session.completed",
        "checkout.session.expired",
    ]
    assert all(heard.event["livemode"] is False and "account" not in heard.event for heard in listener.heard)


def test_a_connect_endpoint_hears_of_connected_accounts(caller: StripeCaller, listener: Listener, base: str) -> None:
    with listening() as platform:
        httpx.post(f"{base}/stripe/_sandbox/webhooks", json={"account": "platform", "url": platform.url})
        caller.paid()
        heard = platform.wait(1)[0]
        httpx.post(f"{base}/stripe/_sandbox/webhooks", json={"account": "platform", "url": ""})
    assert heard.event["account"] == caller.account["id"]
    assert "account" not in listener.wait(1)[0].event


def test_stripe_lists_events_that_were_not_taken(caller: StripeCaller, listener: Listener, base: str) -> None:
    listener.answers = [500] * 4
    caller.paid()
    until(lambda: len(entries(base, "webhook.given_up")) == 1)
    missed = caller.sdk.v1.events.list({"delivery_success": False, "types": ["checkout.session.completed"]}).data
    assert [event.pending_webhooks for event in missed] == [1]
    created = caller.sdk.v1.webhook_endpoints.create({"url": listener.url, "enabled_events": ["charge.refunded"]})
    assert str(created.secret).startswith("whsec_")
    assert created.id in [endpoint.id for endpoint in caller.sdk.v1.webhook_endpoints.list().data]
