from datetime import date, timedelta
from decimal import Decimal

import pytest

from orderlane.connectors.rates.ecb.connector import EcbRates
from orderlane.kernel.money import Money
from orderlane.ports.rates import NoRate


def test_a_published_day_gives_exactly_what_the_bank_wrote() -> None:
    rate = EcbRates().rate("EUR", "USD", date(2014, 3, 28))
    assert (rate.base, rate.target, rate.value, rate.published_on) == (
        "EUR",
        "USD",
        Decimal("1.3759"),
        date(2014, 3, 28),
    )
    assert rate.source == "European Central Bank, euro foreign exchange reference rates"


def test_a_weekend_takes_the_friday_before_and_never_the_monday_after() -> None:
    friday = EcbRates().rate("EUR", "USD", date(2014, 3, 28))
    for weekend_day in (date(2014, 3, 29), date(2014, 3, 30)):
        assert EcbRates().rate("EUR", "USD", weekend_day) == friday


def test_a_cross_rate_goes_by_the_euro_with_fifteen_digits() -> None:
    eur_gbp = EcbRates().rate("EUR", "GBP", date(2014, 3, 28)).value
    cross = EcbRates().rate("USD", "GBP", date(2014, 3, 28))
    assert len(cross.value.as_tuple().digits) <= 15
    assert abs(cross.value * Decimal("1.3759") - eur_gbp) < Decimal("1e-14")
    to_euro = EcbRates().rate("USD", "EUR", date(2014, 3, 28))
    assert to_euro.value == Decimal("0.726797005596337")
    assert Money(10_000_00, "USD").convert(to_euro.value, "EUR") == Money(7_267_97, "EUR")


def test_a_currency_that_ended_is_too_old_afterwards() -> None:
    assert EcbRates().rate("EUR", "HRK", date(2023, 1, 2)).published_on == date(2022, 12, 30)
    with pytest.raises(NoRate) as caught:
        EcbRates().rate("USD", "HRK", date(2023, 6, 1))
    assert caught.value.reason == "rate_too_old"
    assert caught.value.params["published_on"] == date(2022, 12, 30)


def test_the_age_limit_counts_from_the_day_asked_for() -> None:
    limited = EcbRates(max_age=timedelta(days=2))
    assert limited.rate("EUR", "USD", date(2014, 3, 30)).published_on == date(2014, 3, 28)
    with pytest.raises(NoRate):
        EcbRates(max_age=timedelta(days=1)).rate("EUR", "USD", date(2014, 3, 30))


def test_a_day_before_the_history_and_an_unknown_currency_have_no_rate() -> None:
    for target, on in (("USD", date(1998, 12, 31)), ("VND", date(2020, 1, 2)), ("usd", date(2020, 1, 2))):
        with pytest.raises(NoRate):
            EcbRates().rate("EUR", target, on)


def test_one_currency_needs_no_source() -> None:
    assert EcbRates().rate("USD", "USD", date(2026, 1, 1)).value == Decimal(1)
