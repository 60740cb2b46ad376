"""What members want to hear of, what was noticed, and every e-mail about it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from orderlane.members.models import Member
from orderlane.notifications.rules import Delivery, Event
from orderlane.notifications.states import MailStatus
from orderlane.tenants.models import Organization, TenantModel


class NotificationChoice(TenantModel):
    """How one member wants to hear of one event in one organization; no row while the usual way holds."""

    tenant_fields = ("organization",)

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    event = models.CharField(max_length=24, choices=[(e, e) for e in Event])
    delivery = models.CharField(max_length=8, choices=[(d, d) for d in Delivery])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "member", "event"], name="notification_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.delivery}"


class Watch(TenantModel):
    """How far an organization has been looked at. Its lock lets one worker at a time notice and make digests."""

    tenant_fields = ("organization",)

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="+")
    looked_at = models.DateTimeField(null=True)
    """Empty before the first look, which only takes in what there is."""
    digest_on = models.DateField(null=True)
    """The last day whose digest was made, whether there was anything to tell or not."""

    def __str__(self) -> str:
        return f"{self.digest_on}"


class Noticed(TenantModel):
    """Something that stands on the desk and was noticed; the row goes when it does, so that it may come back."""

    tenant_fields = ("organization",)

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    """Which thing: an id, or a fingerprint where several rows are one thing."""
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "reason", "key"], name="noticed_once")]

    def __str__(self) -> str:
        return f"{self.reason} {self.key}"


class MailKind(models.TextChoices):
    """Why an e-mail is written."""

    ALERT = "alert"
    DIGEST = "digest"


class Mail(TenantModel):
    """One e-mail to one member. It is written when it is sent, from what then stands on the desk; no text is kept."""

    tenant_fields = ("organization",)

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=MailKind.choices)
    day = models.DateField(null=True)
    """The day of a daily digest; empty for one that a member asked for."""
    about = models.JSONField(default=list)
    """Of an alert: pairs of a reason and a key (:class:`Noticed`)."""
    status = models.CharField(max_length=8, choices=[(s, s) for s in MailStatus], default=MailStatus.DUE)
    reason = models.CharField(max_length=80, blank=True)
    fence = models.PositiveIntegerField(default=0)
    """Grows with every claim; an outcome may only be recorded by the claim that holds the newest."""
    unclear_count = models.PositiveSmallIntegerField(default=0)
    """How many attempts may have arrived without anybody knowing."""
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """When it is sent, tried again, or when the lease of its sender ends."""
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "member", "day"], condition=Q(kind="digest"), name="one_digest_a_day"
            ),
            models.UniqueConstraint(
                fields=["organization", "member"], condition=Q(kind="alert", status="due"), name="one_alert_waits"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=["due", "sending"]), name="mail_due"),
            models.Index(fields=["organization", "member", "-opened_at"], name="mail_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"
