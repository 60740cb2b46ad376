"""Custom items: order lines without a product in the store, which no listing can ever match."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.orders.models import LineMatch, OrderLine


def set_aside(store_id: UUID, title: str, *, now: datetime) -> int:
    """The retailer sees to these waiting custom items itself; returns how many lines. Later ones wait again."""
    waiting = OrderLine.objects.select_for_update(of=("self",)).filter(
        order__store_id=store_id, variant_id="", title=title, match=LineMatch.UNMATCHED
    )
    lines = list(waiting.order_by("id"))
    for line in lines:
        line.match = LineMatch.OWN_GOODS
        line.save(update_fields=["match"])
        record("order_line.set_aside", line, now=now)
    return len(lines)
