"""The simulated PayPal over real HTTP; every answer is checked against the official OpenAPI documents on the way."""

import copy
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import running_sandbox
from sandbox.tests.payments import arm, check, entries, needs_contracts
from sandbox.tests.paypal_caller import PayPalCaller, order_body


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running_sandbox(SandboxSettings(webhooks=False)) as running:
        yield running.url


@pytest.fixture
def paypal(base: str) -> Iterator[PayPalCaller]:
    httpx.post(f"{base}/reset")
    with httpx.Client(base_url=f"{base}/paypal", trust_env=False) as client:
        yield PayPalCaller(base, client)


@needs_contracts
def test_contracts_are_there_and_refuse_wrong_answers(paypal: PayPalCaller) -> None:
    order = paypal.open()
    schema = {"$ref": "#/components/schemas/order"}
    check("paypal/checkout_orders_v2.json.gz", schema, order)
    wrongs: list[dict[str, Any]] = [{"status": "PAID"}, {"purchase_units": []}, {"links": [{"href": "x"}]}]
    for wrong in wrongs:
        with pytest.raises(AssertionError):
            check("paypal/checkout_orders_v2.json.gz", schema, order | wrong)
    check(
        "paypal/checkout_orders_v2.json.gz", {"$ref": "#/components/schemas/order_request"}, order_body(), written=True
    )


def test_seeded_accounts_have_the_shape_of_real_ones(base: str) -> None:
    accounts = httpx.get(f"{base}/seed.json").json()["paypal"]["accounts"]
    assert [a["name"] for a in accounts][:3] == ["Atelier Brume", "Cascade Gear", "Porto Cork"]
    for account in accounts:
        assert len(account["merchant_id"]) == 13
        assert set(account["merchant_id"]) <= set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")


def test_an_order_is_opened_approved_captured_and_refunded(paypal: PayPalCaller, base: str) -> None:
    order = paypal.open(invoice_id="inv-1")
    assert order["status"] == "PAYER_ACTION_REQUIRED"
    page = next(link["href"] for link in order["links"] if link["rel"] == "payer-action")
    assert "12.50" in httpx.get(page).text
    sent_back = httpx.post(page, data={"choice": "pay"})
    assert sent_back.status_code == 303
    assert (
        sent_back.headers["location"] == f"http://127.0.0.1:9/back?payment=7&token={order['id']}&PayerID=PAYERLUMEN234"
    )
    assert paypal.call("GET", f"/v2/checkout/orders/{order['id']}").json()["status"] == "APPROVED"
    answer = paypal.capture(order["id"])
    assert answer.status_code == 201
    capture = answer.json()["purchase_units"][0]["payments"]["captures"][0]
    assert (capture["status"], capture["amount"]["value"]) == ("COMPLETED", "12.50")
    whole = paypal.call("GET", f"/v2/payments/captures/{capture['id']}").json()
    assert whole["supplementary_data"]["related_ids"]["order_id"] == order["id"]
    assert whole["payee"]["merchant_id"] == paypal.account["merchant_id"]
    refund = paypal.call(
        "POST", f"/v2/payments/captures/{capture['id']}/refund", {"amount": {"currency_code": "USD", "value": "2.50"}}
    )
    assert refund.status_code == 201
    assert paypal.call("GET", f"/v2/payments/refunds/{refund.json()['id']}").json()["amount"]["value"] == "2.50"
    moved = [(e["kind"], e["amount_minor"]) for e in entries(base, system="paypal")]
    assert moved == [
        ("payment.opened", 1250),
        ("payment.approved", 1250),
        ("capture.completed", 1250),
        ("refund.completed", 250),
    ]
    last = entries(base, "capture.completed")[0]
    assert (last["payee"], last["currency"], last["reference"]) == (paypal.account["merchant_id"], "USD", "attempt-1")


def test_the_minimal_form_has_no_details(paypal: PayPalCaller) -> None:
    answer = paypal.call("POST", "/v2/checkout/orders", order_body(), whole=False)
    assert set(answer.json()) == {"id", "status", "links"}


def test_a_repeat_with_the_same_key_is_the_same_order_until_the_key_is_forgotten(
    paypal: PayPalCaller, base: str
) -> None:
    first = paypal.open(key="k-1")
    again = paypal.call("POST", "/v2/checkout/orders", order_body(), key="k-1")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    paypal.act(first["id"], "approve")
    assert paypal.capture(first["id"], key="c-1").status_code == 201
    assert paypal.capture(first["id"], key="c-1").status_code == 200
    assert paypal.issue(paypal.capture(first["id"], key="c-2")) == (422, "ORDER_ALREADY_CAPTURED")
    assert len(entries(base, "capture.completed")) == 1
    httpx.post(f"{base}/clock.json", json={"advance": 6 * 3600 + 1})
    later = paypal.call("POST", "/v2/checkout/orders", order_body(), key="k-1")
    assert later.status_code == 201
    assert later.json()["id"] != first["id"]


def _usd(value: str) -> dict[str, str]:
    return {"currency_code": "USD", "value": value}


@pytest.mark.parametrize(
    ("changed", "status", "issue"),
    [
        ({"amount": _usd("13.00") | {"breakdown": {"item_total": _usd("10.00")}}}, 422, "AMOUNT_MISMATCH"),
        (
            {"amount": _usd("12.50") | {"breakdown": {"item_total": _usd("12.50")}}},
            422,
            "ITEM_TOTAL_MISMATCH",
        ),
        ({"amount": _usd("12.50")}, 422, "ITEM_TOTAL_REQUIRED"),
        (
            {
                "amount": _usd("11.00") | {"breakdown": {"item_total": _usd("10.00"), "tax_total": _usd("1.00")}},
                "items": [{"name": "A", "quantity": "2", "unit_amount": _usd("5.00"), "tax": _usd("0.33")}],
            },
            422,
            "TAX_TOTAL_MISMATCH",
        ),
        ({"amount": _usd("12.505"), "items": None}, 422, "DECIMAL_PRECISION"),
        ({"amount": _usd("0.00"), "items": None}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"amount": {"currency_code": "XXX", "value": "1.00"}, "items": None}, 422, "INVALID_CURRENCY_CODE"),
        ({"amount": {"currency_code": "HUF", "value": "1.50"}, "items": None}, 422, "DECIMAL_PRECISION"),
        ({"payee": {"merchant_id": "ZZZZZZZZZZZZ2"}}, 422, "PAYEE_ACCOUNT_INVALID"),
        ({"amount": _usd("12,50"), "items": None}, 400, "INVALID_PARAMETER_SYNTAX"),
        ({"amount": None}, 400, "MISSING_REQUIRED_PARAMETER"),
        ({"custom_id": "x" * 128}, 400, "INVALID_STRING_LENGTH"),
        ({"items": [{"name": "A", "quantity": "01", "unit_amount": _usd("5.00")}]}, 400, "INVALID_PARAMETER_SYNTAX"),
    ],
)
def test_wrong_orders_are_refused_and_nothing_is_opened(
    paypal: PayPalCaller, base: str, changed: dict[str, Any], status: int, issue: str
) -> None:
    answer = paypal.call("POST", "/v2/checkout/orders", order_body(**changed))
    assert paypal.issue(answer) == (status, issue)
    assert answer.json()["debug_id"] == answer.headers["paypal-debug-id"]
    assert entries(base, system="paypal") == []


def test_bad_json_eleven_units_and_mixed_currencies(paypal: PayPalCaller) -> None:
    body = order_body()
    eleven = copy.deepcopy(body)
    eleven["purchase_units"] = [u | {"reference_id": str(n)} for n, u in enumerate(body["purchase_units"] * 11)]
    assert paypal.issue(paypal.call("POST", "/v2/checkout/orders", eleven)) == (400, "INVALID_ARRAY_MAX_ITEMS")
    headers = {"Authorization": f"Bearer {paypal.token}"}
    broken = paypal.client.post("/v2/checkout/orders", content=b"{", headers=headers)
    assert paypal.issue(broken) == (400, "MALFORMED_REQUEST_JSON")
    euro = {"reference_id": "b", "amount": {"currency_code": "EUR", "value": "1.00"}}
    mixed = body | {"purchase_units": [*body["purchase_units"], euro]}
    assert paypal.issue(paypal.call("POST", "/v2/checkout/orders", mixed)) == (422, "MULTI_CURRENCY_ORDER")


def test_a_paid_invoice_cannot_be_paid_again_at_the_same_payee(paypal: PayPalCaller, base: str) -> None:
    waiting = paypal.approved(invoice_id="inv-9")
    assert paypal.capture(paypal.approved(invoice_id="inv-9")).status_code == 201
    assert paypal.issue(paypal.capture(waiting)) == (422, "DUPLICATE_INVOICE_ID")
    again = paypal.call("POST", "/v2/checkout/orders", order_body(invoice_id="inv-9"))
    assert paypal.issue(again) == (422, "DUPLICATE_INVOICE_ID")
    PayPalCaller(base, paypal.client, "cascade").approved(invoice_id="inv-9")
    assert len(entries(base, "capture.completed")) == 1


def test_unapproved_declined_and_reversed_orders_are_not_captured(paypal: PayPalCaller, base: str) -> None:
    order_id = paypal.open()["id"]
    assert paypal.issue(paypal.capture(order_id)) == (422, "ORDER_NOT_APPROVED")
    paypal.act(order_id, "decline")
    declined = paypal.capture(order_id)
    assert paypal.issue(declined) == (422, "INSTRUMENT_DECLINED")
    assert declined.json()["links"][0]["rel"] == "redirect"
    assert paypal.act(order_id, "approve").status_code == 200
    httpx.post(f"{base}/clock.json", json={"advance": 3 * 3600 + 1})
    paypal.token = paypal.fetch_token()
    assert paypal.issue(paypal.capture(order_id)) == (422, "ORDER_NOT_APPROVED")
    assert paypal.call("GET", f"/v2/checkout/orders/{order_id}").json()["status"] == "VOIDED"
    assert entries(base, "capture.completed") == []


def test_a_pending_capture_is_completed_or_denied_later(paypal: PayPalCaller, base: str) -> None:
    for end, status in (("complete", "COMPLETED"), ("deny", "DECLINED")):
        order_id = paypal.open()["id"]
        paypal.act(order_id, "pend")
        capture = paypal.capture(order_id).json()["purchase_units"][0]["payments"]["captures"][0]
        assert (capture["status"], capture["status_details"]["reason"]) == ("PENDING", "PENDING_REVIEW")
        refused = paypal.call("POST", f"/v2/payments/captures/{capture['id']}/refund", {})
        assert paypal.issue(refused) == (422, "PENDING_CAPTURE")
        assert paypal.act(order_id, end).status_code == 200
        assert paypal.act(order_id, end).status_code == 409
        assert paypal.call("GET", f"/v2/payments/captures/{capture['id']}").json()["status"] == status
    kinds = [e["kind"] for e in entries(base, system="paypal") if e["kind"].startswith("capture")]
    assert kinds == ["capture.pending", "capture.completed", "capture.pending", "capture.denied"]


def test_refunds_never_exceed_the_capture_and_repeat_by_key(paypal: PayPalCaller, base: str) -> None:
    capture = paypal.capture(paypal.approved()).json()["purchase_units"][0]["payments"]["captures"][0]["id"]
    path = f"/v2/payments/captures/{capture}/refund"
    first = paypal.call("POST", path, {"amount": _usd("8.00")}, key="r-1")
    again = paypal.call("POST", path, {"amount": _usd("8.00")}, key="r-1")
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 200, first.json()["id"])
    too_much = paypal.call("POST", path, {"amount": _usd("4.51")})
    assert paypal.issue(too_much) == (422, "REFUND_AMOUNT_EXCEEDED")
    other = paypal.call("POST", path, {"amount": {"currency_code": "EUR", "value": "1.00"}})
    assert paypal.issue(other) == (422, "REFUND_CAPTURE_CURRENCY_MISMATCH")
    assert paypal.call("POST", path, {}).json()["amount"]["value"] == "4.50"
    assert paypal.issue(paypal.call("POST", path, {})) == (422, "CAPTURE_FULLY_REFUNDED")
    assert sum(e["amount_minor"] for e in entries(base, "refund.completed")) == 1250


def test_accounts_do_not_see_each_other_and_tokens_expire(paypal: PayPalCaller, base: str) -> None:
    order_id = paypal.approved()
    stranger = PayPalCaller(base, paypal.client, "cascade")
    assert stranger.issue(stranger.capture(order_id)) == (404, "INVALID_RESOURCE_ID")
    bad = paypal.client.post("/v1/oauth2/token", auth=("x", "y"), data={"grant_type": "client_credentials"})
    assert (bad.status_code, bad.json()["error"]) == (401, "invalid_client")
    httpx.post(f"{base}/paypal/_sandbox/lifetimes", json={"token": 0})
    paypal.token = paypal.fetch_token()
    answer = paypal.call("GET", f"/v2/checkout/orders/{order_id}")
    assert (answer.status_code, answer.json()["name"]) == (401, "AUTHENTICATION_FAILURE")


def test_tampered_payments_disagree_with_the_request(paypal: PayPalCaller) -> None:
    order_id = paypal.open()["id"]
    paypal.act(order_id, "approve", amount="1.00", currency="EUR", payee="cascade", reference="other")
    unit = paypal.call("GET", f"/v2/checkout/orders/{order_id}").json()["purchase_units"][0]
    assert (unit["amount"], unit["custom_id"]) == ({"currency_code": "EUR", "value": "1.00"}, "other")
    assert unit["payee"]["merchant_id"] == "CASCADEGEARS2"
    late = paypal.open()["id"]
    paypal.act(late, "approve", amount="1.00", when="capture")
    before = paypal.call("GET", f"/v2/checkout/orders/{late}").json()["purchase_units"][0]["amount"]["value"]
    taken = paypal.capture(late).json()["purchase_units"][0]["payments"]["captures"][0]["amount"]["value"]
    assert (before, taken) == ("12.50", "1.00")


def test_an_unconfirmed_payee_address_leaves_the_money_pending(paypal: PayPalCaller) -> None:
    order_id = paypal.approved(payee={"email_address": "nobody@new.example"})
    capture = paypal.capture(order_id).json()["purchase_units"][0]["payments"]["captures"][0]
    assert (capture["status"], capture["status_details"]["reason"]) == ("PENDING", "UNILATERAL")


def test_a_fault_after_the_capture_hides_it_and_the_key_finds_it(paypal: PayPalCaller, base: str) -> None:
    for mode in ("500_after", "reset_after", "truncated"):
        order_id = paypal.approved()
        arm(base, "paypal", "orders.capture", mode)
        headers = {"Authorization": f"Bearer {paypal.token}", "PayPal-Request-Id": f"c-{mode}"}
        path = f"/v2/checkout/orders/{order_id}/capture"
        if mode == "500_after":
            broken = paypal.client.post(path, json={}, headers=headers)
            assert (broken.status_code, broken.json()["name"]) == (500, "INTERNAL_SERVER_ERROR")
        else:
            with pytest.raises(httpx.RemoteProtocolError):
                paypal.client.post(path, json={}, headers=headers)
        assert paypal.capture(order_id, key=f"c-{mode}").status_code == 200
    assert len(entries(base, "capture.completed")) == 3


def test_a_fault_before_does_nothing(paypal: PayPalCaller, base: str) -> None:
    order_id = paypal.approved()
    headers = {"Authorization": f"Bearer {paypal.token}"}
    for mode, status in (("429", 429), ("500", 500), ("503", 503)):
        arm(base, "paypal", "orders.capture", mode)
        answer = paypal.client.post(f"/v2/checkout/orders/{order_id}/capture", json={}, headers=headers)
        assert answer.status_code == status
        assert "debug_id" in answer.json()
    assert entries(base, "capture.completed") == []


def test_the_page_speaks_french_and_cancel_leads_back(paypal: PayPalCaller, base: str) -> None:
    order = paypal.open()
    page = f"{base}/paypal/checkoutnow?token={order['id']}"
    french = httpx.get(page, headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"}).text
    assert '<html lang="fr">' in french
    assert "Atelier Brume" in french
    assert "12,50\u00a0USD" in french
    left = httpx.post(page, data={"choice": "cancel"})
    assert left.headers["location"] == f"http://127.0.0.1:9/left?payment=7&token={order['id']}"
    assert httpx.get(f"{base}/paypal/checkoutnow?token=NOPE").status_code == 404
    desk = httpx.get(f"{base}/paypal/?account=brume")
    assert desk.status_code == 200
    assert order["id"] in desk.text
