"""Suppliers: how each takes orders, where each is paid, and which retailers each works with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from orderlane.ports.accounts import Environment
from orderlane.tenants.models import Organization, TenantModel
from orderlane.tenants.vault import SecretKeeper


class SupplierProfile(TenantModel):
    """What a supplier tells its retailers, and how its purchase orders are taken."""

    tenant_fields = ("supplier",)
    read_policy = "true"

    supplier = models.OneToOneField(Organization, models.CASCADE, related_name="supplier_profile")
    website = models.URLField(blank=True)
    contact_email = models.EmailField(blank=True)
    terms = models.TextField(blank=True)
    handling_days = models.PositiveSmallIntegerField(default=2)
    auto_order = models.BooleanField(default=False)
    order_store_id = models.UUIDField(null=True)
    """The supplier's own connected store that takes purchase orders."""
    billing_name = models.CharField(max_length=120, blank=True)
    billing_address = models.CharField(max_length=300, blank=True)
    vat_number = models.CharField(max_length=20, blank=True)
    vat_registered = models.BooleanField(default=False)
    vat_basis_points = models.PositiveIntegerField(default=0)
    """Domestic VAT rate in hundredths of a percent (2000 = 20 %)."""

    def __str__(self) -> str:
        return str(self.supplier)

    @property
    def billing_complete(self) -> bool:
        """Whether this supplier can be paid: checked before money moves, not after."""
        return bool(self.billing_name and self.billing_address)

    @classmethod
    def visible_to(cls, organization_id: UUID) -> Q:
        """A profile is a business card: every organization may read it (only its supplier may write it)."""
        return Q()


class TradingRelation(TenantModel):
    """A retailer that sells a supplier's goods."""

    tenant_fields = ("retailer", "supplier")

    retailer = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    supplier = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["retailer", "supplier"], name="relation_once")]

    def __str__(self) -> str:
        return f"{self.retailer} – {self.supplier}"


class PaymentAccount(SecretKeeper):
    """A supplier's own account at a payment provider: where the retailer's money goes.

    Retailers see that it exists (to be offered the provider); only the supplier's scope opens its secrets.
    """

    tenant_fields = ("supplier",)
    read_policy = (
        "EXISTS (SELECT 1 FROM suppliers_tradingrelation r WHERE r.supplier_id = "
        "suppliers_paymentaccount.supplier_id AND r.retailer_id = {tenant})"
    )

    supplier = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    provider = models.CharField(max_length=20)
    external_id = models.CharField(max_length=60)
    environment = models.CharField(max_length=4, choices=[(e, e) for e in Environment], default=Environment.LIVE)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "provider"], condition=Q(active=True), name="one_active_account_per_provider"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.external_id}"

    @classmethod
    def visible_to(cls, organization_id: UUID) -> Q:
        """The supplier, and (to be offered the provider) the retailers it works with."""
        partners: Any = TradingRelation.objects.filter(retailer_id=organization_id).values("supplier_id")
        return Q(supplier_id=organization_id) | Q(supplier_id__in=partners)
