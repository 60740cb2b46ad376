"""The Admin API's HTTP manners: tokens, costs, faults, pages."""

import httpx
import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox
from sandbox.tests.shop import LUMEN, ORDER_CREATE, Shop, gid, until

SHOP = "query Hello { shop { name myshopifyDomain currencyCode } }"
FAT = "query Fat { orders(first: 100) { nodes { id lineItems(first: 50) { nodes { id variant { id } } } } } }"
IDS = "query Ids { orders(first: 150) { nodes { id } } }"
MEDIUM = "query Medium { orders(first: 150) { nodes { id shippingAddress { city } customAttributes { key } } } }"


def test_wrong_token_unknown_shop_and_senseless_bodies(retailer: Shop) -> None:
    url = retailer.seed["graphql_url"]
    token = {"X-Shopify-Access-Token": retailer.seed["access_token"]}
    assert httpx.post(url, json={"query": SHOP}).status_code == 401
    assert httpx.post(url, json={"query": SHOP}, headers={"X-Shopify-Access-Token": "shpat_x"}).status_code == 401
    assert httpx.post(url.replace(LUMEN, "nobody.myshopify.com"), json={"query": SHOP}).status_code == 404
    for body in (b"", b"[]", b"{", b'{"query": 1}', b'{"query": "{ shop { name } }", "variables": []}x'):
        assert httpx.post(url, content=body, headers=token).status_code == 400
    answer = retailer.post(SHOP)
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert answer.json()["data"]["shop"]["myshopifyDomain"] == LUMEN
    assert len(retailer.journal("call.denied")) == 2


@pytest.mark.parametrize("query", ["{ shop {", "{ shop { nonsense } }", "mutation { orderCreate { order { id } } }"])
def test_invalid_documents_are_errors(retailer: Shop, query: str) -> None:
    body = retailer.post(query).json()
    assert body["errors"]
    assert "data" not in body


def test_costs_are_told_and_too_expensive_queries_refused(retailer: Shop) -> None:
    cost = retailer.post(SHOP).json()["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (1, 1)
    assert cost["throttleStatus"]["maximumAvailable"] == 2000
    error = retailer.post(FAT).json()["errors"][0]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["cost"] > 1000


def test_an_empty_bucket_throttles_with_status_200(retailer: Shop) -> None:
    retailer.buy(lines=[{"sku": "AB-BOL-EMA"}], count=200)
    # A query is charged for what it finds, and the index sees new orders only after a while.
    until(lambda: len(retailer.post(IDS).json()["data"]["orders"]["nodes"]) == 150)
    codes = []
    for _ in range(12):
        answer = retailer.post(MEDIUM)
        assert answer.status_code == 200
        errors = answer.json().get("errors")
        codes.append(errors[0]["extensions"]["code"] if errors else "")
    assert codes[0] == ""
    assert codes[-1] == "THROTTLED"
    assert retailer.journal("call.throttled")[0]["operation"] == "orders"


def test_a_missing_page_size_and_a_huge_one_are_errors(retailer: Shop) -> None:
    assert "first or last" in retailer.post("{ orders { nodes { id } } }").json()["errors"][0]["message"]
    assert "250" in retailer.post("{ locations(first: 251) { nodes { id } } }").json()["errors"][0]["message"]


@pytest.mark.parametrize(("operation", "created"), [("orderCreate", 1), ("Create", 1)])
def test_work_done_but_never_answered(supplier: Shop, operation: str, created: int) -> None:
    supplier.fault(operation, "timeout_after")
    variant = gid("ProductVariant", supplier.seed["variants"][0]["variant_id"])
    order = {"lineItems": [{"variantId": variant, "quantity": 1}], "sourceIdentifier": "OL-7"}
    with pytest.raises(httpx.TimeoutException):
        supplier.post(ORDER_CREATE, {"order": order}, timeout=0.3)
    assert [row["source_identifier"] for row in supplier.journal("order.created")] == ["OL-7"] * created
    assert supplier.post(SHOP).status_code == 200


def test_a_fault_of_one_operation_leaves_others_alone(supplier: Shop) -> None:
    supplier.fault("orderCreate", "429", seconds=2)
    assert supplier.post(SHOP).status_code == 200
    answer = supplier.post(ORDER_CREATE, {"order": {"lineItems": []}})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2.0")


def test_products_and_variants_are_found_by_sku(supplier: Shop) -> None:
    query = '{ productVariants(first: 5, query: "sku:AB-BOL-EMA") { nodes { sku barcode price product { title } } } }'
    (node,) = supplier.ask(query)["productVariants"]["nodes"]
    assert node["product"]["title"] == "Bol à soupe émaillé"
    assert node["price"] == "9.60"
    page = supplier.ask("{ products(first: 3) { nodes { title featuredMedia { alt preview { image { url } } } } } }")
    assert len(page["products"]["nodes"]) == 3


def test_the_app_reads_its_scopes_and_locations(retailer: Shop) -> None:
    data = retailer.ask("{ currentAppInstallation { accessScopes { handle } } locations(first: 5) { nodes { name } } }")
    scopes = {row["handle"] for row in data["currentAppInstallation"]["accessScopes"]}
    assert "write_assigned_fulfillment_orders" in scopes
    assert data["locations"]["nodes"] == [{"name": "Maison Lumen warehouse"}]


def test_stores_share_skus_and_ids_are_fixed(shops: RunningSandbox) -> None:
    seed = httpx.get(f"{shops.url}/seed.json").json()["shopify"]
    skus = {row["domain"].split(".")[0]: {v["sku"] for v in row["variants"]} for row in seed["stores"]}
    assert skus["atelier-brume"] <= skus["maison-lumen"]
    assert skus["cascade-gear"] <= skus["northwind-outdoor"]
    assert any(sku.startswith("PC-") for sku in skus["maison-lumen"] & skus["northwind-outdoor"])
    assert seed["suppliers"]["porto-cork"]["auto_order"] is False


def test_a_person_buys_ships_and_cancels_on_the_pages(shops: RunningSandbox, retailer: Shop) -> None:
    with httpx.Client(base_url=retailer.url, follow_redirects=True) as browser:
        variant = retailer.seed["variants"][0]["variant_id"]
        form = {f"qty-{variant}": "2", "addr-first_name": "<b>Zoé</b>", "addr-country_code": "FR", "paid": "no"}
        page = browser.post("/", data=form)
        assert page.status_code == 200
        assert "&lt;b&gt;Zoé" in page.text
        number = page.url.path.rsplit("/", 1)[1]
        retailer.routed(number)
        for verb, sent in (
            ("pay", {}),
            ("ship", {"numbers": "8R1", "company": "Colissimo"}),
            ("track", {"numbers": "8R2"}),
        ):
            page = browser.post(f"/orders/{number}/{verb}", data=sent)
            assert page.status_code == 200, page.text
        assert "8R2" in page.text
        refused = browser.post(f"/orders/{number}/cancel", data={"asks_money": "1"})
        assert refused.status_code == 409
        assert "Cannot cancel an order with fulfillments" in refused.text
        assert browser.get("/orders").status_code == 200
        assert browser.get("/orders/1").status_code == 404
        assert browser.post("/", data={}).status_code == 400


def test_instant_mode_has_no_delay_no_lag_and_no_limits() -> None:
    with running_sandbox(SandboxSettings(instant=True, webhooks=False)) as running:
        shop = Shop(running, LUMEN)
        number = shop.buy("AB-BOL-EMA")["order_id"]
        assert len(shop.order(number)["fulfillment_orders"]) == 1
        assert shop.ask("{ orders(first: 1) { nodes { name } } }")["orders"]["nodes"] == [{"name": "#1001"}]
        assert "errors" not in shop.post(FAT).json()
