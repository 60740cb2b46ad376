from datetime import date
from decimal import Decimal

import pytest

from orderlane.connectors.rates.fixed.connector import FixedRates
from orderlane.kernel.money import MoneyError
from orderlane.ports.rates import NoRate, Rate

RATES = FixedRates({("EUR", "USD"): Decimal("1.10")}, date(2026, 11, 1))


def test_a_set_rate_is_returned_as_set() -> None:
    assert RATES.rate("EUR", "USD", date(2026, 11, 20)) == Rate(
        "EUR", "USD", Decimal("1.10"), date(2026, 11, 1), "set by the operator"
    )


def test_nothing_is_derived() -> None:
    for base, target in (("USD", "EUR"), ("EUR", "GBP")):
        with pytest.raises(NoRate) as caught:
            RATES.rate(base, target, date(2026, 11, 20))
        assert caught.value.reason == "no_rate"


def test_it_does_not_hold_before_it_was_set() -> None:
    with pytest.raises(NoRate) as caught:
        RATES.rate("EUR", "USD", date(2026, 10, 31))
    assert caught.value.reason == "rate_not_yet_set"


def test_one_currency_is_one_to_one() -> None:
    assert RATES.rate("GBP", "GBP", date(2026, 1, 1)).value == Decimal(1)


@pytest.mark.parametrize("value", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity")])
def test_a_rate_must_be_positive(value: Decimal) -> None:
    with pytest.raises(ValueError, match="positive Decimal"):
        FixedRates({("EUR", "USD"): value}, date(2026, 11, 1))


def test_a_rate_needs_currency_codes() -> None:
    with pytest.raises(MoneyError):
        FixedRates({("EUR", "dollars"): Decimal(1)}, date(2026, 11, 1))
