"""The simulated REST API: who may call it, what it takes and gives, and what it forgets without a word."""

from typing import Any

import httpx
import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox
from sandbox.tests.ecwid_caller import BREAD, HIRONDELLE, HONEY, MIELLERIE, EcwidCaller, new_order
from sandbox.tests.shop import until


@pytest.fixture
def retailer(shops: RunningSandbox) -> EcwidCaller:
    return EcwidCaller(shops, HIRONDELLE)


@pytest.fixture
def supplier(shops: RunningSandbox) -> EcwidCaller:
    return EcwidCaller(shops, MIELLERIE)


def test_the_seed_says_what_is_needed_to_connect(retailer: EcwidCaller) -> None:
    assert [(row["role"], row["currency"]) for row in retailer.told["stores"]] == [
        ("retailer", "EUR"),
        ("supplier", "EUR"),
    ]
    skus = {row["sku"] for row in retailer.seed["variants"]}
    assert {sku.partition("-")[0] for sku in skus} == {"MI", "AB", "PC", "CG"}
    assert set(retailer.told["suppliers"]) == {"la-miellerie"}
    assert retailer.get("/profile")["formatsAndUnits"]["currency"] == "EUR"
    assert "Ecwid stores" in httpx.get(f"{retailer.root}/").text
    assert "updateOrder" in httpx.get(f"{retailer.root}/faults").text


def test_an_order_has_numbers_for_money_and_no_currency(retailer: EcwidCaller) -> None:
    bought = retailer.buy(HONEY, BREAD)
    order = retailer.get(f"/orders/{bought['order_id']}")
    assert (order["id"], order["subtotal"], order["total"]) == (bought["order_id"], 30.8, 35.7)
    assert "currency" not in str(order)
    honey, bread = order["items"]
    assert (honey["selectedOptions"][0]["value"], "combinationId" in bread) == ("500 g", False)
    assert order["shippingPerson"]["street"] == "14 rue des Capucins"
    assert retailer.call("GET", f"/orders/{order['internalId']}").status_code == 404
    assert retailer.get("/orders", ids=str(order["internalId"]))["total"] == 1


def test_the_list_is_cut_filtered_and_trimmed(retailer: EcwidCaller) -> None:
    retailer.act("orders", 201, lines=[{"sku": BREAD}], count=3)
    page = retailer.get("/orders", limit=2, offset=1, responseFields="total,items(id,shippingPerson(city))")
    assert (page["total"], len(page["items"])) == (3, 2)
    assert set(page) == {"total", "items"}
    assert all(set(row) == {"id", "shippingPerson"} for row in page["items"])
    assert page["items"][0]["shippingPerson"] == {"city": "Lyon"}
    assert retailer.get("/orders", updatedFrom="2100-01-01 00:00:00")["total"] == 0
    assert retailer.get("/orders", paymentStatus="AWAITING_PAYMENT,CANCELLED")["total"] == 0
    assert retailer.call("GET", "/orders", updatedFrom="yesterday").status_code == 400
    assert retailer.call("GET", "/orders", limit="many").status_code == 400


def test_an_app_places_an_order_and_finds_it_by_its_notes_after_a_while(supplier: EcwidCaller) -> None:
    httpx.post(
        f"{supplier.root}/faults.json",
        json={"system": "ecwid", "operation": "orders", "mode": "search_lag", "seconds": 60, "count": None},
    )
    made = supplier.call("POST", "/orders", new_order()).json()
    assert supplier.get("/orders", keywords="OL-1001")["total"] == 0
    httpx.delete(f"{supplier.root}/faults.json")
    found = until(lambda: supplier.get("/orders", keywords="ol-1001")["items"])
    assert [row["id"] for row in found] == [made["orderid"]]
    (told,) = supplier.journal("order.created")
    assert (told["by"], told["source_identifier"], told["total"]) == ("api", "OL-1001", "25.7")
    assert (told["ship_to"]["address1"], told["ship_to"]["address2"], told["ship_to"]["last_name"]) == (
        "Gran Vía 1",
        "2º",
        "Diaz",
    )


def test_nothing_protects_against_doubles(supplier: EcwidCaller) -> None:
    for _ in range(2):
        assert supplier.call("POST", "/orders", new_order()).status_code == 200
    assert len(supplier.journal("order.created")) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"email": ""},
        {"total": None},
        {"total": "25.70"},
        {"paymentStatus": "SOMETHING"},
        {"items": []},
        {"items": [{"name": "X", "price": 1, "quantity": 0}]},
        {"items": [{"name": "X", "price": 1, "quantity": 1, "productId": 1}]},
        {"items": [{"price": 1, "quantity": 1}]},
        {"shippingPerson": "Ana"},
    ],
)
def test_a_senseless_order_is_refused_and_nothing_is_placed(supplier: EcwidCaller, change: dict[str, Any]) -> None:
    answer = supplier.call("POST", "/orders", new_order(**change))
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "INVALID_FIELD")
    assert supplier.journal("order.created") == []


def test_a_write_changes_what_it_names_and_a_list_of_items_replaces_all(retailer: EcwidCaller) -> None:
    order_id = retailer.buy(HONEY, BREAD)["order_id"]
    assert retailer.call("PUT", f"/orders/{order_id}", {"trackingNumber": "1Z"}).json() == {"updateCount": 1}
    order = retailer.get(f"/orders/{order_id}")
    assert (order["trackingNumber"], order["fulfillmentStatus"], len(order["items"])) == (
        "1Z",
        "AWAITING_PROCESSING",
        2,
    )
    retailer.call("PUT", f"/orders/{order_id}", {"items": [{"name": "X", "price": 1, "quantity": 1}]})
    assert [row["name"] for row in retailer.get(f"/orders/{order_id}")["items"]] == ["X"]
    assert retailer.call("PUT", f"/orders/{order_id}", {"fulfillmentStatus": "LOST"}).status_code == 400
    assert retailer.call("PUT", "/orders/NONE", {}).status_code == 404


def test_extra_fields_that_are_too_long_are_dropped_without_a_word(retailer: EcwidCaller) -> None:
    order_id = retailer.buy(BREAD)["order_id"]
    fields = [{"id": "long", "value": "x" * 256}, *({"id": f"f{n}", "value": "y" * 255} for n in range(40))]
    assert retailer.call("PUT", f"/orders/{order_id}", {"orderExtraFields": fields}).status_code == 200
    kept = retailer.get(f"/orders/{order_id}")["orderExtraFields"]
    assert 20 < len(kept) < 40
    assert kept[0]["id"] == "f0"


def test_what_an_app_notes_about_its_parcels_is_journaled(retailer: EcwidCaller) -> None:
    bought = retailer.buy(HONEY)
    order_id, line = bought["order_id"], bought["lines"][0]["line_id"]

    def note(number: str, shown: str) -> None:
        value = f'[[1,"UPS",["{number}"],{{"{line}":1}}]]'
        fields = [{"id": "orderlane_parcels_1", "value": value}]
        retailer.call("PUT", f"/orders/{order_id}", {"orderExtraFields": fields, "trackingNumber": shown})

    note("1Z", "OWN, 1Z")
    note("1Z", "OWN, 1Z")
    note("2Z", "OWN, 2Z")
    note("3Z", "OWN")
    (created,) = retailer.journal("fulfillment.created")
    assert (created["fulfillment_id"], created["tracking"]["numbers"]) == (f"{order_id}.1", ["1Z"])
    assert created["lines"] == [{"line_id": line, "sku": HONEY, "quantity": 1}]
    corrected = [row["tracking"]["numbers"] for row in retailer.journal("fulfillment.tracking_updated")]
    # A number that the customer cannot see was not told.
    assert corrected == [["2Z"], []]


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("uninstall", {}, 403, "INVALID_API_TOKEN"),
        ("scopes", {"scopes": ["read_store_profile"]}, 403, "INSUFFICIENT_APP_SCOPE"),
        ("plan", {"plan": "paused"}, 402, "NOT_AVAILABLE_ON_CURRENT_PLAN"),
        ("plan", {"plan": "suspended"}, 402, "STORE_IS_SUSPENDED"),
    ],
)
def test_who_may_not_call_is_told_why(
    retailer: EcwidCaller, verb: str, body: dict[str, Any], status: int, code: str
) -> None:
    retailer.act(verb, **body)
    answer = retailer.call("GET", "/orders")
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)


def test_a_stranger_and_an_unknown_store_are_refused(retailer: EcwidCaller) -> None:
    retailer.token = "secret_wrong"
    codes = [retailer.call("GET", "/profile").status_code for _ in range(21)]
    # Dead tokens are shut out after twenty calls a minute.
    assert codes == [403] * 20 + [429]
    assert httpx.get(f"{retailer.root}/ecwid/api/v3/5/profile").status_code == 404


def test_six_hundred_calls_a_minute(retailer: EcwidCaller) -> None:
    answers = [retailer.call("GET", "/profile", responseFields="account(paid)") for _ in range(601)]
    assert [answer.status_code for answer in answers] == [200] * 600 + [429]
    assert answers[-1].headers["retry-after"] == "60"


def test_a_hurried_sandbox_counts_no_calls() -> None:
    with running_sandbox(SandboxSettings(instant=True)) as running:
        caller = EcwidCaller(running, HIRONDELLE)
        assert {caller.call("GET", "/profile").status_code for _ in range(610)} == {200}


def test_goods_are_listed_with_their_variations(supplier: EcwidCaller) -> None:
    page = supplier.get("/products", limit=2)
    assert (page["total"], page["count"]) == (5, 2)
    honey = page["items"][0]
    assert [row["sku"] for row in honey["combinations"]] == ["MI-MIEL-CHA-250", HONEY]
    assert [row["priceModifier"] for row in honey["options"][0]["choices"]] == [0, 4.7]
    stock = honey["combinations"][1]["quantity"]
    supplier.call("POST", "/orders", new_order(items=[{**new_order()["items"][0], "productId": honey["id"]}]))
    assert supplier.get("/products")["items"][0]["quantity"] == 498
    assert supplier.get("/products")["items"][0]["combinations"][1]["quantity"] == stock


def test_deleted_orders_and_stats(retailer: EcwidCaller) -> None:
    order_id = retailer.buy(BREAD)["order_id"]
    assert retailer.get("/latest-stats")["ordersUpdated"]
    assert retailer.call("DELETE", f"/orders/{order_id}").json() == {"deleteCount": 1}
    assert [row["id"] for row in retailer.get("/orders/deleted")["items"]] == [order_id]
    assert retailer.call("GET", f"/orders/{order_id}").status_code == 404
    assert retailer.call("DELETE", f"/orders/{order_id}").status_code == 404
    assert len(retailer.get("/profile/order_statuses")["items"]) == 20
