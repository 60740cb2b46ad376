"""Every way a call can go wrong, over real HTTP: which of the four kinds it is, for a read and for a write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest

from orderlane.connectors.stores.ecwid.channel import EcwidOrderChannel
from orderlane.connectors.stores.ecwid.client import EcwidClient
from orderlane.connectors.stores.ecwid.connector import EcwidStore
from orderlane.connectors.stores.ecwid.tests.examples import account, eur, purchase_order, recorded
from orderlane.connectors.tests.loopback import Answer, Loopback, loopback, route
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.budgets import BudgetReport
from orderlane.ports.stores import FulfillmentRequest, PurchaseOrderLineRequest, Tracking

PROFILE = {"generalInfo": {"storeId": 1003}, "formatsAndUnits": {"currency": "EUR"}}
ORDER = "EH-7QK2M"


def refused(status: int, code: str) -> Answer:
    return Answer(status, {"errorMessage": "No.", "errorCode": code})


BAD: list[tuple[str, Answer, type[OutsideError], type[OutsideError], str]] = [
    # name, answer, kind of a read, kind of a write, reason of the read
    ("400", refused(400, "INVALID"), NeedsAttention, NeedsAttention, "bad_request"),
    ("401", refused(401, ""), NeedsAttention, NeedsAttention, "access_refused"),
    ("402 plan", refused(402, "NOT_AVAILABLE_ON_CURRENT_PLAN"), NeedsAttention, NeedsAttention, "shop_frozen"),
    ("402 suspended", refused(402, "STORE_IS_SUSPENDED"), NeedsAttention, NeedsAttention, "shop_frozen"),
    ("403 token", refused(403, "INVALID_API_TOKEN"), NeedsAttention, NeedsAttention, "access_refused"),
    ("403 scope", refused(403, "INSUFFICIENT_APP_SCOPE"), NeedsAttention, NeedsAttention, "missing_scope"),
    ("403 html", Answer(403, b"<html>"), NeedsAttention, NeedsAttention, "access_refused"),
    ("409", refused(409, ""), NeedsAttention, NeedsAttention, "bad_request"),
    ("301", Answer(301, b"", {"Location": "https://elsewhere.example"}), NeedsAttention, NeedsAttention, "bad_request"),
    ("429", Answer(429, {}, {"Retry-After": "2.0"}), Unavailable, Unavailable, "busy"),
    ("500", Answer(500, b"oops"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("503", Answer(503, b"oops"), Unavailable, OutcomeUnknown, "busy"),
    ("204", Answer(204, b""), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("html", Answer(payload=b"<html>maintenance</html>"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("truncated", Answer(payload=recorded("product"), cut=True), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("cut json", Answer(payload=b'{"id": 5, "ord'), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("reset", Answer(hang_up=True), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("deep", Answer(payload=b"[" * 500_000), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("a list", Answer(payload=[]), Unavailable, OutcomeUnknown, "no_clear_answer"),
]
"""``cut`` needs plain JSON, so the product's decimals are turned back into numbers below."""


@contextmanager
def store_answering(answers: dict[str, Answer | list[Answer]]) -> Iterator[Loopback]:
    with loopback(route({"GET /profile": Answer(payload=PROFILE), **answers})) as server:
        yield server


def plain(answer: Answer) -> Answer:
    """The same answer with numbers that the server can write."""
    if not isinstance(answer.payload, dict):
        return answer
    payload = {key: str(value) if isinstance(value, Decimal) else value for key, value in answer.payload.items()}
    payload.pop("options", None)
    payload.pop("combinations", None)
    return Answer(answer.status, payload, answer.headers, answer.hang_up, answer.cut)


@pytest.mark.parametrize(("answer", "kind", "reason"), [(b[1], b[2], b[4]) for b in BAD], ids=[b[0] for b in BAD])
def test_a_read_that_goes_wrong(answer: Answer, kind: type[OutsideError], reason: str) -> None:
    with store_answering({f"GET /orders/{ORDER}": plain(answer)}) as there, pytest.raises(OutsideError) as caught:
        EcwidStore(account(there.url)).fetch_order(ORDER)
    assert (type(caught.value), caught.value.reason) == (kind, reason)
    assert len(there.received) == 1


@pytest.mark.parametrize(("answer", "kind"), [(b[1], b[3]) for b in BAD], ids=[b[0] for b in BAD])
def test_a_write_that_goes_wrong(answer: Answer, kind: type[OutsideError]) -> None:
    with store_answering({"POST /orders": plain(answer)}) as there, pytest.raises(OutsideError) as caught:
        EcwidOrderChannel(account(there.url)).send_purchase_order(purchase_order())
    assert type(caught.value) is kind
    assert [one.method for one in there.received] == ["GET", "POST"]


@pytest.mark.parametrize("told", [{}, {"id": 5}, {"orderid": 5}, {"orderid": ""}])
def test_an_answer_that_names_no_order_is_unknown(told: dict[str, Any]) -> None:
    with store_answering({"POST /orders": Answer(payload=told)}) as there, pytest.raises(OutcomeUnknown):
        EcwidOrderChannel(account(there.url)).send_purchase_order(purchase_order())


@pytest.mark.parametrize("key", ["orderid", "orderId"])
def test_both_spellings_of_the_new_orders_id_are_read(key: str) -> None:
    with store_answering({"POST /orders": Answer(payload={"id": 212398840, key: "XJ12H"})}) as there:
        placed = EcwidOrderChannel(account(there.url)).send_purchase_order(purchase_order())
    assert (placed.external_id, placed.number) == ("XJ12H", "XJ12H")


def test_nobody_there_means_surely_nothing_happened() -> None:
    with loopback(lambda _: Answer()) as there:
        gone = there.url
    with pytest.raises(Unavailable) as caught:
        EcwidOrderChannel(account(gone)).send_purchase_order(purchase_order())
    assert caught.value.reason == "no_connection"


def test_what_is_absent_is_none_and_a_missing_store_is_said() -> None:
    with loopback(lambda _: refused(404, "NOT_FOUND")) as there:
        assert EcwidStore(account(there.url)).fetch_order(ORDER) is None
        assert EcwidStore(account(there.url)).list_fulfillments(ORDER) == []
        assert EcwidOrderChannel(account(there.url)).read_purchase_order(ORDER) is None
        with pytest.raises(NeedsAttention) as caught:
            EcwidStore(account(there.url)).identify()
        assert caught.value.reason == "shop_not_found"
        with pytest.raises(NeedsAttention) as caught:
            EcwidClient(account(there.url)).write("PUT", f"/orders/{ORDER}", {})
        assert caught.value.reason == "bad_request"


def test_a_checkout_nobody_finished_is_no_order() -> None:
    unfinished = {"id": ORDER, "paymentStatus": "INCOMPLETE"}
    with store_answering({f"GET /orders/{ORDER}": Answer(payload=unfinished)}) as there:
        assert EcwidStore(account(there.url)).fetch_order(ORDER) is None


def test_an_id_with_any_sign_stays_one_step_of_the_path() -> None:
    with loopback(lambda _: refused(404, "")) as there:
        EcwidStore(account(there.url)).fetch_order("2026/#1?x=é")
    assert there.received[0].path == "/orders/2026%2F%231%3Fx%3D%C3%A9"


@pytest.mark.parametrize("token", ["", "två", "line\nbreak"])
def test_a_token_that_cannot_be_sent_is_a_wrong_setting(token: str) -> None:
    with pytest.raises(NeedsAttention) as caught:
        EcwidStore(account(access_token=token)).identify()
    assert caught.value.reason == "access_refused"


def test_a_suspended_store_is_said_before_it_is_connected() -> None:
    profile = {**PROFILE, "account": {"suspended": True}}
    with loopback(lambda _: Answer(payload=profile)) as there, pytest.raises(NeedsAttention) as caught:
        EcwidStore(account(there.url)).identify()
    assert caught.value.reason == "shop_frozen"


def test_scopes_that_the_install_did_not_grant_are_named_without_asking() -> None:
    granted = "read_store_profile read_orders read_catalog"
    with store_answering({"GET /orders": Answer(), "GET /products": Answer()}) as there:
        with pytest.raises(NeedsAttention) as caught:
            EcwidStore(account(there.url, scopes=granted)).identify()
        assert caught.value.params["scopes"] == ["update_orders", "create_orders"]
        assert {one.method for one in there.received} == {"GET"}


class Counting:
    """A budget that counts, and refuses from the third call on."""

    def __init__(self) -> None:
        self.taken = 0
        self.waits: list[float] = []

    def take(self, cost: float = 1.0) -> None:
        """Reserve one call."""
        self.taken += 1
        if self.taken > 2:
            raise Unavailable("no room", reason="budget_spent", retry_after=7.0)

    def report(self, told: BudgetReport) -> None:
        """Ecwid reports nothing."""
        raise AssertionError("nothing to report")

    def exhausted(self, retry_after: float) -> None:
        """Remember what the platform asked for."""
        self.waits.append(retry_after)


def test_the_budget_is_asked_before_every_call_and_told_of_a_refusal() -> None:
    budget = Counting()
    with loopback(lambda _: Answer(429, {}, {"Retry-After": "30"})) as there:
        store = EcwidStore(account(there.url, budget=budget))
        reasons = []
        for _ in range(3):
            with pytest.raises(Unavailable) as caught:
                store.fetch_order(ORDER)
            reasons.append(caught.value.reason)
    assert (reasons, budget.waits) == (["busy", "busy", "budget_spent"], [30.0, 30.0])
    assert len(there.received) == 2


def test_money_crosses_the_wire_exactly_both_ways() -> None:
    lines = [PurchaseOrderLineRequest("L1", "", "X", "X", 3, eur(1))]
    big = eur(9_999_999_999_999)
    with store_answering({"POST /orders": Answer(payload={"orderid": "XJ12H"})}) as there:
        EcwidOrderChannel(account(there.url)).send_purchase_order(purchase_order(lines=lines, shipping=big))
    sent = there.received[-1].body.decode()
    assert '"price": 0.01,' in sent
    assert '"shippingRate": 99999999999.99,' in sent
    with loopback(lambda _: Answer(payload=b'{"total": 0.1, "tax": 1.10}')) as there:
        read = EcwidClient(account(there.url)).read("/orders/X")
    assert read == {"total": Decimal("0.1"), "tax": Decimal("1.10")}


def test_another_app_that_writes_the_note_back_makes_the_outcome_unknown() -> None:
    items = [{"id": 7, "quantity": 1, "name": "A"}]
    order = {"id": ORDER, "paymentStatus": "PAID", "fulfillmentStatus": "AWAITING_PROCESSING", "items": items}
    answers: dict[str, Answer | list[Answer]] = {
        f"GET /orders/{ORDER}": Answer(payload=order),
        f"PUT /orders/{ORDER}": Answer(payload={"updateCount": 1}),
    }
    with store_answering(answers) as there, pytest.raises(OutcomeUnknown) as caught:
        EcwidStore(account(there.url)).push_fulfillment(FulfillmentRequest(ORDER, {"7": 1}, Tracking("", ("A1",))))
    assert caught.value.reason == "empty_fulfillment"
    assert [one.method for one in there.received] == ["GET", "PUT", "GET"]


@pytest.mark.parametrize("quantities", [{}, {"7": 0}, {"7": -1}])
def test_an_empty_parcel_is_refused_before_any_call(quantities: dict[str, int]) -> None:
    with pytest.raises(NeedsAttention) as caught:
        EcwidStore(account()).push_fulfillment(FulfillmentRequest(ORDER, quantities, Tracking()))
    assert caught.value.reason == "empty_parcel"


def test_a_look_up_that_finds_only_others_is_inconclusive() -> None:
    others = {"total": 101, "count": 1, "items": [{"id": "A", "createTimestamp": 5, "privateAdminNotes": "see OL-1"}]}
    with loopback(lambda _: Answer(payload=others)) as there, pytest.raises(NeedsAttention) as caught:
        EcwidOrderChannel(account(there.url)).find_purchase_order("OL-1")
    assert caught.value.reason == "look_up_inconclusive"
