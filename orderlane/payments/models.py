"""Quotes, payments, the claims they hold on purchase orders, refunds, and the ledger."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q

from orderlane.kernel.money import Money
from orderlane.members.models import Member
from orderlane.payments.states import PaymentStatus
from orderlane.ports.accounts import Environment
from orderlane.purchasing.models import PurchaseOrder
from orderlane.suppliers.models import PaymentAccount
from orderlane.tenants.models import Organization, TenantModel


class Quote(TenantModel):
    """What the retailer was shown: frozen lines, costs, rate and total, with an expiry. Never changed."""

    tenant_fields = ("retailer",)

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    content = models.JSONField()
    """Per purchase order: lines, address, amounts, the VAT reason; and the rates used, with source and date."""
    content_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total_minor=models.F("goods_minor") + models.F("shipping_minor") + models.F("vat_minor")),
                name="quote_adds_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.total} to {self.supplier}"

    @property
    def goods(self) -> Money:
        """Sum of all product costs."""
        return Money(self.goods_minor, self.currency)

    @property
    def shipping(self) -> Money:
        """Sum of all shipping."""
        return Money(self.shipping_minor, self.currency)

    @property
    def vat(self) -> Money:
        """Sum of all VAT."""
        return Money(self.vat_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the retailer pays."""
        return Money(self.total_minor, self.currency)


class Payment(TenantModel):
    """One attempt to pay a quote at a provider: the intent, then what became of it."""

    tenant_fields = ("retailer", "supplier")
    row_policy = "retailer_id = {tenant} OR (supplier_id = {tenant} AND captured_at IS NOT NULL)"

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    quote = models.ForeignKey(Quote, models.PROTECT, related_name="payments")
    account = models.ForeignKey(PaymentAccount, models.PROTECT, related_name="+")
    provider = models.CharField(max_length=20)
    payee = models.CharField(max_length=60)
    environment = models.CharField(max_length=4, choices=[(e, e) for e in Environment])
    reference = models.CharField(max_length=60, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    started_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    language = models.CharField(max_length=5, default="en")
    status = models.CharField(max_length=20, choices=[(s, s) for s in PaymentStatus], default=PaymentStatus.PREPARED)
    reason = models.CharField(max_length=80, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    redirect_url = models.URLField(max_length=2000, blank=True)
    capture_id = models.CharField(max_length=120, blank=True)
    expires_at = models.DateTimeField()
    """After this the payment is closed at the provider when it can be, and gives its purchase orders back."""
    check_at = models.DateTimeField(null=True)
    """When the sweep looks at it next; empty once nothing more can happen."""
    checks_count = models.PositiveIntegerField(default=0)
    unanswered_since = models.DateTimeField(null=True)
    """Since when looking at the provider has failed; empty once a look has succeeded."""
    captured_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    """When the provider last refused the payer's card or account; another one may be tried while it is open."""
    refund_problem = models.CharField(max_length=40, blank=True)
    """What does not add up about the money given back, until a person has settled it; empty when all does."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "external_id"], condition=~Q(external_id=""), name="payment_external_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="captured") | Q(captured_at__isnull=False), name="captured_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["check_at"], condition=Q(check_at__isnull=False), name="payment_check_due"),
            models.Index(fields=["retailer", "started_at"], name="payment_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.amount}"

    @property
    def amount(self) -> Money:
        """What is paid."""
        return Money(self.amount_minor, self.currency)

    @classmethod
    def visible_to(cls, organization_id: UUID) -> Q:
        """Its retailer, and its supplier once the money has arrived."""
        return Q(retailer_id=organization_id) | Q(supplier_id=organization_id, captured_at__isnull=False)


class PaymentClaim(TenantModel):
    """A payment's hold on one purchase order, with the part of the amount that is meant for it.

    While live, no other payment can claim the purchase order: this is what makes paying twice impossible.
    """

    tenant_fields = ("retailer", "supplier")

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="claims")
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="claims")
    live = models.BooleanField(default=True)
    goods_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purchase_order"], condition=Q(live=True), name="one_live_payment_per_purchase_order"
            ),
            models.UniqueConstraint(fields=["retailer", "payment", "purchase_order"], name="claim_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.purchase_order_id}"

    @property
    def total(self) -> Money:
        """Product cost, shipping and VAT of this purchase order."""
        return Money(self.goods_minor + self.shipping_minor + self.vat_minor, self.currency)


class Refund(TenantModel):
    """Money the provider has given back out of one payment, as fetched there. Written once, never changed."""

    tenant_fields = ("retailer", "supplier")
    append_only = True

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    provider = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    refunded_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "external_id"], name="refund_external_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_has_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} {self.amount}"

    @property
    def amount(self) -> Money:
        """What was given back."""
        return Money(self.amount_minor, self.currency)


class LedgerEntry(TenantModel):
    """One side of a double entry. The entries of a payment always balance; the database checks at commit."""

    tenant_fields = ("retailer", "supplier")
    append_only = True

    class Book(models.TextChoices):
        """What an amount is for."""

        PROVIDER = "provider"
        """Money at the supplier's payment provider (debit when it arrives)."""
        GOODS = "goods"
        SHIPPING = "shipping"
        VAT = "vat"
        UNALLOCATED = "unallocated"
        """Money that belongs to no purchase order: an open exception exists."""

    retailer = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="ledger")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="ledger")
    """The refund this entry takes back a part for; empty for money that came in."""
    purchase_order = models.ForeignKey(PurchaseOrder, models.PROTECT, null=True, related_name="+")
    book = models.CharField(max_length=12, choices=Book.choices)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(debit_minor=0, credit_minor__gte=0) | Q(credit_minor=0, debit_minor__gte=0),
                name="ledger_one_side",
            )
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.debit_minor or -self.credit_minor}"
