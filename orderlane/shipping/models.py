"""Shipments: parcels with their tracking numbers; fulfillments: what the store is told about them; and its requests."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from orderlane.ports.stores import Tracking
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderPart
from orderlane.shipping.states import CancellationStatus, FulfillmentStatus
from orderlane.tenants.models import Organization, TenantModel

DEFAULT_HOURS = 24
TYPED_HERE = "portal:"
"""Begins the id of a parcel that no supplier's system gave one."""


class Shipment(PurchaseOrderPart):
    """One parcel of a purchase order, from the supplier's store, the portal, or typed in by the retailer."""

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="shipments")
    external_id = models.CharField(max_length=200)
    """The supplier's own id of the parcel, or ``portal:<id>`` when typed in here."""
    carrier = models.CharField(max_length=100, blank=True)
    tracking_numbers = models.JSONField(default=list)
    tracking_urls = models.JSONField(default=list)
    links = models.JSONField(default=dict)
    """Every link this parcel has had → the carrier and number it came with: once corrected, it is not used again."""
    shipped_at = models.DateTimeField()
    external_updated_at = models.DateTimeField()
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "purchase_order", "external_id"], name="shipment_once")
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {', '.join(self.tracking_numbers)}"

    @property
    def tracking(self) -> Tracking:
        """How the parcel is followed."""
        return Tracking(self.carrier, tuple(self.tracking_numbers), tuple(self.tracking_urls))


class ShipmentLine(PurchaseOrderPart):
    """How many pieces of a purchase order line lie in a parcel."""

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="+")
    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    line = models.ForeignKey(PurchaseOrderLine, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "shipment", "line"], name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_has_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.title}"


class ParcelRecord(PurchaseOrderPart):
    """Base of what a store is told about one shipment: due, being pushed, or there."""

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="%(class)ss")
    shipment = models.OneToOneField(Shipment, models.PROTECT, related_name="%(class)s")
    status = models.CharField(max_length=16, choices=[(s, s) for s in FulfillmentStatus], default=FulfillmentStatus.DUE)
    reason = models.CharField(max_length=80, blank=True)
    external_ids = models.JSONField(default=list)
    """The store's fulfillments of this parcel: one per location the store ships its lines from."""
    told_numbers = models.JSONField(default=list)
    """The tracking numbers of the last push, written down before it: how an unclear one is recognized there."""
    fence = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    """When the next step is due: a push, a look-up, or the end of a pushing lease."""
    pushed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Fulfillment(ParcelRecord):
    """The retailer's store's record of one shipment."""

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(status__in=["due", "pushing", "outcome_unknown"]),
                name="fulfillment_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment} in the store"


class SupplierRecord(ParcelRecord):
    """The supplier's own store's record of a shipment that the supplier typed in here."""

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(status__in=["due", "pushing", "outcome_unknown"]),
                name="supplier_record_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shipment} in the supplier's store"


class RequestSettings(TenantModel):
    """How long a retailer lets a *Request fulfillment* of its store wait for payment."""

    tenant_fields = ("retailer",)

    retailer = models.OneToOneField(Organization, models.CASCADE, related_name="+")
    unpaid_hours = models.PositiveSmallIntegerField(default=DEFAULT_HOURS)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unpaid_hours__gte=1, unpaid_hours__lte=720), name="request_hours_sane")
        ]

    def __str__(self) -> str:
        return f"{self.unpaid_hours} h"


class TrackingPageSettings(TenantModel):
    """How the tracking pages of a retailer's customers look."""

    tenant_fields = ("retailer",)

    retailer = models.OneToOneField(Organization, models.CASCADE, related_name="+")
    shown_name = models.CharField(max_length=120, blank=True, default="")
    """Whom customers know as their store; empty for the organization's own name."""
    color = models.CharField(max_length=7, default="#1b1b19")
    text_color = models.CharField(max_length=7, default="#ffffff")
    """Of what is written on ``color``."""
    contact_email = models.EmailField(blank=True, default="")
    logo = models.BinaryField(default=bytes)
    """A PNG made here from what was uploaded; empty when there is none."""

    def __str__(self) -> str:
        return self.color


class CancellationRequest(PurchaseOrderPart):
    """The retailer asked, here or in its store, to cancel what its supplier has; the supplier answers."""

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="cancellation_requests")
    work_external_id = models.CharField(max_length=200, blank=True)
    """The store's own work that it is about; empty when it was asked for here."""
    asked_at = models.DateTimeField()
    message = models.CharField(max_length=500, blank=True)
    status = models.CharField(
        max_length=10, choices=[(s, s) for s in CancellationStatus], default=CancellationStatus.ASKED
    )
    answer = models.CharField(max_length=500, blank=True)
    """What the supplier wrote beside its answer."""
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "purchase_order", "work_external_id", "asked_at"], name="cancellation_asked_once"
            )
        ]

    def __str__(self) -> str:
        return f"cancel {self.purchase_order}"
