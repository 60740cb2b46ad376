"""The connector against the shipped PayPal simulator: whole payments, faults on the wire, real webhooks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from orderlane.connectors.http import Http
from orderlane.connectors.payments.paypal.connector import PayPalPayments
from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.kernel.clock import now
from orderlane.kernel.errors import Declined, OutcomeUnknown, OutsideError, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, Environment, ForgedWebhook, WebhookEvent
from orderlane.ports.payments import PaymentLine, PaymentRequest, ProviderStatus
from sandbox.serving import RunningSandbox, running_sandbox

_numbers = count(1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def brume(sandbox: RunningSandbox) -> dict[str, Any]:
    sandbox.world.faults.clear()
    seed = Http(sandbox.url).request("GET", "/seed.json", writes=False).json(wrote=False)
    account: dict[str, Any] = seed["paypal"]["accounts"][0]
    return account


@pytest.fixture
def paypal(sandbox: RunningSandbox, brume: dict[str, Any]) -> PayPalPayments:
    secrets = {name: brume[name] for name in ("client_id", "client_secret", "webhook_id")}
    return PayPalPayments(Account(brume["merchant_id"], f"{sandbox.url}/paypal", secrets, Environment.TEST))


def request(currency: str = "USD", unit: int = 1) -> PaymentRequest:
    number = next(_numbers)

    def money(minor: int) -> Money:
        return Money(minor * unit, currency)

    return PaymentRequest(
        key=f"att-{number}-open",
        reference=f"pay-{number}",
        description="2 purchase orders",
        goods=(PaymentLine("Order #1001", money(2500)), PaymentLine("Order #1002", money(1500))),
        shipping=money(700),
        tax=money(940),
        amount=money(5640),
        return_url="https://hub.example.com/return",
        cancel_url="https://hub.example.com/cancel",
        expires_at=now() + timedelta(minutes=45),
    )


def play(sandbox: RunningSandbox, order_id: str, action: str, **wishes: object) -> None:
    path = f"/paypal/_sandbox/orders/{order_id}/{action}"
    reply = Http(sandbox.url).request("POST", path, writes=True, json_body=wishes)
    assert reply.status == 200, reply.body


def test_who_am_i(paypal: PayPalPayments, brume: dict[str, Any]) -> None:
    assert paypal.identify() == brume["merchant_id"]


@pytest.mark.parametrize(("currency", "unit"), [("USD", 1), ("JPY", 1), ("HUF", 100)])
def test_open_approve_capture(
    sandbox: RunningSandbox, paypal: PayPalPayments, brume: dict[str, Any], currency: str, unit: int
) -> None:
    asked = request(currency, unit)
    opened = paypal.open_payment(asked)
    assert opened.redirect_url.startswith(f"{sandbox.url}/paypal/checkoutnow?token=")
    assert paypal.fetch_payment(opened.external_id).status is ProviderStatus.OPEN
    assert paypal.capture_payment(opened.external_id, "too-early").status is ProviderStatus.OPEN
    play(sandbox, opened.external_id, "approve")
    approved = paypal.fetch_payment(opened.external_id)
    assert (approved.status, approved.amount, approved.payee, approved.reference, approved.environment) == (
        ProviderStatus.APPROVED,
        asked.amount,
        brume["merchant_id"],
        asked.reference,
        Environment.TEST,
    )
    captured = paypal.capture_payment(opened.external_id, f"{asked.key}-capture")
    assert (captured.status, captured.amount) == (ProviderStatus.CAPTURED, asked.amount)
    assert captured.capture_id
    assert paypal.fetch_payment(opened.external_id) == captured
    assert paypal.capture_payment(opened.external_id, f"{asked.key}-capture") == captured
    assert paypal.capture_payment(opened.external_id, "another-key") == captured
    assert paypal.fetch_payment(f"capture:{captured.capture_id}") == captured


def test_a_declined_payer_may_try_again(sandbox: RunningSandbox, paypal: PayPalPayments) -> None:
    order_id = paypal.open_payment(request()).external_id
    play(sandbox, order_id, "decline")
    with pytest.raises(Declined) as caught:
        paypal.capture_payment(order_id, f"{order_id}-1")
    assert caught.value.reason == "instrument_declined"
    assert paypal.fetch_payment(order_id).status is not ProviderStatus.CAPTURED
    play(sandbox, order_id, "approve")
    assert paypal.capture_payment(order_id, f"{order_id}-2").status is ProviderStatus.CAPTURED


@pytest.mark.parametrize(
    ("verdict", "expected"), [("complete", ProviderStatus.CAPTURED), ("deny", ProviderStatus.DECLINED)]
)
def test_a_review_is_not_paid_until_it_ends(
    sandbox: RunningSandbox, paypal: PayPalPayments, verdict: str, expected: ProviderStatus
) -> None:
    order_id = paypal.open_payment(request()).external_id
    play(sandbox, order_id, "pend")
    pending = paypal.capture_payment(order_id, f"{order_id}-1")
    assert (pending.status, pending.capture_id) == (ProviderStatus.PENDING, "")
    assert pending.detail == "COMPLETED PENDING PENDING_REVIEW"
    play(sandbox, order_id, verdict)
    assert paypal.fetch_payment(order_id).status is expected


def test_refunds_are_listed_and_in_the_end_all_is_back(sandbox: RunningSandbox, paypal: PayPalPayments) -> None:
    order_id = paypal.open_payment(request()).external_id
    play(sandbox, order_id, "approve")
    paypal.capture_payment(order_id, f"{order_id}-1")
    for amount in ("1.00", "2.50"):
        play(sandbox, order_id, "refund", amount=amount)
    part = paypal.fetch_payment(order_id)
    assert (part.status, part.refunds_complete) == (ProviderStatus.CAPTURED, True)
    assert [refund.amount.minor for refund in part.refunds] == [100, 250]
    play(sandbox, order_id, "refund")
    whole = paypal.fetch_payment(order_id)
    assert (whole.status, whole.refunds_complete) == (ProviderStatus.REFUNDED, True)
    assert sum(refund.amount.minor for refund in whole.refunds) == whole.amount.minor
    assert len({refund.external_id for refund in whole.refunds}) == 3
    assert all(refund.refunded_at for refund in whole.refunds)


def test_tampering_is_seen_in_what_is_fetched(sandbox: RunningSandbox, paypal: PayPalPayments) -> None:
    asked = request()
    order_id = paypal.open_payment(asked).external_id
    play(sandbox, order_id, "approve", amount="1.00", reference="another", payee="CASCADEGEARS2")
    payment = paypal.fetch_payment(order_id)
    assert (payment.amount, payment.reference, payment.payee) == (Money(100, "USD"), "another", "CASCADEGEARS2")


@pytest.mark.parametrize("fault", ["reset_after", "500_after", "html", "truncated"])
def test_an_answer_lost_while_opening_comes_back_with_the_same_key(
    sandbox: RunningSandbox, paypal: PayPalPayments, fault: str
) -> None:
    asked = request()
    sandbox.world.faults.add("paypal", "orders.create", fault)
    with pytest.raises(OutcomeUnknown):
        paypal.open_payment(asked)
    first, second = paypal.open_payment(asked), paypal.open_payment(asked)
    assert first == second
    found = Http(sandbox.url).request("GET", "/paypal/_sandbox/orders", writes=False).json(wrote=False)["orders"]
    assert [o["id"] for o in found if o["purchase_units"][0]["custom_id"] == asked.reference] == [first.external_id]


@pytest.mark.parametrize("fault", ["reset_after", "500_after", "html", "truncated"])
def test_an_answer_lost_while_capturing_took_the_money_once(
    sandbox: RunningSandbox, paypal: PayPalPayments, fault: str
) -> None:
    order_id = paypal.open_payment(request()).external_id
    play(sandbox, order_id, "approve")
    sandbox.world.faults.add("paypal", "orders.capture", fault)
    with pytest.raises(OutcomeUnknown):
        paypal.capture_payment(order_id, f"{order_id}-1")
    looked = paypal.fetch_payment(order_id)
    assert (looked.status, looked.amount) == (ProviderStatus.CAPTURED, Money(5640, "USD"))
    assert paypal.capture_payment(order_id, f"{order_id}-1") == looked


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("429", Unavailable), ("500", OutcomeUnknown), ("503", OutcomeUnknown), ("reset", OutcomeUnknown)],
)
def test_a_capture_that_failed_before_anything_can_be_repeated(
    sandbox: RunningSandbox, paypal: PayPalPayments, fault: str, kind: type[OutsideError]
) -> None:
    order_id = paypal.open_payment(request()).external_id
    play(sandbox, order_id, "approve")
    sandbox.world.faults.add("paypal", "orders.capture", fault)
    with pytest.raises(kind):
        paypal.capture_payment(order_id, f"{order_id}-1")
    assert paypal.fetch_payment(order_id).status is ProviderStatus.APPROVED
    assert paypal.capture_payment(order_id, f"{order_id}-1").status is ProviderStatus.CAPTURED


def test_real_webhooks_verify_and_name_the_order(
    sandbox: RunningSandbox, paypal: PayPalPayments, brume: dict[str, Any]
) -> None:
    def answer(_: Received) -> Answer:
        return Answer(200)

    with loopback(answer) as inbox:
        point = {"account": brume["key"], "url": f"{inbox.url}/hook"}
        Http(sandbox.url).request("POST", "/paypal/_sandbox/webhooks", writes=True, json_body=point)
        order_id = paypal.open_payment(request()).external_id
        play(sandbox, order_id, "approve")
        paypal.capture_payment(order_id, f"{order_id}-1")
        play(sandbox, order_id, "refund")
        deadline = time.monotonic() + 5
        while len(inbox.received) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        Http(sandbox.url).request("POST", "/paypal/_sandbox/webhooks", writes=True, json_body={**point, "url": ""})
    events: list[WebhookEvent] = [
        paypal.verify_webhook(delivery.headers, delivery.body, now()) for delivery in inbox.received
    ]
    assert {event.topic for event in events} == {
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.REFUNDED",
    }
    assert {paypal.fetch_payment(event.resource_id).external_id for event in events} == {order_id}
    for delivery in inbox.received:
        with pytest.raises(ForgedWebhook):
            paypal.verify_webhook(delivery.headers, delivery.body + b" ", now())
