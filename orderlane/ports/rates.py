"""What we ask of a source of exchange rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Protocol

from orderlane.kernel.errors import OrderlaneError


class NoRate(OrderlaneError):
    """The source has no rate, or none recent enough, for a pair of currencies."""

    reason = "no_rate"


@dataclass(frozen=True, slots=True)
class Rate:
    """``value`` units of ``target`` for one unit of ``base``, as ``source`` published it on ``published_on``."""

    base: str
    target: str
    value: Decimal
    published_on: date
    source: str


class RateSource(Protocol):
    """A source of exchange rates."""

    name: ClassVar[str]

    def rate(self, base: str, target: str, on: date) -> Rate:
        """Return the last rate published on or before ``on``; raise NoRate when unknown or too old."""
        ...
