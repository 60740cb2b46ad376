"""Exchange rates that the operator of the installation has set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar

from orderlane.kernel.money import exponent
from orderlane.ports.rates import NoRate, Rate

_SOURCE = "set by the operator"


class FixedRates:
    """Exactly the rates it was given: no inverse and no cross rate is derived from them.

    ``rates`` maps (base, target) to units of target per one base; they hold from ``set_on`` on.
    """

    name: ClassVar[str] = "fixed"

    def __init__(self, rates: Mapping[tuple[str, str], Decimal], set_on: date) -> None:
        for (base, target), value in rates.items():
            exponent(base)
            exponent(target)
            if not isinstance(value, Decimal) or not value.is_finite() or value <= 0:
                raise ValueError(f"the rate from {base} to {target} must be a positive Decimal, got {value!r}")
        self._rates = dict(rates)
        self._set_on = set_on

    def rate(self, base: str, target: str, on: date) -> Rate:
        """Return the rate set for exactly this pair; raise NoRate when there is none, or not yet on that day."""
        if base == target:
            return Rate(base, target, Decimal(1), on, "one currency")
        value = self._rates.get((base, target))
        if value is None:
            raise NoRate(f"no rate is set from {base} to {target}", reason="no_rate", base=base, target=target)
        if on < self._set_on:
            raise NoRate(f"the rates hold from {self._set_on} on", reason="rate_not_yet_set", set_on=self._set_on)
        return Rate(base, target, value, self._set_on, _SOURCE)
