"""What is stuck, read across the rooms: derived from the states themselves, so that nothing can be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from orderlane.inbox.models import InboundMessage
from orderlane.inbox.states import MessageStatus
from orderlane.orders.models import LineMatch, OrderLine
from orderlane.payments.models import Payment, PaymentClaim
from orderlane.payments.queries import ODD, UNKNOWN
from orderlane.payments.states import PaymentStatus
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.queries import HELD_BACK, REFUNDED_IN_DOUBT
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.actions.record_shipment import SHIPPED_ANYWAY
from orderlane.shipping.models import CancellationRequest, Fulfillment, SupplierRecord
from orderlane.shipping.queries import open_refusals, wishes_waiting
from orderlane.shipping.states import FulfillmentStatus
from orderlane.stores.actions.note_store_state import BY_A_MEMBER
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import OrganizationKind

MOST_PER_REASON = 200
DECLINED_FOR = timedelta(days=2)
LATE_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Stuck:
    """One reason why things are stuck, with those things, oldest first."""

    reason: str
    rows: Sequence[Any]
    """At most :data:`MOST_PER_REASON` of them."""
    count: int = 0
    """How many there are."""


def unmatched_variants() -> QuerySet[OrderLine, Any]:
    """Variants that no listing ties to a product, with how many lines wait and since when."""
    return (
        OrderLine.objects.filter(match=LineMatch.UNMATCHED, quantity__gt=0, order__canceled_at__isnull=True)
        .values("order__store_id", "order__store__name", "variant_id", "sku", "title", "variant_title")
        .annotate(waiting_count=Count("pk"), since=Min("order__placed_at"))
        .order_by("since")
    )


def forwarding_stuck() -> QuerySet[PurchaseOrder]:
    """Paid purchase orders that their supplier's system did not take."""
    return _not_sent().exclude(forwarding_reason__in=HELD_BACK)


def held_back() -> QuerySet[PurchaseOrder]:
    """Paid purchase orders that were changed or canceled before their supplier had them."""
    return _not_sent().filter(forwarding_reason__in=HELD_BACK)


def _not_sent() -> QuerySet[PurchaseOrder]:
    stuck = _open_purchase_orders().filter(forwarding_state=ForwardingState.NEEDS_ATTENTION)
    return stuck.exclude(payment_state=PaymentState.REFUNDED).order_by("created_at")


def refunded() -> QuerySet[PurchaseOrder]:
    """Purchase orders whose money is back, and that lie at their supplier unshipped or never went there."""
    return _open_purchase_orders().filter(REFUNDED_IN_DOUBT).order_by("created_at")


def rejected() -> QuerySet[PurchaseOrder]:
    """Paid purchase orders that their supplier canceled and has neither shipped nor given the money back for."""
    canceled = _open_purchase_orders().filter(forwarding_state=ForwardingState.REJECTED)
    canceled = canceled.exclude(payment_state=PaymentState.REFUNDED).filter(~Exists(_of(shipped_anyway())))
    return canceled.exclude(fulfillment_state=FulfillmentState.FULFILLED).order_by("created_at")


def shipped_anyway() -> QuerySet[Fulfillment]:
    """Parcels of goods that the supplier had canceled: whether the store is told is for a person to say."""
    return _untold().filter(reason=SHIPPED_ANYWAY)


def forwarding_unknown() -> QuerySet[PurchaseOrder]:
    """Paid purchase orders whose sending ended without an answer; they are looked up by themselves."""
    return _open_purchase_orders().filter(forwarding_state=ForwardingState.OUTCOME_UNKNOWN).order_by("created_at")


def changed_in_store() -> QuerySet[PurchaseOrder]:
    """Purchase orders whose order the store changed or canceled while they were being paid, or afterwards.

    What is held for that, given back or canceled has a row of its own.
    """
    changed = _open_purchase_orders().filter(changed_in_store_at__isnull=False).exclude(REFUNDED_IN_DOUBT)
    settled = [ForwardingState.NEEDS_ATTENTION, ForwardingState.REJECTED]
    changed = changed.exclude(forwarding_state__in=settled).prefetch_related("lines__order_line")
    return changed.order_by("changed_in_store_at")


def payments_odd() -> QuerySet[Payment]:
    """Payments that do not match what was to be paid, that arrived twice, or whose refunds do not add up."""
    return Payment.objects.filter(ODD).select_related("supplier").order_by("started_at")


def payments_unknown() -> QuerySet[Payment]:
    """Payments whose outcome the provider has not told yet."""
    return Payment.objects.filter(UNKNOWN).select_related("supplier").order_by("started_at")


def not_in_store() -> QuerySet[Fulfillment]:
    """Parcels that the store refused to record."""
    return _untold().exclude(reason=SHIPPED_ANYWAY).filter(shipment__canceled_at__isnull=True)


def taken_back() -> QuerySet[Fulfillment]:
    """Parcels that the supplier took back, and that the store still shows because it does not let go of them."""
    return _untold().filter(shipment__canceled_at__isnull=False)


def _untold() -> QuerySet[Fulfillment]:
    rows = Fulfillment.objects.filter(status=FulfillmentStatus.NEEDS_ATTENTION)
    return rows.select_related("purchase_order", "shipment").order_by("due_at")


def not_in_own_store() -> QuerySet[SupplierRecord]:
    """Parcels typed in here that the supplier's own store refused to record: it may ship them once more."""
    rows = SupplierRecord.objects.filter(status=FulfillmentStatus.NEEDS_ATTENTION, shipment__canceled_at__isnull=True)
    return rows.select_related("purchase_order__retailer", "shipment").order_by("due_at")


def to_answer() -> QuerySet[CancellationRequest]:
    """Wishes to cancel that wait for the supplier's answer."""
    return wishes_waiting().select_related("purchase_order__retailer")


def _of(rows: QuerySet[Fulfillment]) -> QuerySet[Fulfillment]:
    return rows.filter(purchase_order_id=OuterRef("pk"))


def parcels_refused() -> QuerySet[PurchaseOrder]:
    """Purchase orders of which a parcel could not be recorded and which are not wholly shipped otherwise."""
    refused = open_refusals().filter(about_id=OuterRef("pk"))
    why, since = (Subquery(refused.values(name)[:1]) for name in ("reason", "at"))
    rows = _open_purchase_orders().annotate(refused_because=why, refused_at=since)
    rows = rows.filter(refused_at__isnull=False).exclude(fulfillment_state=FulfillmentState.FULFILLED)
    return rows.order_by("refused_at")


def messages_quarantined() -> QuerySet[InboundMessage]:
    """Well-signed webhooks that could not be acted on."""
    return InboundMessage.objects.filter(status=MessageStatus.QUARANTINED).order_by("received_at")


def stores_disconnected() -> QuerySet[Store]:
    """Stores we can no longer talk to, except those disconnected on purpose."""
    return (
        Store.objects.filter(status=StoreStatus.DISCONNECTED)
        .exclude(status_reason=BY_A_MEMBER)
        .order_by(alphabetical("name"), "id")
    )


_REASONS: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "payment_odd": payments_odd,
    "payment_unknown": payments_unknown,
    "forwarding_stuck": forwarding_stuck,
    "held_back": held_back,
    "shipped_anyway": shipped_anyway,
    "refunded": refunded,
    "rejected": rejected,
    "forwarding_unknown": forwarding_unknown,
    "changed_in_store": changed_in_store,
    "parcel_refused": parcels_refused,
    "not_in_store": not_in_store,
    "taken_back": taken_back,
    "store_disconnected": stores_disconnected,
    "unmatched": unmatched_variants,
    "message_quarantined": messages_quarantined,
}


_OF_SUPPLIERS: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "to_answer": to_answer,
    "not_in_own_store": not_in_own_store,
    "store_disconnected": stores_disconnected,
}
_DESKS = {OrganizationKind.RETAILER: _REASONS, OrganizationKind.SUPPLIER: _OF_SUPPLIERS}


def everything_stuck(kind: OrganizationKind = OrganizationKind.RETAILER) -> list[Stuck]:
    """All reasons on the desk of an organization of this kind that have something, worst first."""
    return _found(_DESKS[kind])


def told_by_mail(now: datetime) -> list[Stuck]:
    """What is stuck on a retailer's desk, and what members hear of before that: it may yet settle itself."""
    return _found({**_REASONS, "payment_declined": lambda: payments_declined(now), "supplier_late": lambda: late(now)})


def payments_declined(now: datetime) -> QuerySet[Payment]:
    """Payments that were refused within two days, while something they were meant for is still unpaid."""
    unpaid = PaymentClaim.objects.filter(
        payment=OuterRef("pk"), purchase_order__payment_state=PaymentState.UNPAID, purchase_order__archived_at=None
    )
    rows = Payment.objects.filter(Exists(unpaid), status=PaymentStatus.DECLINED, started_at__gte=now - DECLINED_FOR)
    return rows.select_related("supplier").order_by("started_at")


def late(now: datetime) -> QuerySet[PurchaseOrder]:
    """Purchase orders that their supplier has had for longer than it takes to ship, by its own word and two days."""
    days = Coalesce("supplier__supplier_profile__handling_days", 2)
    since = F("forwarded_at") + ExpressionWrapper(days * timedelta(days=1), output_field=DurationField()) + LATE_AFTER
    waiting = [FulfillmentState.UNFULFILLED, FulfillmentState.IN_PROGRESS]
    rows = _open_purchase_orders().filter(
        forwarding_state=ForwardingState.DELIVERED, fulfillment_state__in=waiting, forwarded_at__lte=now - LATE_AFTER
    )
    rows = rows.exclude(payment_state=PaymentState.REFUNDED)
    return rows.annotate(late_since=since).filter(late_since__lt=now).order_by("forwarded_at")


def attention_count(kind: OrganizationKind = OrganizationKind.RETAILER) -> int:
    """How many things are stuck."""
    return sum(rows().count() for rows in _DESKS[kind].values())


def _found(reasons: Mapping[str, Callable[[], QuerySet[Any, Any]]]) -> list[Stuck]:
    found = []
    for reason, rows in reasons.items():
        first = list(rows()[:MOST_PER_REASON])
        if first:
            count = len(first) if len(first) < MOST_PER_REASON else rows().count()
            found.append(Stuck(reason, first, count))
    return found


def _open_purchase_orders() -> QuerySet[PurchaseOrder]:
    return PurchaseOrder.objects.filter(archived_at__isnull=True).select_related("supplier", "order")
