"""Webhooks: what holds, what does not, and the shop's own habits with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from time import monotonic, sleep

import pytest

from orderlane.connectors.stores.woocommerce import webhooks
from orderlane.connectors.stores.woocommerce.connector import WooCommerceStore
from orderlane.connectors.stores.woocommerce.tests.simulator import RETAILER, SUPPLIER, Simulator, account_at
from orderlane.connectors.tests.loopback import Answer, Loopback, Received, loopback
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.accounts import ForgedWebhook, UnreadableWebhook
from orderlane.ports.stores import Registration

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BODY = json.dumps({"id": 700042, "status": "processing"}).encode()
ACCOUNT = account_at("https://laine.example")


def headers(
    body: bytes = BODY, topic: str = "order.updated", delivery: str = "d1", signature: str | None = None
) -> dict[str, str]:
    genuine = webhooks.sign(webhooks.secret_of(ACCOUNT), body)
    return {
        "X-WC-Webhook-Signature": genuine if signature is None else signature,
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Delivery-ID": delivery,
    }


def test_a_genuine_message_names_the_order() -> None:
    store = WooCommerceStore(ACCOUNT)
    event = store.verify_webhook(headers(), BODY, NOW)
    assert (event.topic, event.resource_id) == ("order.updated", "700042")
    # Nothing tells the age of a message; sent again it is the same message.
    assert store.verify_webhook(headers(), BODY, datetime(2036, 1, 1, tzinfo=UTC)) == event
    assert store.verify_webhook({name.lower(): value for name, value in headers().items()}, BODY, NOW) == event


def test_two_orders_of_one_second_are_two_messages_though_their_delivery_id_is_one() -> None:
    other = json.dumps({"id": 700043}).encode()
    store = WooCommerceStore(ACCOUNT)
    first, second = (store.verify_webhook(headers(body), body, NOW) for body in (BODY, other))
    assert first.external_id != second.external_id
    assert (first.resource_id, second.resource_id) == ("700042", "700043")


@pytest.mark.parametrize(
    ("told", "body"),
    [
        (headers(), BODY + b" "),
        (headers(), BODY.replace(b"700042", b"700043")),
        (headers(signature=""), BODY),
        (headers(signature="é"), BODY),
        ({}, BODY),
        ({}, b"webhook_id=1&more=2"),
        ({}, b"webhook_id=x"),
    ],
)
def test_what_is_not_signed_is_refused(told: Mapping[str, str], body: bytes) -> None:
    with pytest.raises(ForgedWebhook):
        WooCommerceStore(ACCOUNT).verify_webhook(told, body, NOW)


def test_another_shops_message_and_one_for_other_keys_are_refused() -> None:
    others = [
        account_at("https://laine.example", "autre.example"),
        type(ACCOUNT)(ACCOUNT.external_id, ACCOUNT.api_url, {**ACCOUNT.secrets, "consumer_secret": "cs_other_secret"}),
        type(ACCOUNT)(ACCOUNT.external_id, ACCOUNT.api_url, {}),
    ]
    for other in others:
        with pytest.raises(ForgedWebhook):
            WooCommerceStore(other).verify_webhook(headers(), BODY, NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"id": 0}', b'{"id": 1.5}', b'{"id": "x"}', b"[" * 100_000])
def test_a_signed_message_that_cannot_be_read_is_kept(body: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        WooCommerceStore(ACCOUNT).verify_webhook(headers(body), body, NOW)


def test_a_message_without_topic_or_delivery_is_kept_and_other_topics_name_no_order() -> None:
    store = WooCommerceStore(ACCOUNT)
    for told in (headers(topic=""), headers(delivery="")):
        with pytest.raises(UnreadableWebhook):
            store.verify_webhook(told, BODY, NOW)
    assert store.verify_webhook(headers(topic="product.updated"), BODY, NOW).resource_id == ""
    deleted = b'{"id": "700042"}'
    assert store.verify_webhook(headers(deleted, "order.deleted"), deleted, NOW).resource_id == "700042"


def test_every_ping_is_one_harmless_message() -> None:
    store = WooCommerceStore(ACCOUNT)
    pings = {store.verify_webhook({}, b"webhook_id=%d" % number, NOW) for number in (1, 2)}
    (ping,) = pings
    assert (ping.external_id, ping.topic, ping.resource_id) == ("ping", "ping", "")


def test_the_secret_of_a_store_does_not_give_its_keys_away() -> None:
    secret = webhooks.secret_of(ACCOUNT)
    assert len(secret) == 64
    assert ACCOUNT.secrets["consumer_secret"] not in secret
    assert secret != webhooks.secret_of(account_at("https://laine.example", "autre.example"))


# With the simulator


@pytest.fixture
def door() -> Iterator[Loopback]:
    with loopback(lambda _: Answer()) as listening:
        yield listening


def eventually(look: Callable[[], object]) -> None:
    until = monotonic() + 5
    while not look():
        assert monotonic() < until, "it did not happen in time"
        sleep(0.02)


def messages(door: Loopback, topic: str) -> list[Received]:
    return [each for each in door.received if each.headers.get("x-wc-webhook-topic", "ping") == topic]


def test_the_shop_is_subscribed_once_and_what_it_sends_is_understood(simulator: Simulator, door: Loopback) -> None:
    store, callback = simulator.store(), f"{door.url}/hooks/stores/1"
    assert list(store.subscribe(callback)) == list(webhooks.TOPICS)
    assert list(store.subscribe(callback)) == []
    assert [hook["topic"] for hook in simulator.hooks(RETAILER)] == list(webhooks.TOPICS)
    eventually(lambda: len(messages(door, "ping")) == 4)
    for ping in messages(door, "ping"):
        assert store.verify_webhook(ping.headers, ping.body, NOW).external_id == "ping"
    number = simulator.bought()
    simulator.act(RETAILER, number, "edit", note="Deuxième étage")
    simulator.act(RETAILER, number, "delete")
    simulator.act(RETAILER, number, "restore")
    for topic in webhooks.TOPICS:
        eventually(partial(messages, door, topic))
        told = messages(door, topic)[0]
        event = store.verify_webhook(told.headers, told.body, NOW)
        assert (event.topic, event.resource_id) == (topic, number)
        with pytest.raises(ForgedWebhook):
            simulator.store(SUPPLIER).verify_webhook(told.headers, told.body, NOW)


def test_what_was_switched_off_or_removed_is_mended(simulator: Simulator) -> None:
    with loopback(lambda _: Answer(500)) as broken:
        callback = f"{broken.url}/hooks/stores/1"
        store = simulator.store()
        store.subscribe(callback)
        for _ in range(7):
            simulator.bought()
        eventually(lambda: any(not hook["active"] for hook in simulator.hooks(RETAILER)))
        assert Registration("webhook", "order.created", store.registrations(callback)[0].external_id, False) in list(
            store.registrations(callback)
        )
        assert list(store.subscribe(callback)) == ["order.created"]
        assert all(hook["active"] for hook in simulator.hooks(RETAILER))


def test_new_keys_renew_the_secret_of_the_webhooks_that_are_there(simulator: Simulator, door: Loopback) -> None:
    callback = f"{door.url}/hooks/stores/1"
    before = simulator.store()
    before.subscribe(callback)
    ids = [hook["id"] for hook in simulator.hooks(RETAILER)]
    keys = {"consumer_key": "ck_sandbox_renewed", "consumer_secret": "cs_sandbox_renewed"}
    simulator.press(RETAILER, "keys", **keys)
    after = WooCommerceStore(simulator.account(RETAILER, **keys))
    assert list(after.subscribe(callback)) == list(webhooks.TOPICS)
    assert list(after.subscribe(callback)) == []
    assert [hook["id"] for hook in simulator.hooks(RETAILER)] == ids
    number = simulator.bought()
    eventually(lambda: messages(door, "order.created"))
    told = messages(door, "order.created")[0]
    assert after.verify_webhook(told.headers, told.body, NOW).resource_id == number
    with pytest.raises(ForgedWebhook):
        before.verify_webhook(told.headers, told.body, NOW)


def test_doubles_are_removed_and_withdrawing_takes_ours_alone(simulator: Simulator, door: Loopback) -> None:
    store = simulator.store()
    ours, others = f"{door.url}/hooks/stores/1", f"{door.url}/hooks/stores/2"
    store.subscribe(ours)
    store.subscribe(others)
    client = store._client
    double = {"topic": "order.created", "delivery_url": ours, "name": "Double"}
    client.write("POST", "/webhooks", double)
    assert len(store.registrations(ours)) == 5
    assert list(store.subscribe(ours)) == []
    assert {(row.kind, row.name, row.active) for row in store.registrations(ours)} == {
        ("webhook", topic, True) for topic in webhooks.TOPICS
    }
    for _ in range(2):
        store.withdraw(ours)
    assert store.registrations(ours) == []
    assert len(store.registrations(others)) == 4


def test_a_shop_that_makes_a_webhook_and_leaves_it_off_is_noticed() -> None:
    def answer(request: Received) -> Answer:
        if request.method == "GET":
            return Answer(200, [])
        return Answer(201, {"id": 1, "status": "disabled"})

    with loopback(answer) as shop, pytest.raises(NeedsAttention) as caught:
        WooCommerceStore(account_at(shop.url)).subscribe("https://orderlane.example/hooks/stores/1")
    assert caught.value.reason == "subscription_refused"
