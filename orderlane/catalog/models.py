"""Supplier products, the listings that tie a store's variants to them, files of listings, and shipping profiles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from orderlane.catalog.rules import CLUE_LENGTH
from orderlane.catalog.states import UNDER_WAY, ImportStatus, RowOutcome
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
    price_changed_at = models.DateTimeField(null=True)
    """When the price was last another one; empty for a product that never had another."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "sku"], name="product_once"),
            models.CheckConstraint(condition=Q(price_minor__gte=0), name="product_price_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["supplier"], condition=Q(price_changed_at__isnull=False), name="product_price_changed"
            ),
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


class ProductClue(SupplierGoods):
    """One thing by which a product is found again as a suggestion: its SKU, its EAN, or a word of its title.

    An index made of rows, because row-level security keeps PostgreSQL from using one on similarity
    (docs/decisions/0011-suggestions-by-clues.md).
    """

    read_policy = _PARTNERS.format(table="catalog_productclue")

    supplier = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    clue = models.CharField(max_length=CLUE_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "clue", "product"], name="product_clue_once")]

    def __str__(self) -> str:
        return self.clue


class Listing(TenantModel):
    """A variant of a store as its orders name it, with the supplier product it is tied to.

    With a product it is matched; ``own_goods`` says that the retailer ships it itself; else it waits for an answer.
    """

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    variant_id = models.CharField(max_length=200)
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    own_goods = models.BooleanField(default=False)
    decided = models.BooleanField(default=False)
    """Whether a person has answered; until then the SKU decides anew with each order."""
    title = models.CharField(max_length=300, blank=True)
    variant_title = models.CharField(max_length=300, blank=True)
    sku = models.CharField(max_length=100, blank=True)
    picture_url = models.URLField(max_length=500, blank=True)
    search_text = models.TextField(blank=True)
    """Title, variant and SKU as they are searched: without accents and capitals."""
    price_minor = models.BigIntegerField(null=True)
    """What the customer of the newest order paid for one piece; empty when it was never sold."""
    currency = models.CharField(max_length=3, blank=True)
    sold_at = models.DateTimeField(null=True)
    """When that order was placed."""
    seen_cost_minor = models.BigIntegerField(null=True)
    """The wholesale price that the retailer has last seen; another one since then is shown as a change."""
    seen_cost_currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer", "store", "variant_id"], name="listing_once"),
            models.CheckConstraint(condition=Q(own_goods=False) | Q(product=None), name="own_goods_have_no_supplier"),
        ]
        indexes = [
            models.Index(fields=["retailer", "id"], name="listing_page"),
            models.Index(fields=["retailer", "id"], condition=Q(product=None, own_goods=False), name="listing_waiting"),
            models.Index(fields=["retailer", "id"], condition=Q(product__isnull=False), name="listing_matched"),
            models.Index(fields=["retailer", "id"], condition=Q(own_goods=True), name="listing_own_goods"),
        ]

    def __str__(self) -> str:
        return self.title or self.variant_id

    @property
    def price(self) -> Money | None:
        """What the last customer paid for one piece."""
        return None if self.price_minor is None else Money(self.price_minor, self.currency)

    @property
    def seen_cost(self) -> Money | None:
        """The wholesale price the retailer has last seen."""
        return None if self.seen_cost_minor is None else Money(self.seen_cost_minor, self.seen_cost_currency)


class BackgroundRun(TenantModel):
    """Base of long work that a worker takes up, leaves and takes up again until it is done."""

    status = models.CharField(max_length=8, choices=[(s, s) for s in ImportStatus], default=ImportStatus.WAITING)
    reason = models.CharField(max_length=80, blank=True)
    read_count = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    """Grows with every worker that takes it up; who holds an older number may write nothing."""
    tries_count = models.PositiveSmallIntegerField(default=0)
    """Since it last came on."""
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    """When it is looked at again, should its job be lost; empty once it has ended."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def under_way(self) -> bool:
        """Whether it has not ended yet."""
        return self.status in UNDER_WAY


class GoodsImport(BackgroundRun):
    """One reading of the goods of a supplier's own store, and how far it has come."""

    tenant_fields = ("supplier",)

    supplier = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    left_out_count = models.PositiveIntegerField(default=0)
    """Goods without a SKU, by which no order could name them."""
    cursor = models.TextField(blank=True)
    """Where the next page begins, in the platform's own words."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier"], condition=Q(status__in=UNDER_WAY), name="one_import_at_once"),
        ]
        indexes = [models.Index(fields=["supplier", "-requested_at"], name="import_latest")]

    def __str__(self) -> str:
        return f"{self.status}, {self.read_count} products"


class ListingFile(BackgroundRun):
    """A spreadsheet of answers that a member uploaded, and how far it is applied. ``read_count`` counts its rows."""

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    encoding = models.CharField(max_length=12)
    line_count = models.PositiveIntegerField()
    """Lines of text in it: for the progress only, because a row may have several."""
    last_line = models.PositiveIntegerField(default=0)
    """The line of the last row that was applied; it is read on after it."""
    changed_count = models.PositiveIntegerField(default=0)
    same_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["retailer"], condition=Q(status__in=UNDER_WAY), name="one_file_at_once"),
        ]
        indexes = [models.Index(fields=["retailer", "-requested_at"], name="file_latest")]

    def __str__(self) -> str:
        return self.name


class ListingFilePart(TenantModel):
    """A piece of an uploaded file, so that it is never in memory as a whole; gone once the file has ended."""

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    file = models.ForeignKey(ListingFile, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="file_part_once")]

    def __str__(self) -> str:
        return f"{self.file} {self.position}"


class ListingFileRow(TenantModel):
    """What became of one row of an uploaded file."""

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    file = models.ForeignKey(ListingFile, models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    what = models.CharField(max_length=200, blank=True)
    """The row in a few of its own words, for the person who wrote it."""
    listing_id = models.UUIDField(null=True)
    """Whose row it was; no foreign key, for the report outlives the listing."""
    outcome = models.CharField(max_length=8, choices=[(o, o) for o in RowOutcome])
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="file_row_once")]
        indexes = [
            models.Index(fields=["file", "line"], condition=Q(outcome="refused"), name="file_row_refused"),
            models.Index(fields=["file", "listing_id"], name="file_row_listing"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.outcome}"
