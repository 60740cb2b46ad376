"""Who belongs to an organization, and since when, is in its history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.members.actions.organizations import create_organization, invite_member
from orderlane.members.models import Invitation, Member, Role
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACTOR = "operator"


def _founded() -> tuple[Organization, Member]:
    owner = Member.objects.create_user("owner@example.com", "not-used-anywhere")
    with system_scope(ACTOR):
        made = create_organization(name="Shop", kind=OrganizationKind.RETAILER, country="FR", owner=owner, now=NOW)
    return made, owner


def test_founding_an_organization_is_recorded_with_its_first_owner() -> None:
    organization, owner = _founded()
    with acting_for(organization.pk, ACTOR):
        founded, joined = AuditEntry.objects.order_by("id")
    assert (founded.action, founded.actor, founded.about_id) == ("organization.created", ACTOR, organization.pk)
    assert (joined.action, joined.new, joined.detail) == ("member.joined", "owner", {"member": str(owner.pk)})


def test_a_second_invitation_revokes_the_first_and_says_so() -> None:
    organization, owner = _founded()
    with acting_for(organization.pk, f"member:{owner.pk}"):
        first, _ = invite_member(organization, email="new@example.com", role=Role.STAFF, invited_by=owner, now=NOW)
        invite_member(organization, email="new@example.com", role=Role.OWNER, invited_by=owner, now=NOW)
        [revoked] = AuditEntry.objects.filter(action="member.invitation_revoked")
        assert (revoked.about_id, revoked.actor) == (first.pk, f"member:{owner.pk}")
        assert [row.role for row in Invitation.objects.filter(revoked_at=None)] == [Role.OWNER]
