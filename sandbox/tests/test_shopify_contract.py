"""Our cut of the schema and our webhook bodies, held against the official ones."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    Undefined,
    build_schema,
    parse,
    specified_rules,
    validate,
)

from sandbox.shopify.carriers import LINKS
from sandbox.shopify.engine import load_schema
from sandbox.tests.shop import Receiver, Shop, until
from sandbox.tests.test_shopify_shipping import SERVICE
from sandbox.tests.test_shopify_webhooks import subscribe

ROOT = Path(__file__).parents[2]
CONTRACTS = Path(os.environ.get("ORDERLANE_CONTRACTS", ROOT.parent / "shared" / "contracts")) / "shopify"
pytestmark = pytest.mark.skipif(
    not CONTRACTS.is_dir(), reason=f"NO CONTRACT DATA at {CONTRACTS}: the simulator is NOT checked against Shopify"
)


@pytest.fixture(scope="module")
def official() -> GraphQLSchema:
    text = gzip.decompress((CONTRACTS / "admin-2026-10.graphql.gz").read_bytes()).decode()
    return build_schema(text, assume_valid=True)


def test_everything_we_declare_exists_with_the_same_type(official: GraphQLSchema) -> None:
    wrong: list[str] = []
    for name, ours in load_schema().type_map.items():
        theirs = official.type_map.get(name)
        if name.startswith("__"):
            continue
        if type(ours) is not type(theirs):
            wrong.append(name)
        elif isinstance(ours, GraphQLEnumType):
            assert isinstance(theirs, GraphQLEnumType)
            wrong += [f"{name}.{value}" for value in ours.values if value not in theirs.values]
        elif isinstance(ours, GraphQLInputObjectType):
            assert isinstance(theirs, GraphQLInputObjectType)
            wrong += _different_inputs(name, ours, theirs)
        elif isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
            assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
            wrong += _different_fields(name, ours, theirs)
    assert wrong == []


def _different_inputs(name: str, ours: GraphQLInputObjectType, theirs: GraphQLInputObjectType) -> list[str]:
    wrong = []
    for key, field in ours.fields.items():
        known = theirs.fields.get(key)
        if known is None or str(known.type) != str(field.type) or known.default_value != field.default_value:
            wrong.append(f"{name}.{key}")
    required = {key for key, f in theirs.fields.items() if str(f.type).endswith("!") and f.default_value is Undefined}
    return wrong + [f"{name}.{key} is required" for key in required - set(ours.fields)]


def _different_fields(
    name: str, ours: GraphQLObjectType | GraphQLInterfaceType, theirs: GraphQLObjectType | GraphQLInterfaceType
) -> list[str]:
    wrong = []
    for key, field in ours.fields.items():
        known = theirs.fields.get(key)
        if known is None or str(known.type) != str(field.type) or known.deprecation_reason:
            wrong.append(f"{name}.{key}")
            continue
        for argument, value in field.args.items():
            real = known.args.get(argument)
            if real is None or str(real.type) != str(value.type) or real.default_value != value.default_value:
                wrong.append(f"{name}.{key}({argument})")
        required = {a for a, v in known.args.items() if str(v.type).endswith("!") and v.default_value is Undefined}
        wrong += [f"{name}.{key}({argument}) is required" for argument in required - set(field.args)]
    return wrong


def test_hub_operations_run_on_our_cut() -> None:
    """Those we do not simulate are named here, so that nobody has to guess."""
    not_simulated = {
        "HubOrderRefunds",
        "HubReportProgress",
        "HubCloseFulfillmentOrder",
        "HubHold",
        "HubReleaseHold",
        "HubSplit",
        "HubMove",
        "HubFulfillmentEvent",
        "HubRefundCreate",
    }
    document = parse((CONTRACTS / "operations" / "hub-operations.graphql").read_text())
    schema = load_schema()
    fragments = tuple(node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
    wrong = set()
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode) and node.name:
            alone = DocumentNode(definitions=(node, *fragments))
            if validate(schema, alone, [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]):
                wrong.add(node.name.value)
    assert wrong == not_simulated


def test_carriers_are_spelled_as_shopify_spells_them() -> None:
    companies = json.loads((CONTRACTS / "tracking-companies-2026-10.json").read_text())
    known = set(companies["any_country"]) | {name for names in companies["by_country"].values() for name in names}
    assert set(LINKS) <= known


def keys(value: Any, path: str = "") -> set[str]:
    """Every key of a JSON value, with its path; entries of a list share one."""
    if isinstance(value, dict):
        return {f"{path}.{key}" for key in value} | {p for key, v in value.items() for p in keys(v, f"{path}.{key}")}
    if isinstance(value, list):
        return {p for entry in value for p in keys(entry, path + "[]")}
    return set()


def sample(name: str) -> Any:
    return json.loads((CONTRACTS / "webhooks" / f"{name}.json").read_text())


def test_every_key_we_send_exists_in_the_official_sample(retailer: Shop, receiver: Receiver) -> None:
    samples = {
        "orders/create": "orders_create",
        "orders/updated": "orders_updated",
        "orders/paid": "orders_create",
        "orders/cancelled": "orders_create",
        "fulfillments/create": "fulfillments_create",
        "fulfillments/update": "fulfillments_update",
        "fulfillment_orders/order_routing_complete": "fulfillment_orders_order_routing_complete",
        "fulfillment_orders/fulfillment_request_submitted": "fulfillment_orders_fulfillment_request_submitted",
        "app/uninstalled": "app_uninstalled",
    }
    retailer.ask(SERVICE)
    subscribe(retailer, receiver, *(topic.replace("/", "_").upper() for topic in samples))
    number = retailer.buy("AB-BOL-EMA", "ML-CARTE")["order_id"]
    retailer.routed(number)
    retailer.act(f"orders/{number}/request_fulfillment")
    retailer.act(f"orders/{number}/ship", company="Colissimo", number="8R1")
    retailer.act(f"orders/{number}/track", number="8R2")
    other = retailer.buy("AB-BOL-EMA")["order_id"]
    retailer.act(f"orders/{other}/cancel")
    retailer.act("uninstall")
    until(lambda: set(receiver.topics()) == set(samples))
    official = {topic: keys(sample(name)) for topic, name in samples.items()}
    # Lists that are empty in the sample say nothing about what stands in them.
    parcel = {path.replace(".", ".fulfillments[].", 1) for path in keys(sample("fulfillments_create"))}
    charge_note = {".note_attributes[].name", ".note_attributes[].value"}
    for topic in official:
        if topic.startswith("orders/"):
            official[topic] |= parcel | charge_note
    for headers, body, _ in receiver.received:
        topic = headers["x-shopify-topic"]
        assert keys(json.loads(body)) - official[topic] == set(), topic


def test_fulfillment_order_topics_look_like_their_samples(retailer: Shop, receiver: Receiver) -> None:
    subscribe(retailer, receiver, "FULFILLMENT_ORDERS_CANCELLED")
    number = retailer.buy("AB-BOL-EMA")["order_id"]
    retailer.routed(number)
    retailer.act(f"orders/{number}/cancel")
    until(lambda: receiver.received)
    assert keys(json.loads(receiver.received[0][1])) <= keys(sample("fulfillment_orders_cancelled"))
