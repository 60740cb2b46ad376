"""Money in integer minor units, ISO 4217 exponents, and splits that add up to the cent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

# ISO 4217 (2026): every currency not named here has two decimals.
_EXPONENTS: Mapping[str, int] = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_CODE = re.compile(r"[A-Z]{3}\Z")
_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?\Z")


class MoneyError(ValueError):
    """An amount or currency that cannot be money: wrong code, too many decimals, mixed currencies."""


def exponent(currency: str) -> int:
    """Return how many decimals ``currency`` has in ISO 4217; raise :class:`MoneyError` for a malformed code."""
    if not _CODE.match(currency):
        raise MoneyError(f"not a currency code: {currency!r}")
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of one currency. Arithmetic between two currencies raises."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        if type(self.minor) is not int:
            raise MoneyError(f"minor units must be an int, got {self.minor!r}")

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing at all, in ``currency``."""
        return cls(0, currency)

    @classmethod
    def parse(cls, amount: str, currency: str, decimals: int | None = None) -> Money:
        """Read a plain decimal string such as ``"12.50"``.

        ``decimals`` is the exponent of the sender's own table when it differs from ISO 4217 (PayPal
        writes HUF without decimals). Raises :class:`MoneyError` on anything but a plain decimal
        number, and when digits beyond the currency's precision are not zero: money is never rounded
        on reading.
        """
        digits = exponent(currency) if decimals is None else decimals
        if not _PLAIN_DECIMAL.match(amount):
            raise MoneyError(f"not a plain decimal amount: {amount!r}")
        try:
            # A sender's table may be finer than ISO 4217 (Stripe writes ISK with two decimals, always 00).
            coarsest = min(digits, exponent(currency))
            scaled = Decimal(amount).scaleb(coarsest)
        except InvalidOperation as error:  # pragma: no cover - the pattern excludes it
            raise MoneyError(f"not an amount: {amount!r}") from error
        if scaled != scaled.to_integral_value():
            raise MoneyError(f"{amount} has more than {coarsest} decimals, too precise for {currency}")
        return cls(int(scaled) * 10 ** (exponent(currency) - coarsest), currency)

    def format_plain(self, decimals: int | None = None) -> str:
        """Write the amount as a plain decimal string in ISO precision, or in a provider's own ``decimals``.

        Raises :class:`MoneyError` when the provider's precision cannot hold the amount.
        """
        digits = exponent(self.currency) if decimals is None else decimals
        scaled = Decimal(self.minor).scaleb(digits - exponent(self.currency))
        if scaled != scaled.to_integral_value():
            raise MoneyError(f"{self} does not fit into {digits} decimals")
        return f"{Decimal(int(scaled)).scaleb(-digits):.{digits}f}"

    def convert(self, rate: Decimal, currency: str) -> Money:
        """Return this amount in ``currency`` at ``rate`` (target units per one unit of ours), half up, once."""
        major = Decimal(self.minor).scaleb(-exponent(self.currency)) * rate
        minor = major.scaleb(exponent(currency)).to_integral_value(rounding=ROUND_HALF_UP)
        return Money(int(minor), currency)

    def share(self, basis_points: int) -> Money:
        """Return ``basis_points`` hundredths of a percent of this amount, rounded half up (VAT, fees)."""
        exact = Decimal(self.minor) * basis_points / 10_000
        return Money(int(exact.to_integral_value(rounding=ROUND_HALF_UP)), self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Split by largest remainder so that the parts add up exactly; ties go to the earlier part.

        ``weights`` are non-negative; when all are zero the split is even. Raises on an empty list.
        """
        if not weights or any(weight < 0 for weight in weights):
            raise MoneyError("weights must be a non-empty list of non-negative integers")
        total = sum(weights)
        shares = [Fraction(self.minor * w, total) if total else Fraction(self.minor, len(weights)) for w in weights]
        parts = [share.numerator // share.denominator for share in shares]
        left = self.minor - sum(parts)
        by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
        for index in by_remainder[:left]:
            parts[index] += 1
        return [Money(part, self.currency) for part in parts]

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.minor * quantity, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.format_plain()} {self.currency}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"cannot mix {self.currency} and {other.currency}")


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Add ``amounts``, all of ``currency``; an empty list is zero."""
    return sum(amounts, Money.zero(currency))
