"""Properties of money that every figure in Orderlane rests on."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlane.kernel.money import Money, MoneyError, exponent, total

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "HUF", "TWD", "KWD", "CLF", "ISK"])
MINORS = st.integers(min_value=-(10**13), max_value=10**13)
MONEY = st.builds(Money, MINORS, CURRENCIES)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40)


@given(MONEY)
def test_what_is_written_reads_back(amount: Money) -> None:
    assert Money.parse(amount.format_plain(), amount.currency) == amount


@given(MONEY, st.integers(min_value=0, max_value=6))
def test_another_precision_reads_back_or_is_refused(amount: Money, decimals: int) -> None:
    step = Fraction(10) ** (exponent(amount.currency) - decimals)
    if (amount.minor / step).denominator == 1:
        assert Money.parse(amount.format_plain(decimals), amount.currency, decimals) == amount
    else:
        with pytest.raises(MoneyError):
            amount.format_plain(decimals)


@given(MINORS, WEIGHTS)
def test_parts_add_up_and_each_is_within_one_cent_of_its_exact_share(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "USD").split(weights)
    assert total(parts, "USD") == Money(minor, "USD")
    assert len(parts) == len(weights)
    even = [1] * len(weights) if not any(weights) else weights
    for part, weight in zip(parts, even, strict=True):
        assert abs(part.minor - Fraction(minor * weight, sum(even))) < 1


@given(MINORS, WEIGHTS)
def test_a_part_without_weight_gets_nothing(minor: int, weights: list[int]) -> None:
    parts = Money(minor, "USD").split([*weights, 1, 0])
    assert parts[-1] == Money(0, "USD")


@given(MINORS, st.integers(min_value=1, max_value=30))
def test_equal_weights_differ_by_a_cent_at_most_and_earlier_parts_get_it(minor: int, count: int) -> None:
    minors = [part.minor for part in Money(minor, "USD").split([1] * count)]
    assert max(minors) - min(minors) <= 1
    assert minors == sorted(minors, reverse=True)


def test_split_by_exact_values() -> None:
    assert [part.minor for part in Money(100, "USD").split([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(-100, "USD").split([1, 1, 1])] == [-33, -33, -34]
    assert [part.minor for part in Money(10, "USD").split([0, 0])] == [5, 5]
    assert [part.minor for part in Money(5, "USD").split([3, 1, 0])] == [4, 1, 0]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_split_refuses_no_parts_and_negative_weights(weights: list[int]) -> None:
    with pytest.raises(MoneyError):
        Money(1, "USD").split(weights)


@pytest.mark.parametrize(
    ("written", "currency", "decimals", "minor"),
    [
        ("12.50", "USD", None, 1250),
        ("12.5", "USD", None, 1250),
        ("12.500", "USD", None, 1250),
        ("-0.01", "USD", None, -1),
        ("500", "HUF", 0, 50000),
        ("500", "JPY", None, 500),
        ("1.234", "KWD", None, 1234),
        ("500.00", "ISK", 2, 500),
    ],
)
def test_parse_by_exact_values(written: str, currency: str, decimals: int | None, minor: int) -> None:
    assert Money.parse(written, currency, decimals) == Money(minor, currency)


@pytest.mark.parametrize(
    "written", ["", "1,00", "1.005", "1e3", " 1", "1 ", "1\n", "+1", "NaN", "٣", "1.", ".5", "--1", "0x1", "1_0"]
)
def test_parse_refuses_everything_but_a_plain_amount_it_can_hold(written: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(written, "USD")


def test_parse_refuses_decimals_a_sender_never_writes() -> None:
    with pytest.raises(MoneyError):
        Money.parse("500.5", "HUF", 0)
    with pytest.raises(MoneyError):
        Money.parse("500.50", "ISK", 2)


@pytest.mark.parametrize("code", ["usd", "US", "USDD", "", "US1", "USD\n", "ÜSD"])
def test_a_currency_is_three_capital_letters(code: str) -> None:
    with pytest.raises(MoneyError):
        Money(1, code)


@pytest.mark.parametrize("minor", [1.0, True, "1", None, Decimal(1)])
def test_minor_units_are_an_int_and_nothing_like_it(minor: object) -> None:
    with pytest.raises(MoneyError):
        Money(minor, "USD")  # type: ignore[arg-type]  # the wrong type is what is tested


@given(MONEY, MONEY)
def test_two_currencies_never_mix(one: Money, other: Money) -> None:
    if one.currency == other.currency:
        assert (one + other) - other == one
        assert (one < other) == (one.minor < other.minor)
        return
    with pytest.raises(MoneyError):
        one + other
    with pytest.raises(MoneyError):
        one - other
    with pytest.raises(MoneyError):
        one < other  # noqa: B015 - the comparison itself is what raises


@given(MINORS, st.integers(min_value=0, max_value=10_000))
def test_a_share_is_half_up_of_the_exact_value(minor: int, basis_points: int) -> None:
    exact = (Decimal(minor) * basis_points / 10_000).quantize(Decimal(1), ROUND_HALF_UP)
    assert Money(minor, "USD").share(basis_points) == Money(int(exact), "USD")


@pytest.mark.parametrize(
    ("minor", "basis_points", "share"), [(5, 1000, 1), (4, 1000, 0), (-5, 1000, -1), (999, 1900, 190)]
)
def test_share_by_exact_values(minor: int, basis_points: int, share: int) -> None:
    assert Money(minor, "USD").share(basis_points).minor == share


@pytest.mark.parametrize(
    ("amount", "rate", "target", "minor"),
    [
        (Money(1000, "EUR"), "1.1172", "USD", 1117),
        (Money(1250, "EUR"), "1.1172", "USD", 1397),
        (Money(1, "EUR"), "0.5", "USD", 1),
        (Money(1000, "JPY"), "0.0065", "USD", 650),
        (Money(100, "USD"), "153.4", "JPY", 153),
        (Money(-1, "EUR"), "0.5", "USD", -1),
    ],
)
def test_convert_rounds_half_up_once(amount: Money, rate: str, target: str, minor: int) -> None:
    assert amount.convert(Decimal(rate), target) == Money(minor, target)


def test_plain_arithmetic_and_words() -> None:
    assert Money(150, "USD") * 3 == Money(450, "USD")
    assert -Money(150, "USD") == Money(-150, "USD")
    assert (bool(Money(0, "USD")), bool(Money(-1, "USD"))) == (False, True)
    assert (str(Money(-5, "USD")), str(Money(1234, "KWD")), str(Money(7, "JPY"))) == ("-0.05 USD", "1.234 KWD", "7 JPY")
    assert total([], "USD") == Money.zero("USD")
    with pytest.raises(MoneyError):
        total([Money(1, "EUR")], "USD")
