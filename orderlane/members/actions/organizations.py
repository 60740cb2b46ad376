"""Create organizations and decide who belongs to them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from orderlane.audit.record import record
from orderlane.kernel.errors import Refused
from orderlane.kernel.ids import new_secret
from orderlane.members.models import Invitation, Member, Membership, Role
from orderlane.tenants.models import Organization, OrganizationKind

INVITATION_DAYS = 7


class InvitationNotValid(Refused):
    """The link was used, revoked, has expired, or never existed: all look alike to a stranger."""

    reason = "invitation_not_valid"


class LastOwner(Refused):
    """An organization must keep at least one owner."""

    reason = "last_owner"


def create_organization(
    *, name: str, kind: OrganizationKind, country: str, owner: Member, now: datetime, time_zone: str = ""
) -> Organization:
    """Create an organization with its first owner, in the system scope; for operators and seeds."""
    organization = Organization.objects.create(
        name=name, kind=kind, country=country, time_zone=time_zone, created_at=now
    )
    membership = Membership.objects.create(organization=organization, member=owner, role=Role.OWNER)
    record("organization.created", organization, now=now, new=country, detail={"kind": kind.value})
    _record("member.joined", membership, now=now, old="", new=Role.OWNER.value)
    return organization


def invite_member(
    organization: Organization, *, email: str, role: Role, invited_by: Member, now: datetime
) -> tuple[Invitation, str]:
    """Invite somebody; returns the invitation and the secret of its link, which is kept nowhere."""
    secret = new_secret()
    address = email.strip().lower()
    for earlier in Invitation.objects.filter(email=address, accepted_at__isnull=True, revoked_at__isnull=True):
        revoke_invitation(earlier, now=now)
    invitation = Invitation.objects.create(
        organization=organization,
        email=address,
        role=role,
        token_hash=_hashed(secret),
        invited_by=invited_by,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    record("member.invited", invitation, now=now, detail={"role": role.value})
    return invitation, secret


def find_invitation(secret: str, *, now: datetime) -> Invitation:
    """The open invitation behind a link, in the system scope; raises InvitationNotValid."""
    invitation = (
        Invitation.objects.filter(
            token_hash=_hashed(secret), accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
        )
        .select_related("organization")
        .first()
    )
    if invitation is None:
        raise InvitationNotValid("this invitation is not valid")
    return invitation


def accept_invitation(secret: str, member: Member, *, now: datetime) -> Membership:
    """Join the organization; a link works once, and only for the address it was sent to.

    Runs in the system scope: the member belongs to no organization yet.
    """
    invitation = find_invitation(secret, now=now)
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(accepted_at=now)
    if not taken or invitation.email != member.email:
        raise InvitationNotValid("this invitation is not valid")
    membership, _ = Membership.objects.update_or_create(
        organization=invitation.organization, member=member, defaults={"role": invitation.role}
    )
    record("member.joined", invitation, now=now, detail={"role": invitation.role})
    return membership


def revoke_invitation(invitation: Invitation, *, now: datetime) -> None:
    """Make an invitation's link worthless."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(revoked_at=now)
    record("member.invitation_revoked", invitation, now=now)


def save_organization(organization: Organization, *, name: str, country: str, time_zone: str, now: datetime) -> None:
    """Change what an organization is called and where it is; the country decides the VAT of what comes next.

    ``time_zone`` is an IANA name, or empty for the country's usual one.
    """
    old = organization.country
    organization.name, organization.country, organization.time_zone = name, country, time_zone
    organization.save(update_fields=["name", "country", "time_zone"])
    record("organization.saved", organization, now=now, old=old, new=country)


def change_role(membership: Membership, role: Role, *, now: datetime) -> None:
    """Give a member another role; raises LastOwner when nobody would be left in charge."""
    if role != Role.OWNER:
        _require_another_owner(membership)
    old, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    _record("member.role_changed", membership, now=now, old=old, new=role.value)


def remove_member(membership: Membership, *, now: datetime) -> None:
    """End a membership; the next request of that person no longer sees the organization."""
    _require_another_owner(membership)
    _record("member.removed", membership, now=now, old=membership.role)
    membership.delete()


def _record(action: str, membership: Membership, *, now: datetime, old: str, new: str = "") -> None:
    detail: dict[str, object] = {"member": str(membership.member_id)}
    record(action, membership.organization, now=now, old=old, new=new, detail=detail)


def _require_another_owner(membership: Membership) -> None:
    owners = Membership.objects.select_for_update().filter(organization=membership.organization, role=Role.OWNER)
    if membership.role == Role.OWNER and not [row for row in owners if row.pk != membership.pk]:
        raise LastOwner("the last owner stays")


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
