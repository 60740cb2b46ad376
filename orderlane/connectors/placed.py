"""Purchase orders in suppliers' stores, in what all platforms have in common. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.stores import PlacedOrder


def the_live_one(placed: Sequence[PlacedOrder]) -> PlacedOrder | None:
    """Choose among the orders placed under one reference; NeedsAttention when two of them are live.

    A canceled order is returned only when there is no live one: it was placed, so it is not placed again.
    """
    live = [order for order in placed if not order.canceled]
    if len(live) > 1:
        raise NeedsAttention(
            "more than one live order under one reference",
            reason="placed_twice",
            orders=[order.external_id for order in live],
        )
    return next(iter(live or placed), None)


def is_behind(changed_at: datetime, known_at: datetime) -> bool:
    """Whether an order as it was read is older than what we knew already; most stores count in whole seconds."""
    return changed_at < known_at.replace(microsecond=0)
