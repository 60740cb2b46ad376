"""Which of the four kinds each refusal of PayPal is, and how tokens are kept."""

from __future__ import annotations

from base64 import b64encode

import pytest

from orderlane.connectors.payments.paypal.tests.wire import (
    ORDER,
    ORDER_PATH,
    PAYEE,
    TOKEN,
    answering,
    calls,
    connector,
    recorded,
)
from orderlane.connectors.tests.loopback import Answer, loopback, route
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.payments import ProviderPayment, ProviderStatus


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
