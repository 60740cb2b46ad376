"""Connected stores of retailers and of suppliers."""

from __future__ import annotations

from django.db import models

from orderlane.ports.accounts import Environment
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import Organization, TenantModel
from orderlane.tenants.vault import SecretKeeper


class Store(SecretKeeper):
    """One connected shop of an organization; a supplier's is where its purchase orders are placed."""

    tenant_fields = ("organization",)

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    platform = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    domain = models.CharField(max_length=200, blank=True, default="")
    """Where customers shop: what suppliers and people read. ``external_id`` is what the platform's API reads."""
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
    disconnected_at = models.DateTimeField(null=True)
    webhooks_checked_at = models.DateTimeField(null=True)
    """When its webhooks were last seen to be all there; what happened since is read again if one was not."""
    renewing_until = models.DateTimeField(null=True)
    """The lease of the worker that is renewing its secrets: a rotating refresh token must not be used twice at once."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "platform", "external_id"], name="store_once"),
        ]

    def __str__(self) -> str:
        return self.name


class StoreBudget(TenantModel):
    """What is left of a store's rate limit at its platform, shared by all workers; no row while none is known."""

    tenant_fields = ("organization",)

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    store = models.OneToOneField(Store, models.CASCADE, related_name="+")
    capacity = models.FloatField()
    remaining = models.FloatField()
    """As of ``counted_at``: what the platform said last, less what was taken since."""
    restores_per_second = models.FloatField()
    """Of a leaky bucket; 0 for a window that refills whole at ``refills_at``."""
    counted_at = models.DateTimeField()
    refills_at = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(null=True)
    """The platform has refused a call: nobody calls before this."""
    rolling_seconds = models.FloatField(default=0.0)
    """Of a limit we count ourselves: the span in which no more than ``capacity`` calls may lie; 0 when told."""
    recent = models.JSONField(default=list)
    """Pairs of a moment (seconds since 1970) and a cost, oldest first: of a limit we count ourselves all that was
    spent in that span, of a leaky bucket the large calls that no answer has confirmed."""

    def __str__(self) -> str:
        return f"{self.remaining:.0f} of {self.capacity:.0f}"
