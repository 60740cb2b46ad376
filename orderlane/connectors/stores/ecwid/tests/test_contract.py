"""Requests, answers and signatures against what Ecwid publishes: examples, and schemas derived from its own client."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from orderlane.connectors.stores.ecwid import mapping, parcels, shipments, webhooks
from orderlane.connectors.stores.ecwid.channel import EcwidOrderChannel
from orderlane.connectors.stores.ecwid.connector import EcwidStore
from orderlane.connectors.stores.ecwid.tests.examples import STORE, account, purchase_order, recorded
from orderlane.connectors.stores.ecwid.tests.outside import account as outside_account
from orderlane.connectors.stores.ecwid.tests.outside import bought, ordered, press
from orderlane.connectors.stores.ecwid.tests.outside import channel as outside_channel
from orderlane.connectors.stores.ecwid.tests.outside import store as outside_store
from orderlane.connectors.tests import contracts
from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.ports.accounts import ForgedWebhook
from orderlane.ports.stores import FulfillmentRequest, Tracking
from sandbox.ecwid.seed import RETAILER, SUPPLIER
from sandbox.serving import RunningSandbox

CONTRACT = "ecwid/ecwid-orders-derived.openapi31.json.gz"
HOST = "https://app.ecwid.com"
EXAMPLES = contracts.folder() / "ecwid" / "examples"
WEBHOOKS = sorted(EXAMPLES.glob("webhook_[!s]*.json"))

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason=f"ECWID CONTRACTS NOT FOUND at {EXAMPLES}: nothing here was checked"
)


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


def test_the_published_orders_are_read() -> None:
    toys = mapping.order_from(example("get_order_response"), "EUR")
    assert (toys.external_id, toys.total.minor, toys.lines[0].unit_price.minor) == ("K8XTQ", 1000, 1000)
    assert (toys.lines[0].requires_shipping, toys.ship_to.line1) == (False, "")
    last = mapping.order_from(example("get_last_order_response"), "EUR")
    assert last.updated_at == datetime(2024, 9, 4, 7, 26, 24, tzinfo=UTC)
    (pizza,) = (mapping.order_from(found, "EUR") for found in example("search_orders_response")["items"])
    # The coupon took 10.00 off, and no line says so itself.
    assert (pizza.total.minor, pizza.lines[0].unit_price.minor) == (60000, 49000)
    assert parcels.parcels_in(example("get_order_response")) == []
    assert shipments.shipments_from(example("get_order_response"))[-1].canceled is False


def test_the_published_answers_are_read() -> None:
    created, updated = example("create_order_response"), example("update_order_response")
    answers = {"GET": {"formatsAndUnits": {"currency": "EUR"}}, "POST": created, "PUT": updated}
    with loopback(lambda request: Answer(payload=answers[request.method])) as there:
        placed = EcwidOrderChannel(account(there.url)).send_purchase_order(purchase_order())
    assert placed.external_id == created["orderid"]


@pytest.mark.parametrize("path", WEBHOOKS, ids=[path.stem for path in WEBHOOKS])
def test_the_published_webhooks_are_understood(path: Path) -> None:
    body = path.read_bytes()
    told = json.loads(body)
    contracts.check_schema(CONTRACT, "Webhook", told)
    signature = webhooks.sign("current", str(told["eventCreated"]), told["eventId"])
    at = datetime.fromtimestamp(told["eventCreated"], UTC)
    event = webhooks.verify(account(), {webhooks.SIGNATURE: signature}, body, at)
    assert (event.external_id, event.topic) == (told["eventId"], told["eventType"])
    assert EcwidStore.addressee({}, body) == STORE
    if "order." in event.topic:
        assert event.resource_id == told.get("data", {}).get("orderId", str(told["entityId"]))


def test_the_signature_vector_holds_and_every_change_breaks_it() -> None:
    vector = example("webhook_signature_vector")
    created, event_id = vector["eventCreated"], vector["eventId"]
    assert webhooks.sign(vector["client_secret"], str(created), event_id) == vector["signature"]
    known, at = account(webhook_secret=vector["client_secret"]), datetime.fromtimestamp(created, UTC)
    told = {"eventId": event_id, "eventCreated": created, "storeId": 1003, "eventType": "order.created", "entityId": 5}

    def verify(signature: str, **changed: Any) -> str:
        body = json.dumps({**told, **changed}).encode()
        return webhooks.verify(known, {webhooks.SIGNATURE: signature}, body, at).external_id

    assert verify(vector["signature"]) == event_id
    for signature, changed in (
        (vector["signature"], {"eventId": event_id[:-1]}),
        (vector["signature"], {"eventCreated": created + 1}),
        (vector["signature"][:-2] + "A=", {}),
        (vector["signature"].lower(), {}),
    ):
        with pytest.raises(ForgedWebhook):
            verify(signature, **changed)


def _unknown(value: Any, schema: dict[str, Any], defined: dict[str, Any], at: str = "") -> list[str]:
    """Keys that the contract does not have, which a schema without closed objects would let pass."""
    for option in [schema, *schema.get("anyOf", [])]:
        reference = str(option.get("$ref", "")).rpartition("/")[2]
        schema = defined.get(reference, schema if reference == "" else option)
        if reference:
            break
    if isinstance(value, list):
        return [wrong for one in value for wrong in _unknown(one, schema.get("items", {}), defined, f"{at}[]")]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties")
    if known is None:
        # A free map, such as the answers to a store's own questions.
        return []
    return [f"{at}.{key}" for key in value if key not in known] + [
        wrong for key in value if key in known for wrong in _unknown(value[key], known[key], defined, f"{at}.{key}")
    ]


def check(request: Received) -> None:
    contracts.check_request(CONTRACT, request, HOST)
    if request.body:
        defined = contracts.load(CONTRACT)["components"]["schemas"]
        assert _unknown(request.json(), defined["OrderWrite"], defined) == []


def test_what_we_send_fits_the_contract() -> None:
    order = json.loads(json.dumps(recorded("order"), default=str))
    for priced in [order, *order["items"]]:
        priced.pop("price", None), priced.pop("total", None)
    order["items"] = [{"id": 1828115520, "quantity": 3}]

    def answer(request: Received) -> Answer:
        if request.path.startswith("/api/v3/1003/orders/") and request.method == "PUT":
            order.update(request.json())
        listed = {"total": 0, "count": 0, "items": []}
        found = order if "/orders/" in request.path else listed
        return Answer(payload={**found, "formatsAndUnits": {"currency": "EUR"}, "orderid": "XJ12H"})

    with loopback(answer) as there:
        known = account(f"{there.url}/api/v3/1003")
        store, channel = EcwidStore(known), EcwidOrderChannel(known)
        channel.send_purchase_order(purchase_order())
        channel.find_purchase_order("OL-1")
        channel.changed_purchase_orders(datetime(2026, 11, 20, tzinfo=UTC))
        pushed = store.push_fulfillment(
            FulfillmentRequest(order["id"], {"1828115520": 1}, Tracking("UPS", ("1Z",), ("https://t.example",)))
        )
        store.update_tracking(pushed.external_id, Tracking("UPS", ("1Z2",)), True)
    described = [one for one in there.received if "/orders" in one.path]
    assert len(described) >= 8
    for request in described:
        check(request)
    assert {one.headers["authorization"] for one in there.received} == {"Bearer secret_test"}


def test_the_checks_themselves_notice_a_wrong_request() -> None:
    defined = contracts.load(CONTRACT)["components"]["schemas"]
    wrong = {"total": 1, "items": [{"nonsense": 1}], "shippingPerson": {"zip": "x"}, "made_up": 1}
    assert sorted(_unknown(wrong, defined["OrderWrite"], defined)) == [
        ".items[].nonsense",
        ".made_up",
        ".shippingPerson.zip",
    ]


def test_the_simulator_answers_as_the_contract_says(sandbox: RunningSandbox) -> None:
    order_id = bought(sandbox)
    order = outside_store(sandbox).fetch_order(order_id)
    assert order is not None
    outside_store(sandbox).push_fulfillment(FulfillmentRequest(order_id, {order.lines[0].external_id: 1}, Tracking()))
    press(sandbox, RETAILER, f"orders/{order_id}/refund", amount="1.00")
    outside_channel(sandbox).send_purchase_order(ordered(sandbox))
    defined = contracts.load(CONTRACT)["components"]["schemas"]
    for store_id in (RETAILER, SUPPLIER):
        known = outside_account(sandbox, store_id)
        headers = {"Authorization": f"Bearer {known.secrets['access_token']}"}
        with httpx.Client(base_url=known.api_url, headers=headers) as api:
            page = api.get("/orders").json()
            contracts.check_schema(CONTRACT, "OrderSearchResult", page)
            (found,) = page["items"]
            one = api.get(f"/orders/{found['id']}").json()
            contracts.check_schema(CONTRACT, "Order", one)
            assert _unknown(one, defined["Order"], defined) == []
            contracts.check_schema(CONTRACT, "LatestStats", api.get("/latest-stats").json())
            contracts.check_schema(CONTRACT, "Error", api.get("/orders/none").json())
            contracts.check_schema(CONTRACT, "UpdateResult", api.put(f"/orders/{found['id']}", json={}).json())
            new = {**example("create_order_request"), "externalFulfillment": False}
            made = api.post("/orders", content=json.dumps(new, default=float)).json()
            contracts.check_schema(CONTRACT, "OrderCreateResult", made)
            assert api.get(f"/orders/{made['orderid']}").json()["shippingOption"]["shippingRate"] == 10
