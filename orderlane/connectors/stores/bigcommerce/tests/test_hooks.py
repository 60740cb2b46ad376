"""Hooks against the simulator: made, verified, switched off and on again, withdrawn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from orderlane.connectors.stores.bigcommerce.connector import SCOPES, BigCommerceStore
from orderlane.connectors.stores.bigcommerce.tests.wire import MUG, Bench, eventually
from orderlane.connectors.tests.loopback import Answer, Loopback, loopback
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.accounts import Account, ForgedWebhook
from sandbox.bigcommerce.seed import RETAILER, SUPPLIER
from sandbox.core.settings import SandboxSettings
from sandbox.serving import running_sandbox


@pytest.fixture
def bench() -> Iterator[Bench]:
    # Forty-eight hours of retries in a third of a second.
    with running_sandbox(SandboxSettings(instant=True, speed=500_000)) as running:
        yield Bench(running)


@pytest.fixture
def door() -> Iterator[Loopback]:
    with loopback(lambda _: Answer()) as server:
        yield server


def topics(bench: Bench) -> list[str]:
    found = httpx.get(f"{bench.url}/bigcommerce/{RETAILER}/_sandbox/subscriptions").json()["subscriptions"]
    return sorted(one["topic"] for one in found)


def test_hooks_are_made_once_verified_and_name_the_order(bench: Bench, door: Loopback) -> None:
    assert bench.store.subscribe(f"{door.url}/hooks/1") == list(SCOPES)
    assert bench.store.subscribe(f"{door.url}/hooks/1") == []
    assert topics(bench) == sorted(SCOPES)
    number = bench.bought(paid=False)
    bench.press(f"orders/{number}/pay")
    bench.press(f"orders/{number}/ship", lines={MUG: 1})
    bench.press(f"orders/{number}/refund", lines={MUG: 1})
    bench.press(f"orders/{number}/delete")
    eventually(lambda: len(door.received) >= 10)
    now = datetime.now(UTC)
    events = [bench.store.verify_webhook(one.headers, one.body, now) for one in door.received]
    assert {event.resource_id for event in events} == {number}
    assert len({event.external_id for event in events}) == len(events)
    assert {event.topic for event in events} == {
        "store/order/created",
        "store/order/updated",
        "store/order/statusUpdated",
        "store/order/archived",
        "store/order/refund/created",
        "store/shipment/created",
    }
    assert {BigCommerceStore.addressee(one.headers, one.body) for one in door.received} == {RETAILER}


def test_without_the_client_secret_the_header_of_each_hook_proves_it(bench: Bench, door: Loopback) -> None:
    there = bench.account(RETAILER)
    bare = BigCommerceStore(
        Account(RETAILER, there.api_url, {"access_token": there.secrets["access_token"]}),
    )
    bare.subscribe(f"{door.url}/hooks/1")
    number = bench.bought()
    (call,) = eventually(lambda: door.received)
    assert bare.verify_webhook(call.headers, call.body, datetime.now(UTC)).resource_id == number
    stranger = BigCommerceStore(bench.account(SUPPLIER))
    with pytest.raises(ForgedWebhook):
        stranger.verify_webhook(call.headers, call.body, datetime.now(UTC))
    with pytest.raises(ForgedWebhook):
        bare.verify_webhook({**call.headers, "x-orderlane-hook": "0" * 64}, call.body, datetime.now(UTC))


def test_a_rotated_secret_makes_old_accounts_deaf_not_gullible(bench: Bench, door: Loopback) -> None:
    bench.store.subscribe(f"{door.url}/hooks/1")
    bench.press("rotate_secret", secret="a fresh client secret of the API account")
    bench.bought()
    (call,) = eventually(lambda: door.received)
    with pytest.raises(ForgedWebhook):
        bench.store.verify_webhook(call.headers, call.body, datetime.now(UTC))
    fresh = BigCommerceStore(bench.account(RETAILER, client_secret="a fresh client secret of the API account"))
    assert fresh.verify_webhook(call.headers, call.body, datetime.now(UTC)).resource_id


def test_a_hook_that_was_switched_off_is_switched_on_again(bench: Bench) -> None:
    with loopback(lambda _: Answer(500)) as broken:
        callback = f"{broken.url}/hooks/1"
        bench.store.subscribe(callback)
        bench.bought()
        eventually(lambda: not all(one.active for one in bench.store.registrations(callback)))
        assert len(broken.received) == 12  # once, and eleven retries
        assert len({one.headers["webhook-id"] for one in broken.received}) == 1
        off = [one.name for one in bench.store.registrations(callback) if not one.active]
        assert off == ["store/order/created"]
        assert bench.store.subscribe(callback) == off
        assert all(one.active for one in bench.store.registrations(callback))


def test_a_new_token_brings_the_hooks_headers_up_to_date(bench: Bench, door: Loopback) -> None:
    callback = f"{door.url}/hooks/1"
    bench.store.subscribe(callback)
    (hook,) = [one for one in bench.store.registrations(callback) if one.name == "store/order/created"]
    there = bench.account(RETAILER)
    httpx.put(
        f"{there.api_url}/v3/hooks/{hook.external_id}",
        json={"headers": {"X-Orderlane-Hook": "of an older token"}},
        headers={"X-Auth-Token": there.secrets["access_token"]},
    )
    assert bench.store.subscribe(callback) == ["store/order/created"]


def test_withdrawing_leaves_nothing_and_touches_nobody_elses(bench: Bench, door: Loopback) -> None:
    mine, other = f"{door.url}/hooks/1", f"{door.url}/hooks/2"
    bench.store.subscribe(mine)
    bench.store.subscribe(other)
    assert len(bench.store.registrations(mine)) == len(SCOPES)
    bench.store.withdraw(mine)
    bench.store.withdraw(mine)
    assert bench.store.registrations(mine) == []
    assert len(bench.store.registrations(other)) == len(SCOPES)
    bench.bought()
    eventually(lambda: door.received)
    time.sleep(0.1)
    assert {one.path for one in door.received} == {"/hooks/2"}


def test_an_eleventh_connection_is_refused_with_its_topics(bench: Bench) -> None:
    for n in range(10):
        bench.store.subscribe(f"https://orderlane.example/hooks/{n}")
    with pytest.raises(NeedsAttention) as caught:
        bench.store.subscribe("https://orderlane.example/hooks/10")
    assert (caught.value.reason, caught.value.params["topics"]) == ("subscription_refused", list(SCOPES))


def test_a_hook_deleted_meanwhile_does_not_stop_a_withdrawal(bench: Bench) -> None:
    callback = "https://orderlane.example/hooks/1"
    bench.store.subscribe(callback)
    bench.arm("deleteWebhook", "500_after")
    with pytest.raises(Exception, match="HTTP 500"):
        bench.store.withdraw(callback)
    bench.store.withdraw(callback)
    assert bench.store.registrations(callback) == []


def test_what_the_platform_does_not_have(bench: Bench) -> None:
    bench.store.offer_fulfillment("https://orderlane.example/hooks/1")
    assert list(bench.store.requested_work()) == []
    assert bench.store.renew_secrets(datetime.now(UTC)) is None
    assert topics(bench) == []
