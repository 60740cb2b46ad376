"""The page behind an invitation's link. Its reader may have no account yet, so no organization's scope is open."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orderlane.kernel import clock
from orderlane.members.actions.organizations import InvitationNotValid, accept_invitation, find_invitation
from orderlane.members.models import Invitation, Member
from orderlane.tenants.scope import system_scope
from orderlane.web.forms.people import AcceptForm
from orderlane.web.pages.people import InvitationPage
from orderlane.web.views.members import ROLES
from orderlane.web.visit import SESSION_KEY

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Show what one is invited to, and accept it: with a new account, or with the one that is signed in."""
    response = _answer(request, secret)
    add_never_cache_headers(response)
    return response


def _answer(request: HttpRequest, secret: str) -> HttpResponseBase:
    try:
        with system_scope("invitation:link"):
            found = find_invitation(secret, now=clock.now())
            inviter = str(Member.objects.get(pk=found.invited_by_id))
        reader = request.user if isinstance(request.user, Member) else None
        if reader is not None and reader.email != found.email:
            return _show(request, found, inviter, secret, state="other_member")
        if reader is None and Member.objects.filter(email=found.email).exists():
            messages.info(request, _("Sign in first; the invitation follows."))
            return redirect(f"{reverse('account_login')}?next={request.path}")
        form = AcceptForm(request.POST or None, initial={"name": ""}) if reader is None else None
        if request.method == "POST" and (form is None or form.is_valid()):
            return _accept(request, secret, found, reader, form)
    except InvitationNotValid:
        return render(request, "web/invitation.html", {"page": _NOT_VALID}, status=410)
    return _show(request, found, inviter, secret, form=form)


def _accept(
    request: HttpRequest, secret: str, found: Invitation, reader: Member | None, form: AcceptForm | None
) -> HttpResponseBase:
    try:
        # One transaction: an account is only made when the invitation was still good.
        with system_scope(f"member:{reader.pk}" if reader else "invitation:link"):
            member = reader or _new_member(request, found, form)
            membership = accept_invitation(secret, member, now=clock.now())
    except IntegrityError:
        # Two tabs: the other one has just made this account.
        return redirect("invitation", secret)
    if reader is None:
        login(request, member, backend=BACKEND)
    request.session[SESSION_KEY] = str(membership.organization_id)
    messages.success(request, _("Welcome to %(name)s.") % {"name": found.organization.name})
    return redirect("home")


def _new_member(request: HttpRequest, found: Invitation, form: AcceptForm | None) -> Member:
    assert form is not None
    typed = form.cleaned_data
    language = getattr(request, "LANGUAGE_CODE", "en")
    return Member.objects.create_user(found.email, typed["password"], name=typed["name"], language=language)


def _show(
    request: HttpRequest,
    found: Invitation,
    inviter: str,
    secret: str,
    *,
    state: str = "open",
    form: AcceptForm | None = None,
) -> HttpResponseBase:
    shown = InvitationPage(
        organization=found.organization.name,
        role=ROLES[found.role],
        email=found.email,
        invited_by=inviter,
        state=state,
        form=form,
        form_url=reverse("invitation", args=[secret]),
    )
    return render(request, "web/invitation.html", {"page": shown})


_NOT_VALID = InvitationPage(organization="", role="", email="", invited_by="", state="used")
