"""Deliveries: genuine ones, and every forgery we know (the promises' A18)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from orderlane.connectors.stores.wix import webhooks
from orderlane.connectors.stores.wix.connector import WixStore
from orderlane.connectors.stores.wix.tests.examples import INSTANCE, NOW, ORDER, account, event, key_pair, signed
from orderlane.ports.accounts import Account, ForgedWebhook, UnreadableWebhook, WebhookEvent, WebhookSubject

PRIVATE, PUBLIC = key_pair("ours")
OTHER_PRIVATE, OTHER_PUBLIC = key_pair("another")


def verify(body: bytes, *public_keys: str, account_: Account | None = None) -> WebhookEvent:
    known = account_ or account("http://127.0.0.1:9", *(public_keys or (PUBLIC,)))
    return WixStore(known).verify_webhook({}, body, NOW)


def encoded(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_a_genuine_event_names_its_order() -> None:
    read = verify(signed(PRIVATE, event()))
    assert read.external_id == "162075ea-7271-411b-b555-de545e8e6f38"
    assert (read.topic, read.resource_id) == ("wix.ecom.v1.order_approved", ORDER)
    assert (read.occurred_at, read.subject) == (NOW - timedelta(minutes=1), WebhookSubject.ORDER)


def test_two_keys_hold_while_one_is_replaced() -> None:
    for private in (PRIVATE, OTHER_PRIVATE):
        assert verify(signed(private, event()), OTHER_PUBLIC, PUBLIC).resource_id == ORDER
    assert verify(signed(PRIVATE, event()), "not a key", PUBLIC).resource_id == ORDER


def test_a_token_without_times_is_judged_by_its_event() -> None:
    assert verify(signed(PRIVATE, event(), iat=None, exp=None)).resource_id == ORDER
    with pytest.raises(ForgedWebhook):
        verify(signed(PRIVATE, event(eventTime="2026-11-20T11:59:59Z"), iat=None, exp=None))


def test_a_redelivery_with_its_old_body_is_the_same_event() -> None:
    body = signed(PRIVATE, event(eventTime="2026-11-21T13:00:00Z"), iat=int(NOW.timestamp()) - 47 * 3600, exp=None)
    assert verify(body) == verify(body)


def forged() -> list[tuple[str, bytes, str]]:
    good = signed(PRIVATE, event()).decode()
    header, claims, signature = good.split(".")
    # A public key as the secret of an HMAC, by hand: PyJWT itself refuses to make such a token.
    hs256 = encoded({"alg": "HS256", "typ": "JWT"})
    mac = hmac.new(PUBLIC.encode(), f"{hs256}.{claims}".encode(), hashlib.sha256).digest()
    other_claims = signed(OTHER_PRIVATE, event(entityId=INSTANCE)).decode().split(".")[1]
    jwk = {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "jku": "https://evil.example/keys", "x5u": "https://e"}
    issued = int(NOW.timestamp())
    return [
        ("no algorithm", jwt.encode({"data": "{}", "iat": issued}, "", algorithm="none").encode(), "bad_signature"),
        ("no algorithm, signed claims", f"{encoded({'alg': 'none'})}.{claims}.".encode(), "bad_signature"),
        ("HS256 with the public key", f"{hs256}.{claims}.{encoded(mac)}".encode(), "bad_signature"),
        ("another key", signed(OTHER_PRIVATE, event()), "bad_signature"),
        ("a key of its own", signed(OTHER_PRIVATE, event(), headers=jwk), "bad_signature"),
        ("another algorithm", signed(PRIVATE, event(), "RS512"), "bad_signature"),
        ("other claims", f"{header}.{other_claims}.{signature}".encode(), "bad_signature"),
        ("no signature", f"{header}.{claims}.".encode(), "bad_signature"),
        ("a trailing byte", good.encode() + b"A", "bad_signature"),
        ("another instance", signed(PRIVATE, event(), instance=INSTANCE.replace("a", "b")), "wrong_shop"),
        ("no instance", signed(PRIVATE, event(), instance=None), "wrong_shop"),
        ("expired", signed(PRIVATE, event(), exp=issued - 1), "stale_webhook"),
        ("from the future", signed(PRIVATE, event(), iat=issued + 7200, exp=issued + 9000), "stale_webhook"),
        ("too old", signed(PRIVATE, event(), iat=issued - 73 * 3600), "stale_webhook"),
        ("an old event, signed anew", signed(PRIVATE, event(eventTime="2026-11-20T11:59:59Z")), "stale_webhook"),
        ("a coming event", signed(PRIVATE, event(eventTime="2026-11-23T13:00:01Z")), "stale_webhook"),
        ("a strange time", signed(PRIVATE, event(), iat=True), "stale_webhook"),
        ("an endless time", signed(PRIVATE, event(), iat=10**30), "stale_webhook"),
        ("an endless end", signed(PRIVATE, event(), exp=10**30), "stale_webhook"),
        ("nothing", b"", "bad_signature"),
        ("a page", b"<html>", "bad_signature"),
        ("JSON", b'{"instanceId": "x"}', "bad_signature"),
        ("not text", b"\xff\xfe.\xff.\xff", "bad_signature"),
    ]


@pytest.mark.parametrize(("name", "body", "reason"), forged(), ids=[name for name, _, _ in forged()])
def test_forgeries_are_refused(name: str, body: bytes, reason: str) -> None:
    with pytest.raises(ForgedWebhook) as caught:
        verify(body)
    assert caught.value.reason == reason


def test_without_a_key_of_ours_nothing_is_genuine() -> None:
    with pytest.raises(ForgedWebhook):
        verify(signed(PRIVATE, event()), account_=account())


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        (event(entityId="7"), {}),
        (event(entityId=None), {}),
        (event(id=None), {}),
        (event(id=7), {}),
        (event(), {"event_type": None}),
        (event(), {"event_type": ""}),
        (event(), {"data": "not JSON"}),
        (event(), {"data": "[1]"}),
        (event(), {"data": "[" * 200_000}),
        (event(), {"data": None}),
        (event(), {"data": json.dumps({"instanceId": INSTANCE, "eventType": "x", "data": "{"})}),
        (event(), {"data": json.dumps({"instanceId": INSTANCE, "eventType": "x"})}),
    ],
)
def test_a_well_signed_body_that_makes_no_sense_is_unreadable(content: dict[str, Any], changed: dict[str, Any]) -> None:
    with pytest.raises(UnreadableWebhook):
        verify(signed(PRIVATE, content, **changed))


def test_events_about_parts_of_an_order_name_the_order() -> None:
    for entity in ("wix.ecom.v1.fulfillments", "wix.ecom.v1.order_transactions"):
        named = {"updatedEvent": {"currentEntity": {"orderId": ORDER.upper()}}}
        assert webhooks.order_id(event(entityFqdn=entity, entityId="other", **named)) == ORDER
        assert webhooks.order_id(event(entityFqdn=entity, updatedEvent={"currentEntity": {}})) == ORDER
    assert webhooks.order_id(event(entityFqdn="wix.brand.new", entityId="?")) == ""


def test_a_removed_app_is_about_the_connection_and_a_second_removal_is_another_event() -> None:
    removed = signed(PRIVATE, {"appId": "x"}, event_type="AppRemoved")
    later = signed(PRIVATE, {"appId": "x"}, event_type="AppRemoved", iat=int(NOW.timestamp()))
    first = verify(removed)
    assert (first.topic, first.resource_id, first.subject) == ("AppRemoved", "", WebhookSubject.CONNECTION)
    assert verify(removed).external_id == first.external_id
    assert verify(later).external_id != first.external_id


def test_an_anonymization_is_noted() -> None:
    read = verify(signed(PRIVATE, event(triggeredByAnonymizeRequest=True), event_type="wix.ecom.v1.order_updated"))
    assert (read.topic, read.resource_id) == ("wix.ecom.v1.order_updated (anonymize)", ORDER)


def test_the_common_door_reads_the_instance_of_anything() -> None:
    assert WixStore.addressee({}, signed(OTHER_PRIVATE, event())) == INSTANCE
    assert WixStore.addressee({}, signed(PRIVATE, event(), instance=INSTANCE.upper())) == INSTANCE
    nonsense = [b"", b"a.b.c", b"<html>", b"\xff" * 50, b"." * 10_000, signed(PRIVATE, event(), instance="../x")]
    nonsense += [signed(PRIVATE, event(), data="[" * 200_000), signed(PRIVATE, event(), data=None)]
    assert [WixStore.addressee({}, body) for body in nonsense] == [""] * len(nonsense)
