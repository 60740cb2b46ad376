"""Stripe by its own SDK over real HTTP on loopback: what we send, and how sessions are read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_schema_validator import OAS31Validator

from orderlane.connectors.payments.stripe import mapping
from orderlane.connectors.payments.stripe.tests.wire import (
    ACCOUNT,
    OPEN,
    PAID,
    REQUEST,
    SCHEMAS,
    SESSION,
    SESSIONS,
    USD,
    calls,
    connector,
    nested,
    sent,
)
from orderlane.connectors.tests.contracts import load
from orderlane.connectors.tests.loopback import Answer, loopback, route
from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Environment
from orderlane.ports.payments import OpenedPayment, PaymentLine, ProviderPayment, ProviderStatus


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


def fetched(session: object, *refunds: dict[str, Any]) -> ProviderPayment:
    answers: dict[str, Answer | list[Answer]] = {
        "GET /v1/account": ACCOUNT,
        f"GET {SESSIONS}/{SESSION}": Answer(200, session),
        "GET /v1/refunds": Answer(200, {"object": "list", "data": list(refunds), "has_more": False}),
    }
    with loopback(route(answers)) as server:
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
        (paid_with(refunded=True, amount_refunded=5640), ProviderStatus.REFUNDED),
        (paid_with(amount_refunded=1), ProviderStatus.CAPTURED),
        (paid_with(disputed=True), ProviderStatus.CAPTURED),
    ],
)
def test_paid_needs_a_captured_charge_that_was_not_refunded_in_full(session: object, expected: ProviderStatus) -> None:
    payment = fetched(session)
    assert payment.status is expected
    assert bool(payment.capture_id) == (expected in {ProviderStatus.CAPTURED, ProviderStatus.REFUNDED})


def refund(amount: int, status: str = "succeeded") -> dict[str, Any]:
    return {"id": f"re_{amount}", "object": "refund", "amount": amount, "currency": "usd", "status": status}


@pytest.mark.parametrize(
    ("refunds", "done", "complete"),
    [
        ([refund(100), refund(200)], [100, 200], True),
        ([refund(100), refund(200, "pending")], [100], True),
        ([refund(100), refund(200, "requires_action")], [100], True),
        ([refund(100), refund(200), refund(50, "failed"), refund(60, "canceled")], [100, 200], True),
        ([refund(100)], [100], False),
        ([], [], False),
        ([{**refund(100), "amount": None, "status": "pending"}], [], False),
    ],
)
def test_only_refunds_that_are_done_count_and_what_is_not_listed_is_said(
    refunds: list[dict[str, Any]], done: list[int], complete: bool
) -> None:
    payment = fetched(paid_with(amount_refunded=300), *reversed(refunds))
    assert [each.amount for each in payment.refunds] == [Money(minor, USD) for minor in done]
    assert payment.refunds_complete is complete


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
