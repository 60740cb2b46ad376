"""Where the application asks for a connector by name; ``config.wiring`` fills it once at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.payments import PaymentConnector
from orderlane.ports.rates import RateSource
from orderlane.ports.stores import OrderChannel, StoreConnector


@dataclass(frozen=True, slots=True)
class Wiring:
    """Every connector this installation knows, by platform, order channel and payment provider."""

    stores: Mapping[str, type[StoreConnector]] = field(default_factory=dict)
    channels: Mapping[str, type[OrderChannel]] = field(default_factory=dict)
    payments: Mapping[str, type[PaymentConnector]] = field(default_factory=dict)
    rates: RateSource | None = None


_wiring = Wiring()


def install(wiring: Wiring) -> None:
    """Set the connectors of this process; called once by ``config``."""
    global _wiring
    _wiring = wiring


def stores() -> Mapping[str, type[StoreConnector]]:
    """All store platforms, by name."""
    return _wiring.stores


def channels() -> Mapping[str, type[OrderChannel]]:
    """All order channels, by name."""
    return _wiring.channels


def payments() -> Mapping[str, type[PaymentConnector]]:
    """All payment providers, by name."""
    return _wiring.payments


def rates() -> RateSource:
    """The installation's source of exchange rates."""
    if _wiring.rates is None:
        raise NeedsAttention("no rate source is wired", reason="no_rate_source")
    return _wiring.rates
