"""Connected stores of retailers and of suppliers."""

from __future__ import annotations

from django.db import models

from orderlane.ports.accounts import Environment
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import Organization
from orderlane.tenants.vault import SecretKeeper


class Store(SecretKeeper):
    """One connected shop of an organization; a supplier's is where its purchase orders are placed."""

    tenant_fields = ("organization",)

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    platform = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, blank=True)
    environment = models.CharField(max_length=4, choices=[(e, e) for e in Environment], default=Environment.LIVE)
    status = models.CharField(max_length=12, choices=[(s, s) for s in StoreStatus], default=StoreStatus.CONNECTED)
    status_reason = models.CharField(max_length=80, blank=True)
    polled_until = models.DateTimeField()
    """Changes before this moment are known to be in; the next poll overlaps it."""
    last_polled_at = models.DateTimeField(null=True)
    last_webhook_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "platform", "external_id"], name="store_once"),
        ]

    def __str__(self) -> str:
        return self.name
