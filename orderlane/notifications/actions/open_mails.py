"""The intent: notice what is new on the desk, and decide who is written to about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.jobs.queue import enqueue
from orderlane.kernel.ids import new_id
from orderlane.members.models import Membership
from orderlane.notifications.models import Mail, MailKind, Noticed, Watch
from orderlane.notifications.queries import last_alert_at, readers_of
from orderlane.notifications.rules import Delivery, Event, alert_due, digest_day
from orderlane.notifications.states import MailStatus

Thing = tuple[str, str]
"""A reason, and which thing it is about."""


def open_mails(organization_id: UUID, things: Mapping[Thing, Event], *, local_now: datetime) -> None:
    """Compare what stands on the desk with what was noticed, and open the e-mails that follow from it.

    ``things`` is everything that stands there now, ``local_now`` the moment on the organization's own clock. Two
    workers cannot do this at once, and the watch, the noticed things and the e-mails are written together.
    """
    watch = _locked_watch(organization_id)
    new = _notice(organization_id, things, now=local_now)
    readers = readers_of(organization_id)
    if watch.looked_at is not None and new:
        for membership, deliveries in readers:
            told = [thing for thing in new if deliveries[things[thing]] is Delivery.AT_ONCE]
            if told:
                _open_alert(membership, told, now=local_now)
    day = digest_day(local_now, watch.digest_on)
    if day is not None:
        for membership, deliveries in readers:
            if any(deliveries[event] is Delivery.DAILY for event in things.values()):
                _open(membership, MailKind.DIGEST, day=day, now=local_now)
        watch.digest_on = day
        record("digest.made", watch, now=local_now, new=day.isoformat())
    watch.looked_at = local_now
    watch.save(update_fields=["looked_at", "digest_on"])


def open_digest_now(membership: Membership, *, now: datetime) -> None:
    """Write a digest beside the daily ones, because the member asked for it."""
    _open(membership, MailKind.DIGEST, day=None, now=now)


def _locked_watch(organization_id: UUID) -> Watch:
    Watch.objects.bulk_create([Watch(organization_id=organization_id)], ignore_conflicts=True)
    return Watch.locked(organization_id=organization_id)


def _notice(organization_id: UUID, things: Collection[Thing], *, now: datetime) -> list[Thing]:
    """Remember what is new and forget what is settled; returns what is new."""
    known = {(row.reason, row.key): row.pk for row in Noticed.objects.filter(organization_id=organization_id)}
    gone = [pk for thing, pk in known.items() if thing not in things]
    Noticed.objects.filter(pk__in=gone).delete()
    new = [thing for thing in things if thing not in known]
    Noticed.objects.bulk_create(
        Noticed(id=new_id(), organization_id=organization_id, reason=reason, key=key, first_seen_at=now)
        for reason, key in new
    )
    return new


def _open_alert(membership: Membership, told: list[Thing], *, now: datetime) -> None:
    """Add to the alert that waits, or begin one; a member gets one every quarter of an hour at most."""
    waiting = (
        Mail.objects.select_for_update()
        .filter(
            organization_id=membership.organization_id,
            member_id=membership.member_id,
            kind=MailKind.ALERT,
            status=MailStatus.DUE,
        )
        .first()
    )
    if waiting is not None:
        waiting.about = [*waiting.about, *told]
        waiting.save(update_fields=["about"])
        return
    due_at = alert_due(now, last_alert_at(membership.organization_id, membership.member_id))
    _open(membership, MailKind.ALERT, about=told, now=now, due_at=due_at)


def _open(
    membership: Membership,
    kind: MailKind,
    *,
    now: datetime,
    day: date | None = None,
    about: Collection[Thing] = (),
    due_at: datetime | None = None,
) -> None:
    mail = Mail.objects.create(
        organization_id=membership.organization_id,
        member_id=membership.member_id,
        kind=kind,
        day=day,
        about=list(about),
        opened_at=now,
        due_at=due_at or now,
    )
    record("mail.opened", mail, now=now, new=kind.value, detail={"things": len(about)} if about else None)
    enqueue("web.send_mail", at=due_at, mail_id=mail.pk, organization_id=mail.organization_id)
