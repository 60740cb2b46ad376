"""Our calls, the sandbox's answers and the published examples against the types of Wix's own SDK."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from orderlane.connectors.stores.wix import carriers, mapping, webhooks
from orderlane.connectors.stores.wix.channel import WixOrderChannel
from orderlane.connectors.stores.wix.connector import WixStore
from orderlane.connectors.stores.wix.install import WixInstall
from orderlane.connectors.stores.wix.tests.against_sandbox import eur, order_for, press, seed
from orderlane.connectors.stores.wix.tests.examples import INSTANCE, account, app, purchase_order
from orderlane.connectors.tests import contracts
from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.accounts import Account, ForgedWebhook, PlatformApp
from orderlane.ports.stores import FulfillmentRequest, Tracking
from sandbox.serving import RunningSandbox

FOLDER = contracts.folder() / "wix"
EXAMPLES = FOLDER / "examples"
CONTRACT = "wix/wix-ecom-derived.openapi31.json.gz"
NOBODYS_ORDER = "/fulfillments/orders/00000000-0000-0000-0000-000000000000"
THEN = datetime(2024, 1, 28, 14, 20, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"THE WIX CONTRACTS WERE NOT FOUND at {FOLDER}: nothing here was checked"
)


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def components() -> dict[str, Any]:
    found: dict[str, Any] = contracts.load(CONTRACT)["components"]
    return found


def check(schema: Mapping[str, Any], value: object) -> None:
    """Validate, and refuse names the types do not know: the derived schemas themselves allow any."""
    whole = {**schema, "components": components()}
    OAS31Validator(whole, format_checker=oas31_format_checker).validate(value)
    assert list(unknown(schema, value, "")) == []


def unknown(schema: Mapping[str, Any], value: object, path: str) -> Iterator[str]:
    """Where ``value`` has a name that ``schema`` does not list."""
    while "$ref" in schema:
        schema = components()["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    for choice in schema.get("anyOf", ()):
        if "$ref" in choice and value is not None:
            yield from unknown(choice, value, path)
            return
    if isinstance(value, list):
        for entry in value:
            yield from unknown(schema.get("items", {}), entry, f"{path}[]")
    elif isinstance(value, dict) and "properties" in schema:
        for name, inner in value.items():
            if name not in schema["properties"]:
                yield f"{path}.{name}"
            else:
                yield from unknown(schema["properties"][name], inner, f"{path}.{name}")


@dataclass
class Exchange:
    """One call of ours, and what came back."""

    request: Received
    status: int
    answer: Any

    def operation(self) -> Mapping[str, Any] | None:
        """The operation of the contract; None for APIs the contract does not hold."""
        path = self.request.path
        for template, operations in contracts.load(CONTRACT)["paths"].items():
            pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and self.request.method.lower() in operations:
                found: Mapping[str, Any] = operations[self.request.method.lower()]
                return found
        return None


@dataclass
class Recorder:
    """Stands between the connector and the sandbox and writes down what passes."""

    target: str
    seen: list[Exchange] = field(default_factory=list)

    def answer(self, request: Received) -> Answer:
        """Pass a request on."""
        kept = {name: value for name, value in request.headers.items() if name in ("authorization", "content-type")}
        said = httpx.request(request.method, f"{self.target}{request.path}", content=request.body, headers=kept)
        self.seen.append(Exchange(request, said.status_code, said.json()))
        return Answer(said.status_code, said.json())


def test_every_call_and_every_answer_keeps_to_the_contract(sandbox: RunningSandbox) -> None:
    app_seed = httpx.get(f"{sandbox.url}/seed.json").json()["wix"]["app"]
    recorder = Recorder(f"{sandbox.url}/wix")
    with loopback(recorder.answer) as server:

        def known(role: str) -> Account:
            site = seed(sandbox, role)
            our_app = PlatformApp(app_seed["client_id"], app_seed["client_secret"])
            return Account(site["external_id"], server.url, site["credentials"], app=our_app)

        store, channel = WixStore(known("retailer")), WixOrderChannel(known("supplier"))
        store.identify()
        lines = [{"sku": "VC-TAS-BRI", "quantity": 2}, {"title": "Carte", "price": "3.00"}]
        order_id = press(sandbox, "retailer", "orders", lines=lines, discount="1.00")["order"]["order_id"]
        order = store.fetch_order(order_id)
        assert order is not None
        store.changed_orders(datetime(2020, 1, 1, tzinfo=UTC))
        parcel = {order.lines[0].external_id: 1}
        made = store.push_fulfillment(FulfillmentRequest(order_id, parcel, Tracking("Colissimo", ("6A1",))))
        store.update_tracking(made.external_id, Tracking("UPS", ("1Z1",)), True)
        store.list_fulfillments(order_id)
        placed = channel.send_purchase_order(order_for(sandbox, tax=eur(100)))
        channel.find_purchase_order("OL-100234")
        channel.read_purchase_order(placed.external_id)
        channel.list_goods()

    outside = set()
    for exchange in recorder.seen:
        if exchange.request.path.endswith(NOBODYS_ORDER):
            assert exchange.status == 404  # how the permission is tried without changing anything
            continue
        assert exchange.status == 200, exchange.answer
        operation = exchange.operation()
        if operation is None:
            outside.add(exchange.request.path)
            continue
        if "requestBody" in operation:
            check(operation["requestBody"]["content"]["application/json"]["schema"], exchange.request.json())
        answered = operation["responses"]["200"]["content"]["application/json"]["schema"]
        whole = {**answered, "components": components()}
        OAS31Validator(whole, format_checker=oas31_format_checker).validate(exchange.answer)
    # The catalog is not part of these contracts.
    assert outside == {"/stores/v3/products/query-variants", "/stores/v3/inventory-items/query"}
    assert len(recorder.seen) > 15


def test_the_permissions_we_ask_for_are_those_of_our_calls() -> None:
    paths = contracts.load(CONTRACT)["paths"]
    known = {op.get("x-wix-permission") for operations in paths.values() for op in operations.values()}
    assert {scope for scope in WixInstall.scopes if not scope.startswith("STORES.")} <= known


def test_the_providers_with_links_of_their_own_are_wixs() -> None:
    info = components()["schemas"]["Fulfillments_FulfillmentTrackingInfo"]["properties"]["shippingProvider"]
    assert sorted(carriers.LINKED.values()) == sorted(info["x-link-autofilled-for"])


def test_the_published_orders_are_read() -> None:
    orders = [example("order.constructed.json"), example("get_order_response.constructed.json")["order"]]
    orders += example("search_orders_response.constructed.json")["orders"]
    assert len(orders) >= 3
    for raw in orders:
        order = mapping.order_from(raw)
        assert (order.number, order.total.format_plain()) == (str(raw["number"]), "62.00")
        assert [line.unit_price.format_plain() for line in order.lines] == ["20.00", "18.50"]
        assert (order.ship_to.region, order.ship_to.shippable) == ("NY", True)


def test_the_published_fulfillments_are_read() -> None:
    several = example("list_fulfillments_multiple.official.json")["ordersWithFulfillments"]
    assert len(several) == 2
    single = example("list_fulfillments_single.official.json")
    for raw in (*several, single["orderWithFulfillments"]):
        for one in mapping.fulfillments_from({"orderWithFulfillments": raw}):
            read = mapping.fulfillment_from(one, raw["orderId"])
            assert read.external_id == f"{raw['orderId']}/{one['id']}"
            assert read.tracking.numbers == (one["trackingInfo"]["trackingNumber"],)
            assert sum(read.quantities.values()) == sum(line["quantity"] for line in one["lineItems"])


def test_every_published_event_names_its_order_or_none() -> None:
    events = {path.name: json.loads(path.read_text()) for path in EXAMPLES.glob("event_*.json")}
    assert len(events) == 8
    for name, event in events.items():
        foreign = name == "event_checkout_template_updated.official.json"
        assert webhooks.order_id(event) == ("" if foreign else "e994ac9d-26b0-4f81-8047-00a2e964d6bf"), name


def test_the_signature_vectors_hold_and_the_wrong_key_does_not() -> None:
    vectors = example("webhook_jwt_vectors.json")
    store = WixStore(account("http://127.0.0.1:9", vectors["public_key_pem"]))
    approved = vectors["order_approved"].encode()
    event = store.verify_webhook({}, approved, THEN)
    assert (event.topic, event.resource_id) == (
        "wix.ecom.v1.order_approved",
        "e994ac9d-26b0-4f81-8047-00a2e964d6bf",
    )
    assert store.verify_webhook({}, vectors["app_removed"].encode(), THEN).topic == "AppRemoved"
    assert WixStore.addressee({}, approved) == INSTANCE
    tampered = approved[:-6] + b"AAAAAA"
    for forged in (vectors["order_approved_wrong_key"].encode(), tampered):
        with pytest.raises(ForgedWebhook):
            store.verify_webhook({}, forged, THEN)
    other = Account(INSTANCE.replace("a", "b"), "", {}, app=app(vectors["public_key_pem"]))
    with pytest.raises(ForgedWebhook):
        WixStore(other).verify_webhook({}, approved, THEN)


def test_the_published_order_is_never_taken_for_ours() -> None:
    assert not mapping.carries(example("order.constructed.json"), purchase_order().reference)
    with pytest.raises(NeedsAttention):
        mapping.identity_of_instance({})


def test_the_check_itself_sees_misnamed_fields() -> None:
    line = {"$ref": "#/components/schemas/OrderLineItem"}
    assert list(unknown(line, {"quantity": 1, "itemType": {"preset": "PHYSICAL"}}, "")) == []
    assert list(unknown(line, {"amount": 1, "itemType": {"kind": "PHYSICAL"}}, "")) == [".amount", ".itemType.kind"]
