"""Installing the app and keeping its tokens alive, against the shipped simulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.shopify.install import ShopifyInstall, sign_query
from orderlane.connectors.stores.shopify.scopes import ASKED
from orderlane.connectors.tests.loopback import Answer, loopback
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.accounts import Account, PlatformApp
from orderlane.ports.installs import InstallRefused
from sandbox.core.settings import SandboxSettings
from sandbox.seed import CLIENT_ID, CLIENT_SECRET
from sandbox.serving import RunningSandbox, running_sandbox

SHOP = "northwind-outdoor.myshopify.com"
BACK = "http://127.0.0.1:9/stores/installed"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxSettings(instant=True)) as running:
        yield running


@pytest.fixture
def install(sandbox: RunningSandbox) -> ShopifyInstall:
    assert httpx.post(f"{sandbox.url}/reset").is_success
    return ShopifyInstall(app_of(sandbox))


def app_of(sandbox: RunningSandbox) -> PlatformApp:
    return PlatformApp(CLIENT_ID, CLIENT_SECRET, auth_url=f"{sandbox.url}/shopify/{{domain}}")


def agree(install: ShopifyInstall, state: str = "state-1") -> dict[str, str]:
    """The merchant's browser: to the shop's page, a press on *Install app*, and back with a query."""
    address = install.authorize_url({"external_id": SHOP}, state, BACK)
    asked = httpx.get(address)
    assert asked.status_code == 200, asked.text
    assert all(f"<code>{scope}</code>" in asked.text for scope in ASKED)
    sent = httpx.post(address)
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].startswith(BACK + "?")
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))


def installed(sandbox: RunningSandbox, install: ShopifyInstall) -> Account:
    brought = install.finish(agree(install), BACK, datetime.now(UTC))
    return Account(brought.external_id, f"{sandbox.url}/shopify/{SHOP}", brought.secrets, app=app_of(sandbox))


def press(sandbox: RunningSandbox, verb: str) -> None:
    assert httpx.post(f"{sandbox.url}/shopify/{SHOP}/_sandbox/{verb}", json={}).is_success


def test_an_installed_shop_is_opened_by_what_came_back(sandbox: RunningSandbox, install: ShopifyInstall) -> None:
    query = agree(install)
    assert query["state"] == "state-1"
    brought = install.finish(query, BACK, datetime.now(UTC))
    assert brought.external_id == SHOP
    assert brought.secrets.keys() == {"access_token", "refresh_token", "access_expires_at", "refresh_expires_at"}
    account = Account(SHOP, f"{sandbox.url}/shopify/{SHOP}", brought.secrets)
    assert ShopifyStore(account).identify().external_id == SHOP
    with pytest.raises(Declined) as caught:  # a code works once
        install.finish(query, BACK, datetime.now(UTC))
    assert caught.value.reason == "install_code_refused"


def test_the_official_example_of_a_signed_query() -> None:
    query = {
        "code": "0907a61c0c8d55e99db179b68161bc00",
        "shop": "some-shop.myshopify.com",
        "state": "0.6784241404160823",
        "timestamp": "1337178173",
        "hmac": "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf",
    }
    assert sign_query("hush", query) == query["hmac"]


def signed(**changed: str) -> dict[str, str]:
    query = {"code": "c", "shop": SHOP, "state": "s", "timestamp": str(int(NOW.timestamp())), **changed}
    return {**query, "hmac": sign_query("secret", query)}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({**signed(), "shop": "other.myshopify.com"}, "install_bad_signature"),
        ({**signed(), "hmac": "é"}, "install_bad_signature"),
        ({}, "install_bad_signature"),
        (signed(timestamp=str(int(NOW.timestamp()) - 91)), "install_stale"),
        (signed(timestamp=str(int(NOW.timestamp()) + 91)), "install_stale"),
        (signed(timestamp="now"), "install_stale"),
        (signed(shop="evil.example/.myshopify.com"), "install_bad_shop"),
        (signed(shop=f"{SHOP}\n"), "install_bad_shop"),
        (signed(code=""), "install_no_code"),
    ],
)
def test_a_query_that_is_not_the_shops_is_refused_and_nobody_is_called(query: dict[str, str], reason: str) -> None:
    with loopback(lambda _: Answer()) as nobody:
        flow = ShopifyInstall(PlatformApp("client", "secret", auth_url=nobody.url))
        with pytest.raises(InstallRefused) as caught:
            flow.finish(query, BACK, NOW)
        assert nobody.received == []
    assert caught.value.reason == reason


def test_without_a_secret_nothing_is_signed() -> None:
    query = {"code": "c", "shop": SHOP, "timestamp": str(int(NOW.timestamp()))}
    with pytest.raises(InstallRefused):
        ShopifyInstall(PlatformApp()).finish({**query, "hmac": sign_query("", query)}, BACK, NOW)


@pytest.mark.parametrize("domain", ["", "Northwind.myshopify.com", "a.myshopify.com.evil.example", "-a.myshopify.com"])
def test_only_a_shops_domain_is_asked(install: ShopifyInstall, domain: str) -> None:
    with pytest.raises(InstallRefused):
        install.authorize_url({"external_id": domain}, "s", BACK)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (Answer(401, {"error": "invalid_client"}), NeedsAttention, "app_refused"),
        (Answer(400, {"error": "invalid_request"}), Declined, "install_code_refused"),
        (Answer(404, {}), NeedsAttention, "shop_not_found"),
        (Answer(hang_up=True), OutcomeUnknown, "no_clear_answer"),
        (Answer(payload={"access_token": 7}), NeedsAttention, "unreadable_answer"),
        (Answer(payload={"access_token": "a", "refresh_token": "r"}), NeedsAttention, "unreadable_answer"),
        (Answer(payload=[]), NeedsAttention, "unreadable_answer"),
    ],
)
def test_every_bad_end_of_an_exchange(answer: Answer, kind: type[Exception], reason: str) -> None:
    with loopback(lambda _: answer) as there:
        flow = ShopifyInstall(PlatformApp("client", "secret", auth_url=there.url))
        with pytest.raises(kind) as caught:
            flow.finish(signed(), BACK, NOW)
    assert getattr(caught.value, "reason", "") == reason


def test_a_token_is_renewed_before_it_ends(sandbox: RunningSandbox, install: ShopifyInstall) -> None:
    account = installed(sandbox, install)
    now = datetime.now(UTC)
    assert ShopifyStore(account).renew_secrets(now + timedelta(minutes=54)) is None
    press(sandbox, "expire_tokens")
    with pytest.raises(NeedsAttention):
        ShopifyStore(account).identify()
    fresh = ShopifyStore(account).renew_secrets(now + timedelta(minutes=56))
    assert fresh is not None
    assert fresh["refresh_token"] != account.secrets["refresh_token"]
    assert ShopifyStore(replace(account, secrets=fresh)).identify().external_id == SHOP


def test_a_renewal_whose_answer_was_lost_is_done_again(sandbox: RunningSandbox, install: ShopifyInstall) -> None:
    account = installed(sandbox, install)
    due = datetime.now(UTC) + timedelta(minutes=58)
    fault = {"system": "shopify", "operation": "access_token", "mode": "reset_after"}
    assert httpx.post(f"{sandbox.url}/faults.json", json=fault).is_success
    with pytest.raises(Unavailable):
        ShopifyStore(account).renew_secrets(due)
    fresh = ShopifyStore(account).renew_secrets(due)
    assert fresh is not None
    newest = ShopifyStore(replace(account, secrets=fresh)).renew_secrets(due + timedelta(hours=1))
    assert newest is not None
    with pytest.raises(NeedsAttention) as caught:  # the new one was used, so the first is dead
        ShopifyStore(account).renew_secrets(due)
    assert caught.value.reason == "access_refused"


@pytest.mark.parametrize("secrets", [{}, {"refresh_token": "", "access_expires_at": ""}])
def test_a_pasted_token_needs_no_renewal(secrets: dict[str, Any]) -> None:
    account = Account(SHOP, "http://127.0.0.1:9", {"access_token": "shpat_pasted", **secrets})
    assert ShopifyStore(account).renew_secrets(NOW) is None


def test_renewal_without_an_app_says_so() -> None:
    account = Account(SHOP, "http://127.0.0.1:9", {"access_token": "a", "refresh_token": "r"})
    with pytest.raises(NeedsAttention) as caught:
        ShopifyStore(account).renew_secrets(NOW)
    assert caught.value.reason == "app_missing"
