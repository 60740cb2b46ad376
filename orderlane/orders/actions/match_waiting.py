"""Match again the lines that waited for a listing: one fix applies to all orders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.catalog.models import Listing
from orderlane.jobs.queue import enqueue
from orderlane.orders.models import LineMatch, Order, OrderLine


def match_waiting(store_id: UUID, variant_id: str, *, now: datetime) -> int:
    """Give every waiting line of a variant its listing's product, and split its order anew; returns how many."""
    listing = Listing.objects.select_related("product").get(store_id=store_id, variant_id=variant_id)
    match = LineMatch.MATCHED if listing.product else LineMatch.OWN_GOODS
    waiting = OrderLine.objects.select_for_update(of=("self",)).filter(
        order__store_id=store_id, variant_id=variant_id, match=LineMatch.UNMATCHED
    )
    orders: dict[UUID, Order] = {}
    count = 0
    for line in waiting.select_related("order").order_by("id"):
        line.product, line.match = listing.product, match
        line.save(update_fields=["product", "match"])
        orders[line.order_id] = line.order
        count += 1
    Order.objects.filter(pk__in=orders).update(split_at=None)
    for order in orders.values():
        record("order.matched", order, now=now, detail={"variant": variant_id, "listing": str(listing.pk)})
        enqueue("purchasing.split_order", order_id=order.pk, retailer_id=order.retailer_id)
    return count
