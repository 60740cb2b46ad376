"""Orders and order lines as stores sent them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from orderlane.catalog.models import Product
from orderlane.kernel.address import Address
from orderlane.kernel.ids import new_secret
from orderlane.kernel.money import Money
from orderlane.orders.states import ImportStatus
from orderlane.ports.stores import FinancialState
from orderlane.stores.models import Store
from orderlane.tenants.models import Organization, TenantModel


class Order(TenantModel):
    """What a customer bought in a store, in its latest accepted version."""

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200)
    number = models.CharField(max_length=60)
    customer_name = models.CharField(max_length=200, blank=True)
    customer_email = models.CharField(max_length=254, blank=True)
    ship_to_fields = models.JSONField(default=dict)
    financial_state = models.CharField(max_length=10, choices=[(s, s) for s in FinancialState])
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_test = models.BooleanField(default=False)
    placed_at = models.DateTimeField()
    canceled_at = models.DateTimeField(null=True)
    purchase_order = models.CharField(max_length=60, blank=True, default="")
    """The number of the purchase order that this order *is*: we placed it there, and nothing is bought for it."""
    external_updated_at = models.DateTimeField()
    """The store's own version of this order; an older one never overwrites a newer one."""
    received_at = models.DateTimeField()
    version_hash = models.CharField(max_length=64, default="")
    """Fingerprint of what the store told last: stores count changes in whole seconds, so a time alone cannot tell."""
    split_at = models.DateTimeField(null=True)
    """When purchase orders were split from this version; empty while that is still to be done."""
    language = models.CharField(max_length=2, blank=True, default="")
    """The customer's, as the store tells it (``fr``); empty when it does not."""
    tracking_token = models.CharField(max_length=64, null=True, default=new_secret)
    """Opens the customer's tracking page to whoever holds it; empty once the link was withdrawn."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "store", "external_id"], name="order_once"),
            models.UniqueConstraint(fields=["tracking_token"], name="tracking_token_once"),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(split_at__isnull=True),
                name="order_not_split",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ship_to(self) -> Address:
        """Where the customer wants the parcel."""
        return Address.from_json(self.ship_to_fields)

    @property
    def total(self) -> Money:
        """What the customer paid, in the store's currency."""
        return Money(self.total_minor, self.currency)


class OrderImport(TenantModel):
    """The reading of a store's earlier orders: how far it has come, so that it continues where it stopped."""

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    """Orders changed at or after this moment are read."""
    cursor = models.TextField(blank=True)
    """The platform's word for the next page."""
    status = models.CharField(max_length=8, choices=[(s, s) for s in ImportStatus], default=ImportStatus.RUNNING)
    reason = models.CharField(max_length=80, blank=True)
    seen_count = models.PositiveIntegerField(default=0)
    received_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    progress_at = models.DateTimeField()
    """When a page was last read; a running import that stands still is woken."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["retailer", "store"], condition=Q(status="running"), name="one_import_per_store"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store}: {self.seen_count}"


class LineMatch(models.TextChoices):
    """Whether a line can be ordered from a supplier."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"
    OWN_GOODS = "own_goods"
    NOT_SHIPPED = "not_shipped"
    """Gift cards, services and downloads: nothing to send."""
    PLACED_BY_US = "placed_by_us"
    """A line of a purchase order that we placed in this store: bought already, by whom it was placed for."""


class OrderLine(TenantModel):
    """One line of an order, with the supplier product that fills it."""

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    external_id = models.CharField(max_length=200)
    variant_id = models.CharField(max_length=200, blank=True)
    sku = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=300)
    variant_title = models.CharField(max_length=300, blank=True)
    picture_url = models.URLField(max_length=500, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    fulfilled_quantity = models.PositiveIntegerField(default=0)
    """How many of them the store says have been shipped, whoever shipped them."""
    ship_to_fields = models.JSONField(null=True)
    """Where this line goes, when the order has several addresses; empty for the order's own."""
    requires_shipping = models.BooleanField(default=True)
    match = models.CharField(max_length=12, choices=LineMatch.choices, default=LineMatch.UNMATCHED)
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["retailer", "order", "external_id"], name="order_line_once")]
        indexes = [
            models.Index(fields=["retailer", "sku"], condition=Q(match="unmatched"), name="order_line_unmatched"),
            models.Index(fields=["retailer", "variant_id"], name="order_line_variant"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"
