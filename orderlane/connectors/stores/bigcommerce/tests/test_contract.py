"""Against BigCommerce's own OpenAPI files: what we send, what the simulator answers, and every official example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from orderlane.connectors.stores.bigcommerce import mapping, webhooks
from orderlane.connectors.stores.bigcommerce.channel import BigCommerceOrderChannel
from orderlane.connectors.stores.bigcommerce.connector import SCOPES, BigCommerceStore
from orderlane.connectors.stores.bigcommerce.inputs import order_body
from orderlane.connectors.stores.bigcommerce.tests.examples import account, purchase_order, usd
from orderlane.connectors.stores.bigcommerce.tests.wire import BOWL, MUG, Bench, gbp
from orderlane.connectors.tests import contracts
from orderlane.connectors.tests.contracts import check_request, check_schema
from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.ports.accounts import Account, ForgedWebhook
from orderlane.ports.stores import FulfillmentRequest, Tracking
from sandbox.bigcommerce.seed import RETAILER, SUPPLIER
from sandbox.core.settings import SandboxSettings
from sandbox.seed import ADDRESSES
from sandbox.serving import running_sandbox

FOLDER = contracts.folder() / "bigcommerce"
HOST = "https://api.bigcommerce.com"
ORDERS, HOOKS = "bigcommerce/orders.v2.oas2.yml.gz", "bigcommerce/webhooks.v3.yml.gz"
CATALOG, STORE = "bigcommerce/products_catalog.v3.yml.gz", "bigcommerce/store_information.v2.yml"
REFUNDS = "bigcommerce/orders.v3.yml.gz"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"OFFICIAL BIGCOMMERCE CONTRACTS NOT FOUND at {FOLDER}: nothing here was checked"
)


def example(name: str) -> Any:
    return json.loads((FOLDER / "examples" / f"{name}.json").read_text(encoding="utf-8"))


def named(beginning: str) -> list[str]:
    return sorted(path.stem for path in FOLDER.glob(f"examples/{beginning}*.json"))


# What we send


def contract_of(path: str) -> str:
    if "/catalog/" in path:
        return CATALOG
    if "/v3/hooks" in path:
        return HOOKS
    return STORE if path.endswith("/v2/store") else ORDERS


class Relay:
    """Stands between connector and simulator, and keeps both sides of every call."""

    def __init__(self, sandbox_url: str) -> None:
        self._to = sandbox_url
        self.calls: list[tuple[Received, httpx.Response]] = []

    def answer(self, request: Received) -> Answer:
        """Pass a request on and its answer back."""
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        answer = httpx.request(request.method, f"{self._to}{request.path}", headers=headers, content=request.body)
        self.calls.append((request, answer))
        passed = {name: value for name, value in answer.headers.items() if name.startswith("x-rate-")}
        return Answer(answer.status_code, answer.content, passed)


@pytest.fixture(scope="module")
def calls() -> list[tuple[Received, httpx.Response]]:
    """Every call of a whole story: subscribe, sell, ship, correct, buy from the supplier, follow."""
    with running_sandbox(SandboxSettings(instant=True)) as sandbox:
        bench, relay = Bench(sandbox), Relay(sandbox.url)
        with loopback(relay.answer) as between:

            def through(external_id: str) -> Account:
                return replace(bench.account(external_id), api_url=f"{between.url}/bigcommerce/stores/{external_id}")

            store, channel = BigCommerceStore(through(RETAILER)), BigCommerceOrderChannel(through(SUPPLIER))
            store.identify()
            callback = "https://orderlane.example/hooks/stores/1"
            store.subscribe(callback)
            hook = store.registrations(callback)[0]
            httpx.put(
                f"{bench.account(RETAILER).api_url}/v3/hooks/{hook.external_id}",
                json={"is_active": False},
                headers={"X-Auth-Token": bench.account(RETAILER).secrets["access_token"]},
            )
            store.subscribe(callback)
            lines = [{"sku": MUG, "quantity": 2, "discount": "1.00"}, {"sku": BOWL, "address": ADDRESSES[2]}]
            number = bench.bought(lines=lines)
            order = store.fetch_order(number)
            assert order is not None
            wanted = {order.lines[0].external_id: 1}
            made = store.push_fulfillment(
                FulfillmentRequest(number, wanted, Tracking("DPD", ("1", "2"), ("https://a.example/1", "")))
            )
            store.update_tracking(made.external_id, Tracking("Pigeon", ("3",)), True)
            store.list_fulfillments(number)
            store.changed_orders(datetime.now(UTC))
            placed = channel.send_purchase_order(bench.ordering(tax=gbp(800)))
            channel.find_purchase_order("OL-100234")
            bench.press(f"orders/{placed.external_id}/ship", store=SUPPLIER, company="Royal Mail", number="RM1")
            channel.read_purchase_order(placed.external_id)
            channel.list_goods()
            store.withdraw(callback)
    return relay.calls


def test_every_request_is_valid(calls: list[tuple[Received, httpx.Response]]) -> None:
    seen = set()
    for request, _ in calls:
        seen.add((request.method, contract_of(request.path)))
        # The description's enum of sort fields leaves out the direction that its own text allows behind a colon.
        path = request.path.removeprefix("/bigcommerce").replace("date_modified%3Aasc", "date_modified")
        check_request(contract_of(request.path), replace(request, path=path), HOST)
    assert {("POST", ORDERS), ("PUT", ORDERS), ("POST", HOOKS), ("PUT", HOOKS), ("DELETE", HOOKS)} <= seen


def test_no_call_could_archive_orders(calls: list[tuple[Received, httpx.Response]]) -> None:
    """``DELETE /v2/orders`` archives every order of a store: only hooks are ever deleted."""
    deleted = [request.path for request, _ in calls if request.method == "DELETE"]
    assert len(deleted) == len(SCOPES)
    assert all("/v3/hooks/" in path for path in deleted)


# What the simulator answers


def test_every_answer_of_the_simulator_is_valid(calls: list[tuple[Received, httpx.Response]]) -> None:
    checked = [kind for request, answer in calls if answer.content for kind in _check(request, answer.json())]
    assert {"order", "line", "address", "shipment", "hook", "product", "variant", "store"} <= set(checked)


def _check(request: Received, found: Any) -> Iterator[str]:
    path = request.path.partition("?")[0]
    for one in _entries(found):
        if "/catalog/" in path:
            check_schema(CATALOG, "product_Full", one)
            for variant in one["variants"]:
                check_schema(CATALOG, "productVariant_Full", variant)
                yield "variant"
            yield "product"
        elif "/v3/hooks" in path:
            check_schema(HOOKS, "webhook_Full", one)
            yield "hook"
        elif path.endswith("/v2/store"):
            check_schema(STORE, "StoreInformation", one)
            yield "store"
        elif "/shipments" in path:
            check_schema(ORDERS, "orderShipment", one)
            yield "shipment"
        else:
            yield from _check_order(one)


def _entries(found: Any) -> list[Any]:
    found = found.get("data", found) if isinstance(found, dict) else found
    return found if isinstance(found, list) else [found]


def _check_order(order: dict[str, Any]) -> Iterator[str]:
    # The description's oneOf of link and object is met by both at once; each part is held against its own schema.
    consignments = order.pop("consignments")
    check_schema(ORDERS, "order_Resp", order)
    yield "order"
    for consignment in consignments.get("shipping", []):
        for line in consignment.pop("line_items"):
            check_schema(ORDERS, "orderProducts", line)
            yield "line"
        check_schema(ORDERS, "shippingConsignment_Get", consignment)
        yield "address"


# The official examples


def embedded(response: str) -> list[Any]:
    """The values of every example that the description itself holds for one of its responses."""
    answers = contracts.load(ORDERS)["components"]["responses"][response]["content"]["application/json"]
    values = [example["value"] for example in answers["examples"].values()]
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def test_every_embedded_order_is_read() -> None:
    orders = embedded("order_Resp") + embedded("orderCollection_Resp")
    assert len(orders) >= 3
    for order in orders:
        told = mapping.order_from(order, [])
        assert (told.external_id, told.total.currency) == (str(order["id"]), order["default_currency_code"])
        assert f"{told.total.minor / 100:.2f}" == f"{float(order['total_inc_tax']):.2f}"
        assert mapping.order_ref_from(order).updated_at == told.updated_at


def test_every_embedded_line_shipment_and_address_is_read() -> None:
    lines = embedded("orderProductLineItem_Resp") + embedded("orderProductsCollection_Resp")
    shipments = embedded("orderShipmentCollection_Resp") + embedded("orderShipment_Resp")
    addresses = embedded("orderShippingAddressCollection_Resp") + embedded("orderShippingAddress_Resp")
    assert (len(lines), len(shipments), len(addresses)) == (6, 3, 3)
    for told in lines:
        place = {"id": told["order_address_id"], "country_iso2": "US"}
        (line,) = mapping.lines_placed({"consignments": {"shipping": [place]}}, [told])
        assert mapping.order_line_from(line, "USD", inclusive=False, elsewhere=False).title == told["name"]
    for told in shipments:
        assert mapping.fulfillment_from(told).quantities
    for told in addresses:
        assert mapping.address_from(told).postcode == told["zip"]


def test_what_is_picked_up_needs_no_parcel() -> None:
    answers = contracts.load(ORDERS)["paths"]["/orders/{order_id}/consignments"]["get"]["responses"]["200"]
    (pickup,) = answers["content"]["application/json"]["examples"].values()
    (consignment,) = pickup["value"]["pickups"]
    assert consignment["line_items"]
    line = {**example("get_order_products_product_id_200_Product"), "order_address_id": 0}
    found = {"consignments": {"pickups": [{**consignment, "line_items": [line]}], "shipping": []}}
    (read,) = mapping.lines_from(found)
    assert (read.address_id, read.left) == ("", 0)
    assert not mapping.order_line_from(read, "USD", inclusive=True, elsewhere=False).requires_shipping


def test_the_official_order_is_read() -> None:
    order = example("get_order_200_Response")
    lines = mapping.lines_placed({"consignments": {"shipping": []}}, [])
    told = mapping.order_from(order, lines)
    assert (told.external_id, told.financial_state, told.total) == ("218", "pending", usd(6984))
    assert told.updated_at == datetime(2019, 3, 11, 15, 17, 25, tzinfo=UTC)
    assert (told.customer_name, told.customer_email) == ("Jane Doe", "janedoe@example.com")
    assert mapping.lacks_lines(order, lines)  # four pieces, and no lines beside them


@pytest.mark.parametrize("name", named("get_order_products") if FOLDER.is_dir() else [])
def test_each_official_line_is_read(name: str) -> None:
    found = example(name)
    for told in found if isinstance(found, list) else [found]:
        place = {"id": told["order_address_id"], "first_name": "A", "country_iso2": "US", "state": "Texas"}
        (line,) = mapping.lines_placed({"consignments": {"shipping": [place]}}, [told])
        read = mapping.order_line_from(line, "USD", inclusive=True, elsewhere=False)
        assert (read.external_id, read.sku, read.quantity) == (str(told["id"]), told["sku"], told["quantity"])
        assert line.ship_to.region == "TX"
        if "discounted_total_inc_tax" in told:
            paid = round(float(told["discounted_total_inc_tax"]) * 100 / told["quantity"])
            assert read.unit_price == usd(paid)
        if told["product_id"] == 0:
            assert read.variant_id == ""


@pytest.mark.parametrize(
    "name", ["get_order_shipments_200_ex", *named("get_order_shipments_shipment"), *named("post_order_shipments")]
)
def test_each_official_shipment_is_read(name: str) -> None:
    found = example(name)
    for told in found if isinstance(found, list) else [found]:
        read = mapping.fulfillment_from(told)
        assert read.external_id == f"{told['order_id']}/{told['id']}"
        assert read.quantities == {str(item["order_product_id"]): item["quantity"] for item in told["items"]}
        assert (read.tracking.carrier, read.tracking.numbers) == ("USPS", (told["tracking_number"],))


def test_the_official_addresses_are_read() -> None:
    first, second = (mapping.address_from(told) for told in example("get_order_shipping_addresses_200_response"))
    assert (first.name, first.company, first.region, first.country) == ("Trishy Smith", "Acme Pty Ltd", "TX", "US")
    assert second.shippable


def test_the_official_statuses_are_all_known() -> None:
    for status in example("get_order_statuses_200_response"):
        state = mapping.financial_state_from({"status_id": status["id"]})
        assert (state == "unknown") is (status["id"] == mapping.INCOMPLETE), status["name"]


@pytest.mark.parametrize("name", named("request_post_orders") if FOLDER.is_dir() else [])
def test_our_orders_say_nothing_that_official_ones_could_not(name: str) -> None:
    check_schema(ORDERS, "order_Post", example(name))


@pytest.mark.parametrize("request_", [purchase_order(), purchase_order(tax=usd(712))])
def test_our_orders_have_the_official_shape(request_: Any) -> None:
    body = order_body(request_)
    check_schema(ORDERS, "order_Post", body)
    known = contracts.load(ORDERS)["components"]["schemas"]
    allowed = {*known["order_Shared"]["properties"], *known["order_Post"]["allOf"][0]["properties"]}
    assert body.keys() <= allowed
    for address in (body["billing_address"], *body["shipping_addresses"]):
        assert address.keys() <= known["shippingAddress_Base"]["properties"].keys()
    catalog, custom = body["products"]
    check_schema(ORDERS, "orderCatalogProduct_Post", catalog)
    assert catalog.keys() <= known["orderCatalogProduct_Post"]["properties"].keys()
    check_schema(ORDERS, "orderCustomProduct_Post", custom)
    assert custom.keys() <= known["orderCustomProduct_Post"]["properties"].keys()


@pytest.mark.parametrize("name", named("webhook_store") if FOLDER.is_dir() else [])
def test_each_official_hook_is_verified_and_read(name: str) -> None:
    payload = {**example(name), "producer": f"stores/{account().external_id}"}
    raw = json.dumps(payload).encode()
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    timestamp = str(int(now.timestamp()))
    headers = {
        "webhook-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "webhook-timestamp": timestamp,
        "webhook-signature": webhooks.sign(
            account().secrets["client_secret"], "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", timestamp, raw
        ),
    }
    event = webhooks.verify(account(), headers, raw, now)
    told = payload["data"]
    order = told.get("orderId") or told.get("order_id") or (told.get("id") if told.get("type") == "order" else "")
    assert (event.topic, event.resource_id) == (payload["scope"], str(order))
    with pytest.raises(ForgedWebhook):
        webhooks.verify(account(), headers, raw + b" ", now)


def test_the_signature_vector_holds_and_a_tampered_one_does_not() -> None:
    vector = example("webhook_signature_vector")
    headers, raw = vector["headers"], vector["body"].encode()
    now = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    there = Account(
        "{store_hash}", "http://127.0.0.1:9", {"access_token": "t", "client_secret": vector["client_secret"]}
    )
    assert webhooks.verify(there, headers, raw, now).resource_id == "250"
    for name in headers:
        with pytest.raises(ForgedWebhook):
            webhooks.verify(there, {**headers, name: headers[name][:-2] + "11"}, raw, now)
    with pytest.raises(ForgedWebhook):
        webhooks.verify(there, headers, raw.replace(b"250", b"251"), now)


def test_refunds_of_the_simulator_have_the_official_shape() -> None:
    with running_sandbox(SandboxSettings(instant=True)) as sandbox:
        bench = Bench(sandbox)
        number = bench.bought()
        bench.press(f"orders/{number}/refund", lines={MUG: 1})
        there = bench.account(RETAILER)
        answer = httpx.get(
            f"{there.api_url}/v3/orders/{number}/payment_actions/refunds",
            headers={"X-Auth-Token": there.secrets["access_token"]},
        )
    (refund,) = answer.json()["data"]
    check_schema(REFUNDS, "Refund", refund)
