"""Every way a call can go wrong, over real HTTP: which of the four kinds it is, for a read and for a write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from orderlane.connectors.stores import bigcommerce
from orderlane.connectors.stores.bigcommerce.channel import BigCommerceOrderChannel
from orderlane.connectors.stores.bigcommerce.client import BigCommerceClient, limits_told
from orderlane.connectors.stores.bigcommerce.connector import BigCommerceStore
from orderlane.connectors.stores.bigcommerce.tests.examples import account, purchase_order, recorded
from orderlane.connectors.tests.loopback import Answer, Loopback, Received, loopback
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.budgets import BudgetReport
from orderlane.ports.stores import FulfillmentRequest, Tracking

V2 = [{"status": 400, "message": "The field 'products' is invalid."}]
V3 = {"status": 403, "title": "You don't have a required scope to access the endpoint", "errors": {}}
WINDOW = {
    "X-Rate-Limit-Requests-Quota": "150",
    "X-Rate-Limit-Requests-Left": "0",
    "X-Rate-Limit-Time-Reset-Ms": "1500",
    "X-Rate-Limit-Time-Window-Ms": "30000",
}

BAD: list[tuple[str, Answer, type[OutsideError], type[OutsideError], str]] = [
    # name, answer, kind of a read, kind of a write, reason of the read
    ("401", Answer(401, {"title": "Unauthorized"}), NeedsAttention, NeedsAttention, "access_refused"),
    ("402", Answer(402, {}), NeedsAttention, NeedsAttention, "shop_frozen"),
    ("403", Answer(403, {"title": "Forbidden"}), NeedsAttention, NeedsAttention, "access_refused"),
    ("403 scope", Answer(403, V3), NeedsAttention, NeedsAttention, "missing_scope"),
    ("403 html", Answer(403, b"<html>scope</html>"), NeedsAttention, NeedsAttention, "access_refused"),
    ("423", Answer(423, {}), NeedsAttention, NeedsAttention, "shop_frozen"),
    ("400", Answer(400, V2), NeedsAttention, Declined, "bad_request"),
    ("406", Answer(406, {}), NeedsAttention, NeedsAttention, "bad_request"),
    ("409", Answer(409, V2), NeedsAttention, Declined, "bad_request"),
    ("422", Answer(422, {"title": "no", "errors": {}}), NeedsAttention, Declined, "bad_request"),
    ("301", Answer(301, b"", {"Location": "https://a.example"}), NeedsAttention, NeedsAttention, "bad_request"),
    ("408", Answer(408, {}), NeedsAttention, OutcomeUnknown, "bad_request"),
    ("202", Answer(202, {}), NeedsAttention, OutcomeUnknown, "bad_request"),
    ("429", Answer(429, {}, WINDOW), Unavailable, Unavailable, "throttled"),
    ("429 load", Answer(429, {}), Unavailable, Unavailable, "busy"),
    ("500", Answer(500, b"oops"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("503", Answer(503, b"oops"), Unavailable, OutcomeUnknown, "busy"),
    ("html", Answer(payload=b"<html>maintenance</html>"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("truncated", Answer(payload={"id": 100, "status_id": 11}, cut=True), Unavailable, OutcomeUnknown, ""),
    ("cut json", Answer(payload=b'{"id": 100, "stat'), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("reset", Answer(hang_up=True), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("deep", Answer(payload=b"[" * 500_000), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("a list", Answer(payload=[]), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("a word", Answer(payload="yes"), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("empty", Answer(payload=b""), Unavailable, OutcomeUnknown, "no_clear_answer"),
    ("no id", Answer(payload={}), NeedsAttention, OutcomeUnknown, "unreadable_answer"),
    ("a float as id", Answer(payload={"id": 1.5}), NeedsAttention, OutcomeUnknown, "unreadable_answer"),
]
PROFILE = Answer(payload={"id": "hp7k2q9wab", "currency": "USD"})


@contextmanager
def there(answer: Answer) -> Iterator[Loopback]:
    """A store that knows who it is, has one order, and answers everything else the same way."""

    def say(request: Received) -> Answer:
        if request.path.startswith("/v2/store"):
            return PROFILE
        if request.method != "GET" and "/shipments" not in request.path:
            return answer
        if request.method == "GET" and "consignments" in request.path and "broken" not in request.path:
            return Answer(payload=recorded("order"))
        return answer

    with loopback(say) as server:
        yield server


@pytest.mark.parametrize(("answer", "kind", "reason"), [(b[1], b[2], b[4]) for b in BAD], ids=[b[0] for b in BAD])
def test_a_read_that_goes_wrong(answer: Answer, kind: type[OutsideError], reason: str) -> None:
    with loopback(lambda _: answer) as server, pytest.raises(OutsideError) as caught:
        BigCommerceStore(account(server.url)).fetch_order("218")
    assert type(caught.value) is kind
    assert caught.value.reason == (reason or "no_clear_answer")
    assert len(server.received) == 1


@pytest.mark.parametrize(("answer", "kind"), [(b[1], b[3]) for b in BAD], ids=[b[0] for b in BAD])
def test_placing_an_order_that_goes_wrong(answer: Answer, kind: type[OutsideError]) -> None:
    with there(answer) as server, pytest.raises(OutsideError) as caught:
        BigCommerceOrderChannel(account(server.url)).send_purchase_order(purchase_order())
    assert type(caught.value) is kind
    assert [request.method for request in server.received] == ["GET", "POST"]


@pytest.mark.parametrize(("answer", "kind"), [(b[1], b[3]) for b in BAD], ids=[b[0] for b in BAD])
def test_recording_a_parcel_that_goes_wrong(answer: Answer, kind: type[OutsideError]) -> None:
    with there(answer) as server, pytest.raises(OutsideError) as caught:
        BigCommerceStore(account(server.url)).push_fulfillment(
            FulfillmentRequest("218", {"301": 1}, Tracking("UPS", ("1Z1",)))
        )
    assert type(caught.value) is kind
    assert [request.method for request in server.received] == ["GET", "POST"]


@pytest.mark.parametrize(
    "answer", [Answer(404, [{"status": 404, "message": "The requested resource was not found."}]), Answer(404, b"")]
)
def test_what_the_store_does_not_know_is_nothing(answer: Answer) -> None:
    with loopback(lambda _: answer) as server:
        assert BigCommerceStore(account(server.url)).fetch_order("7") is None
        assert BigCommerceOrderChannel(account(server.url)).read_purchase_order("7") is None
        with pytest.raises(NeedsAttention) as caught:
            BigCommerceStore(account(server.url)).identify()
    assert caught.value.reason == "shop_not_found"


def test_an_id_that_is_none_of_theirs_is_not_even_asked_for() -> None:
    with loopback(lambda _: Answer()) as server:
        assert BigCommerceStore(account(server.url)).fetch_order("../store") is None
    assert server.received == []


def test_a_refusal_keeps_what_the_store_said() -> None:
    with there(Answer(400, V2)) as server, pytest.raises(Declined) as caught:
        BigCommerceOrderChannel(account(server.url)).send_purchase_order(purchase_order())
    assert caught.value.reason == "order_refused"
    assert caught.value.params == {"status": 400, "said": "The field 'products' is invalid."}


def test_nobody_there_means_surely_nothing_happened() -> None:
    with there(Answer()) as server:
        gone = server.url
    with pytest.raises(Unavailable) as caught:
        BigCommerceClient(account(gone)).write("POST", "/v2/orders", {}, refused=Declined())
    assert caught.value.reason == "no_connection"


def test_a_look_up_that_finds_only_other_orders_does_not_pass_for_absence() -> None:
    for found, kind in (([{**recorded("order"), "external_order_id": "OL-1"}], NeedsAttention), ([], None)):
        with loopback(lambda _, found=found: Answer(payload=found)) as server:  # type: ignore[misc]
            channel = BigCommerceOrderChannel(account(server.url))
            if kind is None:
                assert channel.find_purchase_order("OL-100234") is None
                continue
            with pytest.raises(kind) as caught:
                channel.find_purchase_order("OL-100234")
            assert caught.value.reason == "look_up_inconclusive"


@dataclass
class Purse:
    """A budget that remembers what it was told, and may be empty."""

    empty: bool = False
    taken: int = 0
    told: list[BudgetReport] = field(default_factory=list)
    closed_for: list[float] = field(default_factory=list)

    def take(self, cost: float = 1.0) -> None:
        """Count, or refuse."""
        if self.empty:
            raise Unavailable("the rate limit has no room left", reason="budget_spent", retry_after=4)
        self.taken += 1

    def report(self, told: BudgetReport) -> None:
        """Remember."""
        self.told.append(told)

    def exhausted(self, retry_after: float) -> None:
        """Remember."""
        self.closed_for.append(retry_after)


def test_the_window_is_reported_and_a_refusal_closes_it() -> None:
    purse = Purse()
    headers = {**WINDOW, "X-Rate-Limit-Requests-Left": "149"}
    answers = [Answer(204, b"", headers), Answer(429, {}, WINDOW), Answer(429, {})]
    with loopback(lambda _: answers.pop(0)) as server:
        client = BigCommerceClient(account(server.url, budget=purse))
        assert client.some("/v2/orders") == []
        waits = []
        for _ in range(2):
            with pytest.raises(Unavailable) as caught:
                client.some("/v2/orders")
            waits.append(caught.value.retry_after)
    assert purse.taken == 3
    assert purse.told == [BudgetReport(150, 149, 0, 1.5), BudgetReport(150, 0, 0, 1.5)]
    assert purse.closed_for == [1.5, 10]
    assert waits == [1.5, 10]


def test_an_empty_purse_calls_nobody() -> None:
    with loopback(lambda _: Answer()) as server:
        channel = BigCommerceOrderChannel(account(server.url, budget=Purse(empty=True)))
        with pytest.raises(Unavailable) as caught:
            channel.send_purchase_order(purchase_order())
    assert (caught.value.reason, caught.value.retry_after) == ("budget_spent", 4)
    assert server.received == []


@pytest.mark.parametrize("value", ["", "-1", "1.5", "inf", "٣", "9" * 30])
def test_nonsense_about_the_window_is_no_report(value: str) -> None:
    told = {name.lower(): text for name, text in WINDOW.items()}
    assert limits_told({**told, "x-rate-limit-requests-left": value}) is None


@pytest.mark.parametrize("token", ["", "tok\nen", "tokén"])
def test_what_cannot_be_a_token_is_not_sent(token: str) -> None:
    with loopback(lambda _: Answer()) as server, pytest.raises(NeedsAttention) as caught:
        BigCommerceStore(account(server.url, {"access_token": token})).identify()
    assert caught.value.reason == "access_refused"
    assert server.received == []


def test_a_list_without_an_end_is_given_up() -> None:
    page: list[Any] = [{"id": n} for n in range(1, 251)]
    with loopback(lambda _: Answer(payload=page)) as server, pytest.raises(NeedsAttention) as caught:
        list(BigCommerceClient(account(server.url)).every("/v2/orders/1/shipments"))
    assert caught.value.reason == "too_many_lines"
    assert len(server.received) == 40


def test_the_call_that_archives_every_order_of_a_store_does_not_exist() -> None:
    """``DELETE /v2/orders`` without an id: this folder can delete hooks and single shipments, by their numbers."""
    sources = [path.read_text(encoding="utf-8") for path in Path(bigcommerce.__file__).parent.glob("*.py")]
    assert len(sources) > 8
    hook, shipment = [call for source in sources for call in re.findall(r'"DELETE"[^)]*', source)]
    assert hook.startswith('"DELETE", f"/v3/hooks/{identifier(hook, ')
    assert shipment == '"DELETE", f"/v2/orders/{order_id}/shipments/{shipment_id}", refused=refused'
    assert not any("DELETE" in source.replace('"DELETE"', "") for source in sources)


@pytest.mark.parametrize("named", ["", "7", "7/", "/7", "7/9/..", "7/*", "٧/٩"])
def test_a_shipment_without_its_number_is_not_deleted(named: str) -> None:
    # What would be left of the address deletes all shipments of an order, or worse.
    with loopback(lambda _: Answer()) as server:
        with pytest.raises(NeedsAttention):
            BigCommerceStore(account(server.url)).cancel_fulfillment(named)
        assert server.received == []
