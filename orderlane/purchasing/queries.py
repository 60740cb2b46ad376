"""Reads of purchase orders for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from orderlane.orders.models import OrderLine
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState

_NOT_ARCHIVED = Q(archived_at__isnull=True)
REFUNDED_IN_DOUBT = (
    Q(payment_state=PaymentState.REFUNDED)
    & ~Q(forwarding_state__in=[ForwardingState.NOT_DUE, ForwardingState.REJECTED])
    & ~Q(fulfillment_state=FulfillmentState.FULFILLED)
)
"""The money is back: whether the supplier has canceled the goods as well is a person's to ask."""
_STUCK = (
    Q(forwarding_state__in=[ForwardingState.NEEDS_ATTENTION, ForwardingState.OUTCOME_UNKNOWN])
    | Q(changed_in_store_at__isnull=False)
    | REFUNDED_IN_DOUBT
)

TABS: dict[str, Q] = {
    "all": _NOT_ARCHIVED,
    "unpaid": _NOT_ARCHIVED & Q(payment_state__in=[PaymentState.UNPAID, PaymentState.PAYING]),
    "paid": _NOT_ARCHIVED & Q(payment_state__in=[PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED]),
    "unfulfilled": _NOT_ARCHIVED & ~Q(fulfillment_state=FulfillmentState.FULFILLED),
    "fulfilled": _NOT_ARCHIVED & Q(fulfillment_state=FulfillmentState.FULFILLED),
    "attention": _NOT_ARCHIVED & _STUCK,
    "archived": Q(archived_at__isnull=False),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of purchase orders is narrowed to; everything empty means all of them."""

    tab: str = "all"
    query: str = ""
    supplier_id: UUID | None = None
    store_id: UUID | None = None
    payment: str = ""
    fulfillment: str = ""
    channel: str = ""
    """``auto`` or ``non_auto``."""
    since: date | None = None
    until: date | None = None


def matching(wanted: Wanted) -> QuerySet[PurchaseOrder]:
    """Purchase orders that match everything but the tab, newest first."""
    rows = PurchaseOrder.objects.all()
    if wanted.supplier_id:
        rows = rows.filter(supplier_id=wanted.supplier_id)
    if wanted.store_id:
        rows = rows.filter(order__store_id=wanted.store_id)
    if wanted.payment:
        rows = rows.filter(payment_state=wanted.payment)
    if wanted.fulfillment:
        rows = rows.filter(fulfillment_state=wanted.fulfillment)
    if wanted.channel:
        rows = rows.filter(auto_order=wanted.channel == "auto")
    if wanted.since:
        rows = rows.filter(created_at__gte=_midnight(wanted.since))
    if wanted.until:
        rows = rows.filter(created_at__lte=datetime.combine(wanted.until, time.max, ZoneInfo("UTC")))
    if wanted.query:
        rows = rows.filter(_search(wanted.query))
    return rows.order_by("-created_at", "-id")


def tab_counts(rows: QuerySet[PurchaseOrder]) -> dict[str, int]:
    """How many of these rows each tab holds, in one statement."""
    counts = {name: Count("pk", filter=condition) for name, condition in TABS.items()}
    found: dict[str, int] = rows.order_by().aggregate(**counts)
    return found


def in_tab(rows: QuerySet[PurchaseOrder], tab: str) -> QuerySet[PurchaseOrder]:
    """The rows of one tab, with what a list shows of them."""
    return with_details(rows.filter(TABS[tab]))


def with_details(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """The same rows with all that a page shows of each, in a fixed number of statements."""
    return rows.select_related("order", "order__store", "supplier").prefetch_related(
        "lines__order_line", "lines__product", "shipments"
    )


def _search(words: str) -> Q:
    """Every word must be found in a number, the customer, an SKU or a tracking number."""
    condition = Q()
    for word in words.split()[:6]:
        lines = PurchaseOrderLine.objects.filter(purchase_order=OuterRef("pk"), sku__icontains=word)
        condition &= (
            Q(number__icontains=word)
            | Q(store_number__icontains=word)
            | Q(supplier_number__icontains=word)
            | Q(order__customer_name__icontains=word)
            | Q(order__customer_email__icontains=word)
            | Q(pk__in=_shipped_under(word))
            | Q(Exists(lines))
        )
    return condition


def _shipped_under(number: str) -> QuerySet[PurchaseOrder, UUID]:
    return PurchaseOrder.objects.filter(shipments__tracking_numbers__icontains=number).values_list("pk", flat=True)


def unmatched_lines(order_id: UUID) -> list[OrderLine]:
    """Lines of an order that no purchase order covers because no listing ties them to a product."""
    return list(OrderLine.objects.filter(order_id=order_id, match="unmatched", quantity__gt=0).order_by("id"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo("UTC"))
