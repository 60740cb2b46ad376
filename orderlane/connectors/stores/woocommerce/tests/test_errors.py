"""Shops that misbehave: which of the four kinds each misbehavior is, for a read and for a write."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from orderlane.connectors.reach import opened
from orderlane.connectors.stores.woocommerce.channel import WooCommerceOrderChannel
from orderlane.connectors.stores.woocommerce.client import WooClient
from orderlane.connectors.stores.woocommerce.connector import WooCommerceStore
from orderlane.connectors.stores.woocommerce.tests.simulator import account_at, purchase_order
from orderlane.connectors.tests.loopback import Answer, Received, loopback, route
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.accounts import Account
from orderlane.ports.budgets import BudgetReport

PAGE = b"<!DOCTYPE html><html><title>Checking your browser</title></html>"
WORDPRESS_SAYS = {"code": "some_code", "message": "Said so.", "data": {}}

READ_WRITE = [
    (Answer(200, PAGE), Unavailable, OutcomeUnknown, "html_answer"),
    (Answer(403, PAGE), Unavailable, OutcomeUnknown, "html_answer"),
    (Answer(404, PAGE), Unavailable, OutcomeUnknown, "html_answer"),
    (Answer(200, b"", {"Content-Type": "text/html"}), Unavailable, OutcomeUnknown, "html_answer"),
    (Answer(200, b""), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(204, b""), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(200, b"Warning: something in functions.php {}"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(200, b"[" * 100_000), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(200, [1, 2]), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(400, {"unlike": "WordPress"}), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(200, {"id": 1}, cut=True), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(hang_up=True), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(500, WORDPRESS_SAYS), Unavailable, OutcomeUnknown, "no_clear_answer"),
    (Answer(301, PAGE, {"Location": "https://www.laine.example/"}), NeedsAttention, NeedsAttention, "moved"),
    (Answer(401, WORDPRESS_SAYS), NeedsAttention, NeedsAttention, "access_refused"),
    (Answer(403, WORDPRESS_SAYS), NeedsAttention, NeedsAttention, "missing_scope"),
    (Answer(400, WORDPRESS_SAYS), NeedsAttention, NeedsAttention, "bad_request"),
    (Answer(404, {**WORDPRESS_SAYS, "code": "rest_no_route"}), NeedsAttention, NeedsAttention, "no_api"),
    (Answer(429, WORDPRESS_SAYS, {"Retry-After": "7"}), Unavailable, Unavailable, "busy"),
]


@pytest.mark.parametrize(("answer", "on_read", "on_write", "reason"), READ_WRITE)
def test_each_misbehavior_has_its_kind(
    answer: Answer, on_read: type[OutsideError], on_write: type[OutsideError], reason: str
) -> None:
    with loopback(lambda _: answer) as shop:
        client = WooClient(account_at(shop.url))
        calls: list[tuple[type[OutsideError], Callable[[], Any]]] = [
            (on_read, lambda: client.get("/orders/1")),
            (on_write, lambda: client.write("POST", "/orders", {})),
        ]
        for kind, call in calls:
            with pytest.raises(OutsideError) as caught:
                call()
            assert isinstance(caught.value, kind)
            assert caught.value.reason == reason


@pytest.mark.parametrize("status", [400, 404, 410])
def test_what_is_gone_is_none_and_not_an_error(status: int) -> None:
    gone = {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID.", "data": {"status": status}}
    with loopback(lambda _: Answer(status, gone)) as shop:
        client = WooClient(account_at(shop.url))
        assert client.get("/orders/1") is None
        assert client.write("PUT", "/orders/1", {}) is None


def test_a_byte_order_mark_before_the_json_does_no_harm() -> None:
    with loopback(lambda _: Answer(200, b'\xef\xbb\xbf{"id": 7}')) as shop:
        assert WooClient(account_at(shop.url)).get("/orders/7") == {"id": 7}


def test_each_read_is_asked_anew_and_carries_the_keys_in_a_header() -> None:
    with loopback(lambda _: Answer(200, {"id": 7}, {"Set-Cookie": "wp=1"})) as shop:
        client = WooClient(account_at(shop.url))
        client.get("/orders/7")
        client.get("/orders/7", _fields="id")
    first, second = shop.received
    assert first.path != second.path
    assert re.fullmatch(r"/wp-json/wc/v3/orders/7\?_fields=id&orderlane_fresh=[0-9a-f]{32}", second.path)
    assert first.headers["authorization"] == "Basic Y2tfdGVzdF9rZXk6Y3NfdGVzdF9zZWNyZXQ="
    # A cookie of one call would be shown to the next one, which may be another tenant's.
    assert "cookie" not in second.headers


@pytest.mark.parametrize("key", ["", "ck\n", "ckå", "ck:x"])
def test_keys_that_are_none_are_never_sent(key: str) -> None:
    account = Account("laine.example", "http://127.0.0.1:9", {"consumer_key": key, "consumer_secret": "cs_x"})
    with pytest.raises(NeedsAttention) as caught:
        WooCommerceStore(account).identify()
    assert caught.value.reason == "access_refused"


class Counting:
    """A budget that notes what it is told."""

    def __init__(self) -> None:
        self.taken = 0
        self.closed: list[float] = []

    def take(self, cost: float = 1.0) -> None:
        self.taken += 1

    def report(self, told: BudgetReport) -> None:
        raise AssertionError("a shop says nothing of its limits")

    def exhausted(self, retry_after: float) -> None:
        self.closed.append(retry_after)


def test_the_budget_is_asked_before_each_call_and_closed_when_the_host_says_so() -> None:
    with loopback(lambda _: Answer(429, WORDPRESS_SAYS, {"Retry-After": "7"})) as shop:
        given, budget = account_at(shop.url), Counting()
        client = WooClient(Account(given.external_id, given.api_url, given.secrets, budget=budget))
        with pytest.raises(Unavailable) as caught:
            client.get("/orders/1")
    assert (budget.taken, budget.closed, caught.value.retry_after) == (1, [7.0], 7.0)


def index(home: str) -> Answer:
    return Answer(200, {"name": "Laine", "home": home, "url": home})


def test_a_shop_that_calls_itself_by_another_name_is_not_connected_twice() -> None:
    answers = {
        "GET /wp-json/": index("https://www.laine.example"),
        "GET /wp-json/wc/v3/data/currencies/current": Answer(200, {"code": "EUR"}),
        "GET /wp-json/wc/v3/webhooks": Answer(200, []),
    }
    with loopback(route(answers)) as shop, pytest.raises(NeedsAttention) as caught:
        WooCommerceStore(account_at(shop.url)).identify()
    assert caught.value.reason == "moved"


def test_an_order_whose_answer_names_no_order_may_have_been_placed() -> None:
    def answer(request: Received) -> Answer:
        return Answer(200, {"id": 1, "manage_stock": False}) if request.method == "GET" else Answer(201, {})

    with loopback(answer) as shop, pytest.raises(OutcomeUnknown):
        WooCommerceOrderChannel(account_at(shop.url)).send_purchase_order(purchase_order())
    assert [request.method for request in shop.received] == ["GET", "GET", "POST"]


def test_a_typed_address_never_leads_into_a_private_network() -> None:
    with loopback(lambda _: Answer(200, {"id": 7})) as shop, opened():
        with pytest.raises(NeedsAttention) as on_read:
            WooCommerceStore(account_at(shop.url)).identify()
        with pytest.raises(NeedsAttention) as on_write:
            WooClient(account_at(shop.url)).write("POST", "/orders", {})
    assert {on_read.value.reason, on_write.value.reason} == {"private_address"}
    assert shop.received == []


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("laine.example", True),
        ("www.laine.example", True),
        ("example.com/boutique", True),
        ("xn--caf-dma.example/a/b", True),
        ("https://laine.example", False),
        ("laine.example/", False),
        ("laine.example:8443", False),
        ("127.0.0.1", False),
        ("[::1]", False),
        ("localhost", False),
        ("user@laine.example", False),
        ("laine.example/../x", False),
        ("laine.example/?x", False),
        ("laine.example#x", False),
        ("2130706433", False),
        ("0x7f.1", False),
    ],
)
def test_what_can_be_typed_as_a_shops_address(typed: str, fits: bool) -> None:
    (field,) = [field for field in WooCommerceStore.credential_fields if field.name == "external_id"]
    assert bool(re.fullmatch(field.pattern, typed)) is fits
    assert not field.secret
