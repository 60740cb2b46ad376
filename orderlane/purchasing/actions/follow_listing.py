"""An answer about a listing applies to every order that is still open: one fix mends them all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from orderlane.audit.record import record
from orderlane.catalog.models import Listing, ListingFileRow
from orderlane.catalog.states import RowOutcome
from orderlane.jobs.queue import enqueue
from orderlane.orders.models import LineMatch, Order, OrderLine
from orderlane.purchasing.models import PurchaseOrderLine
from orderlane.purchasing.states import ForwardingState, PaymentState


def follow_listing(listing_id: UUID, *, now: datetime) -> int:
    """Give every open line of a variant what its listing says, and have its order split anew; returns how many lines.

    Never what is being paid, was paid or ordered by hand: there the answer of that time holds.
    """
    listing = Listing.objects.select_related("product").filter(pk=listing_id).first()
    if listing is None:
        return 0  # It went with its store.
    match = LineMatch.OWN_GOODS if listing.own_goods else LineMatch.MATCHED if listing.product else LineMatch.UNMATCHED
    lines = list(
        open_lines()
        .filter(order__store_id=listing.store_id, variant_id=listing.variant_id)
        .exclude(match=match, product=listing.product)
        .select_for_update(of=("self",))
        .select_related("order")
        .order_by("id")
    )
    if not lines:
        return 0
    OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(product=listing.product, match=match)
    orders = {line.order_id: line.order for line in lines}
    Order.objects.filter(pk__in=orders).update(split_at=None)
    for order in orders.values():
        record("order.matched", order, now=now, detail={"variant": listing.variant_id, "listing": str(listing.pk)})
        enqueue("purchasing.split_order", order_id=order.pk, retailer_id=order.retailer_id)
    return len(lines)


def follow_file(file_id: UUID, *, after: int, until: int, now: datetime) -> int:
    """The same for every listing that the rows of a file between two lines have changed; returns how many lines."""
    rows = ListingFileRow.objects.filter(file_id=file_id, line__gt=after, line__lte=until, outcome=RowOutcome.CHANGED)
    changed = [listing_id for listing_id in rows.values_list("listing_id", flat=True) if listing_id is not None]
    return sum([follow_listing(listing_id, now=now) for listing_id in changed])


def open_lines() -> QuerySet[OrderLine]:
    """Order lines with something to send that no supplier has been asked for yet."""
    bought = PurchaseOrderLine.objects.filter(order_line=OuterRef("pk")).exclude(
        purchase_order__payment_state=PaymentState.UNPAID, purchase_order__forwarding_state=ForwardingState.NOT_DUE
    )
    return OrderLine.objects.filter(
        ~Exists(bought),
        requires_shipping=True,
        order__canceled_at__isnull=True,
        order__purchase_order="",
        quantity__gt=F("fulfilled_quantity"),
    )
