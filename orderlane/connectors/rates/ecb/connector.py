"""Reference rates of the European Central Bank, from the history that the CurrencyConverter package carries."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Context, Decimal
from functools import cache
from typing import ClassVar

from currency_converter import CurrencyConverter, RateNotFoundError

from orderlane.ports.rates import NoRate, Rate

_EURO = "EUR"
_SOURCE = "European Central Bank, euro foreign exchange reference rates"
# A cross rate is a quotient; fifteen digits are exact to the cent far beyond any payment, and can be stored.
_PRECISION = Context(prec=15)
DEFAULT_MAX_AGE = timedelta(days=45)


class EcbRates:
    """The last rate published on or before a day, never one in between, and none older than ``max_age``.

    The history ends where the installed package's does; ``max_age`` bounds how long that is acceptable.
    """

    name: ClassVar[str] = "ecb"

    def __init__(self, max_age: timedelta = DEFAULT_MAX_AGE) -> None:
        self._max_age = max_age

    def rate(self, base: str, target: str, on: date) -> Rate:
        """Return ``target`` per ``base``, by way of the euro; ``published_on`` is the older leg's day.

        Raises NoRate for a currency the bank does not (or no longer) publish, or when the rate is too old.
        """
        if base == target:
            return Rate(base, target, Decimal(1), on, "one currency")
        base_per_euro, base_day = self._per_euro(base, on)
        target_per_euro, target_day = self._per_euro(target, on)
        value = target_per_euro if base == _EURO else _PRECISION.divide(target_per_euro, base_per_euro)
        return Rate(base, target, value, min(base_day, target_day), _SOURCE)

    def _per_euro(self, currency: str, on: date) -> tuple[Decimal, date]:
        """Return units per euro and the day the bank published them; the euro itself is published every day."""
        if currency == _EURO:
            return Decimal(1), on
        history = _history()
        if currency not in history.currencies:
            raise NoRate(f"the ECB publishes no {currency}", reason="no_rate", currency=currency)
        bounds = history.bounds[currency]
        if on < bounds.first_date:
            raise NoRate(f"{currency} starts on {bounds.first_date}", reason="no_rate", currency=currency)
        day = min(on, bounds.last_date)
        oldest = max(on - self._max_age, bounds.first_date)
        while day >= oldest:
            try:
                return history.convert(1, _EURO, currency, date=day), day
            except RateNotFoundError:
                day -= timedelta(days=1)
        raise NoRate(
            f"the last {currency} rate is of {bounds.last_date}",
            reason="rate_too_old",
            currency=currency,
            published_on=min(on, bounds.last_date),
            max_age_days=self._max_age.days,
        )


@cache
def _history() -> CurrencyConverter:
    """The bundled history, read once per process; gaps stay gaps."""
    return CurrencyConverter(decimal=True)
