"""The connector against the shipped Stripe simulator: whole payments, faults on the wire, real webhooks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from orderlane.connectors.http import Http
from orderlane.connectors.payments.stripe.connector import StripePayments
from orderlane.connectors.tests.loopback import Answer, loopback
from orderlane.kernel.clock import now
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, Environment, ForgedWebhook
from orderlane.ports.payments import PaymentLine, PaymentRequest, ProviderStatus
from sandbox.serving import RunningSandbox, running_sandbox

_numbers = count(1)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def seed(sandbox: RunningSandbox) -> dict[str, Any]:
    sandbox.world.faults.clear()
    told: dict[str, Any] = Http(sandbox.url).request("GET", "/seed.json", writes=False).json(wrote=False)["stripe"]
    return told


def connector(sandbox: RunningSandbox, account: dict[str, Any], **secrets: str) -> StripePayments:
    own = {"api_key": account["api_key"], "webhook_secret": account["webhook_secret"], **secrets}
    return StripePayments(Account(account["id"], f"{sandbox.url}/stripe", own, Environment.TEST))


@pytest.fixture
def stripe(sandbox: RunningSandbox, seed: dict[str, Any]) -> StripePayments:
    return connector(sandbox, seed["accounts"][0])


def request(currency: str = "USD") -> PaymentRequest:
    number = next(_numbers)
    return PaymentRequest(
        key=f"att-{number}-open",
        reference=f"pay-{number}",
        description="2 purchase orders",
        goods=(PaymentLine("Order #1001", Money(2500, currency)), PaymentLine("Order #1002", Money(1500, currency))),
        shipping=Money(700, currency),
        tax=Money(940, currency),
        amount=Money(5640, currency),
        return_url="https://hub.example.com/return",
        cancel_url="https://hub.example.com/cancel",
        expires_at=now() + timedelta(minutes=45),
    )


def play(sandbox: RunningSandbox, session_id: str, action: str, **wishes: object) -> None:
    path = f"/stripe/_sandbox/sessions/{session_id}/{action}"
    reply = Http(sandbox.url).request("POST", path, writes=True, json_body=wishes)
    assert reply.status == 200, reply.body


def test_who_am_i(sandbox: RunningSandbox, seed: dict[str, Any], stripe: StripePayments) -> None:
    assert stripe.identify() == seed["accounts"][0]["id"]
    by_platform = connector(sandbox, {**seed["accounts"][1], "api_key": seed["platform"]["api_key"]}, connect="yes")
    assert by_platform.identify() == seed["accounts"][1]["id"]


@pytest.mark.parametrize("currency", ["USD", "JPY"])
@pytest.mark.parametrize("connected", [False, True])
def test_open_pay_fetch(sandbox: RunningSandbox, seed: dict[str, Any], currency: str, connected: bool) -> None:
    account = seed["accounts"][1]
    through_platform = {"api_key": seed["platform"]["api_key"], "connect": "yes"} if connected else {}
    stripe = connector(sandbox, account, **through_platform)
    asked = request(currency)
    opened = stripe.open_payment(asked)
    assert opened.redirect_url.startswith(f"{sandbox.url}/stripe/pay/")
    waiting = stripe.fetch_payment(opened.external_id)
    assert (waiting.status, waiting.amount, waiting.capture_id) == (ProviderStatus.OPEN, asked.amount, "")
    play(sandbox, opened.external_id, "pay")
    paid = stripe.fetch_payment(opened.external_id)
    assert (paid.status, paid.amount, paid.payee, paid.reference, paid.environment) == (
        ProviderStatus.CAPTURED,
        asked.amount,
        account["id"],
        asked.reference,
        Environment.TEST,
    )
    assert paid.capture_id.startswith("ch_")
    assert stripe.close_payment(opened.external_id) == paid
    assert stripe.capture_payment(opened.external_id, "unused") == paid


def test_a_declined_card_leaves_the_page_open(sandbox: RunningSandbox, stripe: StripePayments) -> None:
    session_id = stripe.open_payment(request()).external_id
    play(sandbox, session_id, "decline")
    assert stripe.fetch_payment(session_id).status is ProviderStatus.OPEN
    play(sandbox, session_id, "pay")
    assert stripe.fetch_payment(session_id).status is ProviderStatus.CAPTURED


@pytest.mark.parametrize(
    ("verdict", "expected"), [("succeed", ProviderStatus.CAPTURED), ("fail", ProviderStatus.DECLINED)]
)
def test_a_bank_debit_is_not_paid_until_it_ends(
    sandbox: RunningSandbox, stripe: StripePayments, verdict: str, expected: ProviderStatus
) -> None:
    session_id = stripe.open_payment(request()).external_id
    play(sandbox, session_id, "pay", later=True)
    assert stripe.fetch_payment(session_id).status is ProviderStatus.PENDING
    play(sandbox, session_id, verdict)
    assert stripe.fetch_payment(session_id).status is expected


def test_refunds_are_listed_and_in_the_end_all_is_back(sandbox: RunningSandbox, stripe: StripePayments) -> None:
    other, session_id = stripe.open_payment(request()).external_id, stripe.open_payment(request()).external_id
    for each in (other, session_id):
        play(sandbox, each, "pay")
    play(sandbox, other, "refund")
    for amount in ("100", "250"):
        play(sandbox, session_id, "refund", amount=amount)
    part = stripe.fetch_payment(session_id)
    assert (part.status, part.refunds_complete) == (ProviderStatus.CAPTURED, True)
    assert [refund.amount.minor for refund in part.refunds] == [100, 250]
    play(sandbox, session_id, "refund")
    whole = stripe.fetch_payment(session_id)
    assert (whole.status, whole.refunds_complete) == (ProviderStatus.REFUNDED, True)
    assert sum(refund.amount.minor for refund in whole.refunds) == whole.amount.minor
    assert len({refund.external_id for refund in whole.refunds}) == 3
    assert all(refund.refunded_at for refund in whole.refunds)


def test_a_closed_page_cannot_be_paid(sandbox: RunningSandbox, stripe: StripePayments) -> None:
    session_id = stripe.open_payment(request()).external_id
    assert stripe.close_payment(session_id).status is ProviderStatus.CLOSED
    assert stripe.close_payment(session_id).status is ProviderStatus.CLOSED
    path = f"/stripe/_sandbox/sessions/{session_id}/pay"
    assert Http(sandbox.url).request("POST", path, writes=True, json_body={}).status == 409


@pytest.mark.parametrize("fault", ["reset_after", "html", "truncated"])
def test_an_answer_lost_while_opening_comes_back_with_the_same_key(
    sandbox: RunningSandbox, stripe: StripePayments, fault: str
) -> None:
    asked = request()
    sandbox.world.faults.add("stripe", "sessions.create", fault)
    with pytest.raises(OutcomeUnknown):
        stripe.open_payment(asked)
    first, second = stripe.open_payment(asked), stripe.open_payment(asked)
    assert first == second


def test_one_key_for_two_amounts_needs_attention(stripe: StripePayments) -> None:
    asked = request()
    stripe.open_payment(asked)
    other = replace(asked, shipping=Money(800, "USD"), amount=Money(5740, "USD"))
    with pytest.raises(NeedsAttention) as caught:
        stripe.open_payment(other)
    assert caught.value.reason == "key_reused"


def test_too_many_calls_and_a_wrong_key(sandbox: RunningSandbox, seed: dict[str, Any], stripe: StripePayments) -> None:
    sandbox.world.faults.add("stripe", "sessions.create", "429")
    with pytest.raises(Unavailable):
        stripe.open_payment(request())
    with pytest.raises(NeedsAttention) as caught:
        connector(sandbox, seed["accounts"][0], api_key="rk_test_wrong").identify()
    assert caught.value.reason == "bad_credentials"


def test_another_accounts_session_is_not_found(sandbox: RunningSandbox, seed: dict[str, Any]) -> None:
    session_id = connector(sandbox, seed["accounts"][0]).open_payment(request()).external_id
    with pytest.raises(NeedsAttention) as caught:
        connector(sandbox, seed["accounts"][1]).fetch_payment(session_id)
    assert caught.value.reason == "payment_not_found"


def test_real_webhooks_verify_and_name_the_session(
    sandbox: RunningSandbox, seed: dict[str, Any], stripe: StripePayments
) -> None:
    with loopback(lambda _: Answer(200)) as inbox:
        point = {"account": seed["accounts"][0]["key"], "url": f"{inbox.url}/hook"}
        Http(sandbox.url).request("POST", "/stripe/_sandbox/webhooks", writes=True, json_body=point)
        session_id = stripe.open_payment(request()).external_id
        play(sandbox, session_id, "pay")
        play(sandbox, session_id, "refund")
        deadline = time.monotonic() + 5
        while len(inbox.received) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        Http(sandbox.url).request("POST", "/stripe/_sandbox/webhooks", writes=True, json_body={**point, "url": ""})
    events = [stripe.verify_webhook(delivery.headers, delivery.body, now()) for delivery in inbox.received]
    assert {"checkout.session.completed", "charge.refunded"} <= {event.topic for event in events}
    assert {stripe.fetch_payment(event.resource_id).external_id for event in events if event.resource_id} == {
        session_id
    }
    for delivery in inbox.received:
        with pytest.raises(ForgedWebhook):
            stripe.verify_webhook(delivery.headers, delivery.body + b" ", now())
