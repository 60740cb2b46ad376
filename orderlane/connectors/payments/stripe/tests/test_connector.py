"""Stripe by its own SDK over real HTTP on loopback: what we send, how answers are read, which kind each error is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_schema_validator import OAS31Validator

from orderlane.connectors.http import guards
from orderlane.connectors.payments.stripe import mapping
from orderlane.connectors.payments.stripe.connector import StripePayments
from orderlane.connectors.tests.contracts import load
from orderlane.connectors.tests.loopback import Answer, Loopback, Received, loopback, route
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, Environment
from orderlane.ports.payments import OpenedPayment, PaymentLine, PaymentRequest, ProviderPayment, ProviderStatus

SCHEMAS = "stripe/request-schemas.stripe-python-16.1.0.json.gz"
SESSION = "cs_test_a1b2c3"
SESSIONS = "/v1/checkout/sessions"
USD = "USD"
REQUEST = PaymentRequest(
    key="att-1-open-1",
    reference="pay-0001",
    description="2 purchase orders",
    goods=(
        PaymentLine("Order #1001", Money(2500, USD)),
        PaymentLine("Order #1002", Money(1500, USD)),
        PaymentLine("Free sample", Money(0, USD)),
    ),
    shipping=Money(700, USD),
    tax=Money(940, USD),
    amount=Money(5640, USD),
    return_url="https://hub.example.com/payments/return",
    cancel_url="https://hub.example.com/payments/cancel",
    expires_at=datetime(2026, 11, 20, 11, 0, tzinfo=UTC),
    language="fr",
)
_numbers = count()


def recorded(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(__file__).parents[1] / "recorded" / f"{name}.json").read_text())
    return loaded


ACCOUNT = Answer(200, {"id": "acct_1Supplier", "object": "account"})
OPEN, PAID = recorded("session_open"), recorded("session_paid")


def connector(server: Loopback, **secrets: str) -> StripePayments:
    """A connector with a key of its own, so that no test finds another one's account."""
    return StripePayments(
        Account(
            "acct_1Supplier",
            server.url,
            {"api_key": f"rk_test_{next(_numbers)}", "webhook_secret": "whsec_1", **secrets},
            Environment.TEST,
        )
    )


def calls(server: Loopback) -> list[str]:
    return [f"{request.method} {request.path.partition('?')[0]}" for request in server.received]


def sent(request: Received) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode(), strict_parsing=True))


def nested(form: dict[str, str]) -> Any:
    """Undo the form encoding of a Stripe request (``a[b][0]=c``), reading numbers and booleans as such."""
    tree: dict[str, Any] = {}
    for name, value in form.items():
        keys = name.replace("]", "").split("[")
        node = tree
        for key in keys[:-1]:
            node = node.setdefault(key, {})
        node[keys[-1]] = {"true": True, "false": False}.get(value, int(value) if value.isdigit() else value)

    def lists(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        values = {key: lists(value) for key, value in node.items()}
        return list(values.values()) if values and all(key.isdigit() for key in values) else values

    return lists(tree)


def test_opening_sends_a_hosted_page_whose_rows_add_up() -> None:
    with loopback(route({f"POST {SESSIONS}": Answer(200, OPEN)})) as server:
        opened = connector(server).open_payment(REQUEST)
    assert opened == OpenedPayment(SESSION, "https://checkout.stripe.com/c/pay/cs_test_a1b2c3")
    (request,) = server.received
    assert request.headers["authorization"].startswith("Bearer rk_test_")
    assert request.headers["idempotency-key"] == "att-1-open-1"
    assert request.headers["stripe-version"] == "2026-10-28.endive"
    assert "stripe-account" not in request.headers
    assert "x-stripe-client-telemetry" not in request.headers
    body = nested(sent(request))
    assert body == {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": "pay-0001",
        "metadata": {"orderlane_reference": "pay-0001"},
        "payment_intent_data": {
            "metadata": {"orderlane_reference": "pay-0001"},
            "description": "2 purchase orders",
        },
        "success_url": "https://hub.example.com/payments/return",
        "cancel_url": "https://hub.example.com/payments/cancel",
        "expires_at": 1795172400,
        "allowed_payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": False},
        "locale": "fr",
        "line_items": [
            {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": minor, "product_data": {"name": name}}}
            for name, minor in (("Order #1001", 2500), ("Order #1002", 1500), ("Livraison", 700), ("TVA", 940))
        ],
    }
    assert sum(item["price_data"]["unit_amount"] for item in body["line_items"]) == REQUEST.amount.minor


def test_what_is_sent_fits_the_official_parameters() -> None:
    schemas = load(SCHEMAS)["schemas"]
    answers: dict[str, Answer | list[Answer]] = {
        f"POST {SESSIONS}": Answer(200, OPEN),
        f"POST {SESSIONS}/{SESSION}/expire": Answer(200, {**OPEN, "status": "expired"}),
        f"GET {SESSIONS}": Answer(200, {"object": "list", "data": [PAID], "has_more": False, "url": SESSIONS}),
        f"GET {SESSIONS}/{SESSION}": Answer(200, PAID),
        "GET /v1/account": ACCOUNT,
    }
    with loopback(route(answers)) as server:
        stripe = connector(server)
        stripe.open_payment(REQUEST)
        stripe.close_payment(SESSION)
        stripe.fetch_payment("pi_3Abc")
    by_call = {f"{r.method} {r.path.partition('?')[0]}": r for r in server.received}
    create = nested(sent(by_call[f"POST {SESSIONS}"]))
    validator = OAS31Validator(schemas["checkout.session.create"])
    validator.validate(create)
    assert not validator.is_valid({**create, "payment_method_types": ["card"]})
    assert not validator.is_valid({**create, "expires_at": "soon"})
    assert by_call[f"POST {SESSIONS}/{SESSION}/expire"].body == b""
    listed = nested(dict(parse_qsl(urlsplit(by_call[f"GET {SESSIONS}"].path).query)))
    assert listed == {"payment_intent": "pi_3Abc", "limit": 1}
    OAS31Validator(schemas["checkout.session.list"]).validate(listed)
    read = nested(dict(parse_qsl(urlsplit(by_call[f"GET {SESSIONS}/{SESSION}"].path).query)))
    assert read == {"expand": ["payment_intent.latest_charge"]}
    OAS31Validator(schemas["checkout.session.retrieve"]).validate(read)


def test_a_platforms_key_acts_for_the_account() -> None:
    with loopback(route({f"POST {SESSIONS}": Answer(200, OPEN)})) as server:
        connector(server, connect="1").open_payment(REQUEST)
    assert server.received[0].headers["stripe-account"] == "acct_1Supplier"


def test_many_rows_become_one() -> None:
    many = replace(REQUEST, goods=tuple(PaymentLine(f"Order {n}", Money(40, USD)) for n in range(100)))
    items = mapping.session_body(many)["line_items"]
    assert isinstance(items, list)
    assert [item["price_data"]["unit_amount"] for item in items] == [4000, 700, 940]
    assert items[0]["price_data"]["product_data"] == {"name": "2 purchase orders"}


@pytest.mark.parametrize(
    ("currency", "decimals", "minor", "written"),
    [
        ("USD", 2, 1234, 1234),
        ("JPY", 0, 1234, 1234),
        ("HUF", 2, 123400, 123400),
        ("KWD", 3, 1230, 1230),
        ("MGA", 0, 1200, 12),
        ("ISK", 2, 12, 1200),
        ("UGX", 2, 12, 1200),
    ],
)
def test_minor_units_by_stripes_own_table(currency: str, decimals: int, minor: int, written: int) -> None:
    zero = Money(0, currency)
    amount = Money(minor, currency)
    request = replace(REQUEST, goods=(PaymentLine("A", amount),), shipping=zero, tax=zero, amount=amount)
    items = mapping.session_body(request)["line_items"]
    assert isinstance(items, list)
    assert items[0]["price_data"]["unit_amount"] == written
    assert mapping.decimals(currency) == decimals
    read = mapping.provider_payment({**OPEN, "amount_total": written, "currency": currency.lower()}, "acct_1")
    assert read.amount == amount


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": Money(5641, USD)}, "rows_do_not_add_up"),
        ({"shipping": Money(-100, USD), "amount": Money(4840, USD)}, "negative_row"),
        (
            {
                "goods": (PaymentLine("A", Money(150, "MGA")),),
                "shipping": Money(0, "MGA"),
                "tax": Money(0, "MGA"),
                "amount": Money(150, "MGA"),
            },
            "amount_too_precise",
        ),
    ],
)
def test_a_payment_that_cannot_be_right_is_never_sent(changes: dict[str, Any], reason: str) -> None:
    with loopback(route({})) as server, pytest.raises(NeedsAttention) as caught:
        connector(server).open_payment(replace(REQUEST, **changes))
    assert (caught.value.reason, server.received) == (reason, [])


def fetched(session: object) -> ProviderPayment:
    with loopback(route({"GET /v1/account": ACCOUNT, f"GET {SESSIONS}/{SESSION}": Answer(200, session)})) as server:
        return connector(server).fetch_payment(SESSION)


def test_a_paid_session_is_read_whole() -> None:
    assert fetched(PAID) == ProviderPayment(
        external_id=SESSION,
        status=ProviderStatus.CAPTURED,
        amount=Money(5640, USD),
        payee="acct_1Supplier",
        reference="pay-0001",
        environment=Environment.TEST,
        capture_id="ch_3Abc",
        detail="complete paid succeeded",
    )


def test_the_mode_comes_from_the_session_and_the_payee_from_the_key() -> None:
    answers: dict[str, Answer | list[Answer]] = {
        "GET /v1/account": Answer(200, {"id": "acct_Another", "object": "account"}),
        f"GET {SESSIONS}/{SESSION}": Answer(200, {**PAID, "livemode": True}),
    }
    with loopback(route(answers)) as server:
        stripe = connector(server)
        payment = stripe.fetch_payment(SESSION)
        stripe.fetch_payment(SESSION)
    assert (payment.environment, payment.payee) == (Environment.LIVE, "acct_Another")
    assert calls(server).count("GET /v1/account") == 1


CHARGE = PAID["payment_intent"]["latest_charge"]


def paid_with(**changes: object) -> dict[str, Any]:
    return {**PAID, "payment_intent": {**PAID["payment_intent"], "latest_charge": {**CHARGE, **changes}}}


def unpaid_with(status: str) -> dict[str, Any]:
    return {
        **PAID,
        "payment_status": "unpaid",
        "payment_intent": {**PAID["payment_intent"], "status": status, "latest_charge": None},
    }


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        (OPEN, ProviderStatus.OPEN),
        ({**OPEN, "status": "expired"}, ProviderStatus.CLOSED),
        ({**OPEN, "status": "something_new"}, ProviderStatus.UNKNOWN),
        ({**OPEN, "status": "complete", "payment_status": "no_payment_required"}, ProviderStatus.UNKNOWN),
        (unpaid_with("processing"), ProviderStatus.PENDING),
        (unpaid_with("requires_payment_method"), ProviderStatus.DECLINED),
        (unpaid_with("canceled"), ProviderStatus.DECLINED),
        ({**PAID, "payment_intent": "pi_3Abc"}, ProviderStatus.UNKNOWN),
        ({**PAID, "payment_intent": {**PAID["payment_intent"], "latest_charge": None}}, ProviderStatus.UNKNOWN),
        (paid_with(captured=False), ProviderStatus.UNKNOWN),
        (paid_with(paid=False), ProviderStatus.UNKNOWN),
        (paid_with(status="pending"), ProviderStatus.UNKNOWN),
        (paid_with(refunded=True, amount_refunded=5640), ProviderStatus.REVERSED),
        (paid_with(amount_refunded=1), ProviderStatus.REVERSED),
        (paid_with(disputed=True), ProviderStatus.CAPTURED),
    ],
)
def test_paid_needs_a_captured_charge_that_was_not_refunded(session: object, expected: ProviderStatus) -> None:
    payment = fetched(session)
    assert payment.status is expected
    assert bool(payment.capture_id) == (expected in {ProviderStatus.CAPTURED, ProviderStatus.REVERSED})


def test_what_was_received_is_what_is_reported() -> None:
    wrong = {**PAID, "payment_intent": {**PAID["payment_intent"], "amount_received": 100, "currency": "eur"}}
    assert fetched(wrong).amount == Money(100, "EUR")


@pytest.mark.parametrize(
    "session",
    [
        {**OPEN, "amount_total": None},
        {**OPEN, "amount_total": 12.5},
        {**OPEN, "currency": None},
        {**OPEN, "livemode": "no"},
    ],
)
def test_a_session_without_its_parts_needs_attention(session: object) -> None:
    with pytest.raises(NeedsAttention) as caught:
        fetched(session)
    assert caught.value.reason == "unreadable_answer"


def test_an_intent_leads_to_its_session_or_to_none() -> None:
    found = [Answer(200, {"object": "list", "data": data, "has_more": False}) for data in ([PAID], [])]
    answers: dict[str, Answer | list[Answer]] = {
        "GET /v1/account": ACCOUNT,
        f"GET {SESSIONS}": found,
        f"GET {SESSIONS}/{SESSION}": Answer(200, PAID),
    }
    with loopback(route(answers)) as server:
        stripe = connector(server)
        assert stripe.fetch_payment("pi_3Abc").external_id == SESSION
        with pytest.raises(NeedsAttention) as caught:
            stripe.fetch_payment("pi_foreign")
    assert caught.value.reason == "payment_not_found"


def error(status: int, **fields: object) -> Answer:
    return Answer(status, {"error": {"type": "invalid_request_error", "message": "quotes sk_live_secret", **fields}})


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (Answer(402, recorded("error_card_declined")), Declined, "card_declined"),
        (Answer(400, recorded("error_idempotency")), NeedsAttention, "key_reused"),
        (error(400, code="parameter_unknown", param="payment_method_types"), NeedsAttention, "invalid_request"),
        (error(401), NeedsAttention, "bad_credentials"),
        (error(403), NeedsAttention, "not_permitted"),
        (error(404, code="resource_missing"), NeedsAttention, "payment_not_found"),
        (error(400, code="rate_limit"), Unavailable, "busy"),
        (Answer(429), Unavailable, "busy"),
        (error(409), OutcomeUnknown, "no_clear_answer"),
        (error(500), OutcomeUnknown, "no_clear_answer"),
        (Answer(503), OutcomeUnknown, "no_clear_answer"),
        (Answer(200, b"<html>"), OutcomeUnknown, "no_clear_answer"),
        (Answer(400, b"<html>"), OutcomeUnknown, "no_clear_answer"),
        (Answer(200, {"object": "checkout.session"}), OutcomeUnknown, "unreadable_answer"),
        (Answer(hang_up=True), OutcomeUnknown, "no_clear_answer"),
    ],
)
def test_each_failed_opening_is_one_of_the_four_kinds_and_is_not_tried_twice(
    answer: Answer, kind: type[OutsideError], reason: str
) -> None:
    answer = replace(answer, headers={"Stripe-Should-Retry": "true"})
    with loopback(route({f"POST {SESSIONS}": answer})) as server, pytest.raises(OutsideError) as caught:
        connector(server).open_payment(REQUEST)
    assert (type(caught.value), caught.value.reason) == (kind, reason)
    assert "secret" not in f"{caught.value} {caught.value.params}"
    assert calls(server) == [f"POST {SESSIONS}"]


@pytest.mark.parametrize("answer", [error(500), error(409), Answer(200, b"<html>"), Answer(hang_up=True)])
def test_a_failed_look_changed_nothing(answer: Answer) -> None:
    answers: dict[str, Answer | list[Answer]] = {"GET /v1/account": ACCOUNT, f"GET {SESSIONS}/{SESSION}": answer}
    with loopback(route(answers)) as server, pytest.raises(Unavailable):
        connector(server).fetch_payment(SESSION)


def closed(expire: Answer, session: object) -> tuple[ProviderPayment, list[str]]:
    answers: dict[str, Answer | list[Answer]] = {
        f"POST {SESSIONS}/{SESSION}/expire": expire,
        "GET /v1/account": ACCOUNT,
        f"GET {SESSIONS}/{SESSION}": Answer(200, session),
    }
    with loopback(route(answers)) as server:
        return connector(server).close_payment(SESSION), calls(server)


def test_closing_expires_the_session() -> None:
    expired = {**OPEN, "status": "expired"}
    payment, made = closed(Answer(200, expired), expired)
    assert (payment.status, made[0]) == (ProviderStatus.CLOSED, f"POST {SESSIONS}/{SESSION}/expire")


def test_closing_what_was_just_paid_returns_it_as_paid() -> None:
    payment, _ = closed(error(400, message='Only Checkout Sessions with a status in ["open"] can be expired.'), PAID)
    assert payment.status is ProviderStatus.CAPTURED


@pytest.mark.parametrize(("answer", "kind"), [(error(401), NeedsAttention), (error(500), OutcomeUnknown)])
def test_closing_that_fails_otherwise_says_so(answer: Answer, kind: type[OutsideError]) -> None:
    with pytest.raises(kind):
        closed(answer, OPEN)


def test_capturing_only_looks() -> None:
    with loopback(route({"GET /v1/account": ACCOUNT, f"GET {SESSIONS}/{SESSION}": Answer(200, PAID)})) as server:
        assert connector(server).capture_payment(SESSION, "k").status is ProviderStatus.CAPTURED
    assert {call.split()[0] for call in calls(server)} == {"GET"}


def test_identify_asks_stripe_whose_key_it_is() -> None:
    with loopback(route({"GET /v1/account": [ACCOUNT, error(401)]})) as server:
        stripe = connector(server)
        assert stripe.identify() == "acct_1Supplier"
        with pytest.raises(NeedsAttention) as caught:
            stripe.identify()
    assert caught.value.reason == "bad_credentials"


def test_an_id_never_leaves_its_place_in_the_path() -> None:
    with loopback(route({"GET /v1/account": ACCOUNT})) as server:
        for wild in ("../account", "cs/../../x?y"):
            with pytest.raises(NeedsAttention):
                connector(server).fetch_payment(wild)
    reached = {call for call in calls(server) if call != "GET /v1/account"}
    assert all(call.startswith(f"GET {SESSIONS}/") and ".." not in call.split("/") for call in reached)


def test_the_sdk_goes_through_our_guards() -> None:
    def refuse() -> None:
        raise RuntimeError("inside a transaction")

    guards.append(refuse)
    try:
        with loopback(route({})) as server, pytest.raises(RuntimeError, match="inside a transaction"):
            connector(server).identify()
    finally:
        guards.remove(refuse)
    assert server.received == []
