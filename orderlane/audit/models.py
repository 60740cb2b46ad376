"""What happened to a row: who, when, why. Append-only."""

from __future__ import annotations

from django.db import models

from orderlane.tenants.models import Organization, TenantModel


class AuditEntry(TenantModel):
    """One act on one row. Names its actor as text (``member:…``, ``job:…``) and never holds personal data."""

    tenant_fields = ("retailer", "supplier")
    append_only = True

    retailer = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    supplier = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=100)
    action = models.CharField(max_length=60)
    about_type = models.CharField(max_length=40)
    about_id = models.UUIDField()
    old = models.CharField(max_length=30, blank=True)
    new = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["about_id", "at"], name="audit_about")]

    def __str__(self) -> str:
        return f"{self.action} {self.about_type} {self.old}→{self.new}"
