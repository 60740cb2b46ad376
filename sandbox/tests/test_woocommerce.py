"""The simulated WooCommerce shops: who may call, how lists turn, what webhooks say, and three ways to show a parcel."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox
from sandbox.tests.shop import HTTP, Receiver, until

BLANKET, YARN = "FV-PLA-VER-ECR", "FV-PEL-MER"


class Shop:
    """One shop of a running sandbox, spoken to with its keys."""

    def __init__(self, sandbox: RunningSandbox, role: str) -> None:
        self.root = sandbox.url
        seeds = HTTP.get(f"{sandbox.url}/seed.json").json()["woocommerce"]["stores"]
        self.seed: dict[str, Any] = next(shop for shop in seeds if shop["role"] == role)
        self.url: str = self.seed["base_url"]
        self.keys: tuple[str, str] = (self.seed["consumer_key"], self.seed["consumer_secret"])

    def call(self, method: str, path: str, body: object = None, **query: Any) -> httpx.Response:
        """One call of the REST API."""
        where = path if path.startswith("/wp-json") else f"/wp-json/wc/v3{path}"
        return HTTP.request(method, f"{self.url}{where}", json=body, params=query, auth=self.keys)

    def ask(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """The answer to a call that succeeds."""
        answer = self.call(method, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json()

    def code(self, method: str, path: str, body: object = None, **query: Any) -> tuple[int, str]:
        """Status and code of a call that fails."""
        answer = self.call(method, path, body, **query)
        return answer.status_code, answer.json()["code"]

    def act(self, path: str, **body: Any) -> Any:
        """One of the sandbox's own JSON actions."""
        answer = HTTP.post(f"{self.url}/_sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def buy(self, **body: Any) -> str:
        """A customer orders two blankets and three balls of yarn."""
        lines = [{"sku": BLANKET, "quantity": 2}, {"sku": YARN, "quantity": 3}]
        number: str = self.act("orders", **{"lines": lines, **body})["order"]["order_id"]
        return number

    def hook(self, topic: str, url: str) -> dict[str, Any]:
        """Make a webhook."""
        made: dict[str, Any] = self.ask("POST", "/webhooks", {"topic": topic, "delivery_url": url, "secret": "s3cret"})
        return made

    def has_tried(self, count: int) -> bool:
        """Whether so many webhooks went out, pings among them."""
        return len(self.journal("webhook.tried")) == count

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """Facts of this kind in this shop."""
        query = {"kind": kind, "system": f"woocommerce:{self.seed['external_id']}"}
        return [row["facts"] for row in HTTP.get(f"{self.root}/journal.json", params=query).json()["entries"]]


@pytest.fixture(scope="module")
def one_shop() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxSettings(speed=200_000, search_lag=0.0)) as running:
        yield running


@pytest.fixture
def shop(one_shop: RunningSandbox) -> Shop:
    HTTP.post(f"{one_shop.url}/reset")
    return Shop(one_shop, "retailer")


def test_keys_open_a_shop_and_say_what_is_wrong_with_them(shop: Shop) -> None:
    assert HTTP.get(f"{shop.url}/wp-json/").json()["home"] == shop.url
    assert shop.call("GET", "/orders").status_code == 200
    key, secret = shop.keys
    shop.keys = ("ck_other", secret)
    assert shop.code("GET", "/orders") == (401, "woocommerce_rest_cannot_view")
    shop.keys = (key, "cs_other")
    assert shop.code("GET", "/orders") == (401, "woocommerce_rest_authentication_error")
    shop.keys = (key, secret)
    shop.act("scopes", scopes=["read"])
    assert shop.code("POST", "/orders/batch", {}) == (401, "woocommerce_rest_authentication_error")
    shop.act("keys", consumer_key="ck_new", consumer_secret="cs_new")
    assert shop.code("GET", "/orders") == (401, "woocommerce_rest_cannot_view")


def test_lists_have_pages_totals_and_limits(shop: Shop) -> None:
    numbers = [shop.buy() for _ in range(5)]
    page = shop.call("GET", "/orders", per_page=2, page=2, orderby="id", order="asc", _fields="id,status")
    assert page.json() == [{"id": int(number), "status": "processing"} for number in numbers[2:4]]
    assert (page.headers["X-WP-Total"], page.headers["X-WP-TotalPages"]) == ("5", "3")
    rest = shop.ask("GET", "/orders", per_page=100, offset=4, orderby="id", order="asc")
    assert [order["id"] for order in rest] == [int(numbers[4])]
    for wrong in ({"per_page": 101}, {"page": 0}, {"orderby": "colour"}, {"status": "lost"}, {"after": "yesterday"}):
        assert shop.code("GET", "/orders", **wrong) == (400, "rest_invalid_param")


def test_the_change_that_is_named_is_not_among_the_later_ones(shop: Shop) -> None:
    first = shop.ask("GET", f"/orders/{shop.buy()}")
    query = {"modified_after": first["date_modified_gmt"], "dates_are_gmt": "true"}
    assert shop.ask("GET", "/orders", **query) == []


def test_the_bin_is_listed_only_by_its_name(shop: Shop) -> None:
    number = shop.buy()
    shop.act(f"orders/{number}/delete")
    assert shop.ask("GET", "/orders", status="any") == []
    assert [order["id"] for order in shop.ask("GET", "/orders", status="trash")] == [int(number)]
    shop.act(f"orders/{number}/restore")
    assert shop.ask("GET", f"/orders/{number}")["status"] == "processing"


def test_the_search_finds_payments_and_names_and_no_meta_data(shop: Shop) -> None:
    line = {"sku": YARN, "quantity": 1}
    body = {
        "status": "processing",
        "set_paid": True,
        "transaction_id": "OL-100001",
        "line_items": [line],
        "meta_data": [{"key": "_ours", "value": "hidden-value"}],
    }
    made = shop.ask("POST", "/orders", body)
    assert (made["status"], bool(made["date_paid_gmt"])) == ("processing", True)
    assert [each["id"] for each in shop.ask("GET", "/orders", search="OL-100001")] == [made["id"]]
    assert shop.ask("GET", "/orders", search="hidden-value") == []
    shop.act("search", finds=False)
    assert shop.ask("GET", "/orders", search="OL-100001") == []


def test_a_webhook_is_pinged_and_then_says_the_whole_order(shop: Shop, receiver: Receiver) -> None:
    made = shop.hook("order.created", f"{receiver.url}/hooks")
    until(lambda: receiver.received)
    headers, body, _ = receiver.received.pop()
    assert body == f"webhook_id={made['id']}".encode()
    assert "x-wc-webhook-signature" not in headers
    number = shop.buy()
    until(lambda: receiver.received)
    told, body, _ = receiver.received.pop()
    assert json.loads(body)["id"] == int(number)
    signature = base64.b64encode(hmac.new(b"s3cret", body, hashlib.sha256).digest()).decode()
    assert told["x-wc-webhook-signature"] == signature
    assert (told["x-wc-webhook-topic"], told["x-wc-webhook-source"]) == ("order.created", f"{shop.url}/")


def test_a_failure_after_more_than_five_in_a_row_switches_a_webhook_off(shop: Shop, receiver: Receiver) -> None:
    made = shop.hook("order.created", receiver.url)
    until(lambda: shop.journal("webhook.tried"))
    receiver.answers[:] = [500] * 8
    for count in range(1, 8):
        shop.buy()
        until(partial(shop.has_tried, 1 + count))
    until(lambda: shop.ask("GET", "/webhooks")[0]["status"] == "disabled")
    shop.buy()
    assert shop.has_tried(8)
    assert shop.ask("PUT", f"/webhooks/{made['id']}", {"status": "active"})["status"] == "active"
    assert shop.code("DELETE", f"/webhooks/{made['id']}") == (501, "woocommerce_rest_trash_not_supported")
    assert shop.ask("DELETE", f"/webhooks/{made['id']}", force="true")["id"] == made["id"]


def test_a_fulfillment_holds_pieces_and_completes_nothing(shop: Shop) -> None:
    number = shop.buy()
    items = [
        {"item_id": line["id"], "qty": line["quantity"]} for line in shop.ask("GET", f"/orders/{number}")["line_items"]
    ]
    tracking = {"key": "_tracking_number", "value": "6A1"}
    body = {"status": "fulfilled", "is_fulfilled": True, "meta_data": [{"key": "_items", "value": items}, tracking]}
    made = shop.ask("POST", f"/orders/{number}/fulfillments", body, notify_customer="true")
    assert made["is_fulfilled"]
    assert [each["id"] for each in shop.ask("GET", f"/orders/{number}/fulfillments")] == [made["id"]]
    assert len(shop.journal("mail.sent")) == 1
    (told,) = shop.journal("fulfillment.created")
    assert sum(line["quantity"] for line in told["lines"]) == 5
    assert shop.ask("GET", f"/orders/{number}")["status"] == "processing"


def test_what_is_switched_off_has_no_route(shop: Shop) -> None:
    number = shop.buy()
    trackers = f"/wp-json/wc-shipment-tracking/v3/orders/{number}/shipment-trackings"
    assert shop.code("GET", trackers) == (404, "rest_no_route")
    shop.act("tracking", way="extension")
    assert shop.code("GET", f"/orders/{number}/fulfillments") == (404, "rest_no_route")
    wanted = {
        "tracking_number": "6A1",
        "custom_tracking_provider": "Colis",
        "custom_tracking_link": "https://t.example",
    }
    made = shop.ask("POST", trackers, wanted)
    assert [each["tracking_id"] for each in shop.ask("GET", trackers)] == [made["tracking_id"]]
    unknown = {"tracking_number": "6A1", "tracking_provider": "Nobody's Post"}
    assert shop.code("POST", trackers, unknown) == (400, "woocommerce_rest_invalid_tracking_provider")
    shop.ask("DELETE", f"{trackers}/{made['tracking_id']}")
    assert shop.ask("GET", trackers) == []
    shop.act("tracking", way="notes")
    assert shop.code("GET", trackers) == (404, "rest_no_route")
    shop.ask("POST", f"/orders/{number}/notes", {"note": "6A1", "customer_note": True})
    assert [note["note"] for note in shop.ask("GET", f"/orders/{number}/notes", type="customer")] == ["6A1"]


def test_refunds_are_resources_of_their_own(shop: Shop) -> None:
    number = shop.buy()
    shop.act(f"orders/{number}/refund", lines={YARN: 1})
    (refund,) = shop.ask("GET", f"/orders/{number}/refunds")
    assert [line["quantity"] for line in refund["line_items"]] == [-1]
    shop.act(f"orders/{number}/refund")
    assert shop.ask("GET", f"/orders/{number}")["status"] == "refunded"


def test_an_unpaid_order_is_cancelled_and_comes_back_with_its_money(shop: Shop) -> None:
    number = shop.buy(paid=False)
    shop.act(f"orders/{number}/cancel")
    assert shop.ask("GET", f"/orders/{number}")["status"] == "cancelled"
    shop.act(f"orders/{number}/pay")
    assert shop.ask("GET", f"/orders/{number}")["status"] == "processing"


def test_a_shop_under_maintenance_answers_with_a_page(shop: Shop) -> None:
    fault = {"system": "woocommerce", "operation": "listOrders", "mode": "503"}
    assert HTTP.post(f"{shop.root}/faults.json", json=fault).is_success
    answer = shop.call("GET", "/orders")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (503, "text/html")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_people_can_buy_and_ship_by_hand(shop: Shop, language: str) -> None:
    spoken = {"Accept-Language": language}
    assert HTTP.get(f"{shop.url}/", headers=spoken).status_code == 200
    number = shop.buy()
    for page in ("orders", f"orders/{number}"):
        shown = HTTP.get(f"{shop.url}/{page}", headers=spoken)
        assert shown.status_code == 200
        assert f'lang="{language}"' in shown.text
        assert number in shown.text
    assert HTTP.get(f"{shop.url}/orders/999999", headers=spoken).status_code == 404
