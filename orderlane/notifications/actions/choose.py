"""A member chooses what to hear of, or stops a kind of e-mail by its link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from orderlane.audit.record import record
from orderlane.members.models import Membership
from orderlane.notifications.models import MailKind, NotificationChoice
from orderlane.notifications.queries import deliveries_of
from orderlane.notifications.rules import Delivery, Event


def save_choices(membership: Membership, wanted: Mapping[Event, Delivery], *, now: datetime) -> None:
    """Let a member hear of each event as wanted, in the organization's scope; what stays as it was is not written."""
    for event, before in deliveries_of(membership).items():
        after = wanted.get(event, before)
        if after is before:
            continue
        choice, _ = NotificationChoice.objects.update_or_create(
            organization_id=membership.organization_id,
            member_id=membership.member_id,
            event=event.value,
            defaults={"delivery": after.value},
        )
        detail: dict[str, object] = {"event": event.value, "member": str(membership.member_id)}
        record("notification.chosen", choice, now=now, old=before.value, new=after.value, detail=detail)


def stop_mails(membership: Membership, kind: MailKind, *, now: datetime) -> None:
    """Stop one kind of e-mail: what was told at once, or what was told each morning, is told no more."""
    stopped = Delivery.AT_ONCE if kind is MailKind.ALERT else Delivery.DAILY
    told = deliveries_of(membership)
    save_choices(membership, {event: Delivery.NEVER for event, how in told.items() if how is stopped}, now=now)
