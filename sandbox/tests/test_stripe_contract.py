"""Answers of the simulated Stripe against the published spec, and its parameters against the official SDK's."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import running_sandbox
from sandbox.stripe import params
from sandbox.tests.payments import check, document, needs_contracts
from sandbox.tests.stripe_caller import StripeCaller

pytestmark = needs_contracts
SPEC = "stripe/spec3.2023-09-12.json.gz"
FIXTURES = "stripe/fixtures3.2026-08-21.json.gz"
REQUESTS = "stripe/request-schemas.stripe-python-16.1.0.json.gz"


@pytest.fixture(scope="module")
def caller() -> Iterator[StripeCaller]:
    with running_sandbox(SandboxSettings(webhooks=False)) as running, StripeCaller(running.url) as one:
        yield one


def _obeys(schema: str, body: dict[str, Any]) -> None:
    """Check the shape, and that no field is missing that Stripe's example of today has."""
    check(SPEC, {"$ref": f"#/components/schemas/{schema}"}, body)
    example = document(FIXTURES)["resources"][schema]
    optional = {"refunds", "secret"}
    assert set(example) - set(body) <= optional, f"missing in {schema}: {sorted(set(example) - set(body))}"


def _get(caller: StripeCaller, path: str) -> dict[str, Any]:
    answer = caller.raw(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_the_validator_refuses_wrong_answers(caller: StripeCaller) -> None:
    body = _get(caller, f"/v1/checkout/sessions/{caller.open().id}")
    for wrong in ({"status": "closed"}, {"amount_total": "12"}, {"livemode": None}):
        with pytest.raises(AssertionError):
            check(SPEC, {"$ref": "#/components/schemas/checkout.session"}, body | wrong)


def test_sessions_in_every_state(caller: StripeCaller) -> None:
    expand = "?expand[]=payment_intent.latest_charge"
    opened, paid, expired, declined, later = (caller.open().id for _ in range(5))
    caller.act(paid, "pay")
    caller.act(expired, "expire")
    caller.act(declined, "decline")
    caller.act(later, "pay", later=True)
    for session_id in (opened, paid, expired, declined, later):
        _obeys("checkout.session", _get(caller, f"/v1/checkout/sessions/{session_id}"))
        body = _get(caller, f"/v1/checkout/sessions/{session_id}{expand}")
        check(SPEC, {"$ref": "#/components/schemas/checkout.session"}, body)
        if body["payment_intent"]:
            _obeys("payment_intent", _get(caller, f"/v1/payment_intents/{body['payment_intent']['id']}"))
            charge = body["payment_intent"]["latest_charge"]["id"]
            _obeys("charge", _get(caller, f"/v1/charges/{charge}?expand[]=refunds"))


def test_refunds_accounts_events_and_endpoints(caller: StripeCaller) -> None:
    session = caller.act(caller.paid(), "refund", amount=100).json()
    refund = caller.raw("/v1/refunds", {"charge": session["charge"], "amount": "50", "reason": "duplicate"}).json()
    _obeys("refund", refund)
    _obeys("refund", _get(caller, f"/v1/refunds/{refund['id']}"))
    check(SPEC, {"$ref": "#/components/schemas/account"}, _get(caller, "/v1/account"))
    for event in _get(caller, "/v1/events?limit=100")["data"]:
        _obeys("event", event)
    form = {"url": "http://127.0.0.1:9/hook", "enabled_events[0]": "*"}
    _obeys("webhook_endpoint", caller.raw("/v1/webhook_endpoints", form).json())


@pytest.mark.parametrize("path", ["/v1/checkout/sessions", "/v1/events", "/v1/webhook_endpoints"])
def test_lists(caller: StripeCaller, path: str) -> None:
    caller.paid()
    schema = document(SPEC)["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    check(SPEC, schema, _get(caller, path))


def test_refusals(caller: StripeCaller) -> None:
    session = caller.open()
    answers = [
        caller.raw("/v1/checkout/sessions", {"mode": "zz"}),
        caller.raw("/v1/checkout/sessions/cs_none"),
        caller.raw("/v1/nothing"),
        caller.raw("/v1/refunds", {"charge": "ch_none"}),
        caller.raw("/v1/account", None, Authorization="Bearer no"),
        httpx.get(f"{caller.base}/stripe/v1/checkout/sessions/{session.id}"),
    ]
    assert [answer.status_code for answer in answers] == [400, 404, 404, 404, 401, 401]
    for answer in answers:
        check(SPEC, {"$ref": "#/components/schemas/error"}, answer.json())


def _compare(fields: params.Fields, schema: dict[str, Any], definitions: dict[str, Any], at: str) -> int:
    """Every parameter we take exists in the SDK; what we demand below the top it demands or lists too."""
    schema = _plain(schema, definitions)
    unknown = set(fields.known) - set(schema["properties"])
    assert not unknown, f"{at} takes {sorted(unknown)}, which the SDK does not have"
    assert set(schema.get("required", [])) <= set(fields.needed), f"{at} must demand {schema.get('required')}"
    compared = len(fields.known)
    for name, kind in fields.known.items():
        inner = kind.each if isinstance(kind, params.Many) else kind
        if isinstance(inner, params.Fields):
            below = _plain(schema["properties"][name], definitions)
            compared += _compare(inner, below.get("items", below), definitions, f"{at}[{name}]")
    return compared


def _plain(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _plain(definitions[schema["$ref"].split("/")[-1]], definitions)
    if "anyOf" in schema:
        return next(
            s for s in (_plain(o, definitions) for o in schema["anyOf"]) if s.get("type") in ("object", "array")
        )
    return schema


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("checkout.session.create", params.SESSION_CREATE),
        ("checkout.session.list", params.SESSION_LIST),
        ("refund.create", params.REFUND_CREATE),
        ("event.list", params.EVENT_LIST),
        ("webhook_endpoint.create", params.ENDPOINT_CREATE),
    ],
)
def test_parameters_are_those_of_the_official_sdk(operation: str, fields: params.Fields) -> None:
    schema = document(REQUESTS)["schemas"][operation]
    assert _compare(fields, schema, schema.get("$defs", {}), operation) >= len(fields.known)
    assert "payment_method_types" not in fields.known
