"""Supplier products, the listings that tie a store's variants to them, and shipping profiles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from orderlane.catalog.states import UNDER_WAY, ImportStatus
from orderlane.kernel.money import Money
from orderlane.stores.models import Store
from orderlane.suppliers.models import TradingRelation
from orderlane.tenants.models import Organization, TenantModel

_PARTNERS = (
    "EXISTS (SELECT 1 FROM suppliers_tradingrelation r WHERE r.supplier_id = {table}.supplier_id "
    "AND r.retailer_id = {{tenant}})"
)


class SupplierGoods(TenantModel):
    """Base of what a supplier writes and the retailers it works with read."""

    tenant_fields = ("supplier",)

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, organization_id: UUID) -> Q:
        """The supplier, and the retailers it works with."""
        partners: Any = TradingRelation.objects.filter(retailer_id=organization_id).values("supplier_id")
        return Q(supplier_id=organization_id) | Q(supplier_id__in=partners)


class Product(SupplierGoods):
    """A thing a supplier offers, in one variant, at a wholesale price."""

    read_policy = _PARTNERS.format(table="catalog_product")

    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    sku = models.CharField(max_length=100)
    ean = models.CharField(max_length=14, blank=True)
    title = models.CharField(max_length=300)
    variant_title = models.CharField(max_length=300, blank=True)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    picture_url = models.URLField(max_length=500, blank=True)
    product_url = models.URLField(max_length=500, blank=True)
    external_variant_id = models.CharField(max_length=200, blank=True)
    """The variant in the supplier's own store, for purchase orders placed there."""
    stock_count = models.IntegerField(null=True)
    """Pieces the supplier's store had when it was last read; empty when it does not count them."""
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "sku"], name="product_once"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="product_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def price(self) -> Money:
        """Wholesale price of one piece."""
        return Money(self.price_minor, self.currency)


class ShippingProfile(SupplierGoods):
    """What a supplier charges for shipping one purchase order: one flat amount for now."""

    read_policy = _PARTNERS.format(table="catalog_shippingprofile")

    supplier = models.OneToOneField(Organization, models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gte=0), name="shipping_not_negative")]

    def __str__(self) -> str:
        return str(self.amount)

    @property
    def amount(self) -> Money:
        """Shipping of one purchase order."""
        return Money(self.amount_minor, self.currency)


class Listing(TenantModel):
    """A store's variant tied to a supplier product: what makes an order line orderable.

    No product means the retailer ships this variant itself.
    """

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    variant_id = models.CharField(max_length=200)
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["retailer", "store", "variant_id"], name="listing_once")]

    def __str__(self) -> str:
        return self.variant_id


class GoodsImport(TenantModel):
    """One reading of the goods of a supplier's own store, and how far it has come."""

    tenant_fields = ("supplier",)

    supplier = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    status = models.CharField(max_length=8, choices=[(s, s) for s in ImportStatus], default=ImportStatus.WAITING)
    reason = models.CharField(max_length=80, blank=True)
    read_count = models.PositiveIntegerField(default=0)
    left_out_count = models.PositiveIntegerField(default=0)
    """Goods without a SKU, by which no order could name them."""
    cursor = models.TextField(blank=True)
    """Where the next page begins, in the platform's own words."""
    fence = models.PositiveIntegerField(default=0)
    """Grows with every worker that takes it up; who holds an older number may write nothing."""
    tries_count = models.PositiveSmallIntegerField(default=0)
    """Since the last page."""
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    """When it is looked at again, should its job be lost; empty once it has ended."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier"], condition=Q(status__in=UNDER_WAY), name="one_import_at_once"),
        ]
        indexes = [models.Index(fields=["supplier", "-requested_at"], name="import_latest")]

    def __str__(self) -> str:
        return f"{self.status}, {self.read_count} products"
