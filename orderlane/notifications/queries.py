"""Reads of the notifications room."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.members.models import Membership
from orderlane.notifications.models import Mail, MailKind, NotificationChoice
from orderlane.notifications.rules import Delivery, Event, chosen_delivery
from orderlane.notifications.states import MailStatus

BATCH = 500
WAITING = (MailStatus.DUE, MailStatus.SENDING)


def deliveries_of(membership: Membership) -> dict[Event, Delivery]:
    """How a member hears of each event, in the organization's scope."""
    rows = NotificationChoice.objects.filter(
        organization_id=membership.organization_id, member_id=membership.member_id
    ).values_list("event", "delivery")
    return chosen_delivery(dict(rows), acts=membership.may_write)


def readers_of(organization_id: UUID) -> list[tuple[Membership, dict[Event, Delivery]]]:
    """Every member who can be written to, with how each hears of what, in the organization's scope."""
    chosen: dict[UUID, dict[str, str]] = {}
    rows = NotificationChoice.objects.filter(organization_id=organization_id)
    for member_id, event, delivery in rows.values_list("member_id", "event", "delivery"):
        chosen.setdefault(member_id, {})[event] = delivery
    members = Membership.objects.filter(organization_id=organization_id, member__is_active=True)
    return [
        (each, chosen_delivery(chosen.get(each.member_id, {}), acts=each.may_write))
        for each in members.select_related("member").order_by("pk")
    ]


def membership_of(mail: Mail) -> Membership | None:
    """The reader's membership, if it still stands."""
    rows = Membership.objects.filter(organization_id=mail.organization_id, member_id=mail.member_id)
    return rows.filter(member__is_active=True).select_related("member", "organization").first()


def last_alert_at(organization_id: UUID, member_id: UUID) -> datetime | None:
    """When a member was last sent an alert."""
    rows = Mail.objects.filter(organization_id=organization_id, member_id=member_id, kind=MailKind.ALERT)
    return rows.filter(sent_at__isnull=False).order_by("-sent_at").values_list("sent_at", flat=True).first()


def due_mails(now: datetime) -> list[tuple[UUID, UUID]]:
    """E-mails whose next step is due, oldest first: their organizations and themselves; in the system scope."""
    rows = Mail.objects.filter(status__in=WAITING, due_at__lte=now).order_by("due_at")
    return list(rows.values_list("organization_id", "pk")[:BATCH])


def latest_mails(membership: Membership, most: int) -> list[Mail]:
    """What was written to a member lately, newest first."""
    rows = Mail.objects.filter(organization_id=membership.organization_id, member_id=membership.member_id)
    return list(rows.order_by("-opened_at")[:most])
