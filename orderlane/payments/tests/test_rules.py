"""What a purchase order costs and what a fetched payment means: properties, and every verdict by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlane.kernel.money import Money, total
from orderlane.payments.rules import (
    CostLine,
    Expected,
    Verdict,
    cost_line,
    in_currency,
    may_redirect_to,
    mismatch,
    net_total,
    review_refunds,
    verdict,
)
from orderlane.payments.states import LIVE, PAYMENT_STATUS, PaymentStatus
from orderlane.ports.accounts import Environment
from orderlane.ports.payments import ProviderPayment, ProviderRefund, ProviderStatus
from orderlane.ports.rates import Rate

MANY = settings(max_examples=2000, deadline=None)
costs = st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 500)), min_size=1, max_size=12)
rates = st.decimals("0.0001", "500", places=4).map(
    lambda value: Rate("EUR", "USD", value, published_on=date(2026, 11, 20), source="test")
)

EXPECTED = Expected("cs_1", Money(12_345, "USD"), "acct_1", "OLP-1", Environment.TEST)
FETCHED = ProviderPayment(
    "cs_1", ProviderStatus.CAPTURED, Money(12_345, "USD"), "acct_1", "OLP-1", Environment.TEST, capture_id="ch_1"
)
DIFFERENT = {
    "external_id": {"external_id": "cs_2"},
    "currency": {"amount": Money(12_345, "EUR")},
    "amount": {"amount": Money(12_344, "USD")},
    "payee": {"payee": "acct_2"},
    "reference": {"reference": "OLP-2"},
    "environment": {"environment": Environment.LIVE},
}


@MANY
@given(costs, st.integers(0, 10**6), rates)
def test_lines_and_shipping_add_up_in_both_currencies(
    lines: list[tuple[int, int]], shipping_minor: int, rate: Rate
) -> None:
    made = [cost_line(Money(unit, "EUR"), quantity, rate) for unit, quantity in lines]
    shipping = CostLine(Money(shipping_minor, "EUR"), in_currency(Money(shipping_minor, "EUR"), rate))
    native, paid = net_total(made, shipping, "USD")
    assert native.minor == sum(unit * quantity for unit, quantity in lines) + shipping_minor
    assert paid == total([line.paid for line in made], "USD") + shipping.paid
    # Rounded once per line: the sum is never further from the exact amount than half a cent per line.
    exact = Decimal(native.minor) * rate.value
    assert abs(Decimal(paid.minor) - exact) <= Decimal(len(lines) + 1) / 2


@MANY
@given(st.integers(0, 10**9), st.integers(1, 999), rates)
def test_a_line_is_multiplied_first_and_converted_once(unit: int, quantity: int, rate: Rate) -> None:
    line = cost_line(Money(unit, "EUR"), quantity, rate)
    expected = (Decimal(unit * quantity) * rate.value).to_integral_value(rounding=ROUND_HALF_UP)
    assert (line.native.minor, line.paid) == (unit * quantity, Money(int(expected), "USD"))


@given(st.integers(0, 10**9), st.integers(1, 999))
def test_without_a_rate_nothing_is_converted(unit: int, quantity: int) -> None:
    line = cost_line(Money(unit, "USD"), quantity, None)
    assert line.native == line.paid == Money(unit * quantity, "USD")


@pytest.mark.parametrize("name", DIFFERENT)
def test_each_field_of_a_fetched_payment_must_match(name: str) -> None:
    assert mismatch(FETCHED, EXPECTED) == ""
    assert mismatch(replace(FETCHED, **DIFFERENT[name]), EXPECTED) == name  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("name", "told", "status", "expired"),
    [*product(DIFFERENT, ProviderStatus, [PaymentStatus.OPEN, PaymentStatus.CLOSED], [False, True])],
)
def test_a_payment_that_differs_never_settles_nor_is_captured(
    name: str, told: ProviderStatus, status: PaymentStatus, expired: bool
) -> None:
    fetched = replace(FETCHED, status=told, **DIFFERENT[name])  # type: ignore[arg-type]  # fields by name
    decided, reason = verdict(fetched, EXPECTED, status=status, expired=expired)
    if told in {ProviderStatus.CAPTURED, ProviderStatus.PENDING, ProviderStatus.APPROVED}:
        assert (decided, reason) == (Verdict.MISMATCH, f"{name}_differs")
    elif told is ProviderStatus.OPEN and not expired:
        assert (decided, reason) == (Verdict.WAIT, f"{name}_differs")
    else:
        assert decided in {Verdict.WAIT, Verdict.CLOSE, Verdict.DECLINE, Verdict.REFUND}


@pytest.mark.parametrize(
    ("told", "status", "expired", "decided", "reason"),
    [
        (ProviderStatus.OPEN, PaymentStatus.OPEN, False, Verdict.WAIT, ""),
        (ProviderStatus.OPEN, PaymentStatus.OPEN, True, Verdict.CLOSE, "expired"),
        (ProviderStatus.APPROVED, PaymentStatus.OPEN, False, Verdict.CAPTURE, ""),
        (ProviderStatus.APPROVED, PaymentStatus.OPEN, True, Verdict.CAPTURE, ""),
        (ProviderStatus.APPROVED, PaymentStatus.CAPTURING, False, Verdict.CAPTURE, ""),
        (ProviderStatus.APPROVED, PaymentStatus.CLOSED, False, Verdict.WAIT, "given_up"),
        (ProviderStatus.APPROVED, PaymentStatus.DECLINED, True, Verdict.WAIT, "given_up"),
        (ProviderStatus.PENDING, PaymentStatus.OPEN, True, Verdict.PENDING, "pending_at_provider"),
        (ProviderStatus.CAPTURED, PaymentStatus.OPEN, True, Verdict.SETTLE, ""),
        (ProviderStatus.CAPTURED, PaymentStatus.CLOSED, True, Verdict.SETTLE, ""),
        (ProviderStatus.DECLINED, PaymentStatus.OPEN, False, Verdict.DECLINE, "declined"),
        (ProviderStatus.CLOSED, PaymentStatus.OPEN, False, Verdict.CLOSE, "closed_at_provider"),
        (ProviderStatus.REFUNDED, PaymentStatus.CAPTURED, False, Verdict.REFUND, "refunded"),
        (ProviderStatus.UNKNOWN, PaymentStatus.OPEN, True, Verdict.WAIT, "unknown_status"),
    ],
)
def test_verdicts_by_name(
    told: ProviderStatus, status: PaymentStatus, expired: bool, decided: Verdict, reason: str
) -> None:
    fetched = replace(FETCHED, status=told, detail="word")
    assert verdict(fetched, EXPECTED, status=status, expired=expired) == (decided, reason)


def test_money_settles_only_from_the_word_captured() -> None:
    settling = {
        told
        for told, status, expired in product(ProviderStatus, PaymentStatus, [False, True])
        if verdict(replace(FETCHED, status=told), EXPECTED, status=status, expired=expired)[0] is Verdict.SETTLE
    }
    assert settling == {ProviderStatus.CAPTURED}


def test_money_that_arrives_late_always_has_a_place_to_go() -> None:
    """From every state in which the provider may still take money, and after giving up, *captured* is a legal move."""
    may_be_paid = (LIVE - {PaymentStatus.PREPARED}) | {PaymentStatus.CLOSED, PaymentStatus.DECLINED}
    assert all(PAYMENT_STATUS.allows(status, PaymentStatus.CAPTURED) for status in may_be_paid)
    assert not any(PAYMENT_STATUS.allows(PaymentStatus.CAPTURED, status) for status in LIVE)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://checkout.stripe.com/c/pay/cs_1", True),
        ("https://checkout.stripe.com.evil.example/c", False),
        ("https://evil.example/checkout.stripe.com", False),
        ("https://checkout.stripe.com@evil.example/", False),
        ("https://evil.example@checkout.stripe.com/", False),
        ("http://checkout.stripe.com/c", False),
        ("http://127.0.0.1:8900/stripe/pay/cs_1", True),
        ("http://127.0.0.1:8901/stripe/pay/cs_1", False),
        ("javascript://checkout.stripe.com/%0aalert(1)", False),
        ("", False),
    ],
)
def test_a_payer_is_sent_to_allowed_hosts_only(url: str, allowed: bool) -> None:
    assert may_redirect_to(url, frozenset({"checkout.stripe.com", "127.0.0.1:8900"})) is allowed


ARRIVED = Money(1000, "USD")


def refund(name: str, minor: int, currency: str = "USD") -> ProviderRefund:
    return ProviderRefund(name, Money(minor, currency))


@pytest.mark.parametrize(
    ("told", "recorded", "known", "new", "problem"),
    [
        ([], {}, [], [], ""),
        ([refund("a", 400)], {}, [], ["a"], ""),
        ([refund("a", 400), refund("b", 600)], {"a": 400}, ["a"], ["b"], ""),
        ([refund("a", 400), refund("b", 600)], {"a": 400, "b": 600}, ["a", "b"], [], ""),
        # Somebody looked later and recorded more meanwhile.
        ([refund("a", 400)], {"a": 400, "b": 600}, ["a"], [], ""),
        ([refund("a", 400)], {"a": 400, "b": 600}, ["a", "b"], [], "refund_changed"),
        ([refund("a", 500)], {"a": 400}, ["a"], [], "refund_changed"),
        ([refund("a", 1001)], {}, [], [], "refund_exceeds_payment"),
        ([refund("a", 700), refund("b", 301)], {}, [], ["a"], "refund_exceeds_payment"),
        ([refund("b", 601)], {"a": 400}, [], [], "refund_exceeds_payment"),
        ([refund("a", 0)], {}, [], [], "refund_exceeds_payment"),
        ([refund("a", -1)], {}, [], [], "refund_exceeds_payment"),
        ([refund("a", 400, "EUR")], {}, [], [], "refund_currency_differs"),
    ],
)
def test_refunds_are_recorded_once_and_never_exceed_what_arrived(
    told: list[ProviderRefund], recorded: dict[str, int], known: list[str], new: list[str], problem: str
) -> None:
    held = {name: Money(minor, "USD") for name, minor in recorded.items()}
    review = review_refunds(replace(FETCHED, refunds=told), held, ARRIVED, known=frozenset(known))
    assert ([each.external_id for each in review.new], review.problem) == (new, problem)


def test_money_given_back_without_being_listed_is_a_persons_business() -> None:
    unlisted = replace(FETCHED, refunds_complete=False)
    assert review_refunds(unlisted, {}, ARRIVED, known=frozenset()).problem == "refund_not_listed"
