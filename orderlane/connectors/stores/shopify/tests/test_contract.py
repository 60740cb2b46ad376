"""Our documents and variables against the official 2026-10 schema; official webhook samples through our door."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    build_client_schema,
    coerce_input_value,
    get_named_type,
    is_composite_type,
    is_input_object_type,
    parse,
    specified_rules,
    type_from_ast,
    validate,
)

from orderlane.connectors.stores.shopify import documents, inputs, presence, webhooks
from orderlane.connectors.stores.shopify.carriers import CARRIERS
from orderlane.connectors.stores.shopify.tests.examples import SHOP, account, purchase_order, usd
from orderlane.connectors.tests import contracts
from orderlane.ports.accounts import ForgedWebhook
from orderlane.ports.stores import Tracking

CONTRACTS = contracts.folder() / "shopify"

pytestmark = pytest.mark.skipif(
    not CONTRACTS.is_dir(), reason=f"OFFICIAL SHOPIFY CONTRACTS NOT FOUND at {CONTRACTS}: nothing here was checked"
)

DOCUMENTS = {
    name: text
    for name, text in vars(documents).items()
    if name.isupper() and not name.startswith("_") and isinstance(text, str)
}
SAMPLES = sorted(CONTRACTS.glob("webhooks/*.json")) if CONTRACTS.is_dir() else []
ORDER_TOPICS = ("orders/", "fulfillments/", "refunds/")
MAX_COST = 1_000


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    """The official Admin API schema; built once, it is large."""
    with gzip.open(CONTRACTS / "admin-2026-10.introspection.json.gz") as packed:
        return build_client_schema(json.load(packed)["data"], assume_valid=True)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_valid_and_uses_nothing_deprecated(schema: GraphQLSchema, name: str) -> None:
    errors = validate(schema, parse(DOCUMENTS[name]), [*specified_rules, NoDeprecatedCustomRule])
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_costs_what_it_says_and_less_than_one_request_may(schema: GraphQLSchema, name: str) -> None:
    estimated = estimated_cost(schema, parse(DOCUMENTS[name]))
    assert 0 < estimated < MAX_COST
    assert documents.COSTS[DOCUMENTS[name]] == estimated


def test_documents_are_found_by_name() -> None:
    assert {"ORDER", "CREATE_ORDER", "CREATE_FULFILLMENT", "GOODS"} <= DOCUMENTS.keys()


VARIABLES: list[tuple[str, str, Any]] = [
    ("CREATE_ORDER", "order", inputs.order_input(purchase_order())),
    ("CREATE_ORDER", "order", inputs.order_input(purchase_order(tax=usd(550)))),
    ("CREATE_ORDER", "options", dict(inputs.ORDER_OPTIONS)),
    ("UPDATE_TRACKING", "tracking", inputs.tracking_input(Tracking("ups", ["1Z"], ["https://a.example/1Z"]))),
    (
        "UPDATE_TRACKING",
        "tracking",
        inputs.tracking_input(Tracking("UPS", ["1", "2"], ["https://a.example/1", "https://a.example/2"])),
    ),
    (
        "CREATE_FULFILLMENT",
        "fulfillment",
        inputs.fulfillment_input(
            inputs.Parcel({"gid://shopify/FulfillmentOrder/1": {"gid://shopify/FulfillmentOrderLineItem/2": 3}}, {}),
            Tracking("UPS", ["1Z"]),
            notify_customer=True,
        ),
    ),
    *(("SUBSCRIBE", "topic", topic) for topic in presence.TOPICS),
]


@pytest.mark.parametrize(("name", "variable", "value"), VARIABLES)
def test_variables_have_the_official_shape(schema: GraphQLSchema, name: str, variable: str, value: Any) -> None:
    (operation,) = [d for d in parse(DOCUMENTS[name]).definitions if isinstance(d, OperationDefinitionNode)]
    (declared,) = [v.type for v in operation.variable_definitions if v.variable.name.value == variable]
    kind = cast(GraphQLInputType, type_from_ast(schema, declared))
    coerce_input_value(value, kind)  # raises for an unknown field, a missing one, a wrong enum value
    assert deprecated_inputs(kind, value) == []


def test_carriers_are_spelled_as_officially() -> None:
    official = json.loads((CONTRACTS / "tracking-companies-2026-10.json").read_text(encoding="utf-8"))
    names = {*official["any_country"], *(name for names in official["by_country"].values() for name in names)}
    assert [name for name in CARRIERS if name not in names] == []


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.stem not in ("index", "captured-headers-2024-10")], ids=str)
def test_official_webhook_sample_is_verified_and_parsed(sample: Path) -> None:
    topics = {entry["file"]: entry["topic"] for entry in json.loads((sample.parent / "index.json").read_text())}
    topic = topics.get(sample.name) or sample.stem.replace("_", "/", 1)
    body = sample.read_bytes()
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": webhooks.sign("current", body),
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Triggered-At": "2026-11-23T11:59:57.290670248Z",
    }
    event = webhooks.verify(account(), headers, body, now)
    assert (event.external_id, event.topic) == ("b54557e4-bdd9-4b37-8a5f-bf7d70bcd043", topic)
    assert event.occurred_at == datetime(2026, 11, 23, 11, 59, 57, 290670, tzinfo=UTC)
    if topic.startswith(ORDER_TOPICS):
        assert event.resource_id.startswith("gid://shopify/Order/")
    else:
        assert event.resource_id == ""
    with pytest.raises(ForgedWebhook):
        webhooks.verify(account(), headers, body + b" ", now)


def test_official_order_sample_names_its_order_to_the_last_digit() -> None:
    body = (CONTRACTS / "webhooks" / "orders_create.json").read_bytes()
    assert webhooks.order_gid("orders/create", json.loads(body)) == "gid://shopify/Order/820982911946154508"


def deprecated_inputs(kind: GraphQLInputType, value: Any, path: str = "") -> list[str]:
    """List the deprecated input fields a value sets."""
    if isinstance(kind, GraphQLNonNull):
        return deprecated_inputs(kind.of_type, value, path)
    if isinstance(kind, GraphQLList):
        return [bad for entry in value for bad in deprecated_inputs(kind.of_type, entry, path)]
    if not is_input_object_type(kind):
        return []
    assert isinstance(kind, GraphQLInputObjectType)
    found = []
    for name, entry in value.items():
        field = kind.fields[name]
        found += [f"{path}.{name}"] if field.deprecation_reason else []
        found += deprecated_inputs(field.type, entry, f"{path}.{name}")
    return found


def estimated_cost(schema: GraphQLSchema, document: DocumentNode) -> int:
    """Estimate the requested cost: an object 1, a list ``first`` times its entry plus 2, a mutation 10 more.

    https://shopify.dev/docs/api/usage/limits#graphql-admin-api-rate-limits; scalars are free.
    """
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    (operation,) = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    is_mutation = operation.operation.value == "mutation"
    root = schema.mutation_type if is_mutation else schema.query_type
    assert root is not None
    return (10 if is_mutation else 0) + selection_cost(operation.selection_set, root, fragments)


def selection_cost(
    selections: SelectionSetNode,
    parent: GraphQLObjectType | GraphQLInterfaceType,
    fragments: dict[str, FragmentDefinitionNode],
) -> int:
    """Add up the fields of one selection set."""
    cost = 0
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            kind = get_named_type(parent.fields[selection.name.value].type)
            if not is_composite_type(kind) or selection.selection_set is None:
                continue
            assert isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType))
            inner = selection_cost(selection.selection_set, kind, fragments)
            first = [a.value for a in selection.arguments if a.name.value == "first"]
            size = int(first[0].value) if first and isinstance(first[0], IntValueNode) else 0
            own = 0 if kind.name.endswith(("Connection", "PageInfo")) else 1
            cost += 2 + size * max(inner, 1) if size else own + inner
        else:
            assert isinstance(selection, FragmentSpreadNode)
            fragment = fragments[selection.name.value]
            cost += selection_cost(fragment.selection_set, parent, fragments)
    return cost
