"""Jobs of the pages that are sent: look at each desk, open e-mails, and hand them over."""

from __future__ import annotations

from uuid import UUID

from orderlane.desk.events import things_of
from orderlane.desk.queries import told_by_mail
from orderlane.jobs.queue import enqueue_once, job, periodic
from orderlane.kernel import clock
from orderlane.notifications.actions.open_mails import open_mails
from orderlane.notifications.effects.send_mail import send_mail
from orderlane.notifications.queries import due_mails
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.letters import compose
from orderlane.web.mail import can_send
from orderlane.web.zones import zone_of

_ACTOR = "job:mail"


@job("web.send_mail")
def send(mail_id: str, organization_id: str) -> None:
    """Send one e-mail that is due."""
    send_mail(UUID(mail_id), UUID(organization_id), compose, actor=_ACTOR)


@job("web.watch_desk")
def watch_desk(organization_id: str) -> None:
    """Notice what is new on one retailer's desk, and make its digest in the morning."""
    organization = Organization.objects.get(pk=organization_id)
    now = clock.now()
    with acting_for(organization.pk, _ACTOR):
        open_mails(organization.pk, things_of(told_by_mail(now)), local_now=now.astimezone(zone_of(organization)))


@periodic("web.sweep_mail", "* * * * *")
def sweep() -> None:
    """Look at every retailer's desk, and wake every e-mail whose job was lost or whose sender died.

    An installation without a mail server has nothing to do; once it has one, the first look only takes in what stands.
    """
    if not can_send():
        return
    retailers = Organization.objects.filter(kind=OrganizationKind.RETAILER, memberships__member__is_active=True)
    for organization_id in retailers.distinct().values_list("pk", flat=True):
        enqueue_once("web.watch_desk", key=f"desk:{organization_id}", organization_id=organization_id)
    with system_scope(_ACTOR):
        due = due_mails(clock.now())
    for organization_id, mail_id in due:
        enqueue_once("web.send_mail", key=f"mail:{mail_id}", mail_id=mail_id, organization_id=organization_id)
