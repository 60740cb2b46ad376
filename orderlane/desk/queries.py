"""What is stuck, read across the rooms: derived from the states themselves, so that nothing can be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from orderlane.audit.models import AuditEntry
from orderlane.inbox.models import InboundMessage
from orderlane.inbox.states import MessageStatus
from orderlane.orders.models import LineMatch, OrderLine
from orderlane.payments.models import Payment
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


@dataclass(frozen=True, slots=True)
class Stuck:
    """One reason why things are stuck, with those things, oldest first."""

    reason: str
    rows: Sequence[Any]


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
    return _unsettled().filter(shipment__canceled_at__isnull=True)


def taken_back() -> QuerySet[Fulfillment]:
    """Parcels that the supplier took back after the store had been told."""
    return _unsettled().filter(shipment__canceled_at__isnull=False)


def _unsettled() -> QuerySet[Fulfillment]:
    rows = Fulfillment.objects.filter(status=FulfillmentStatus.NEEDS_ATTENTION)
    return rows.select_related("purchase_order", "shipment").order_by("due_at")


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
    "taken_back": taken_back,
    "store_disconnected": stores_disconnected,
    "unmatched": unmatched_variants,
    "message_quarantined": messages_quarantined,
}


def everything_stuck() -> list[Stuck]:
    """All reasons that have something, worst first, in the current scope."""
    found = [Stuck(reason, list(rows()[:MOST_PER_REASON])) for reason, rows in _REASONS.items()]
    return [stuck for stuck in found if stuck.rows]


def attention_count() -> int:
    """How many things are stuck."""
    return sum(rows().count() for rows in _REASONS.values())


def _open_purchase_orders() -> QuerySet[PurchaseOrder]:
    return PurchaseOrder.objects.filter(archived_at__isnull=True).select_related("supplier", "order")
