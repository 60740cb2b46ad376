"""Reads of purchase orders for the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.utils.timezone import get_current_timezone

from orderlane.orders.models import LineMatch, Order, OrderLine
from orderlane.purchasing.models import CANCELED, PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.states import HELD, ForwardingState, FulfillmentState, PaymentState

_NOT_ARCHIVED = Q(archived_at__isnull=True)
REFUNDED_IN_DOUBT = (
    Q(payment_state=PaymentState.REFUNDED)
    & ~Q(forwarding_state__in=[ForwardingState.NOT_DUE, ForwardingState.REJECTED])
    & ~Q(fulfillment_state=FulfillmentState.FULFILLED)
    & ~Q(forwarding_state=ForwardingState.NEEDS_ATTENTION, forwarding_reason=CANCELED)
)
"""The money is back: whether the supplier has canceled the goods as well is a person's to ask."""
HELD_BACK = ("changed_in_store", CANCELED)
"""Reasons with which a paid purchase order was kept from its supplier, whose system has refused nothing."""
OUTSIDE = "outside"
"""In place of a payment state: ordered on the supplier's own site (:attr:`PurchaseOrder.ordered_outside`)."""
_OUTSIDE = Q(auto_order=False, payment_state=PaymentState.UNPAID, forwarded_at__isnull=False)

TABS: dict[str, Q] = {
    "all": _NOT_ARCHIVED,
    "unpaid": _NOT_ARCHIVED & Q(payment_state__in=[PaymentState.UNPAID, PaymentState.PAYING]) & ~_OUTSIDE,
    "paid": _NOT_ARCHIVED & Q(payment_state__in=[PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED]),
    "unfulfilled": _NOT_ARCHIVED & ~Q(fulfillment_state=FulfillmentState.FULFILLED),
    "fulfilled": _NOT_ARCHIVED & Q(fulfillment_state=FulfillmentState.FULFILLED),
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
    """Purchase orders that match everything but the tab."""
    rows = PurchaseOrder.objects.all()
    if wanted.supplier_id:
        rows = rows.filter(supplier_id=wanted.supplier_id)
    if wanted.store_id:
        rows = rows.filter(store_id=wanted.store_id)
    if wanted.payment == OUTSIDE:
        rows = rows.filter(_OUTSIDE)
    elif wanted.payment:
        rows = rows.filter(payment_state=wanted.payment).exclude(_OUTSIDE)
    if wanted.fulfillment:
        rows = rows.filter(fulfillment_state=wanted.fulfillment)
    if wanted.channel:
        rows = rows.filter(auto_order=wanted.channel == "auto")
    if wanted.since:
        rows = rows.filter(created_at__gte=_midnight(wanted.since))
    if wanted.until:
        rows = rows.filter(created_at__lt=_midnight(wanted.until) + timedelta(days=1))
    if wanted.query:
        rows = rows.filter(_search(wanted.query))
    return rows


def apart(wanted: Wanted) -> QuerySet[Order]:
    """Orders of which no supplier gets anything: own goods, nothing to ship, or lines that wait for a product.

    They are neither paid nor forwarded here, so that a filter by any of that leaves them out.
    """
    if wanted.supplier_id or wanted.payment or wanted.fulfillment or wanted.channel:
        return Order.objects.none()
    bought = PurchaseOrder.objects.filter(order=OuterRef("pk"))
    rows = Order.objects.filter(~Exists(bought), split_at__isnull=False)
    if wanted.store_id:
        rows = rows.filter(store_id=wanted.store_id)
    if wanted.since:
        rows = rows.filter(received_at__gte=_midnight(wanted.since))
    if wanted.until:
        rows = rows.filter(received_at__lt=_midnight(wanted.until) + timedelta(days=1))
    for word in wanted.query.split()[:MOST_WORDS]:
        lines = OrderLine.objects.filter(order=OuterRef("pk"), sku__icontains=word)
        named = Q(number__icontains=word) | Q(customer_name__icontains=word) | Q(customer_email__icontains=word)
        rows = rows.filter(named | Q(Exists(lines)))
    return rows


def tab_counts(wanted: Wanted) -> dict[str, int]:
    """How many rows each tab holds."""
    counts = {name: Count("pk", filter=condition) for name, condition in TABS.items()}
    found: dict[str, int] = matching(wanted).order_by().aggregate(**counts)
    found["all"] += apart(wanted).count()
    return found


Key = tuple[datetime, UUID, bool]
"""A row of the list: since when it is here, its id, and whether it is an order apart instead of a purchase order."""


def keys_in_tab(wanted: Wanted) -> QuerySet[PurchaseOrder, Key]:
    """The keys of a tab's rows, newest first, to be cut into pages; :func:`rows_of` fetches what they stand for."""
    bought = matching(wanted).filter(TABS[wanted.tab]).order_by()
    keys = bought.annotate(at=F("created_at"), apart=Value(False)).values_list("at", "pk", "apart")
    if wanted.tab == "all":
        others = apart(wanted).annotate(at=F("received_at"), apart=Value(True)).values_list("at", "pk", "apart")
        keys = keys.union(others, all=True)
    return keys.order_by("-at", "-pk")


def rows_of(keys: Iterable[Key]) -> list[PurchaseOrder | Order]:
    """Purchase orders and orders apart with what a list shows of each, in the order of their keys."""
    wanted = list(keys)
    found: dict[UUID, PurchaseOrder | Order] = {}
    bought = PurchaseOrder.objects.filter(pk__in=[pk for _, pk, is_apart in wanted if not is_apart])
    found |= {po.pk: po for po in with_details(bought)}
    others = Order.objects.filter(pk__in=[pk for _, pk, is_apart in wanted if is_apart])
    found |= {order.pk: order for order in others.select_related("store").prefetch_related("lines")}
    return [found[pk] for _, pk, _ in wanted if pk in found]


def with_details(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """The same rows with all that a page shows of each, in a fixed number of statements."""
    return rows.select_related("order", "order__store", "supplier").prefetch_related(
        "lines__order_line", "lines__product", "shipments"
    )


MOST_WORDS = 6


def _search(words: str) -> Q:
    """Every word must be found in a number, the customer, an SKU or a tracking number."""
    condition = Q()
    for word in words.split()[:MOST_WORDS]:
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


@dataclass(frozen=True, slots=True)
class StoreChange:
    """How the store's order differs now from what is being paid, or was."""

    canceled: bool
    moved: bool
    """Whether the parcel would go elsewhere."""
    fewer: Sequence[tuple[str, int, int]]
    """Title, pieces bought and pieces wanted now, of each product of which fewer are wanted."""
    paying: bool
    """Whether the payment is still open."""
    before_payment: bool
    """Whether the store changed it before the money had moved."""
    held: bool
    """Whether it is still here, and goes to the supplier only when somebody says so."""


def store_change(po: PurchaseOrder, agreed: dict[str, str] | None) -> StoreChange | None:
    """The change that waits for a decision, ``agreed`` being the address paid for; None when none does."""
    paying = po.payment_state == PaymentState.PAYING
    moved = agreed is not None and po.moved_from(agreed)
    flagged = po.changed_in_store_at
    if flagged is None and not (paying and moved):
        return None
    lines = [(line.title, line.quantity, line.order_line.quantity) for line in po.lines.all()]
    return StoreChange(
        canceled=po.order.canceled_at is not None,
        moved=moved,
        fewer=[(title, bought, wanted) for title, bought, wanted in lines if wanted < bought],
        paying=paying,
        before_payment=flagged is not None and po.released_at is not None and flagged <= po.released_at,
        held=po.forwarding_state in HELD,
    )


def paid_and_unshipped(store_id: UUID) -> QuerySet[PurchaseOrder]:
    """Paid purchase orders for a store's customers whose parcels have not all left."""
    paid = PurchaseOrder.objects.filter(
        store_id=store_id, payment_state__in=[PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED]
    )
    return paid.exclude(fulfillment_state=FulfillmentState.FULFILLED).exclude(forwarding_state=ForwardingState.REJECTED)


def lines_apart(order_id: UUID) -> list[OrderLine]:
    """Lines of an order that no purchase order covers: own goods, nothing to ship, or not matched yet."""
    rows = OrderLine.objects.filter(order_id=order_id, quantity__gt=0).exclude(match=LineMatch.MATCHED)
    return list(rows.order_by("id"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, get_current_timezone())
