"""Forged, stale, misdirected and unreadable webhooks, and what a good one says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from orderlane.connectors.stores.shopify import webhooks
from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.shopify.tests.examples import ORDER, SHOP, account
from orderlane.ports.accounts import ForgedWebhook, PlatformApp, UnreadableWebhook, WebhookEvent, WebhookSubject

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BODY = b'{"id": 6001001, "note": "\xc3\xa9"}'


def headers(body: bytes = BODY, secret: str = "current", **changed: str) -> dict[str, str]:
    values = {
        "topic": "orders/updated",
        "hmac-sha256": webhooks.sign(secret, body),
        "shop-domain": SHOP,
        "webhook-id": "w-1",
        "triggered-at": "2026-11-23T11:59:00Z",
    }
    values |= {name.replace("_", "-"): value for name, value in changed.items()}
    return {f"X-Shopify-{name}": value for name, value in values.items() if value}


def test_a_good_webhook_names_the_order_to_fetch() -> None:
    expected = WebhookEvent("w-1", "orders/updated", ORDER, datetime(2026, 11, 23, 11, 59, tzinfo=UTC))
    assert webhooks.verify(account(), headers(), BODY, NOW) == expected
    upper = {name.upper(): value for name, value in headers(shop_domain=SHOP.upper()).items()}
    assert webhooks.verify(account(), upper, BODY, NOW) == expected


def test_both_secrets_count_during_rotation() -> None:
    rotating = account(webhook_secret_previous="previous")
    assert webhooks.verify(rotating, headers(secret="previous"), BODY, NOW).external_id == "w-1"
    assert webhooks.verify(rotating, headers(secret="current"), BODY, NOW).external_id == "w-1"
    with pytest.raises(ForgedWebhook):
        webhooks.verify(account(), headers(secret="previous"), BODY, NOW)


def test_the_apps_own_secret_signs_too() -> None:
    installed = replace(account(webhook_secret=""), app=PlatformApp("client", "of the app"))
    assert webhooks.verify(installed, headers(secret="of the app"), BODY, NOW).external_id == "w-1"
    with pytest.raises(ForgedWebhook):
        webhooks.verify(account(webhook_secret=""), headers(secret="of the app"), BODY, NOW)


@pytest.mark.parametrize(
    ("topic", "subject"),
    [
        ("orders/updated", WebhookSubject.ORDER),
        ("refunds/create", WebhookSubject.ORDER),
        ("fulfillments/update", WebhookSubject.ORDER),
        ("fulfillment_orders/cancellation_request_submitted", WebhookSubject.FULFILLMENT_REQUEST),
        ("fulfillment_order_notification", WebhookSubject.FULFILLMENT_REQUEST),
        ("app/scopes_update", WebhookSubject.CONNECTION),
        ("app/uninstalled", WebhookSubject.CONNECTION),
    ],
)
def test_every_topic_has_a_subject(topic: str, subject: WebhookSubject) -> None:
    assert webhooks.subject_of(topic) is subject


def test_an_app_wide_message_names_its_shop() -> None:
    assert ShopifyStore.addressee(headers(shop_domain=SHOP.upper()), BODY) == SHOP
    assert ShopifyStore.addressee(headers(shop_domain="evil.example"), BODY) == ""
    assert ShopifyStore.addressee({}, BODY) == ""


@pytest.mark.parametrize("signature", ["", "AAAA", "é", webhooks.sign("", BODY), webhooks.sign("other", BODY)])
def test_a_wrong_signature_is_forged(signature: str) -> None:
    for secrets in ({}, {"webhook_secret": ""}, {"webhook_secret_previous": ""}):
        with pytest.raises(ForgedWebhook) as caught:
            webhooks.verify(account(**secrets), headers(hmac_sha256=signature), BODY, NOW)
        assert caught.value.reason == "bad_signature"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"shop_domain": "other.myshopify.com"}, "wrong_shop"),
        ({"shop_domain": ""}, "wrong_shop"),
        ({"triggered_at": "2026-11-21T11:59:59Z"}, "stale_webhook"),
        ({"triggered_at": "2026-11-23T13:00:01Z"}, "stale_webhook"),
    ],
)
def test_a_wrong_shop_or_time_is_forged(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(ForgedWebhook) as caught:
        webhooks.verify(account(), headers(**changed), BODY, NOW)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[1]",
        b"null",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"id": 6001001.0}',
        b'{"id": true}',
        b'{"id": -1}',
        b'{"id": 18446744073709551616}',
        b"{}",
    ],
)
def test_a_well_signed_body_that_names_no_order_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        webhooks.verify(account(), headers(body), body, NOW)


def test_a_delivery_without_id_or_topic_is_unreadable() -> None:
    broken: list[dict[str, Any]] = [{"webhook_id": ""}, {"topic": ""}]
    for changed in broken:
        with pytest.raises(UnreadableWebhook):
            webhooks.verify(account(), headers(**changed), BODY, NOW)


@pytest.mark.parametrize(
    ("topic", "payload", "order"),
    [
        ("orders/create", {"id": 6001001}, ORDER),
        ("orders/delete", {"id": "6001001"}, ORDER),
        ("orders/edited", {"order_edit": {"order_id": 6001001}}, ORDER),
        ("fulfillments/update", {"id": 5, "order_id": 6001001}, ORDER),
        ("refunds/create", {"id": 5, "order_id": 6001001}, ORDER),
        ("fulfillment_orders/order_routing_complete", {"fulfillment_order": {"id": "gid://x"}}, ""),
        ("app/uninstalled", {"id": 5}, ""),
        ("brand/new", {"id": 5}, ""),
    ],
)
def test_where_each_topic_names_its_order(topic: str, payload: dict[str, Any], order: str) -> None:
    assert webhooks.order_gid(topic, payload) == order


def test_pings_of_a_fulfillment_service_are_never_duplicates_of_each_other() -> None:
    body = b'{"kind":"FULFILLMENT_REQUEST"}'
    given = headers(body, topic="", webhook_id="", triggered_at="")
    event = webhooks.verify(account(), given, body, NOW)
    assert event == WebhookEvent(
        "ping-2026-11-23T12:00:00+00:00",
        "fulfillment_order_notification",
        subject=WebhookSubject.FULFILLMENT_REQUEST,
    )
