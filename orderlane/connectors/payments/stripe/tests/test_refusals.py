"""Which of the four kinds each error of Stripe is, and what closing a session does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orderlane.connectors.http import guards
from orderlane.connectors.payments.stripe.tests.wire import (
    ACCOUNT,
    OPEN,
    PAID,
    REQUEST,
    SESSION,
    SESSIONS,
    calls,
    connector,
    recorded,
)
from orderlane.connectors.tests.loopback import Answer, loopback, route
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.payments import ProviderPayment, ProviderStatus


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
