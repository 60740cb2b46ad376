"""The simulated Stripe, called by the official SDK over real HTTP."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe
from stripe.checkout import Session

from sandbox.core.settings import SandboxSettings
from sandbox.serving import running_sandbox
from sandbox.tests.payments import arm, entries
from sandbox.tests.stripe_caller import StripeCaller


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running_sandbox(SandboxSettings(webhooks=False)) as running:
        yield running.url


@pytest.fixture
def caller(base: str) -> Iterator[StripeCaller]:
    httpx.post(f"{base}/reset")
    with StripeCaller(base) as one:
        yield one


def _whole(caller: StripeCaller, session_id: str) -> Any:
    expand = {"expand": ["payment_intent.latest_charge", "line_items"]}
    return caller.sdk.v1.checkout.sessions.retrieve(session_id, expand).to_dict()  # type: ignore[arg-type]  # a plain dict


def _card(session: Session, number: str) -> httpx.Response:
    return httpx.post(str(session.url), data={"number": number, "expiry": "12/34", "cvc": "123", "name": "Camille"})


def test_a_card_pays_on_the_hosted_page(caller: StripeCaller, base: str) -> None:
    session = caller.open()
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 1250)
    assert "12.50" in httpx.get(str(session.url), headers={"Accept-Language": "en"}).text
    thanked = _card(session, "4242 4242 4242 4242")
    assert thanked.headers["location"] == f"http://127.0.0.1:9/back?payment=7&session={session.id}"
    whole = _whole(caller, session.id)
    charge = whole["payment_intent"]["latest_charge"]
    assert (whole["status"], whole["payment_status"], whole["url"]) == ("complete", "paid", None)
    assert (whole["payment_intent"]["amount_received"], charge["captured"], charge["paid"]) == (1250, True, True)
    assert charge["metadata"] == {"reference": "attempt-1"}
    assert [line["description"] for line in whole["line_items"]["data"]] == ["Order #1001", "Shipping"]
    assert caller.sdk.v1.payment_intents.retrieve(whole["payment_intent"]["id"]).status == "succeeded"
    assert caller.sdk.v1.charges.retrieve(charge["id"]).amount_captured == 1250
    assert [(e["kind"], e["amount_minor"]) for e in entries(base, system="stripe")] == [
        ("payment.opened", 1250),
        ("payment.approved", 1250),
        ("capture.completed", 1250),
    ]
    captured = entries(base, "capture.completed")[0]
    assert (captured["payee"], captured["currency"], captured["reference"], captured["capture_id"]) == (
        caller.account["id"],
        "USD",
        "attempt-1",
        charge["id"],
    )


def test_a_declined_card_leaves_the_session_open_and_another_pays(caller: StripeCaller, base: str) -> None:
    session = caller.open()
    page = _card(session, "4000000000000002")
    assert page.status_code == 200
    assert "declined" in page.text
    whole = _whole(caller, session.id)
    assert (whole["status"], whole["payment_intent"]["last_payment_error"]["code"]) == ("open", "card_declined")
    assert whole["payment_intent"]["latest_charge"]["status"] == "failed"
    assert _card(session, "1234").status_code == 200
    assert entries(base, "capture.completed") == []
    assert _card(session, "4242424242424242").status_code == 303
    assert len(entries(base, "capture.completed")) == 1


def test_three_d_secure_asks_first(caller: StripeCaller, base: str) -> None:
    session = caller.open()
    assert "3-D Secure" in _card(session, "4000002500003155").text
    assert _whole(caller, session.id)["payment_intent"]["status"] == "requires_action"
    assert httpx.post(str(session.url), data={"bank": "refuse"}).status_code == 200
    assert entries(base, "capture.completed") == []
    _card(session, "4000002500003155")
    assert httpx.post(str(session.url), data={"bank": "allow"}).status_code == 303
    assert _whole(caller, session.id)["payment_status"] == "paid"


def test_the_page_follows_the_session_locale_then_the_browser(caller: StripeCaller) -> None:
    french = httpx.get(str(caller.open(locale="fr").url), headers={"Accept-Language": "en"}).text
    assert "12,50\u00a0USD" in french
    assert "http://127.0.0.1:9/left" in french
    browser = httpx.get(str(caller.open().url), headers={"Accept-Language": "fr"}).text
    assert '<html lang="fr">' in browser


def test_a_debit_completes_unpaid_and_arrives_later(caller: StripeCaller) -> None:
    session = caller.open()
    caller.act(session.id, "pay", later=True)
    whole = _whole(caller, session.id)
    assert (whole["status"], whole["payment_status"], whole["payment_intent"]["status"]) == (
        "complete",
        "unpaid",
        "processing",
    )
    assert caller.act(session.id, "succeed").json()["payment_status"] == "paid"
    assert caller.act(session.id, "succeed").status_code == 409


def test_sessions_expire_on_request_or_in_time_and_then_take_no_money(caller: StripeCaller, base: str) -> None:
    first, second = caller.open(), caller.open()
    assert caller.sdk.v1.checkout.sessions.expire(first.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        caller.sdk.v1.checkout.sessions.expire(first.id)
    httpx.post(f"{base}/clock.json", json={"advance": 1801})
    assert caller.sdk.v1.checkout.sessions.retrieve(second.id).status == "expired"
    for session in (first, second):
        assert caller.act(session.id, "pay").status_code == 409
        assert _card(session, "4242424242424242").status_code == 200
    assert entries(base, "capture.completed") == []


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"mode": "zz"}, "mode", None),
        ({"expires_at": 12}, "expires_at", None),
        ({"expires_at": int(time.time()) + 90_000}, "expires_at", None),
        ({"metadata": {"k": "x" * 501}}, "metadata[k]", None),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]", "parameter_missing"),
        (
            {
                "line_items": [
                    {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 49, "product_data": {"name": "A"}}}
                ]
            },
            None,
            "amount_too_small",
        ),
        (
            {
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {"currency": "usd", "unit_amount": 1.5, "product_data": {"name": "A"}},
                    }
                ]
            },
            "line_items[0][price_data][unit_amount]",
            "parameter_invalid_integer",
        ),
    ],
)
def test_wrong_parameters_are_refused_and_nothing_is_opened(
    caller: StripeCaller, base: str, changes: dict[str, Any], param: str | None, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        caller.open(**changes)
    assert (refusal.value.http_status, refusal.value.param, refusal.value.code) == (400, param, code)
    assert entries(base, system="stripe") == []


def test_a_key_replays_its_first_answer_and_refuses_other_parameters(caller: StripeCaller, base: str) -> None:
    expires = int(time.time()) + 1900
    first = caller.open(key="k-1", expires_at=expires)
    again = caller.open(key="k-1", expires_at=expires)
    assert again.id == first.id
    assert again.last_response is not None
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        caller.open(key="k-1", expires_at=expires, client_reference_id="other")
    with pytest.raises(stripe.InvalidRequestError):
        caller.open(key="k-2", mode="zz")
    caller.open(key="k-2", expires_at=expires)
    assert len(entries(base, "payment.opened")) == 2


def test_a_key_is_forgotten_after_a_day(caller: StripeCaller, base: str) -> None:
    refundable = caller.paid()
    intent = _whole(caller, refundable)["payment_intent"]["id"]
    form = {"payment_intent": intent, "amount": "100"}
    first = caller.raw("/v1/refunds", form, Idempotency_Key="r-1")
    again = caller.raw("/v1/refunds", form, Idempotency_Key="r-1")
    assert first.json()["id"] == again.json()["id"]
    httpx.post(f"{base}/clock.json", json={"advance": 86401})
    assert caller.raw("/v1/refunds", form, Idempotency_Key="r-1").json()["id"] != first.json()["id"]


def test_a_500_is_remembered_even_when_the_work_was_done(caller: StripeCaller, base: str) -> None:
    expires = int(time.time()) + 1900
    arm(base, "stripe", "sessions.create", "500_after")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as broken:
            caller.open(key="k-5", expires_at=expires)
        assert broken.value.http_status == 500
    listed = caller.sdk.v1.checkout.sessions.list({"created": {"gte": int(time.time()) - 60}}).data
    assert [session.client_reference_id for session in listed] == ["attempt-1"]
    assert len(entries(base, "payment.opened")) == 1


def test_a_lost_answer_is_replayed_and_429_is_not_remembered(caller: StripeCaller, base: str) -> None:
    expires = int(time.time()) + 1900
    arm(base, "stripe", "sessions.create", "reset_after")
    with pytest.raises(stripe.APIConnectionError):
        caller.open(key="k-6", expires_at=expires)
    assert caller.open(key="k-6", expires_at=expires).status == "open"
    arm(base, "stripe", "sessions.create", "429")
    with pytest.raises(stripe.RateLimitError):
        caller.open(key="k-7", expires_at=expires)
    assert caller.open(key="k-7", expires_at=expires).status == "open"
    assert len(entries(base, "payment.opened")) == 2


def test_accounts_are_isolated_and_a_platform_acts_for_connected_ones(caller: StripeCaller, base: str) -> None:
    session = caller.open()
    with StripeCaller(base, "cascade") as stranger, pytest.raises(stripe.InvalidRequestError) as absent:
        stranger.sdk.v1.checkout.sessions.retrieve(session.id)
    assert (absent.value.http_status, absent.value.code) == (404, "resource_missing")
    with StripeCaller(base, "platform", connected=caller.account["id"]) as platform:
        assert platform.sdk.v1.checkout.sessions.retrieve(session.id).id == session.id
        assert platform.sdk.v1.accounts.retrieve(caller.account["id"]).charges_enabled is True
    with StripeCaller(base, "cascade", connected=caller.account["id"]) as thief, pytest.raises(stripe.PermissionError):
        thief.sdk.v1.checkout.sessions.retrieve(session.id)
    assert caller.sdk.v1.accounts.retrieve_current().id == caller.account["id"]
    wrong = httpx.get(f"{base}/stripe/v1/account", headers={"Authorization": "Bearer rk_test_wrong"})
    assert (wrong.status_code, wrong.json()["error"]["type"]) == (401, "invalid_request_error")


def test_refunds_never_exceed_the_charge(caller: StripeCaller, base: str) -> None:
    intent = _whole(caller, caller.paid())["payment_intent"]["id"]
    refund = caller.sdk.v1.refunds.create({"payment_intent": intent, "amount": 800})
    assert caller.sdk.v1.refunds.retrieve(refund.id).amount == 800
    with pytest.raises(stripe.InvalidRequestError):
        caller.sdk.v1.refunds.create({"payment_intent": intent, "amount": 451})
    caller.sdk.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as over:
        caller.sdk.v1.refunds.create({"payment_intent": intent})
    assert over.value.code == "charge_already_refunded"
    assert sum(e["amount_minor"] for e in entries(base, "refund.completed")) == 1250


def test_lists_are_paged_and_filtered(caller: StripeCaller) -> None:
    ids = [caller.open().id for _ in range(5)]
    paid = caller.paid()
    page = caller.sdk.v1.checkout.sessions.list({"limit": 2})
    assert [session.id for session in page.auto_paging_iter()] == [paid, *ids[::-1]]
    assert [s.id for s in caller.sdk.v1.checkout.sessions.list({"status": "complete"}).data] == [paid]
    intent = _whole(caller, paid)["payment_intent"]["id"]
    assert [s.id for s in caller.sdk.v1.checkout.sessions.list({"payment_intent": intent}).data] == [paid]
    assert caller.sdk.v1.checkout.sessions.list({"created": {"lt": int(time.time()) - 600}}).data == []


def test_tampered_payments_disagree_with_the_request(caller: StripeCaller) -> None:
    session = caller.open()
    wishes = {"amount": 100, "currency": "eur", "reference": "other", "payee": "acct_other", "livemode": "true"}
    caller.act(session.id, "pay", **wishes)
    whole = _whole(caller, session.id)
    assert (whole["amount_total"], whole["currency"], whole["client_reference_id"]) == (100, "eur", "other")
    assert whole["livemode"] is True
    assert whole["payment_intent"]["transfer_data"]["destination"] == "acct_other"
    less = caller.open()
    caller.act(less.id, "pay", charge_amount=50)
    whole = _whole(caller, less.id)
    assert (whole["amount_total"], whole["payment_intent"]["amount_received"]) == (1250, 50)


def test_the_desk_lists_sessions_and_takes_forms(caller: StripeCaller, base: str) -> None:
    session = caller.open()
    paid = httpx.post(f"{base}/stripe/_sandbox/sessions/{session.id}/pay", headers={"Accept": "text/html"})
    assert paid.headers["location"] == "/stripe/?account=brume"
    desk = httpx.get(f"{base}/stripe/?account=brume").text
    assert session.id[:20] in desk
    assert "complete, paid" in desk
    assert caller.act(session.id, "pay", card="1").status_code == 409
