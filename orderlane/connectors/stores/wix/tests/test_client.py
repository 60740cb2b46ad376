"""Every way a call can go wrong, over real HTTP: which of the four kinds it is, for a read and for a write."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from orderlane.connectors.stores.wix.client import WixClient, WixRefused
from orderlane.connectors.stores.wix.tests.examples import INSTANCE, account, app
from orderlane.connectors.stores.wix.tests.scripted import TOKEN, wix
from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.accounts import Account


def refusal(code: str) -> dict[str, Any]:
    return {"message": "no", "details": {"applicationError": {"code": code, "description": "no"}}}


BAD: list[tuple[str, object, type[OutsideError], type[OutsideError], str]] = [
    # name, answer, kind of a read, kind of a write, reason of the read
    ("400", Answer(400, refusal("BROKEN")), WixRefused, WixRefused, "bad_request"),
    ("402", Answer(402, {}), NeedsAttention, NeedsAttention, "shop_frozen"),
    ("403", Answer(403, refusal("PERMISSION_DENIED")), NeedsAttention, NeedsAttention, "missing_scope"),
    ("404", Answer(404, refusal("NOT_FOUND")), NeedsAttention, Declined, "shop_not_found"),
    ("409", Answer(409, refusal("CONFLICT")), WixRefused, WixRefused, "bad_request"),
    ("428", Answer(428, b"<html>"), WixRefused, WixRefused, "bad_request"),
    ("301", Answer(301, b"", {"Location": "https://elsewhere.example"}), NeedsAttention, NeedsAttention, "bad_request"),
    ("429", Answer(429, {}), Unavailable, Unavailable, "throttled"),
    ("500", Answer(500, b"oops"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("503", Answer(503, b"oops"), Unavailable, OutcomeUnknown, "throttled"),
    ("204", Answer(204, b""), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("html", Answer(payload=b"<html>maintenance</html>"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("truncated", Answer(payload={"order": {"id": "x" * 50}}, cut=True), Unavailable, OutcomeUnknown, ""),
    ("cut json", Answer(payload=b'{"order": {"i'), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("reset", Answer(hang_up=True), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("deep", Answer(payload=b"[" * 500_000), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("a list", [], Unavailable, OutcomeUnknown, "no_clear_answer"),
]


@pytest.mark.parametrize(("name", "answer", "kind", "write_kind", "reason"), BAD, ids=[row[0] for row in BAD])
def test_each_bad_answer_has_its_kind(
    name: str, answer: object, kind: type[OutsideError], write_kind: type[OutsideError], reason: str
) -> None:
    with wix(TOKEN, answer) as server, pytest.raises(OutsideError) as caught:
        WixClient(server.account).read("GET", "/x", needs="ECOM.READ_ORDERS")
    assert type(caught.value) is kind
    assert caught.value.reason == (reason or caught.value.reason)
    with wix(TOKEN, answer) as server, pytest.raises(OutsideError) as caught:
        WixClient(server.account).write("POST", "/x", {}, needs="ECOM.CREATE_ORDERS")
    assert type(caught.value) is write_kind


def test_a_missing_permission_is_named() -> None:
    with wix(TOKEN, Answer(403, {})) as server, pytest.raises(NeedsAttention) as caught:
        WixClient(server.account).write("POST", "/x", {}, needs="ECOM.CREATE_ORDERS")
    assert caught.value.params["scopes"] == ["ECOM.CREATE_ORDERS"]


def test_a_refused_call_tells_the_budget() -> None:
    with wix(TOKEN, {}, Answer(429, {}), Answer(429, {}, {"Retry-After": "7"})) as server:
        caller = WixClient(server.account)
        caller.read("GET", "/x", needs="")
        for wait in (60.0, 7.0):
            with pytest.raises(Unavailable) as caught:
                caller.write("POST", "/x", {}, needs="")
            assert (caught.value.reason, caught.value.retry_after) == ("throttled", wait)
        assert (server.budget.taken, server.budget.exhausted_for) == (4, [60.0, 7.0])


def test_nothing_is_sent_into_an_empty_budget() -> None:
    class Empty:
        def take(self, cost: float = 1.0) -> None:
            raise Unavailable(reason="budget_spent", retry_after=3.0)

        def report(self, told: object) -> None: ...

        def exhausted(self, retry_after: float) -> None: ...

    with wix() as server:
        with pytest.raises(Unavailable) as caught:
            WixClient(account(server.url, budget=Empty())).read("GET", "/x", needs="")
        assert (caught.value.reason, server.received) == ("budget_spent", [])


def test_a_token_is_fetched_once_and_sent_without_bearer() -> None:
    with wix(TOKEN, {}, {}) as server:
        for _ in range(2):
            WixClient(server.account).read("GET", "/x", needs="")
        assert server.asked == ["POST /oauth2/token", "GET /x", "GET /x"]
        assert server.body(0) == {
            "grant_type": "client_credentials",
            "client_id": "app-id",
            "client_secret": server.account.app.client_secret,
            "instance_id": INSTANCE,
        }
        assert server.received[1].headers["authorization"] == "OauthNG.JWS.one"


def test_a_refused_token_is_renewed_once() -> None:
    again = Answer(payload={"access_token": "OauthNG.JWS.two"})
    with wix(TOKEN, Answer(401, {}), again, {"done": 1}, {}) as server:
        caller = WixClient(server.account)
        assert caller.write("POST", "/x", {}, needs="") == {"done": 1}
        caller.read("GET", "/y", needs="")
        assert [request.headers.get("authorization", "") for request in server.received] == [
            "", "OauthNG.JWS.one", "", "OauthNG.JWS.two", "OauthNG.JWS.two",
        ]  # fmt: skip


def test_a_second_refusal_means_that_our_access_is_gone() -> None:
    with wix(TOKEN, Answer(401, {}), TOKEN, Answer(401, {})) as server:
        with pytest.raises(NeedsAttention) as caught:
            WixClient(server.account).write("POST", "/x", {}, needs="")
        assert (caught.value.reason, len(server.received)) == ("access_refused", 4)


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (Answer(400, {"error": "invalid_request"}), NeedsAttention, "access_refused"),
        (Answer(401, b"<html>"), NeedsAttention, "access_refused"),
        # Our app's secret is the operator's affair: no store has lost anything.
        (Answer(401, {"error": "invalid_client"}), NeedsAttention, "app_refused"),
        (Answer(500, {}), Unavailable, "no_clear_answer"),
        (Answer(hang_up=True), Unavailable, "no_clear_answer"),
        (Answer(429, {}), Unavailable, "throttled"),
        (Answer(payload={}), Unavailable, "no_clear_answer"),
        (Answer(payload={"access_token": "two\nlines"}), Unavailable, "no_clear_answer"),
    ],
)
def test_without_a_token_a_write_surely_did_nothing(answer: Answer, kind: type[OutsideError], reason: str) -> None:
    with wix(answer) as server:
        with pytest.raises(OutsideError) as caught:
            WixClient(server.account).write("POST", "/x", {}, needs="")
        assert (type(caught.value), caught.value.reason) == (kind, reason)
        assert server.asked == ["POST /oauth2/token"]


def test_tokens_are_renewed_before_they_end() -> None:
    short = Answer(payload={"access_token": "OauthNG.JWS.short", "expires_in": 2})
    with wix(short, {}, {}, TOKEN, {}) as server:
        caller = WixClient(server.account)
        caller.read("GET", "/x", needs="")
        caller.read("GET", "/x", needs="")
        time.sleep(1.2)
        caller.read("GET", "/x", needs="")
        assert server.asked == ["POST /oauth2/token", "GET /x", "GET /x", "POST /oauth2/token", "GET /x"]


def test_one_thread_renews_while_the_others_wait() -> None:
    granted = []

    def answer(request: Received) -> Answer:
        if request.path == "/oauth2/token":
            granted.append(request)
            threading.Event().wait(0.2)
            return TOKEN
        return Answer()

    with loopback(answer) as server:
        known = account(server.url)
        threads = [threading.Thread(target=lambda: WixClient(known).read("GET", "/x", needs="")) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(granted) == 1
        assert len(server.received) == 6


def test_an_api_key_opens_one_site_without_any_token() -> None:
    with wix({}) as server:
        keyed = Account(INSTANCE, server.url, {"api_key": "IST.key"})
        assert not WixClient(keyed).as_app
        WixClient(keyed).read("GET", "/x", needs="")
        headers = server.received[0].headers
        assert (headers["authorization"], headers["wix-site-id"]) == ("IST.key", INSTANCE)


def test_a_refused_api_key_is_not_tried_again() -> None:
    with wix(Answer(401, {})) as server:
        with pytest.raises(NeedsAttention) as caught:
            WixClient(Account(INSTANCE, server.url, {"api_key": "IST.key"})).read("GET", "/x", needs="")
        assert (caught.value.reason, len(server.received)) == ("access_refused", 1)


@pytest.mark.parametrize("secrets", [{}, {"instance_id": "another"}, {"api_key": ""}])
def test_the_apps_secret_opens_no_site_that_was_only_named(secrets: dict[str, str]) -> None:
    with wix() as server:
        with pytest.raises(NeedsAttention) as caught:
            WixClient(Account(INSTANCE, server.url, secrets, app=app()))
        assert (caught.value.reason, server.received) == ("access_refused", [])


def test_without_an_app_nothing_is_sent() -> None:
    with wix() as server:
        bare = replace(server.account, app=app(client_secret=""))
        with pytest.raises(NeedsAttention) as caught:
            WixClient(bare).read("GET", "/x", needs="")
        assert (caught.value.reason, server.received) == ("app_missing", [])
