"""Stripe's signature, age, account and mode: the good delivery passes, and every other is forged."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import new as hmac
from pathlib import Path
from typing import Any

import pytest

from orderlane.connectors.payments.stripe.connector import StripePayments
from orderlane.ports.accounts import Account, Environment, ForgedWebhook, UnreadableWebhook, WebhookEvent

NOW = datetime(2026, 11, 20, 10, 6, tzinfo=UTC)
RECORDED = Path(__file__).parents[1] / "recorded"
BODY = (RECORDED / "webhook_session_completed.json").read_bytes()
ACCOUNT = Account(
    "acct_1Supplier",
    "https://api.stripe.com",
    {"api_key": "rk_test_1", "webhook_secret": "whsec_new", "webhook_secret_previous": "whsec_old"},
    Environment.TEST,
)


def signature(body: bytes, secret: str, at: datetime) -> str:
    """Computed by the published rule, not by the SDK that checks it."""
    return hmac(secret.encode(), f"{int(at.timestamp())}.".encode() + body, sha256).hexdigest()


def header(body: bytes = BODY, *, secret: str = "whsec_new", at: datetime = NOW) -> dict[str, str]:
    return {"Stripe-Signature": f"t={int(at.timestamp())},v1={signature(body, secret, at)}"}


def check(headers: dict[str, str], body: bytes = BODY, account: Account = ACCOUNT) -> WebhookEvent:
    return StripePayments(account).verify_webhook(headers, body, NOW)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(BODY), **fields}).encode()


def test_a_genuine_delivery_says_what_to_fetch() -> None:
    assert check(header()) == WebhookEvent(
        external_id="evt_1Completed",
        topic="checkout.session.completed",
        resource_id="cs_test_a1b2c3",
        occurred_at=datetime.fromtimestamp(1795169000, UTC),
    )


def test_a_refund_leads_to_its_payment_intent() -> None:
    body = (RECORDED / "webhook_charge_refunded.json").read_bytes()
    assert check(header(body), body).resource_id == "pi_3Abc"


@pytest.mark.parametrize("subject", [{"object": "account", "id": "acct_1"}, {}, None, {"payment_intent": 5}])
def test_other_topics_name_no_payment(subject: object) -> None:
    body = changed(type="account.updated", data={"object": subject})
    assert (check(header(body), body).topic, check(header(body), body).resource_id) == ("account.updated", "")


def test_the_previous_secret_still_counts_while_it_is_set() -> None:
    assert check(header(secret="whsec_old")).external_id == "evt_1Completed"
    with pytest.raises(ForgedWebhook):
        check(header(secret="whsec_old"), account=replace(ACCOUNT, secrets={"webhook_secret": "whsec_new"}))


def test_one_of_several_signatures_is_enough() -> None:
    at = int(NOW.timestamp())
    several = f"t={at},v1={'0' * 64},v1={signature(BODY, 'whsec_new', NOW)},v0=x"
    assert check({"stripe-signature": several}).external_id == "evt_1Completed"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Stripe-Signature": ""},
        {"Stripe-Signature": "nonsense"},
        {"Stripe-Signature": f"t={int(NOW.timestamp())}"},
        {"Stripe-Signature": f"t={int(NOW.timestamp())},v1="},
        {"Stripe-Signature": f"t={int(NOW.timestamp())},v1=é"},
        {"Stripe-Signature": f"t={int(NOW.timestamp())},v0={signature(BODY, 'whsec_new', NOW)}"},
        {"Stripe-Signature": f"t=-1,v1={signature(BODY, 'whsec_new', NOW)}"},
        {"Stripe-Signature": f"t=99999999999999,v1={signature(BODY, 'whsec_new', NOW)}"},
        {"Stripe-Signature": f"t={int(NOW.timestamp())},v1={signature(BODY, 'whsec_other', NOW)}"},
        {"Stripe-Signature": f"t={int(NOW.timestamp()) + 1},v1={signature(BODY, 'whsec_new', NOW)}"},
        {"Stripe-Signature": "t=1," + header()["Stripe-Signature"]},
    ],
)
def test_any_other_header_is_forged(headers: dict[str, str]) -> None:
    with pytest.raises(ForgedWebhook):
        check(headers)


def test_only_the_first_time_in_the_header_counts_for_signature_and_age_alike() -> None:
    assert check({"Stripe-Signature": header()["Stripe-Signature"] + ",t=1"}).external_id == "evt_1Completed"


def test_a_changed_body_is_forged() -> None:
    with pytest.raises(ForgedWebhook):
        check(header(), BODY.replace(b"5640", b"5641"))


@pytest.mark.parametrize("secrets", [{}, {"webhook_secret": ""}, {"webhook_secret": "  "}])
def test_without_a_secret_nothing_is_genuine(secrets: dict[str, str]) -> None:
    with pytest.raises(ForgedWebhook):
        check(header(secret=secrets.get("webhook_secret", "")), account=replace(ACCOUNT, secrets=secrets))


@pytest.mark.parametrize("off", [timedelta(minutes=5), timedelta(minutes=-5), timedelta(0)])
def test_five_minutes_either_way_are_taken(off: timedelta) -> None:
    assert check(header(at=NOW + off)).external_id == "evt_1Completed"


@pytest.mark.parametrize(
    "off", [timedelta(minutes=5, seconds=1), timedelta(hours=1), timedelta(minutes=-5, seconds=-1)]
)
def test_a_delivery_from_the_past_or_the_future_is_forged(off: timedelta) -> None:
    with pytest.raises(ForgedWebhook):
        check(header(at=NOW + off))


@pytest.mark.parametrize("livemode", [True, None, "false", 0])
def test_an_event_of_the_other_mode_is_forged(livemode: object) -> None:
    body = changed(livemode=livemode)
    with pytest.raises(ForgedWebhook):
        check(header(body), body)


def test_a_live_account_takes_live_events_only() -> None:
    live = replace(ACCOUNT, environment=Environment.LIVE)
    body = changed(livemode=True)
    assert check(header(body), body, live).topic == "checkout.session.completed"
    with pytest.raises(ForgedWebhook):
        check(header(), account=live)


@pytest.mark.parametrize(
    ("account_field", "connect", "genuine"),
    [
        ({}, False, True),
        ({"account": "acct_1Supplier"}, False, True),
        ({"account": "acct_1Supplier"}, True, True),
        ({"account": "acct_2Other"}, False, False),
        ({"account": "acct_2Other"}, True, False),
        ({}, True, False),
    ],
)
def test_the_event_belongs_to_this_account(account_field: dict[str, str], connect: bool, genuine: bool) -> None:
    body = changed(**account_field)
    secrets = {**ACCOUNT.secrets, **({"connect": "1"} if connect else {})}
    if genuine:
        assert check(header(body), body, replace(ACCOUNT, secrets=secrets)).external_id == "evt_1Completed"
        return
    with pytest.raises(ForgedWebhook):
        check(header(body), body, replace(ACCOUNT, secrets=secrets))


@pytest.mark.parametrize(
    "body", [b"not json", b"[]", changed(id=""), changed(type=None), changed(object="v2.core.event")]
)
def test_a_signed_body_we_cannot_read_is_unreadable_not_forged(body: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        check(header(body), body)


def test_bytes_that_are_no_text_are_forged() -> None:
    with pytest.raises(ForgedWebhook):
        check(header(b"\xff"), b"\xff")
