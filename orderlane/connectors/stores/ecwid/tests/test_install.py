"""The install flow: what the browser is sent to, and what comes of what it brings back."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from orderlane.connectors.stores.ecwid.connector import EcwidStore
from orderlane.connectors.stores.ecwid.install import SCOPES, EcwidInstall
from orderlane.connectors.stores.ecwid.tests.outside import account
from orderlane.connectors.tests.loopback import Answer, loopback
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, OutsideError
from orderlane.ports.accounts import Account, PlatformApp
from orderlane.ports.installs import InstallRefused
from sandbox.ecwid.seed import CLIENT_ID, CLIENT_SECRET, RETAILER
from sandbox.serving import RunningSandbox

BACK = "http://127.0.0.1:8000/connect/ecwid/return"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def app(sandbox: RunningSandbox) -> PlatformApp:
    return PlatformApp(CLIENT_ID, CLIENT_SECRET, f"{sandbox.url}/ecwid/api/oauth")


def agreed(app: PlatformApp, choice: str = "allow", store: str = RETAILER) -> dict[str, str]:
    """Play the owner in the browser; the query it comes back with."""
    url = EcwidInstall(app).authorize_url({}, "state-1", BACK)
    page = httpx.get(url)
    assert page.status_code == 200
    assert all(scope in page.text for scope in SCOPES)
    answer = httpx.post(url, data={"store": store, "choice": choice})
    assert answer.status_code == 303
    back = answer.headers["location"]
    assert back.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def test_an_install_brings_a_token_that_opens_the_store(sandbox: RunningSandbox, app: PlatformApp) -> None:
    query = agreed(app)
    assert query["state"] == "state-1"
    installed = EcwidInstall(app).finish(query, BACK, NOW)
    assert installed.external_id == RETAILER
    assert sorted(installed.secrets) == ["access_token", "scopes"]
    opened = Account(RETAILER, account(sandbox, RETAILER).api_url, installed.secrets, app=app)
    assert EcwidStore(opened).identify().external_id == RETAILER
    assert CLIENT_SECRET not in repr(installed)
    assert installed.secrets["access_token"] not in repr(installed)


def test_a_code_used_twice_is_refused_and_costs_the_first_token(sandbox: RunningSandbox, app: PlatformApp) -> None:
    query = agreed(app)
    first = EcwidInstall(app).finish(query, BACK, NOW)
    with pytest.raises(NeedsAttention) as caught:
        EcwidInstall(app).finish(query, BACK, NOW)
    assert caught.value.reason == "token_refused"
    with pytest.raises(NeedsAttention) as caught:
        EcwidStore(Account(RETAILER, account(sandbox, RETAILER).api_url, first.secrets)).identify()
    assert caught.value.reason == "access_refused"


def test_who_does_not_agree_connects_nothing(app: PlatformApp) -> None:
    denied = agreed(app, "deny")
    for query in (denied, {}, {"code": ""}, {"code": "x", "error": "access_denied"}):
        with pytest.raises(InstallRefused):
            EcwidInstall(app).finish(query, BACK, NOW)


def test_another_return_address_or_secret_is_refused(app: PlatformApp) -> None:
    with pytest.raises(NeedsAttention):
        EcwidInstall(app).finish(agreed(app), "https://elsewhere.example", NOW)
    with pytest.raises(NeedsAttention):
        EcwidInstall(PlatformApp(CLIENT_ID, "wrong", app.auth_url)).finish(agreed(app), BACK, NOW)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(400, {"error": "invalid_grant"}), NeedsAttention),
        (Answer(500, b"oops"), OutcomeUnknown),
        (Answer(payload=b"<html>"), OutcomeUnknown),
        (Answer(payload=[]), OutcomeUnknown),
        (Answer(payload={"access_token": "x"}), OutcomeUnknown),
        (Answer(payload={"store_id": 1003}), OutcomeUnknown),
        (Answer(hang_up=True), OutcomeUnknown),
    ],
)
def test_an_exchange_that_goes_wrong(answer: Answer, kind: type[OutsideError]) -> None:
    with loopback(lambda _: answer) as there, pytest.raises(OutsideError) as caught:
        EcwidInstall(PlatformApp("id", "s3cret", there.url)).finish({"code": "c"}, BACK, NOW)
    assert type(caught.value) is kind
    # The app's secret travels in the form, never in the address.
    (sent,) = there.received
    assert (sent.method, sent.path) == ("POST", "/token")
    assert b"client_secret=s3cret" in sent.body
