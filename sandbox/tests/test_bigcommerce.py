"""The simulated BigCommerce: its refusals, its statuses, its hooks, its pages."""

import base64
import hashlib
import hmac
import json
import re
from typing import Any

import httpx
import pytest

from sandbox.serving import RunningSandbox
from sandbox.tests.bigcommerce import MUG, VASE, BigShop
from sandbox.tests.shop import HTTP, Receiver, until

BILLING = {"first_name": "Jane", "last_name": "Doe", "street_1": "1 A St", "city": "Austin", "state": "Texas"}
BILLING |= {"zip": "78751", "country_iso2": "US"}


@pytest.fixture
def big(shops: RunningSandbox) -> BigShop:
    return BigShop(shops, "retailer")


@pytest.fixture
def pottery(shops: RunningSandbox) -> BigShop:
    return BigShop(shops, "supplier")


def order_body(pottery: BigShop, **changed: Any) -> dict[str, Any]:
    mug = next(row for row in pottery.seed["variants"] if row["sku"] == MUG)
    product = {"product_id": int(mug["product_id"]), "variant_id": int(mug["variant_id"]), "quantity": 2}
    return {"status_id": 11, "billing_address": BILLING, "products": [product], **changed}


def hook(shop: BigShop, receiver: Receiver, scope: str, **changed: Any) -> dict[str, Any]:
    made: dict[str, Any] = shop.ask(
        "POST", "/v3/hooks", {"scope": scope, "destination": f"{receiver.url}/h", "is_active": True, **changed}
    )["data"]
    return made


def test_tokens_scopes_and_empty_lists(big: BigShop) -> None:
    assert big.call("GET", "/v2/orders", token="wrong").status_code == 401
    empty = big.call("GET", "/v2/orders")
    assert (empty.status_code, empty.content) == (204, b"")
    assert empty.headers["X-Rate-Limit-Requests-Quota"] == "150"
    big.act("scopes", scopes=["store_v2_orders_read_only"])
    refused = big.call("POST", "/v2/orders", {})
    assert (refused.status_code, "scope" in refused.json()["title"]) == (403, True)
    assert big.journal("order.created") == []


def test_there_is_no_way_to_archive_all_orders(big: BigShop) -> None:
    big.buy(MUG)
    assert big.call("DELETE", "/v2/orders").status_code == 405
    assert len(big.ask("GET", "/v2/orders")) == 1


def test_an_order_goes_through_its_statuses(big: BigShop) -> None:
    number = big.buy(MUG, VASE, paid=False)["order_id"]

    def status() -> int:
        told: int = big.ask("GET", f"/v2/orders/{number}")["status_id"]
        return told

    assert status() == 7
    big.act(f"orders/{number}/pay")
    assert status() == 11
    big.act(f"orders/{number}/ship", lines={MUG: 1}, company="UPS", number="1Z1")
    assert status() == 3
    big.act(f"orders/{number}/ship")
    assert status() == 2
    big.act(f"orders/{number}/cancel_fulfillment")
    assert status() == 2  # deleting a shipment does not move the status back
    big.act(f"orders/{number}/refund", lines={VASE: 1})
    assert status() == 14
    big.act(f"orders/{number}/refund")
    assert status() == 4
    big.act(f"orders/{number}/refund", 422)
    kinds = ["order.created", "order.paid", "fulfillment.created", "fulfillment.cancelled", "order.refunded"]
    assert [len(big.journal(kind)) for kind in kinds] == [1, 1, 2, 1, 2]


def test_an_archived_order_leaves_the_lists_and_stays_there(big: BigShop) -> None:
    number = big.buy(MUG)["order_id"]
    big.act(f"orders/{number}/delete")
    assert big.call("GET", "/v2/orders").status_code == 204
    told = big.ask("GET", f"/v2/orders/{number}")
    assert (told["is_deleted"], told["status_id"]) == (True, 11)
    big.act(f"orders/{number}/delete", 422)


def test_an_order_by_api_defaults_to_pending_and_takes_prices_in_pairs(pottery: BigShop) -> None:
    body = order_body(pottery)
    del body["status_id"]
    assert pottery.ask("POST", "/v2/orders", body)["status_id"] == 1
    product = {**body["products"][0], "price_ex_tax": 5, "price_inc_tax": 5}
    made = pottery.ask("POST", "/v2/orders", order_body(pottery, products=[product], external_order_id="OL-9"))
    assert (made["total_inc_tax"], made["status_id"], made["order_source"]) == ("10.0000", 11, "external")
    assert [one["id"] for one in pottery.ask("GET", "/v2/orders?external_order_id=OL-9")] == [made["id"]]
    (facts,) = [row for row in pottery.journal("order.created") if row["source_identifier"]]
    assert (facts["source_identifier"], facts["by"], facts["ship_to"]["province_code"]) == ("OL-9", "api", "TX")


REFUSED: list[dict[str, Any]] = [
    {"billing_address": {**BILLING, "zip": ""}},
    {"billing_address": None},
    {"products": []},
    {"products": [{"product_id": 1, "variant_id": 2, "quantity": 1}]},
    {"products": [{"name": "Mug", "quantity": 1, "price_inc_tax": 5}]},
    {"products": [{"name": "Mug", "quantity": 1}]},
    {"products": [{"name": "Mug", "quantity": 0, "price_inc_tax": 5, "price_ex_tax": 5}]},
    {"consignments": {"pickups": []}, "shipping_addresses": [BILLING], "status_id": 99},
    {"total_inc_tax": "5.00"},
    {"default_currency_code": "JPY"},
]


@pytest.mark.parametrize("changed", REFUSED, ids=str)
def test_a_bad_order_places_nothing(pottery: BigShop, changed: dict[str, Any]) -> None:
    answer = pottery.call("POST", "/v2/orders", order_body(pottery, **changed))
    assert answer.status_code == 400
    assert isinstance(answer.json()[0]["message"], str)
    assert pottery.call("GET", "/v2/orders").status_code == 204


def test_stock_is_counted(pottery: BigShop) -> None:
    pottery.act("stock", sku=MUG, stock=3)
    pottery.ask("POST", "/v2/orders", order_body(pottery))
    refused = pottery.call("POST", "/v2/orders", order_body(pottery))
    assert (refused.status_code, "stock" in refused.json()[0]["message"]) == (409, True)
    products = pottery.ask("GET", "/v3/catalog/products?include=variants")["data"]
    (left,) = [v["inventory_level"] for product in products for v in product["variants"] if v["sku"] == MUG]
    assert left == 1


def test_one_shipment_serves_one_address(big: BigShop) -> None:
    lines = [{"sku": MUG}, {"sku": VASE, "address": {"first_name": "B", "city": "Rome", "country_code": "IT"}}]
    number = big.buy(lines=lines)["order_id"]
    told = big.ask("GET", f"/v2/orders/{number}?include=consignments.line_items&consignment_structure=object")
    first, second = told["consignments"]["shipping"]
    assert [told["shipping_address_count"], second["city"]] == [2, "Rome"]
    mug, vase = first["line_items"][0]["id"], second["line_items"][0]["id"]
    both = [{"order_product_id": mug, "quantity": 1}, {"order_product_id": vase, "quantity": 1}]
    path = f"/v2/orders/{number}/shipments"
    assert big.call("POST", path, {"order_address_id": first["id"], "items": both}).status_code == 400
    assert big.call("POST", path, {"items": both[:1]}).status_code == 400
    twice = [{"order_product_id": mug, "quantity": 2}]
    assert big.call("POST", path, {"order_address_id": first["id"], "items": twice}).status_code == 400
    long = {"order_address_id": first["id"], "items": both[:1], "tracking_number": "1" * 51}
    assert big.call("POST", path, long).status_code == 400
    assert big.call("GET", path).status_code == 204
    made = big.ask("POST", path, {**long, "tracking_number": "1Z", "shipping_provider": "ups"})
    assert (made["shipping_provider_display_name"], made["items"][0]["order_product_id"]) == ("UPS", mug)
    assert big.call("PUT", f"{path}/{made['id']}", {"items": both}).status_code == 400
    assert big.ask("PUT", f"{path}/{made['id']}", {"tracking_number": "2Z"})["shipping_provider"] == "ups"
    assert [row["tracking"]["numbers"] for row in big.journal("fulfillment.tracking_updated")] == [["2Z"]]


def test_dates_are_filtered_sorted_and_paged(big: BigShop) -> None:
    numbers = [big.buy(MUG)["order_id"] for _ in range(3)]
    HTTP.post(f"{big.root}/clock.json", json={"advance": 10})
    big.act(f"orders/{numbers[0]}/edit", note="touched")
    told = big.ask("GET", "/v2/orders?sort=date_modified:asc&limit=2")
    assert [str(one["id"]) for one in told] == numbers[1:]
    last = big.ask("GET", "/v2/orders?sort=date_modified:asc&limit=2&page=2")
    assert [str(one["id"]) for one in last] == numbers[:1]
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000", last[0]["date_modified"])
    query = httpx.QueryParams({"min_date_modified": last[0]["date_modified"]})
    assert [str(one["id"]) for one in big.ask("GET", f"/v2/orders?{query}")] == numbers[:1]


def test_hooks_are_signed_carry_their_headers_and_are_the_clients_own(big: BigShop, receiver: Receiver) -> None:
    hook(big, receiver, "store/order/*", headers={"X-Mine": "yes"})
    number = big.buy(MUG)["order_id"]
    headers, body, _ = until(lambda: receiver.received)[0]
    told = json.loads(body)
    assert (told["scope"], told["data"]) == ("store/order/created", {"type": "order", "id": int(number)})
    assert told["producer"] == f"stores/{big.seed['external_id']}"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(big.seed["client_secret"].encode(), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert headers["x-mine"] == "yes"


def test_a_hook_is_switched_off_after_eleven_retries(big: BigShop, receiver: Receiver) -> None:
    made = hook(big, receiver, "store/order/created")
    receiver.answers[:] = [500] * 12
    big.buy(MUG)
    until(lambda: big.journal("subscription.deactivated"), 20)
    assert len(receiver.received) == 12
    assert len({body for _, body, _ in receiver.received}) == 1
    assert big.ask("GET", f"/v3/hooks/{made['id']}")["data"]["is_active"] is False
    big.buy(MUG)
    assert len(receiver.received) == 12
    big.ask("PUT", f"/v3/hooks/{made['id']}", {"is_active": True})
    big.buy(MUG)
    until(lambda: len(receiver.received) == 13)


@pytest.mark.parametrize("changed", [{"scope": "orders"}, {"destination": "http://a.example"}])
def test_a_bad_hook_is_refused(big: BigShop, changed: dict[str, str]) -> None:
    body = {"scope": "store/order/created", "destination": "https://a.example/h", **changed}
    assert big.call("POST", "/v3/hooks", body).status_code == 422
    assert big.ask("GET", "/v3/hooks")["data"] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_person_can_do_everything_on_the_pages(big: BigShop, language: str) -> None:
    headers = {"Accept-Language": language}
    front = httpx.get(f"{big.url}/?cart=mixed", headers=headers)
    assert ("Passer la commande" in front.text) is (language == "fr")
    fields = dict(re.findall(r'name="((?:qty|addr)-[^"]+)"[^>]*value="([^"]*)"', front.text))
    bought = httpx.post(f"{big.url}/", data={**fields, "paid": "no"}, headers=headers)
    page = bought.headers["location"].partition("?")[0]

    def press(verb: str, **form: str) -> httpx.Response:
        return httpx.post(f"{big.root}{page}/{verb}", data=form, headers=headers)

    assert press("refund").status_code == 409  # nothing was paid
    assert press("pay").status_code == 303
    assert press("ship", company="UPS", numbers="1Z1, 1Z2").status_code == 303
    assert press("track", numbers="1Z3").status_code == 303
    assert press("cancel").status_code == 409  # it has shipped
    assert press("refund").status_code == 303
    shown = httpx.get(f"{big.root}{page}?done=refund", headers=headers)
    assert ("Remboursée" if language == "fr" else "Refunded") in shown.text
    assert "1Z3" in httpx.get(f"{big.url}/orders", headers=headers).text
    assert press("delete").status_code == 303
    assert httpx.get(f"{big.url}/orders/0", headers=headers).status_code == 404
    assert httpx.get(f"{big.root}/bigcommerce/nobody/", headers=headers).status_code == 404
