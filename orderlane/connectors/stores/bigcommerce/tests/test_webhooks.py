"""Hooks and the uninstall callback: genuine ones pass, and whatever is forged, stale or from elsewhere does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from orderlane.connectors.stores.bigcommerce import webhooks
from orderlane.connectors.stores.bigcommerce.connector import BigCommerceStore
from orderlane.connectors.stores.bigcommerce.tests.examples import APP, SECRET, STORE, account
from orderlane.ports.accounts import Account, ForgedWebhook, PlatformApp, UnreadableWebhook, WebhookSubject

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASTED = account()
WITHOUT_SECRET = account(secrets={"access_token": "token"})
INSTALLED = account(secrets={"access_token": "token", "granted_scopes": "store_v2_orders"})


def body(scope: str = "store/order/updated", told: Any = None, **changed: Any) -> bytes:
    payload = {
        "scope": scope,
        "store_id": "1025646",
        "data": {"type": "order", "id": 250} if told is None else told,
        "hash": "dd70c0976e06b67aaf671e73f49dcb79230ebf9d",
        "created_at": int(NOW.timestamp()) - 3,
        "producer": f"stores/{STORE}",
    }
    return json.dumps({**payload, **changed}).encode()


def signed(raw: bytes, secret: str = SECRET, at: datetime = NOW, message_id: str = "msg_1") -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": timestamp,
        "Webhook-Signature": webhooks.sign(secret, message_id, timestamp, raw),
    }


def marked(topic: str = "store/order/updated", by: Account = WITHOUT_SECRET) -> dict[str, str]:
    return {webhooks.HOOK_HEADER: webhooks.hook_value(by, topic)}


def test_a_signed_hook_names_its_order() -> None:
    event = webhooks.verify(PASTED, signed(body()), body(), NOW)
    assert (event.external_id, event.topic, event.resource_id) == ("msg_1", "store/order/updated", "250")
    assert event.occurred_at == NOW - timedelta(seconds=3)
    assert event.subject is WebhookSubject.ORDER


def test_an_installed_apps_hooks_are_signed_with_the_apps_secret() -> None:
    assert webhooks.verify(INSTALLED, signed(body(), APP.client_secret), body(), NOW).resource_id == "250"
    with pytest.raises(ForgedWebhook):
        webhooks.verify(INSTALLED, signed(body(), SECRET), body(), NOW)
    with pytest.raises(ForgedWebhook):  # a pasted account has a client of its own
        webhooks.verify(PASTED, signed(body(), APP.client_secret), body(), NOW)


@pytest.mark.parametrize("given", [{}, {"webhook-signature": "v1,whatever"}])
def test_without_the_secret_the_hooks_own_header_proves_it(given: dict[str, str]) -> None:
    event = webhooks.verify(WITHOUT_SECRET, {**marked(), **given}, body(), NOW)
    assert event.resource_id == "250"
    assert (
        event.external_id == f"store/order/updated:dd70c0976e06b67aaf671e73f49dcb79230ebf9d:{NOW.timestamp() - 3:.0f}"
    )


def test_unsigned_hooks_of_older_days_are_taken_by_their_header_though_we_know_the_secret() -> None:
    assert webhooks.verify(PASTED, marked(by=PASTED), body(), NOW).resource_id == "250"


def test_two_changes_of_one_order_are_two_deliveries() -> None:
    later = body(created_at=int(NOW.timestamp()))
    events = [webhooks.verify(WITHOUT_SECRET, marked(), raw, NOW) for raw in (body(), body(), later)]
    assert [event.external_id for event in events].count(events[0].external_id) == 2
    assert events[2].external_id != events[0].external_id


TAMPERED = [
    ("nothing", {}, body()),
    ("another body", signed(body()), body(told={"type": "order", "id": 251})),
    ("another id", {**signed(body()), "Webhook-Id": "msg_2"}, body()),
    ("no id", {**signed(body()), "Webhook-Id": ""}, body()),
    ("another time", {**signed(body()), "Webhook-Timestamp": str(int(NOW.timestamp()) + 1)}, body()),
    ("another secret", signed(body(), "x" * 40), body()),
    ("another version", {**signed(body()), "Webhook-Signature": "v2,abc"}, body()),
    ("no words", {**signed(body()), "Webhook-Signature": "é"}, body()),
    ("a header beside a bad signature", {**signed(body(), "x" * 40), **marked(by=PASTED)}, body()),
    ("another topic's header", marked("store/order/created", PASTED), body()),
    ("a header of nothing", {webhooks.HOOK_HEADER: ""}, body()),
    ("unsigned nonsense", marked(by=PASTED), b"<html>"),
    ("an unsigned list", marked(by=PASTED), b"[]"),
]


@pytest.mark.parametrize(("headers", "raw"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED])
def test_a_forged_hook_is_refused(headers: dict[str, str], raw: bytes) -> None:
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(PASTED, headers, raw, NOW)
    assert caught.value.reason == "bad_signature"


def test_an_account_without_a_token_takes_no_header_as_proof() -> None:
    empty = account(secrets={})
    with pytest.raises(ForgedWebhook):
        webhooks.verify(empty, marked(by=empty), body(), NOW)


def test_one_of_several_signatures_is_enough() -> None:
    given = signed(body())
    given["Webhook-Signature"] = f"v1,AAAA {given['Webhook-Signature']}"
    assert webhooks.verify(PASTED, given, body(), NOW).resource_id == "250"


@pytest.mark.parametrize("age", [timedelta(hours=51), timedelta(hours=-2)])
def test_a_stale_hook_is_refused(age: timedelta) -> None:
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(PASTED, signed(body(), at=NOW - age), body(), NOW)
    assert caught.value.reason == "stale_webhook"
    raw = body(created_at=int((NOW - age).timestamp()))
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(WITHOUT_SECRET, marked(), raw, NOW)
    assert caught.value.reason == "stale_webhook"


def test_the_last_retry_is_not_stale() -> None:
    assert webhooks.verify(PASTED, signed(body(), at=NOW - timedelta(hours=49)), body(), NOW).resource_id == "250"


def test_another_stores_hook_is_refused() -> None:
    raw = body(producer="stores/another")
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(PASTED, signed(raw), raw, NOW)
    assert caught.value.reason == "wrong_shop"
    assert BigCommerceStore.addressee({}, raw) == "another"


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b"[" * 100_000, body(told="250"), body(told={"id": 2.5}), body(told={"id": 0}), body(scope="")],
)
def test_a_signed_hook_that_makes_no_sense_is_kept(raw: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        webhooks.verify(PASTED, signed(raw), raw, NOW)


@pytest.mark.parametrize(
    ("topic", "told", "order"),
    [
        ("store/order/statusUpdated", {"type": "order", "id": 250}, "250"),
        ("store/order/refund/created", {"type": "order", "id": 250, "refund": {"refund_id": 3}}, "250"),
        ("store/order/transaction/created", {"type": "transaction", "order_id": "250"}, "250"),
        ("store/shipment/created", {"type": "shipment", "id": 12, "orderId": 251}, "251"),
        ("store/channel/1/order/updated", {"order_id": 127}, "127"),
        ("store/order/created", {"type": "order", "id": 9_007_199_254_740_993}, "9007199254740993"),
        ("store/product/updated", {"type": "product", "id": 7}, ""),
    ],
)
def test_each_family_of_topics_names_its_order(topic: str, told: Any, order: str) -> None:
    raw = body(topic, told)
    assert webhooks.verify(PASTED, signed(raw), raw, NOW).resource_id == order


@pytest.mark.parametrize("topic", ["store/app/uninstalled", "store/information/updated"])
def test_news_about_the_connection(topic: str) -> None:
    raw = body(topic, {"type": "store"})
    event = webhooks.verify(PASTED, signed(raw), raw, NOW)
    assert (event.subject, event.resource_id) == (WebhookSubject.CONNECTION, "")


def callback(secret: str = APP.client_secret, algorithm: str = "HS256", **changed: Any) -> bytes:
    claims = {
        "aud": APP.client_id,
        "iss": "bc",
        "iat": int(NOW.timestamp()),
        "nbf": int(NOW.timestamp()) - 5,
        "exp": int(NOW.timestamp()) + 86_400,
        "jti": "c5f0bcf5-a504-4ae6-8dcc-0e40eaa5a070",
        "sub": f"stores/{STORE}",
        "user": {"id": 9876543, "email": "authorized_user@example.com", "locale": "en-US"},
        "owner": {"id": 7654321, "email": "owner@example.com"},
        "url": "/",
        "channel_id": None,
    }
    return jwt.encode({**claims, **changed}, secret, algorithm=algorithm).encode()


def test_the_uninstall_callback_is_about_the_connection() -> None:
    event = webhooks.verify(INSTALLED, {}, callback(), NOW)
    assert (event.external_id, event.topic) == ("c5f0bcf5-a504-4ae6-8dcc-0e40eaa5a070", "app/uninstall")
    assert event.subject is WebhookSubject.CONNECTION
    assert BigCommerceStore.addressee({}, callback()) == STORE


FORGED_CALLBACKS = [
    ("another secret", callback("y" * 64)),
    ("another algorithm", callback(algorithm="HS512")),
    ("no algorithm", callback("", "none")),
    ("another app", callback(aud="other")),
    ("another issuer", callback(iss="bcx")),
    ("another store", callback(sub="stores/other")),
    ("expired", callback(exp=int(NOW.timestamp()) - 1)),
    ("not a token", b"a.b.c"),
    ("not text", b"\xff.\xfe.\xfd"),
]


@pytest.mark.parametrize("raw", [case[1] for case in FORGED_CALLBACKS], ids=[case[0] for case in FORGED_CALLBACKS])
def test_a_forged_callback_is_refused(raw: bytes) -> None:
    with pytest.raises(ForgedWebhook):
        webhooks.verify(INSTALLED, {}, raw, NOW)


def test_without_an_app_there_is_no_callback() -> None:
    with pytest.raises(ForgedWebhook):
        webhooks.verify(account(app=PlatformApp()), {}, callback(), NOW)


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"a.b.c", b"\xff.\xfe.\xfd", b'{"producer": 7}'])
def test_a_message_that_names_no_store_has_no_addressee(raw: bytes) -> None:
    assert BigCommerceStore.addressee({}, raw) == ""
