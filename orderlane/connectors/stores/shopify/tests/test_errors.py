"""Every way a call can go wrong, over real HTTP: which of the four kinds it is, for a read and for a write."""

from __future__ import annotations

from typing import Any

import pytest

from orderlane.connectors.stores.shopify import documents
from orderlane.connectors.stores.shopify.channel import ShopifyOrderChannel
from orderlane.connectors.stores.shopify.client import PATIENCE_SECONDS, Cost, ShopifyClient, made
from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.shopify.tests.examples import ORDER, SHOP, account, purchase_order
from orderlane.connectors.stores.shopify.tests.scripted import shop
from orderlane.connectors.tests.loopback import Answer
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.accounts import Account


def errors(code: str | None, **beside: Any) -> dict[str, Any]:
    error: dict[str, Any] = {"message": "No.", "path": ["order", "email"]}
    if code:
        error["extensions"] = {"code": code}
    return {"errors": [error], **beside}


def throttled(requested: float, available: float, rate: float) -> dict[str, Any]:
    status = {"maximumAvailable": 1000.0, "currentlyAvailable": available, "restoreRate": rate}
    cost = {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": status}
    return errors("THROTTLED", extensions={"cost": cost})


BAD: list[tuple[str, object, type[OutsideError], type[OutsideError], str]] = [
    # name, answer, kind of a read, kind of a write, reason of the read
    ("401", Answer(401, {"errors": "[API] Invalid API key"}), NeedsAttention, NeedsAttention, "access_refused"),
    ("402", Answer(402, {"errors": "Unavailable Shop"}), NeedsAttention, NeedsAttention, "shop_frozen"),
    ("403", Answer(403, {"errors": "no scope"}), NeedsAttention, NeedsAttention, "access_refused"),
    ("404", Answer(404, {"errors": "Not Found"}), NeedsAttention, NeedsAttention, "shop_not_found"),
    ("423", Answer(423, {"errors": "Locked"}), NeedsAttention, NeedsAttention, "shop_frozen"),
    ("400", Answer(400, {"errors": "?"}), NeedsAttention, NeedsAttention, "bad_request"),
    ("301", Answer(301, b"", {"Location": "https://elsewhere.example"}), NeedsAttention, NeedsAttention, "bad_request"),
    ("429", Answer(429, {}, {"Retry-After": "2.0"}), Unavailable, Unavailable, "busy"),
    ("500", Answer(500, b"oops"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("503", Answer(503, b"oops"), Unavailable, OutcomeUnknown, "busy"),
    ("html", Answer(payload=b"<html>maintenance</html>"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("truncated", Answer(payload={"data": {"order": {"id": ORDER}}}, cut=True), Unavailable, OutcomeUnknown, ""),
    ("cut json", Answer(payload=b'{"data": {"orderCreate": {"ord'), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("reset", Answer(hang_up=True), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("deep", Answer(payload=b"[" * 500_000), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("a list", [], Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("nothing", {}, Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("data null", {"data": None}, Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("throttled", throttled(752, 666, 50), Unavailable, Unavailable, "throttled"),
    ("throttled without a code", {"errors": [{"message": "Throttled"}]}, Unavailable, Unavailable, "throttled"),
    ("internal", errors("INTERNAL_SERVER_ERROR"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("internal, null", errors("INTERNAL_SERVER_ERROR", data=None), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("timeout", errors("TIMEOUT"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("brand new", errors("BRAND_NEW"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("denied", errors("ACCESS_DENIED", data={"order": None}), NeedsAttention, NeedsAttention, "missing_scope"),
    ("inactive", errors("SHOP_INACTIVE"), NeedsAttention, NeedsAttention, "shop_frozen"),
    ("too dear", errors("MAX_COST_EXCEEDED"), NeedsAttention, NeedsAttention, "query_too_large"),
    ("invalid variable", errors("INVALID_VARIABLE"), NeedsAttention, NeedsAttention, "bad_request"),
    ("invalid document", errors("undefinedField"), NeedsAttention, NeedsAttention, "bad_request"),
    ("invalid, no code", errors(None), NeedsAttention, NeedsAttention, "bad_request"),
    ("no code, executed", errors(None, data=None), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("errors as a word", {"errors": "oops"}, Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("errors of words", {"errors": ["oops"]}, Unavailable, OutcomeUnknown, "no_clear_answer"),
]


@pytest.mark.parametrize(("answer", "kind", "reason"), [(b[1], b[2], b[4]) for b in BAD], ids=[b[0] for b in BAD])
def test_a_read_that_goes_wrong(answer: object, kind: type[OutsideError], reason: str) -> None:
    with shop(answer) as there, pytest.raises(OutsideError) as caught:
        ShopifyStore(account(there.url)).fetch_order(ORDER)
    assert type(caught.value) is kind
    assert caught.value.reason == (reason or "no_clear_answer")
    assert there.answers == []


@pytest.mark.parametrize(("answer", "kind"), [(b[1], b[3]) for b in BAD], ids=[b[0] for b in BAD])
def test_a_write_that_goes_wrong(answer: object, kind: type[OutsideError]) -> None:
    with shop(answer) as there, pytest.raises(OutsideError) as caught:
        ShopifyOrderChannel(account(there.url)).send_purchase_order(purchase_order())
    assert type(caught.value) is kind
    assert len(there.asked) == 1


def test_nobody_there_means_surely_nothing_happened() -> None:
    with shop() as there:
        gone = there.url
    with pytest.raises(Unavailable) as caught:
        ShopifyOrderChannel(account(gone)).send_purchase_order(purchase_order())
    assert caught.value.reason == "no_connection"


def test_throttling_and_429_say_how_long_to_wait() -> None:
    with shop(throttled(752, 666, 50), Answer(429, {}, {"Retry-After": "2.0"})) as there:
        store = ShopifyStore(account(there.url))
        waits = []
        for _ in range(2):
            with pytest.raises(Unavailable) as caught:
                store.fetch_order(ORDER)
            waits.append(caught.value.retry_after)
    assert waits == [1.72, 2.0]


def test_a_later_page_waits_for_points_once_and_not_for_long() -> None:
    with shop(throttled(100, 90, 1000), {"data": {"x": 1}}, throttled(752, 0, 20), throttled(1, 0, 0)) as there:
        client = ShopifyClient(account(there.url))
        assert client.read(documents.SHOP, later_page=True) == {"x": 1}
        for _ in range(2):
            with pytest.raises(Unavailable) as caught:
                client.read(documents.SHOP, later_page=_ == 0)
    assert caught.value.retry_after == PATIENCE_SECONDS
    assert len(there.asked) == 4


@pytest.mark.parametrize("answer", [{}, {"extensions": None}, {"extensions": {"cost": {"throttleStatus": "no"}}}])
def test_a_missing_cost_is_no_cost(answer: dict[str, Any]) -> None:
    assert Cost.from_answer(answer) is None


def test_partial_data_of_a_read_is_refused_and_names_the_field() -> None:
    with (
        shop(errors("ACCESS_DENIED", data={"order": {"id": ORDER, "email": None}})) as there,
        pytest.raises(NeedsAttention) as caught,
    ):
        ShopifyStore(account(there.url)).fetch_order(ORDER)
    assert (caught.value.reason, caught.value.params) == ("missing_scope", {"field": "order.email"})


def test_a_payload_counts_even_beside_errors() -> None:
    payload = {"order": {"id": ORDER, "name": "#1"}, "userErrors": []}
    with shop(errors("INTERNAL_SERVER_ERROR", data={"orderCreate": payload})) as there:
        placed = ShopifyOrderChannel(account(there.url)).send_purchase_order(purchase_order())
    assert (placed.external_id, placed.number) == (ORDER, "#1")


USER_ERRORS: list[tuple[list[Any], type[OutsideError], str]] = [
    ([{"code": "INVENTORY_CLAIM_FAILED", "message": "Unable to claim"}], Declined, "out_of_stock"),
    ([{"code": "SHOP_DORMANT", "message": "asleep"}], NeedsAttention, "shop_frozen"),
    ([{"code": "INVALID", "message": "bad zip"}], NeedsAttention, "order_refused"),
    ([{"code": "BRAND_NEW", "message": "?"}], NeedsAttention, "order_refused"),
    ([{"code": None, "message": "Too many attempts. Please try again later."}], Unavailable, "throttled"),
    ([], OutcomeUnknown, "no_clear_answer"),
    (["nonsense"], OutcomeUnknown, "no_clear_answer"),
]


@pytest.mark.parametrize(("said", "kind", "reason"), USER_ERRORS)
def test_user_errors_of_an_order(said: list[Any], kind: type[OutsideError], reason: str) -> None:
    answer = {"data": {"orderCreate": {"order": None, "userErrors": said}}}
    with shop(answer) as there, pytest.raises(OutsideError) as caught:
        ShopifyOrderChannel(account(there.url)).send_purchase_order(purchase_order())
    assert (type(caught.value), caught.value.reason) == (kind, reason)


def test_a_result_without_an_id_is_unknown() -> None:
    for order in ({}, {"id": ""}, {"id": 7}, "done"):
        with pytest.raises(OutcomeUnknown):
            made({"order": order, "userErrors": []}, "order", refused=Declined())


@pytest.mark.parametrize("token", ["", "två", "line\nbreak"])
def test_a_token_that_cannot_be_sent_is_a_wrong_setting(token: str) -> None:
    with pytest.raises(NeedsAttention) as caught:
        ShopifyStore(Account(SHOP, "http://127.0.0.1:9", {"access_token": token})).identify()
    assert caught.value.reason == "access_refused"
