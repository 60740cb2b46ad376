"""PayPal over real HTTP on loopback: what we send, how answers are read, which kind each refusal is."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from orderlane.connectors.payments.paypal.connector import PayPalPayments
from orderlane.connectors.tests.contracts import check_request, check_schema
from orderlane.connectors.tests.loopback import Answer, Loopback, Received, loopback, route
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, Environment
from orderlane.ports.payments import OpenedPayment, PaymentLine, PaymentRequest, ProviderPayment, ProviderStatus

CONTRACT = "paypal/checkout_orders_v2.json.gz"
LIVE_API = "https://api-m.paypal.com"
PAYEE = "8QW7DZX5RUM3N"
ORDER = "5O190127TN364715T"
ORDER_PATH = f"/v2/checkout/orders/{ORDER}"
TOKEN = Answer(200, {"access_token": "A21", "token_type": "Bearer", "expires_in": 32400})
USD = "USD"
REQUEST = PaymentRequest(
    key="att-1-open-1",
    reference="pay-0001",
    description="2 purchase orders",
    goods=(
        PaymentLine("Order #1001", Money(2500, USD)),
        PaymentLine("Order #1002 " + "é" * 200, Money(1500, USD)),
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


def connector(server: Loopback, **secrets: str) -> PayPalPayments:
    """A connector with a client id of its own, so that no test finds another one's token."""
    return PayPalPayments(
        Account(
            external_id=PAYEE,
            api_url=server.url,
            secrets={"client_id": f"client-{next(_numbers)}", "client_secret": "s3", "webhook_id": "WH-1", **secrets},
            environment=Environment.TEST,
        )
    )


def answering(answers: dict[str, Answer | list[Answer]]) -> Callable[[Received], Answer]:
    return route({"POST /v1/oauth2/token": TOKEN, **answers})


def calls(server: Loopback) -> list[str]:
    return [f"{request.method} {request.path}" for request in server.received]


def test_opening_sends_what_paypal_documents() -> None:
    answer = Answer(201, recorded("order_created"))
    with loopback(answering({"POST /v2/checkout/orders": answer})) as server:
        opened = connector(server).open_payment(REQUEST)
    assert opened == OpenedPayment(ORDER, f"https://www.sandbox.paypal.com/checkoutnow?token={ORDER}")
    token, create = server.received
    assert token.headers["authorization"].startswith("Basic ")
    assert token.body == b"grant_type=client_credentials"
    assert create.headers["authorization"] == "Bearer A21"
    assert create.headers["paypal-request-id"] == "open-att-1-open-1"
    assert create.headers["prefer"] == "return=representation"
    assert create.json() == {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "reference_id": "default",
                "custom_id": "pay-0001",
                "invoice_id": "pay-0001",
                "description": "2 purchase orders",
                "payee": {"merchant_id": PAYEE},
                "amount": {
                    "currency_code": USD,
                    "value": "56.40",
                    "breakdown": {
                        "item_total": {"currency_code": USD, "value": "40.00"},
                        "shipping": {"currency_code": USD, "value": "7.00"},
                        "tax_total": {"currency_code": USD, "value": "9.40"},
                    },
                },
                "items": [
                    {
                        "name": "Order #1001",
                        "quantity": "1",
                        "unit_amount": {"currency_code": USD, "value": "25.00"},
                        "category": "PHYSICAL_GOODS",
                    },
                    {
                        "name": "Order #1002 " + "é" * 115,
                        "quantity": "1",
                        "unit_amount": {"currency_code": USD, "value": "15.00"},
                        "category": "PHYSICAL_GOODS",
                    },
                ],
            }
        ],
        "payment_source": {
            "paypal": {
                "experience_context": {
                    "return_url": "https://hub.example.com/payments/return",
                    "cancel_url": "https://hub.example.com/payments/cancel",
                    "user_action": "PAY_NOW",
                    "shipping_preference": "NO_SHIPPING",
                    "payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED",
                    "locale": "fr-FR",
                }
            }
        },
    }


def test_every_request_and_every_recording_fits_the_official_contract() -> None:
    answers: dict[str, Answer | list[Answer]] = {
        "POST /v2/checkout/orders": Answer(201, recorded("order_created")),
        f"GET {ORDER_PATH}": Answer(200, recorded("order_approved")),
        f"POST {ORDER_PATH}/capture": Answer(201, recorded("order_captured")),
    }
    with loopback(answering(answers)) as server:
        paypal = connector(server)
        paypal.open_payment(REQUEST)
        paypal.fetch_payment(ORDER)
        paypal.capture_payment(ORDER, "att-1-capture-1")
    sent = [request for request in server.received if request.path != "/v1/oauth2/token"]
    assert len(sent) == 3
    for request in sent:
        check_request(CONTRACT, request, LIVE_API)
    for name in ("order_created", "order_approved", "order_captured", "order_pending"):
        check_schema(CONTRACT, "order", recorded(name))
    check_schema("paypal/payments_payment_v2.json.gz", "capture", recorded("capture"))


def test_the_contract_check_itself_refuses_a_broken_order() -> None:
    with loopback(answering({"POST /v2/checkout/orders": Answer(201, recorded("order_created"))})) as server:
        connector(server).open_payment(REQUEST)
    good = server.received[1]
    broken = good.json()
    broken["purchase_units"][0]["amount"]["value"] = "56,40"
    with pytest.raises(Exception, match=r"Request body validation error"):
        check_request(CONTRACT, Received(good.method, good.path, good.headers, json.dumps(broken).encode()), LIVE_API)


def test_an_approve_link_is_as_good_as_a_payer_action_link() -> None:
    order = recorded("order_created")
    order["links"] = [{"rel": "approve", "href": "https://www.paypal.com/pay", "method": "GET"}]
    with loopback(answering({"POST /v2/checkout/orders": Answer(200, order)})) as server:
        assert connector(server).open_payment(REQUEST).redirect_url == "https://www.paypal.com/pay"


def test_a_long_key_becomes_a_stable_short_one() -> None:
    long = PaymentRequest(**{**{f: getattr(REQUEST, f) for f in REQUEST.__slots__}, "key": "k" * 300})
    with loopback(answering({"POST /v2/checkout/orders": Answer(201, recorded("order_created"))})) as server:
        paypal = connector(server)
        paypal.open_payment(long)
        paypal.open_payment(long)
    keys = [r.headers["paypal-request-id"] for r in server.received if r.path == "/v2/checkout/orders"]
    assert keys[0] == keys[1]
    assert len(keys[0]) <= 108


def test_whole_currencies_are_written_without_decimals() -> None:
    hungarian = PaymentRequest(
        **{
            **{f: getattr(REQUEST, f) for f in REQUEST.__slots__},
            "goods": (PaymentLine("A", Money(150000, "HUF")),),
            "shipping": Money(0, "HUF"),
            "tax": Money(0, "HUF"),
            "amount": Money(150000, "HUF"),
        }
    )
    with loopback(answering({"POST /v2/checkout/orders": Answer(201, recorded("order_created"))})) as server:
        paypal = connector(server)
        paypal.open_payment(hungarian)
        assert [paypal.decimals(code) for code in ("HUF", "JPY", "TWD", "USD", "EUR")] == [0, 0, 0, 2, 2]
    assert server.received[1].json()["purchase_units"][0]["amount"]["value"] == "1500"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": Money(5641, USD)}, "rows_do_not_add_up"),
        ({"shipping": Money(-100, USD), "amount": Money(4840, USD)}, "negative_row"),
        ({"reference": "r" * 128}, "reference_too_long"),
        (
            {
                "goods": (PaymentLine("A", Money(150, "HUF")),),
                "shipping": Money(0, "HUF"),
                "tax": Money(0, "HUF"),
                "amount": Money(150, "HUF"),
            },
            "amount_too_precise",
        ),
    ],
)
def test_a_payment_that_cannot_be_right_is_never_sent(changes: dict[str, Any], reason: str) -> None:
    wrong = PaymentRequest(**{**{f: getattr(REQUEST, f) for f in REQUEST.__slots__}, **changes})
    with loopback(answering({})) as server, pytest.raises(NeedsAttention) as caught:
        connector(server).open_payment(wrong)
    assert (caught.value.reason, server.received) == (reason, [])


def fetched(order: object) -> ProviderPayment:
    with loopback(answering({f"GET {ORDER_PATH}": Answer(200, order)})) as server:
        return connector(server).fetch_payment(ORDER)


def test_a_captured_order_is_read_whole() -> None:
    assert fetched(recorded("order_captured")) == ProviderPayment(
        external_id=ORDER,
        status=ProviderStatus.CAPTURED,
        amount=Money(5640, USD),
        payee=PAYEE,
        reference="pay-0001",
        environment=Environment.TEST,
        capture_id="3C679366HH908993F",
        detail="COMPLETED COMPLETED",
    )


def test_a_completed_order_with_a_pending_capture_is_not_paid() -> None:
    payment = fetched(recorded("order_pending"))
    assert (payment.status, payment.capture_id) == (ProviderStatus.PENDING, "")
    assert payment.detail == "COMPLETED PENDING PENDING_REVIEW"


@pytest.mark.parametrize(
    ("order_status", "captures", "expected"),
    [
        ("CREATED", [], ProviderStatus.OPEN),
        ("SAVED", [], ProviderStatus.OPEN),
        ("PAYER_ACTION_REQUIRED", [], ProviderStatus.OPEN),
        ("APPROVED", [], ProviderStatus.APPROVED),
        ("VOIDED", [], ProviderStatus.CLOSED),
        ("COMPLETED", [], ProviderStatus.UNKNOWN),
        ("PARTLY_SOMETHING", [], ProviderStatus.UNKNOWN),
        ("COMPLETED", ["COMPLETED"], ProviderStatus.CAPTURED),
        ("COMPLETED", ["PENDING"], ProviderStatus.PENDING),
        ("COMPLETED", ["DECLINED"], ProviderStatus.DECLINED),
        ("COMPLETED", ["FAILED"], ProviderStatus.DECLINED),
        ("COMPLETED", ["REFUNDED"], ProviderStatus.REVERSED),
        ("COMPLETED", ["PARTIALLY_REFUNDED"], ProviderStatus.REVERSED),
        ("COMPLETED", ["SOMETHING_NEW"], ProviderStatus.UNKNOWN),
        ("COMPLETED", ["DECLINED", "COMPLETED"], ProviderStatus.CAPTURED),
        ("COMPLETED", ["COMPLETED", "REFUNDED"], ProviderStatus.REVERSED),
        ("APPROVED", ["DECLINED"], ProviderStatus.DECLINED),
    ],
)
def test_status_comes_from_the_captures(order_status: str, captures: list[str], expected: ProviderStatus) -> None:
    order = recorded("order_captured")
    model = order["purchase_units"][0]["payments"]["captures"][0]
    order["status"] = order_status
    order["purchase_units"][0]["payments"] = {"captures": [{**model, "status": status} for status in captures]}
    assert fetched(order).status is expected


def test_a_wrong_captured_amount_is_what_is_reported() -> None:
    order = recorded("order_captured")
    order["purchase_units"][0]["payments"]["captures"][0]["amount"] = {"currency_code": "EUR", "value": "1.00"}
    assert fetched(order).amount == Money(100, "EUR")


def test_two_good_captures_are_seen_as_too_much_money() -> None:
    order = recorded("order_captured")
    captures = order["purchase_units"][0]["payments"]["captures"]
    captures.append({**captures[0], "id": "SECOND"})
    assert fetched(order).amount == Money(11280, USD)


def test_an_order_of_two_units_settles_nothing() -> None:
    order = recorded("order_captured")
    order["purchase_units"] *= 2
    payment = fetched(order)
    assert (payment.status, payment.capture_id) == (ProviderStatus.UNKNOWN, "")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("https://api-m.paypal.com", Environment.LIVE),
        ("https://api.sandbox.paypal.com", Environment.TEST),
        ("http://127.0.0.1:9", Environment.TEST),
        ("https://paypal.com.evil.example", Environment.TEST),
    ],
)
def test_paypals_own_links_tell_live_from_test(host: str, expected: Environment) -> None:
    order = recorded("order_captured")
    order["links"] = [{"rel": "self", "href": f"{host}{ORDER_PATH}", "method": "GET"}]
    assert fetched(order).environment is expected


@pytest.mark.parametrize("spoil", ["id", "purchase_units"])
def test_an_order_without_its_parts_needs_attention(spoil: str) -> None:
    order = recorded("order_captured")
    del order[spoil]
    with pytest.raises(NeedsAttention) as caught:
        fetched(order)
    assert caught.value.reason == "unreadable_answer"


def test_a_capture_id_leads_to_its_order() -> None:
    answers: dict[str, Answer | list[Answer]] = {
        "GET /v2/payments/captures/3C679366HH908993F": Answer(200, recorded("capture")),
        f"GET {ORDER_PATH}": Answer(200, recorded("order_captured")),
    }
    with loopback(answering(answers)) as server:
        assert connector(server).fetch_payment("capture:3C679366HH908993F").external_id == ORDER


def test_an_id_never_leaves_its_place_in_the_path() -> None:
    with loopback(answering({})) as server, pytest.raises(NeedsAttention):
        connector(server).fetch_payment("../../v1/x?y#z")
    assert calls(server)[-1] == "GET /v2/checkout/orders/..%2F..%2Fv1%2Fx%3Fy%23z"


def refused(status: int, issue: str) -> Answer:
    return Answer(status, {"name": "UNPROCESSABLE_ENTITY", "debug_id": "d1", "details": [{"issue": issue}]})


def captured(*answers: Answer, order: object = None) -> tuple[ProviderPayment, list[str]]:
    scripted: dict[str, Answer | list[Answer]] = {f"POST {ORDER_PATH}/capture": list(answers)}
    if order:
        scripted[f"GET {ORDER_PATH}"] = Answer(200, order)
    with loopback(answering(scripted)) as server:
        return connector(server).capture_payment(ORDER, "att-1-capture-1"), calls(server)


def test_capturing_reads_the_answer_without_asking_again() -> None:
    payment, sent = captured(Answer(201, recorded("order_captured")))
    assert (payment.status, payment.capture_id) == (ProviderStatus.CAPTURED, "3C679366HH908993F")
    assert sent == ["POST /v1/oauth2/token", f"POST {ORDER_PATH}/capture"]


def test_capturing_what_is_captured_returns_it() -> None:
    payment, sent = captured(refused(422, "ORDER_ALREADY_CAPTURED"), order=recorded("order_captured"))
    assert (payment.status, sent[-1]) == (ProviderStatus.CAPTURED, f"GET {ORDER_PATH}")


@pytest.mark.parametrize("issue", ["ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"])
def test_capturing_too_early_returns_the_open_order(issue: str) -> None:
    payment, _ = captured(refused(422, issue), order=recorded("order_created"))
    assert payment.status is ProviderStatus.OPEN


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (refused(422, "INSTRUMENT_DECLINED"), Declined, "instrument_declined"),
        (refused(422, "TRANSACTION_REFUSED"), Declined, "transaction_refused"),
        (refused(422, "PAYER_ACCOUNT_RESTRICTED"), Declined, "payer_account_restricted"),
        (refused(422, "ORDER_COMPLETION_IN_PROGRESS"), OutcomeUnknown, "in_progress"),
        (refused(422, "DUPLICATE_INVOICE_ID"), NeedsAttention, "duplicate_invoice_id"),
        (refused(422, "PAYEE_ACCOUNT_RESTRICTED"), NeedsAttention, "payee_account_restricted"),
        (refused(400, "MALFORMED_REQUEST_JSON"), NeedsAttention, "malformed_request_json"),
        (refused(403, "PERMISSION_DENIED"), NeedsAttention, "permission_denied"),
        (refused(404, "INVALID_RESOURCE_ID"), NeedsAttention, "payment_not_found"),
        (refused(409, "RESOURCE_CONFLICT"), OutcomeUnknown, "in_progress"),
        (Answer(400, b"<html>"), NeedsAttention, "http_400"),
        (Answer(302, b"", {"Location": "/x"}), NeedsAttention, "bad_address"),
        (Answer(429), Unavailable, "busy"),
        (Answer(500), OutcomeUnknown, "no_clear_answer"),
        (Answer(503), OutcomeUnknown, "no_clear_answer"),
        (Answer(201, b"<html>"), OutcomeUnknown, "no_clear_answer"),
        (Answer(201, []), OutcomeUnknown, "unreadable_answer"),
        (Answer(201, {"id": ORDER, "status": "COMPLETED"}), OutcomeUnknown, "unreadable_answer"),
        (Answer(hang_up=True), OutcomeUnknown, "no_clear_answer"),
    ],
)
def test_each_refused_capture_is_one_of_the_four_kinds(answer: Answer, kind: type[OutsideError], reason: str) -> None:
    with pytest.raises(OutsideError) as caught:
        captured(answer)
    assert (isinstance(caught.value, kind), caught.value.reason) == (True, reason)


def test_an_instrument_declined_as_paypal_words_it() -> None:
    with pytest.raises(Declined) as caught:
        captured(Answer(422, recorded("instrument_declined")))
    assert (caught.value.reason, caught.value.params) == ("instrument_declined", {"debug_id": "90957fca61718"})


def test_closing_only_looks() -> None:
    with loopback(answering({f"GET {ORDER_PATH}": Answer(200, recorded("order_approved"))})) as server:
        assert connector(server).close_payment(ORDER).status is ProviderStatus.APPROVED
    assert calls(server) == ["POST /v1/oauth2/token", f"GET {ORDER_PATH}"]


def test_one_token_serves_many_calls_and_a_refused_one_is_replaced_once() -> None:
    order = Answer(200, recorded("order_approved"))
    tokens = [TOKEN, Answer(200, {"access_token": "A22", "expires_in": 32400})]
    scripted = route({"POST /v1/oauth2/token": tokens, f"GET {ORDER_PATH}": [order, order, Answer(401), order]})
    with loopback(scripted) as server:
        paypal = connector(server)
        for _ in range(3):
            paypal.fetch_payment(ORDER)
    assert calls(server).count("POST /v1/oauth2/token") == 2
    used = [request.headers["authorization"] for request in server.received if request.method == "GET"]
    assert used == ["Bearer A21", "Bearer A21", "Bearer A21", "Bearer A22"]


def test_a_token_refused_even_when_fresh_needs_attention() -> None:
    with (
        loopback(answering({f"POST {ORDER_PATH}/capture": Answer(401)})) as server,
        pytest.raises(NeedsAttention) as caught,
    ):
        connector(server).capture_payment(ORDER, "k")
    assert caught.value.reason == "token_refused"


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (Answer(401, {"error": "invalid_client"}), NeedsAttention, "bad_credentials"),
        (Answer(500), Unavailable, "no_clear_answer"),
        (Answer(200, {}), Unavailable, "no_token"),
        (Answer(hang_up=True), Unavailable, "no_clear_answer"),
    ],
)
def test_without_a_token_nothing_happened(answer: Answer, kind: type[OutsideError], reason: str) -> None:
    with loopback(route({"POST /v1/oauth2/token": answer})) as server, pytest.raises(kind) as caught:
        connector(server).capture_payment(ORDER, "k")
    assert caught.value.reason == reason
    assert calls(server) == ["POST /v1/oauth2/token"]


def test_secrets_outside_ascii_are_sent_as_utf8() -> None:
    with loopback(answering({f"GET {ORDER_PATH}": Answer(200, recorded("order_approved"))})) as server:
        connector(server, client_id="clé", client_secret="ß").fetch_payment(ORDER)
    assert server.received[0].headers["authorization"] == "Basic " + b64encode("clé:ß".encode()).decode()


USERINFO = "GET /v1/identity/oauth2/userinfo"


@pytest.mark.parametrize(
    ("answer", "secrets", "expected"),
    [
        (Answer(200, {"payer_id": PAYEE}), {}, PAYEE),
        (Answer(401), {}, PAYEE),
        (Answer(403), {"merchant_id": PAYEE}, PAYEE),
        (Answer(200, {"user_id": "x"}), {}, PAYEE),
    ],
)
def test_identify(answer: Answer, secrets: dict[str, str], expected: str) -> None:
    with loopback(answering({USERINFO: answer})) as server:
        assert connector(server, **secrets).identify() == expected


def test_identify_refuses_the_credentials_of_another_account() -> None:
    with (
        loopback(answering({USERINFO: Answer(200, {"payer_id": "ANOTHERACC2RS"})})) as server,
        pytest.raises(NeedsAttention) as caught,
    ):
        connector(server).identify()
    assert caught.value.reason == "merchant_id_mismatch"


def test_identify_with_wrong_credentials_says_so() -> None:
    with loopback(route({"POST /v1/oauth2/token": Answer(401)})) as server, pytest.raises(NeedsAttention) as caught:
        connector(server).identify()
    assert caught.value.reason == "bad_credentials"
