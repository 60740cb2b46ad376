"""Reads of the shipping room."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.fields.json import KT

from orderlane.audit.models import AuditEntry
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState
from orderlane.shipping.models import (
    DEFAULT_HOURS,
    TYPED_HERE,
    CancellationRequest,
    Fulfillment,
    RequestSettings,
    Shipment,
    ShipmentLine,
    SupplierRecord,
    TrackingPageSettings,
)
from orderlane.shipping.states import CancellationStatus, FulfillmentStatus

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


PARCEL_REFUSED = "shipment.refused"


def open_refusals() -> QuerySet[AuditEntry]:
    """Why parcels could not be recorded, as far as the same parcel was not recorded or corrected afterwards."""
    parcel = Shipment.objects.filter(
        purchase_order_id=OuterRef(OuterRef("about_id")), external_id=OuterRef(OuterRef("parcel"))
    )
    mended = AuditEntry.objects.filter(
        about_type="shipment", about_id__in=parcel.values("pk"), at__gt=OuterRef("at"), action__in=_MENDED
    )
    refused = AuditEntry.objects.filter(action=PARCEL_REFUSED).annotate(parcel=KT("detail__parcel"))
    return refused.filter(~Exists(mended)).order_by("at")


_MENDED = ["shipment.recorded", "shipment.corrected"]


def wishes_waiting() -> QuerySet[CancellationRequest]:
    """Wishes to cancel that their supplier has not answered, longest waiting first."""
    return CancellationRequest.objects.filter(status=CancellationStatus.ASKED).order_by("asked_at")


def tracking_page_settings(retailer_id: UUID) -> TrackingPageSettings:
    """How a retailer's tracking pages look; a row that is not saved when nothing was chosen yet."""
    found = TrackingPageSettings.objects.filter(retailer_id=retailer_id).first()
    return found or TrackingPageSettings(retailer_id=retailer_id)


def parcels_of_order(order_id: UUID) -> list[Shipment]:
    """Every parcel of an order, whichever supplier sent it, with its lines; canceled ones are left out."""
    lines = ShipmentLine.objects.select_related("line__order_line").order_by("id")
    rows = Shipment.objects.filter(purchase_order__order_id=order_id, canceled_at__isnull=True)
    return list(rows.prefetch_related(Prefetch("lines", queryset=lines)).order_by("shipped_at", "id"))


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
