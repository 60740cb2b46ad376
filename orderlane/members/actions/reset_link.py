"""The operator makes a link with which a member chooses a new password."""

from __future__ import annotations

from datetime import datetime

from orderlane.audit.record import record
from orderlane.members.models import Member
from orderlane.tenants.models import Organization


def note_reset_link(member: Member, *, now: datetime) -> None:
    """Write into the history of each of the member's organizations that a link was made, in the system scope."""
    for organization in Organization.objects.filter(memberships__member=member):
        record("member.reset_link_made", organization, now=now, detail={"member": str(member.pk)})
