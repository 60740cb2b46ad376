"""Reads of the shipping room."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState
from orderlane.shipping.models import (
    DEFAULT_HOURS,
    TYPED_HERE,
    Fulfillment,
    RequestSettings,
    Shipment,
    SupplierRecord,
)
from orderlane.shipping.states import FulfillmentStatus

WAITING = (FulfillmentStatus.DUE, FulfillmentStatus.PUSHING, FulfillmentStatus.OUTCOME_UNKNOWN)
"""What still has to be told, is being told, or may have been told to the store."""

BATCH = 200


def unpaid_hours(retailer_id: UUID) -> int:
    """How many hours a *Request fulfillment* may wait for payment."""
    settings = RequestSettings.objects.filter(retailer_id=retailer_id).first()
    return settings.unpaid_hours if settings else DEFAULT_HOURS


def request_limit(retailer_id: UUID) -> timedelta:
    """The same, as a span of time."""
    return timedelta(hours=unpaid_hours(retailer_id))


def orders_in_question(store_id: UUID, accepted: Collection[str]) -> list[str]:
    """External ids of a store's orders whose purchase orders may not show what the store shows.

    Those in progress that are not at their supplier (the request may have been taken back), and those of the
    ``accepted`` orders that do not show it.
    """
    state = Q(fulfillment_state=FulfillmentState.IN_PROGRESS) & ~Q(forwarding_state=ForwardingState.DELIVERED)
    state |= Q(fulfillment_state=FulfillmentState.UNFULFILLED, order__external_id__in=accepted)
    rows = PurchaseOrder.objects.filter(state, order__store_id=store_id)
    return list(rows.order_by("order__external_id").values_list("order__external_id", flat=True).distinct())


def due_parcels(store_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """The parcels a store has to be told about now, longest due first: shipment and order of each, a batch at most."""
    due = Fulfillment.objects.filter(purchase_order__store_id=store_id, status__in=WAITING, due_at__lte=now)
    return list(due.order_by("due_at", "id").values_list("shipment_id", "purchase_order__order_id")[:BATCH])


def parcels_known_there(purchase_order_id: UUID) -> dict[str, datetime]:
    """The ids that live parcels of a purchase order have in the supplier's store, with the time of its last word.

    Those that the store told, and those that we wrote into it for a parcel typed in here.
    """
    live = Shipment.objects.filter(purchase_order_id=purchase_order_id, canceled_at__isnull=True)
    told = live.exclude(external_id__startswith=TYPED_HERE)
    known = dict(told.values_list("external_id", "external_updated_at"))
    for record in SupplierRecord.objects.filter(shipment__in=live).select_related("shipment"):
        known |= dict.fromkeys(record.external_ids, record.shipment.external_updated_at)
    return known
