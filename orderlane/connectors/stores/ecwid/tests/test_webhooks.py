"""Forged, stale, misdirected, replayed and unreadable webhooks, and what a good one says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orderlane.connectors.stores.ecwid import webhooks
from orderlane.connectors.stores.ecwid.connector import EcwidStore
from orderlane.connectors.stores.ecwid.tests.examples import STORE, account
from orderlane.ports.accounts import ForgedWebhook, UnreadableWebhook, WebhookEvent, WebhookSubject

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CREATED = int(NOW.timestamp()) - 60
EVENT = "80aece08-40e8-4145-8764-6c2f0d38678"


def message(**changed: Any) -> bytes:
    told = {
        "eventId": EVENT,
        "eventCreated": CREATED,
        "storeId": 1003,
        "entityId": 103878161,
        "eventType": "order.updated",
        "data": {"orderId": "XJ12H", "newPaymentStatus": "PAID"},
    }
    return json.dumps({key: value for key, value in {**told, **changed}.items() if value is not None}).encode()


def headers(secret: str = "current", created: object = CREATED, event_id: str = EVENT) -> dict[str, str]:
    return {"X-Ecwid-Webhook-Signature": webhooks.sign(secret, str(created), event_id)}


def test_a_good_webhook_names_the_order_to_fetch() -> None:
    expected = WebhookEvent(EVENT, "order.updated", "XJ12H", datetime.fromtimestamp(CREATED, UTC))
    store = EcwidStore(account())
    assert store.verify_webhook(headers(), message(), NOW) == expected
    upper = {name.upper(): value for name, value in headers().items()}
    assert store.verify_webhook(upper, message(), NOW) == expected
    assert EcwidStore.addressee({}, message()) == STORE


def test_the_secret_may_be_pasted_rotated_or_the_apps_own() -> None:
    for known in (account(webhook_secret_previous="old"), account(webhook_secret="", app_secret="old")):
        assert webhooks.verify(known, headers("old"), message(), NOW).external_id == EVENT
    with pytest.raises(ForgedWebhook):
        webhooks.verify(account(), headers("old"), message(), NOW)


@pytest.mark.parametrize("signature", ["", "AAAA", "é", webhooks.sign("", str(CREATED), EVENT)])
def test_a_wrong_signature_is_forged(signature: str) -> None:
    for known in (account(), account(webhook_secret=""), account(webhook_secret="", app_secret="")):
        with pytest.raises(ForgedWebhook) as caught:
            webhooks.verify(known, {webhooks.SIGNATURE: signature}, message(), NOW)
        assert caught.value.reason == "bad_signature"


@pytest.mark.parametrize(
    "changed", [{"eventId": "another"}, {"eventCreated": CREATED + 1}, {"eventId": None}, {"eventCreated": None}]
)
def test_what_is_signed_cannot_be_changed(changed: dict[str, Any]) -> None:
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(account(), headers(), message(**changed), NOW)
    assert caught.value.reason == "bad_signature"


def test_what_is_not_signed_can_be_changed_and_is_only_ever_fetched() -> None:
    """A replay with another order holds, as it must: it costs one fetch and is stored under the same event."""
    replayed = webhooks.verify(account(), headers(), message(data={"orderId": "OTHER"}), NOW)
    assert (replayed.external_id, replayed.resource_id) == (EVENT, "OTHER")
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(account(), headers(), message(storeId=1004), NOW)
    assert caught.value.reason == "wrong_shop"


@pytest.mark.parametrize(
    "away", [timedelta(hours=-27), timedelta(hours=2), timedelta(days=-20_000), timedelta(days=10**6)]
)
def test_stale_and_early_messages_are_refused(away: timedelta) -> None:
    created = max(0, int(NOW.timestamp() + away.total_seconds()))
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(account(), headers(created=created), message(eventCreated=created), NOW)
    assert caught.value.reason == "stale_webhook"


def test_the_last_retry_still_counts() -> None:
    created = int((NOW - timedelta(hours=24)).timestamp())
    assert webhooks.verify(account(), headers(created=created), message(eventCreated=created), NOW).topic


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"null", b"\xff\xfe", b"[" * 200_000, b'{"eventId": 5}'])
def test_a_body_without_what_could_be_signed_is_forged(body: bytes) -> None:
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(account(), headers(), body, NOW)
    assert caught.value.reason == "bad_signature"
    assert EcwidStore.addressee({}, body) == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"eventType": None},
        {"eventType": 5},
        {"data": None, "entityId": None},
        {"data": {"orderId": 5}},
        {"data": {}, "entityId": 10.5},
        {"data": {}, "entityId": -1},
        {"data": {}, "entityId": "x"},
        {"storeId": 1003.0},
    ],
)
def test_a_well_signed_message_that_makes_no_sense_is_unreadable(changed: dict[str, Any]) -> None:
    with pytest.raises(UnreadableWebhook):
        webhooks.verify(account(), headers(), message(**changed), NOW)


@pytest.mark.parametrize(
    ("changed", "resource", "subject"),
    [
        ({"eventType": "order.deleted", "data": None}, "103878161", WebhookSubject.ORDER),
        ({"eventType": "unfinished_order.created"}, "XJ12H", WebhookSubject.ORDER),
        ({"eventType": "application.uninstalled", "entityId": "1003", "data": None}, "", WebhookSubject.CONNECTION),
        ({"eventType": "application.subscriptionStatusChanged"}, "", WebhookSubject.CONNECTION),
        ({"eventType": "customer.personal_data_removal_request"}, "", WebhookSubject.ORDER),
        ({"eventType": "brand.new"}, "", WebhookSubject.ORDER),
        ({"storeId": "1003"}, "XJ12H", WebhookSubject.ORDER),
    ],
)
def test_what_each_topic_is_about(changed: dict[str, Any], resource: str, subject: WebhookSubject) -> None:
    event = webhooks.verify(account(), headers(), message(**changed), NOW)
    assert (event.resource_id, event.subject) == (resource, subject)
