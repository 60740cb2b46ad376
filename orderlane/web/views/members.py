"""Who may do what in an organization, and who is invited."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from orderlane.kernel import clock
from orderlane.kernel.errors import OutsideError, Refused
from orderlane.members.actions.organizations import change_role, invite_member, remove_member, revoke_invitation
from orderlane.members.models import Invitation, Member, Membership, Role
from orderlane.tenants.alphabet import alphabetical
from orderlane.web.forms.people import InviteForm
from orderlane.web.mail import can_send, send_invitation
from orderlane.web.pages.people import InvitationRow, MemberRow, MembersPage
from orderlane.web.pages.shell import Button
from orderlane.web.pages.states import Text
from orderlane.web.refusals import words_for
from orderlane.web.visit import Visit, page

LINKS = "invitation_links"
"""Session key: the links that were just made, shown once to the person who made them."""

ROLES: dict[str, Text] = {
    Role.OWNER.value: gettext_lazy("Owner"),
    Role.STAFF.value: gettext_lazy("Staff"),
    Role.READ_ONLY.value: gettext_lazy("Read-only"),
}


@require_GET
@page()
def members(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Members and open invitations."""
    return _show(request, visit, None)


@require_POST
@page(manage=True, calls_outside=True)
def invite(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Invite somebody: by e-mail where this installation sends any, and always by a link shown once."""
    form = InviteForm(list(ROLES.items()), request.POST)
    if not form.is_valid():
        with visit.scope():
            return _show(request, visit, form)
    email, role = str(form.cleaned_data["email"]).strip().lower(), Role(form.cleaned_data["role"])
    if Membership.objects.filter(organization=visit.organization, member__email=email).exists():
        messages.info(request, _("%(email)s is already a member.") % {"email": email})
        return redirect("members")
    with visit.scope():
        invitation, secret = invite_member(
            visit.organization, email=email, role=role, invited_by=visit.member, now=clock.now()
        )
    link = settings.BASE_URL + reverse("invitation", args=[secret])
    request.session[LINKS] = {str(invitation.pk): link}
    _tell(request, visit, email, link)
    return redirect("members")


@require_POST
@page(manage=True)
def set_role(request: HttpRequest, visit: Visit, membership_id: UUID) -> HttpResponseBase:
    """Give a member another role."""
    membership = _membership(visit, membership_id)
    wanted = request.POST.get("role", "")
    if wanted not in ROLES:
        raise Membership.DoesNotExist
    try:
        change_role(membership, Role(wanted), now=clock.now())
        messages.success(request, _("Saved."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("members")


@require_POST
@page(manage=True)
def remove(request: HttpRequest, visit: Visit, membership_id: UUID) -> HttpResponseBase:
    """End a membership at once."""
    membership = _membership(visit, membership_id)
    try:
        remove_member(membership, now=clock.now())
        messages.success(request, _("%(name)s is no longer a member.") % {"name": membership.member})
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("home" if membership.member_id == visit.member.pk else "members")


@require_POST
@page(manage=True)
def withdraw(request: HttpRequest, visit: Visit, invitation_id: UUID) -> HttpResponseBase:
    """Make an invitation's link worthless."""
    revoke_invitation(Invitation.objects.get(pk=invitation_id), now=clock.now())
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("members")


def _show(request: HttpRequest, visit: Visit, form: InviteForm | None) -> HttpResponseBase:
    links = request.session.pop(LINKS, {})
    rows = Membership.objects.filter(organization=visit.organization).select_related("member")
    open_invitations = Invitation.objects.filter(
        accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now()
    ).select_related("invited_by")
    shown = MembersPage(
        members=[_member(row, visit) for row in rows.order_by(alphabetical("member__name"), "member__email")],
        invitations=[_invitation(row, visit, links) for row in open_invitations.order_by("-expires_at")],
        form=(form or InviteForm(list(ROLES.items()), initial={"role": Role.STAFF})) if visit.may_manage else None,
        form_url=reverse("invite_member"),
    )
    return render(request, "web/settings_members.html", {"page": shown, "settings_tab": "members"})


def _member(row: Membership, visit: Visit) -> MemberRow:
    is_self = row.member_id == visit.member.pk
    buttons = []
    if visit.may_manage:
        address = reverse("set_role", args=[row.pk])
        buttons = [
            Button(_("Make %(role)s") % {"role": label}, address, fields=[("role", role)])
            for role, label in ROLES.items()
            if role != row.role
        ]
        question = _("Remove %(name)s from this organization?") % {"name": row.member}
        label = _("Leave") if is_self else _("Remove")
        buttons.append(Button(label, reverse("remove_member", args=[row.pk]), tone="danger", confirm=question))
    return MemberRow(
        name=str(row.member), email=row.member.email, role=ROLES[row.role], is_self=is_self, buttons=buttons
    )


def _invitation(row: Invitation, visit: Visit, links: dict[str, str]) -> InvitationRow:
    withdraw_button = Button(_("Withdraw"), reverse("withdraw_invitation", args=[row.pk]), "ban")
    return InvitationRow(
        email=row.email,
        role=ROLES[row.role],
        invited_by=str(row.invited_by),
        expires_at=row.expires_at,
        link=links.get(str(row.pk), ""),
        buttons=[withdraw_button] if visit.may_manage else [],
    )


def _membership(visit: Visit, membership_id: UUID) -> Membership:
    rows = Membership.objects.select_related("member", "organization")
    membership: Membership = rows.get(pk=membership_id, organization=visit.organization)
    return membership


def _tell(request: HttpRequest, visit: Visit, email: str, link: str) -> None:
    """Send the link where e-mail works, and say what the person has to do where it does not."""
    if not can_send():
        messages.info(
            request, _("This installation sends no e-mail. Give %(email)s the link below.") % {"email": email}
        )
        return
    language = Member.objects.filter(email=email).values_list("language", flat=True).first() or request.LANGUAGE_CODE
    try:
        send_invitation(
            email, link, organization=visit.organization.name, invited_by=str(visit.member), language=language
        )
    except OutsideError:
        said = _("The e-mail to %(email)s could not be sent. Give that person the link below.")
        messages.warning(request, said % {"email": email})
    else:
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": email})
