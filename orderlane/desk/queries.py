"""What is stuck, read across the rooms: derived from the states themselves, so that nothing can be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, Min, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from orderlane.audit.models import AuditEntry
from orderlane.inbox.models import InboundMessage
from orderlane.inbox.states import MessageStatus
from orderlane.orders.models import LineMatch, OrderLine
from orderlane.payments.models import Payment, PaymentClaim
from orderlane.payments.queries import ODD
from orderlane.payments.states import PaymentStatus
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.queries import REFUNDED_IN_DOUBT
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.models import Fulfillment
from orderlane.shipping.states import FulfillmentStatus
from orderlane.stores.actions.note_store_state import BY_A_MEMBER
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus

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
    """Paid purchase orders that need a person before their supplier can have them."""
    stuck = _open_purchase_orders().filter(forwarding_state=ForwardingState.NEEDS_ATTENTION)
    return stuck.exclude(payment_state=PaymentState.REFUNDED).order_by("created_at")


def refunded() -> QuerySet[PurchaseOrder]:
    """Purchase orders whose money is back, and that lie at their supplier unshipped or never went there."""
    return _open_purchase_orders().filter(REFUNDED_IN_DOUBT).order_by("created_at")


def rejected() -> QuerySet[PurchaseOrder]:
    """Paid purchase orders that their supplier canceled and has not given the money back for."""
    canceled = _open_purchase_orders().filter(forwarding_state=ForwardingState.REJECTED)
    return canceled.exclude(payment_state=PaymentState.REFUNDED).order_by("created_at")


def forwarding_unknown() -> QuerySet[PurchaseOrder]:
    """Paid purchase orders whose sending ended without an answer; they are looked up by themselves."""
    return _open_purchase_orders().filter(forwarding_state=ForwardingState.OUTCOME_UNKNOWN).order_by("created_at")


def changed_in_store() -> QuerySet[PurchaseOrder]:
    """Paid purchase orders whose order the store changed or canceled afterwards."""
    return _open_purchase_orders().filter(changed_in_store_at__isnull=False).order_by("changed_in_store_at")


def payments_odd() -> QuerySet[Payment]:
    """Payments that do not match what was to be paid, that arrived twice, or whose refunds do not add up."""
    return Payment.objects.filter(ODD).select_related("supplier").order_by("started_at")


def payments_unknown() -> QuerySet[Payment]:
    """Payments whose outcome the provider has not told yet."""
    return (
        Payment.objects.filter(status=PaymentStatus.OUTCOME_UNKNOWN).select_related("supplier").order_by("started_at")
    )


def not_in_store() -> QuerySet[Fulfillment]:
    """Parcels that the store refused to record."""
    return (
        Fulfillment.objects.filter(status=FulfillmentStatus.NEEDS_ATTENTION)
        .select_related("purchase_order", "shipment")
        .order_by("due_at")
    )


def parcels_refused() -> QuerySet[PurchaseOrder]:
    """Purchase orders of which a parcel could not be recorded and which are not wholly shipped otherwise."""
    refused = AuditEntry.objects.filter(about_id=OuterRef("pk"), action="shipment.refused")
    rows = _open_purchase_orders().filter(Exists(refused)).exclude(fulfillment_state=FulfillmentState.FULFILLED)
    return rows.order_by("created_at")


def messages_quarantined() -> QuerySet[InboundMessage]:
    """Well-signed webhooks that could not be acted on."""
    return InboundMessage.objects.filter(status=MessageStatus.QUARANTINED).order_by("received_at")


def stores_disconnected() -> QuerySet[Store]:
    """Stores we can no longer talk to, except those disconnected on purpose."""
    return Store.objects.filter(status=StoreStatus.DISCONNECTED).exclude(status_reason=BY_A_MEMBER).order_by("name")


_REASONS: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "payment_odd": payments_odd,
    "payment_unknown": payments_unknown,
    "forwarding_stuck": forwarding_stuck,
    "refunded": refunded,
    "rejected": rejected,
    "forwarding_unknown": forwarding_unknown,
    "changed_in_store": changed_in_store,
    "parcel_refused": parcels_refused,
    "not_in_store": not_in_store,
    "store_disconnected": stores_disconnected,
    "unmatched": unmatched_variants,
    "message_quarantined": messages_quarantined,
}


def everything_stuck() -> list[Stuck]:
    """All reasons that have something, worst first, in the current scope."""
    return _found(_REASONS)


def told_by_mail(now: datetime) -> list[Stuck]:
    """The same, and what members hear of although it is no reason of the desk: it may yet settle itself."""
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


def attention_count() -> int:
    """How many things are stuck."""
    return sum(rows().count() for rows in _REASONS.values())


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
