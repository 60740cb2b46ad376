"""PayPal over real HTTP on loopback: what we send, and how orders are read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderlane.connectors.payments.paypal.tests.wire import (
    CONTRACT,
    LIVE_API,
    ORDER,
    ORDER_PATH,
    PAYEE,
    REQUEST,
    USD,
    answering,
    calls,
    connector,
    recorded,
)
from orderlane.connectors.tests.contracts import check_request, check_schema
from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Environment
from orderlane.ports.payments import OpenedPayment, PaymentLine, PaymentRequest, ProviderPayment, ProviderStatus


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
        ("COMPLETED", ["REFUNDED"], ProviderStatus.REFUNDED),
        ("COMPLETED", ["PARTIALLY_REFUNDED"], ProviderStatus.CAPTURED),
        ("COMPLETED", ["SOMETHING_NEW"], ProviderStatus.UNKNOWN),
        ("COMPLETED", ["DECLINED", "COMPLETED"], ProviderStatus.CAPTURED),
        ("COMPLETED", ["COMPLETED", "REFUNDED"], ProviderStatus.CAPTURED),
        ("APPROVED", ["DECLINED"], ProviderStatus.DECLINED),
    ],
)
def test_status_comes_from_the_captures(order_status: str, captures: list[str], expected: ProviderStatus) -> None:
    order = recorded("order_captured")
    model = order["purchase_units"][0]["payments"]["captures"][0]
    order["status"] = order_status
    order["purchase_units"][0]["payments"] = {"captures": [{**model, "status": status} for status in captures]}
    assert fetched(order).status is expected


def given_back(value: str, status: str = "COMPLETED") -> dict[str, Any]:
    amount = {"currency_code": USD, "value": value}
    return {"id": f"R{value}", "status": status, "amount": amount, "create_time": "2026-11-20T10:00:00Z"}


@pytest.mark.parametrize(
    ("capture", "refunds", "done", "complete"),
    [
        ("PARTIALLY_REFUNDED", [given_back("1.00"), given_back("2.00")], [100, 200], True),
        ("PARTIALLY_REFUNDED", [given_back("1.00"), given_back("2.00", "PENDING")], [100], True),
        ("PARTIALLY_REFUNDED", [given_back("1.00"), given_back("2.00", "FAILED")], [100], True),
        ("PARTIALLY_REFUNDED", [], [], False),
        ("PARTIALLY_REFUNDED", [given_back("2.00", "CANCELLED")], [], False),
        ("REFUNDED", [given_back("56.40")], [5640], True),
        ("REFUNDED", [given_back("1.00")], [100], False),
        ("REFUNDED", [], [], False),
        ("COMPLETED", [], [], True),
    ],
)
def test_only_refunds_that_are_done_count_and_what_is_not_listed_is_said(
    capture: str, refunds: list[dict[str, Any]], done: list[int], complete: bool
) -> None:
    order = recorded("order_captured")
    payments = order["purchase_units"][0]["payments"]
    payments["captures"][0]["status"] = capture
    payments["refunds"] = refunds
    payment = fetched(order)
    assert [each.amount for each in payment.refunds] == [Money(minor, USD) for minor in done]
    assert payment.refunds_complete is complete


@pytest.mark.parametrize(
    ("word", "reason"), [("PENDING_REVIEW", "under_review"), ("ECHECK", "bank_transfer_under_way"), ("NEW_WORD", "")]
)
def test_why_it_is_pending_is_said_in_a_word_of_ours(word: str, reason: str) -> None:
    order = recorded("order_pending")
    order["purchase_units"][0]["payments"]["captures"][0]["status_details"] = {"reason": word}
    assert fetched(order).reason == reason


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


def test_closing_only_looks() -> None:
    with loopback(answering({f"GET {ORDER_PATH}": Answer(200, recorded("order_approved"))})) as server:
        assert connector(server).close_payment(ORDER).status is ProviderStatus.APPROVED
    assert calls(server) == ["POST /v1/oauth2/token", f"GET {ORDER_PATH}"]
