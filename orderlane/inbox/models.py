"""Inbound messages as they came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from orderlane.inbox.states import MessageStatus
from orderlane.tenants.models import Organization, TenantModel


class InboundMessage(TenantModel):
    """One verified webhook, raw, stored once by connection and the sender's own id of the delivery."""

    tenant_fields = ("organization",)

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    connection_id = models.UUIDField()
    source = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    topic = models.CharField(max_length=100)
    resource_id = models.CharField(max_length=200, blank=True)
    job_name = models.CharField(max_length=60)
    body = models.BinaryField()
    status = models.CharField(max_length=12, choices=[(s, s) for s in MessageStatus], default=MessageStatus.RECEIVED)
    reason = models.CharField(max_length=80, blank=True)
    wakes_count = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    wake_at = models.DateTimeField()
    """When the sweep wakes its job, should that have been lost; later each time, for the job retries by itself."""
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "connection_id", "external_id"], name="inbox_once"),
        ]
        indexes = [
            models.Index(fields=["wake_at"], condition=~Q(status=MessageStatus.DONE), name="inbox_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.topic}"
