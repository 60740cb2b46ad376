"""The install flow: against the simulator with a person agreeing, and against answers that do not hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from orderlane.connectors.stores.bigcommerce.connector import BigCommerceStore
from orderlane.connectors.stores.bigcommerce.install import BigCommerceInstall
from orderlane.connectors.stores.bigcommerce.tests.examples import APP
from orderlane.connectors.stores.bigcommerce.tests.wire import eventually
from orderlane.connectors.tests.loopback import Answer, loopback
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.accounts import Account, PlatformApp, WebhookSubject
from orderlane.ports.installs import Installed, InstallRefused
from sandbox.bigcommerce.seed import CLIENT_ID, CLIENT_SECRET, RETAILER, SCOPES
from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALLBACK = "https://orderlane.example/stores/install/bigcommerce"
QUERY = {"code": "abc", "scope": "store_v2_orders", "context": f"stores/{RETAILER}", "account_uuid": "1"}


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxSettings(instant=True)) as running:
        yield running


def app_of(sandbox: RunningSandbox) -> PlatformApp:
    return PlatformApp(CLIENT_ID, CLIENT_SECRET, f"{sandbox.url}/bigcommerce/login")


def agreed(sandbox: RunningSandbox) -> dict[str, str]:
    """A person opens the install page, chooses the retailer's store and agrees; returns what we are called with."""
    httpx.post(f"{sandbox.url}/bigcommerce/_sandbox/app", json={"auth_callback": CALLBACK})
    page = BigCommerceInstall(app_of(sandbox)).authorize_url({}, "state", CALLBACK)
    shown = httpx.get(page)
    assert "store_v2_orders" in shown.text
    sent = httpx.post(page, data={"store": RETAILER, "auth_callback": CALLBACK, "decision": "install"})
    assert sent.headers["location"].startswith(f"{CALLBACK}?")
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))


def account_of(sandbox: RunningSandbox, installed: Installed) -> Account:
    api_url = f"{sandbox.url}/bigcommerce/stores/{installed.external_id}"
    return Account(installed.external_id, api_url, installed.secrets, app=app_of(sandbox))


def test_an_install_brings_a_token_that_opens_the_store(sandbox: RunningSandbox) -> None:
    query = agreed(sandbox)
    assert query["context"] == f"stores/{RETAILER}"
    assert "state" not in query
    flow = BigCommerceInstall(app_of(sandbox))
    installed = flow.finish(query, CALLBACK, NOW)
    assert installed.external_id == RETAILER
    assert set(installed.secrets["granted_scopes"].split()) == set(SCOPES)
    assert BigCommerceStore(account_of(sandbox, installed)).identify().external_id == RETAILER
    with pytest.raises(InstallRefused):  # a code serves once
        flow.finish(query, CALLBACK, NOW)


def test_a_second_install_kills_the_first_token_and_an_uninstall_the_second(sandbox: RunningSandbox) -> None:
    first = BigCommerceInstall(app_of(sandbox)).finish(agreed(sandbox), CALLBACK, NOW)
    second = BigCommerceInstall(app_of(sandbox)).finish(agreed(sandbox), CALLBACK, NOW)
    with pytest.raises(NeedsAttention) as caught:
        BigCommerceStore(account_of(sandbox, first)).identify()
    assert caught.value.reason == "access_refused"
    store = BigCommerceStore(account_of(sandbox, second))
    with loopback(lambda _: Answer()) as door:
        store.subscribe(f"{door.url}/hooks")
        httpx.post(f"{sandbox.url}/bigcommerce/{RETAILER}/_sandbox/uninstall", json={})
        (call,) = eventually(lambda: door.received)
    event = store.verify_webhook(call.headers, call.body, datetime.now(UTC))
    assert (event.topic, event.subject) == ("store/app/uninstalled", WebhookSubject.CONNECTION)
    with pytest.raises(NeedsAttention) as caught:
        store.identify()
    assert caught.value.reason == "access_refused"


def test_another_return_address_brings_nothing(sandbox: RunningSandbox) -> None:
    with pytest.raises(InstallRefused):
        BigCommerceInstall(app_of(sandbox)).finish(agreed(sandbox), "https://elsewhere.example/", NOW)


def test_another_stores_context_brings_nothing(sandbox: RunningSandbox) -> None:
    query = {**agreed(sandbox), "context": "stores/anotherstore"}
    with pytest.raises(InstallRefused):
        BigCommerceInstall(app_of(sandbox)).finish(query, CALLBACK, NOW)


def test_a_wrong_secret_of_the_app_is_the_operators_to_mend(sandbox: RunningSandbox) -> None:
    wrong = PlatformApp(CLIENT_ID, "x" * 40, f"{sandbox.url}/bigcommerce/login")
    with pytest.raises(NeedsAttention) as caught:
        BigCommerceInstall(wrong).finish(agreed(sandbox), CALLBACK, NOW)
    assert caught.value.reason == "bad_credentials"


@pytest.mark.parametrize(
    "changed",
    [
        {"code": ""},
        {"scope": ""},
        {"context": ""},
        {"context": "stores/"},
        {"context": "stores/../v2"},
        {"context": "x"},
    ],
)
def test_a_query_that_is_not_theirs_asks_nobody(changed: dict[str, str]) -> None:
    with loopback(lambda _: Answer()) as login:
        flow = BigCommerceInstall(PlatformApp("id", "secret", login.url))
        with pytest.raises(InstallRefused):
            flow.finish({**QUERY, **changed}, CALLBACK, NOW)
    assert login.received == []


def test_what_is_sent_for_the_token() -> None:
    told = {"access_token": "t", "scope": "store_v2_orders", "context": QUERY["context"], "account_uuid": "1"}
    with loopback(lambda _: Answer(payload=told)) as login:
        flow = BigCommerceInstall(PlatformApp(APP.client_id, APP.client_secret, login.url))
        installed = flow.finish(QUERY, CALLBACK, NOW)
    assert dict(installed.secrets) == {"access_token": "t", "granted_scopes": "store_v2_orders"}
    (request,) = login.received
    assert (request.method, request.path) == ("POST", "/oauth2/token")
    assert request.json() == {
        "client_id": APP.client_id,
        "client_secret": APP.client_secret,
        "code": "abc",
        "scope": "store_v2_orders",
        "context": QUERY["context"],
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(payload={"access_token": "t", "context": "stores/other"}), InstallRefused),
        (Answer(400, {"error": "invalid_grant"}), InstallRefused),
        (Answer(401, {"error": "invalid_client"}), NeedsAttention),
        (Answer(429, {}), Unavailable),
        (Answer(500, {}), OutcomeUnknown),
        (Answer(hang_up=True), OutcomeUnknown),
        (Answer(payload=b"<html>"), OutcomeUnknown),
        (Answer(payload={"access_token": ""}), OutcomeUnknown),
        (Answer(payload=[]), OutcomeUnknown),
    ],
)
def test_an_exchange_that_goes_wrong(answer: Answer, kind: type[Exception]) -> None:
    with loopback(lambda _: answer) as login, pytest.raises(kind):
        BigCommerceInstall(PlatformApp("id", "secret", login.url)).finish(QUERY, CALLBACK, NOW)
