"""Orders of the simulated stores: bought, found, placed by an app, changed."""

from typing import Any

import httpx
import pytest

from sandbox.tests.shop import ORDER_CREATE, Shop, gid, until

ORDER = """
query Order($id: ID!) { order(id: $id) {
  id name createdAt updatedAt cancelledAt test displayFinancialStatus displayFulfillmentStatus note
  tags sourceIdentifier customAttributes { key value }
  shippingAddress { name address1 city zip countryCodeV2 country provinceCode }
  currentTotalPriceSet { shopMoney { amount currencyCode } } totalOutstandingSet { shopMoney { amount } }
  lineItems(first: 10) { nodes { id title variantTitle sku quantity currentQuantity requiresShipping
    customAttributes { key value } image { url } variant { id sku }
    discountedUnitPriceAfterAllDiscountsSet { shopMoney { amount currencyCode } } } pageInfo { hasNextPage endCursor } }
} }
"""
FIND = """
query Find($q: String!, $first: Int = 10, $after: String) {
  orders(first: $first, after: $after, query: $q, sortKey: UPDATED_AT) {
    nodes { id name updatedAt } pageInfo { hasNextPage endCursor } } }
"""


def supplier_order(shop: Shop, **more: Any) -> dict[str, Any]:
    line = {"variantId": gid("ProductVariant", shop.seed["variants"][0]["variant_id"]), "quantity": 2}
    money = {"shopMoney": {"amount": "31.50", "currencyCode": "EUR"}}
    return {
        "currency": "EUR",
        "lineItems": [{**line, "requiresShipping": True, "properties": [{"name": "_orderlane", "value": "L1"}]}],
        "transactions": [{"kind": "SALE", "status": "SUCCESS", "gateway": "Orderlane", "amountSet": money}],
        "shippingAddress": {"firstName": "Ana", "lastName": "Diaz", "address1": "Gran Vía 1", "countryCode": "ES"},
        "sourceIdentifier": "OL-1001",
        "tags": ["orderlane", "OL-1001"],
        "customAttributes": [{"key": "Retailer domain", "value": "maison-lumen.myshopify.com"}],
        **more,
    }


def test_a_bought_order_is_read_with_all_its_fields(retailer: Shop) -> None:
    bought = retailer.buy("AB-BOU-FIG-180", "PC-BAG-MKT")
    order = retailer.ask(ORDER, id=gid("Order", bought["order_id"]))["order"]
    assert order["name"] == "#1001"
    assert order["displayFinancialStatus"] == "PAID"
    assert order["displayFulfillmentStatus"] == "UNFULFILLED"
    assert order["shippingAddress"]["countryCodeV2"] == "FR"
    assert order["currentTotalPriceSet"]["shopMoney"] == {"amount": "96.7", "currencyCode": "EUR"}
    first = order["lineItems"]["nodes"][0]
    assert (first["sku"], first["quantity"], first["currentQuantity"]) == ("AB-BOU-FIG-180", 1, 1)
    assert httpx.get(first["image"]["url"]).headers["content-type"].startswith("image/svg+xml")


def test_an_order_not_yet_paid_becomes_paid(retailer: Shop) -> None:
    bought = retailer.buy("AB-BOU-FIG-180", paid=False)
    number = bought["order_id"]
    assert bought["financial_status"] == "PENDING"
    assert retailer.act(f"orders/{number}/pay")["order"]["financial_status"] == "PAID"
    assert retailer.act(f"orders/{number}/pay", 422)["error"] == "Order cannot be marked as paid"


def test_an_edit_changes_current_quantity_and_address_only(retailer: Shop) -> None:
    bought = retailer.buy("AB-BOU-FIG-180", "AB-BOL-EMA")
    number = bought["order_id"]
    retailer.routed(number)
    address = {"city": "Nantes", "zip": "44000"}
    retailer.act(f"orders/{number}/edit", quantities={"AB-BOL-EMA": 0}, address=address)
    order = retailer.ask(ORDER, id=gid("Order", number))["order"]
    assert [(n["quantity"], n["currentQuantity"]) for n in order["lineItems"]["nodes"]] == [(1, 1), (1, 0)]
    assert order["shippingAddress"]["city"] == "Nantes"
    remaining = [line["remaining"] for work in retailer.order(number)["fulfillment_orders"] for line in work["lines"]]
    assert sorted(remaining) == [0, 1]


def test_a_canceled_order_is_refunded_and_leaves_nothing_to_ship(retailer: Shop) -> None:
    number = retailer.buy("AB-BOU-FIG-180")["order_id"]
    retailer.routed(number)
    canceled = retailer.act(f"orders/{number}/cancel", reason="customer")["order"]
    assert (canceled["cancelled"], canceled["financial_status"]) == (True, "REFUNDED")
    assert [work["status"] for work in canceled["fulfillment_orders"]] == ["CANCELLED"]


def test_order_create_places_a_paid_unfulfilled_order(supplier: Shop) -> None:
    answer = supplier.ask(ORDER_CREATE, order=supplier_order(supplier))["orderCreate"]
    assert answer["userErrors"] == []
    order = supplier.ask(ORDER, id=answer["order"]["id"])["order"]
    assert order["displayFinancialStatus"] == "PAID"
    assert order["displayFulfillmentStatus"] == "UNFULFILLED"
    assert order["sourceIdentifier"] == "OL-1001"
    assert order["lineItems"]["nodes"][0]["customAttributes"] == [{"key": "_orderlane", "value": "L1"}]
    written = supplier.journal("order.created")
    assert [(row["source_identifier"], row["lines"][0]["quantity"]) for row in written] == [("OL-1001", 2)]
    assert written[0]["ship_to"]["country"] == "Spain"


def test_order_create_has_no_protection_against_doubles(supplier: Shop) -> None:
    for _ in range(2):
        supplier.ask(ORDER_CREATE, order=supplier_order(supplier))
    assert len(supplier.journal("order.created")) == 2


def test_forgotten_requires_shipping_leaves_nothing_to_ship(supplier: Shop) -> None:
    order = supplier_order(supplier)
    del order["lineItems"][0]["requiresShipping"]
    made = supplier.ask(ORDER_CREATE, order=order)["orderCreate"]["order"]
    found = supplier.ask(ORDER, id=made["id"])["order"]
    assert found["displayFulfillmentStatus"] == "FULFILLMENT_NOT_REQUIRED"


def test_out_of_stock_is_a_user_error_and_creates_nothing(supplier: Shop) -> None:
    supplier.act("stock", sku=supplier.seed["variants"][0]["sku"], stock=1)
    options = {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY"}
    answer = supplier.ask(ORDER_CREATE, order=supplier_order(supplier), options=options)["orderCreate"]
    assert answer["order"] is None
    assert [error["code"] for error in answer["userErrors"]] == ["INVENTORY_CLAIM_FAILED"]
    assert supplier.journal("order.created") == []


@pytest.mark.parametrize(
    "change",
    [
        {"lineItems": []},
        {"lineItems": [{"quantity": 1}]},
        {"lineItems": [{"variantId": "gid://shopify/ProductVariant/1", "quantity": 1}]},
        {"currency": "USD"},
    ],
)
def test_a_senseless_order_is_a_user_error(supplier: Shop, change: dict[str, Any]) -> None:
    answer = supplier.ask(ORDER_CREATE, order=supplier_order(supplier, **change))["orderCreate"]
    assert answer["order"] is None
    assert answer["userErrors"][0]["code"] == "INVALID"


def test_search_lags_behind_and_finds_by_source_or_tag(supplier: Shop) -> None:
    supplier.fault("orders", "search_lag", seconds=60, count=None)
    made = supplier.ask(ORDER_CREATE, order=supplier_order(supplier))["orderCreate"]["order"]
    query = "source_identifier:'OL-1001' OR tag:'OL-1001'"
    assert supplier.ask(FIND, q=query)["orders"]["nodes"] == []
    httpx.delete(f"{supplier.root}/faults.json")
    found = until(lambda: supplier.ask(FIND, q=query)["orders"]["nodes"])
    assert [node["id"] for node in found] == [made["id"]]
    assert supplier.ask(FIND, q="source_identifier:OL-100")["orders"]["nodes"] == []


def test_pages_of_changed_orders_are_complete_and_in_order(retailer: Shop) -> None:
    placed = [retailer.buy("AB-BOL-EMA")["order_id"] for _ in range(7)]
    query = "updated_at:>='2020-01-01T00:00:00Z'"
    until(lambda: len(retailer.ask(FIND, q=query)["orders"]["nodes"]) == 7)
    seen: list[str] = []
    after = None
    for _ in range(4):
        page = retailer.ask(FIND, q=query, first=3, after=after)["orders"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sorted(seen) == sorted(gid("Order", number) for number in placed)
    assert retailer.ask(FIND, q="updated_at:>='2100-01-01T00:00:00Z'")["orders"]["nodes"] == []


def test_unknown_search_terms_are_refused_loudly(retailer: Shop) -> None:
    retailer.buy("AB-BOL-EMA")
    until(lambda: retailer.ask(FIND, q="")["orders"]["nodes"])
    assert "nonsense" in retailer.post(FIND, {"q": "nonsense:1"}).json()["errors"][0]["message"]


def test_a_bulk_of_orders_has_distinct_ids(retailer: Shop) -> None:
    answer = retailer.act("orders", 201, lines=[{"sku": "AB-BOL-EMA"}], count=25)
    assert len({order["order_id"] for order in answer["orders"]}) == 25


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([{"sku": "no such"}], "A line needs a known sku or variant_id, or a title."),
        ([{"sku": "AB-BOL-EMA", "quantity": 0}], "A quantity must be at least 1."),
        ([{"sku": "AB-BOL-EMA", "price": "NaN"}], "Not an amount: NaN"),
    ],
)
def test_senseless_purchases_are_refused(retailer: Shop, lines: list[dict[str, Any]], message: str) -> None:
    assert retailer.act("orders", 422, lines=lines)["error"] == message
    assert retailer.journal("order.created") == []
