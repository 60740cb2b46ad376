"""Who is looking at a page, for which organization, and what they may do there.

Every page is wrapped by :func:`page`: it finds the organization, checks the role, opens the tenant's
scope around the whole view, and answers 404 for anything that is not the visitor's own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orderlane.members.models import Member, Membership
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import Scope, acting_for
from orderlane.web.navigation import shell_for
from orderlane.web.way_back import way_back
from orderlane.web.zones import zone_of

P = ParamSpec("P")
SESSION_KEY = "organization"


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in member at the desk of one organization."""

    member: Member
    membership: Membership

    @property
    def organization(self) -> Organization:
        """Whose desk it is."""
        return self.membership.organization

    @property
    def organization_id(self) -> UUID:
        """Id of the organization."""
        return self.membership.organization_id

    @property
    def actor(self) -> str:
        """How the member is named in scopes and audit rows."""
        return f"member:{self.member.pk}"

    @property
    def may_write(self) -> bool:
        """Whether the member may act, not only look."""
        return self.membership.may_write

    @property
    def may_manage(self) -> bool:
        """Whether the member may connect accounts and manage members."""
        return self.membership.may_manage

    def scope(self) -> AbstractContextManager[Scope]:
        """The tenant's scope for a view that calls the outside and therefore opens scopes itself."""
        return acting_for(self.organization_id, self.actor)


View = Callable[Concatenate[HttpRequest, Visit, P], HttpResponseBase]


def page(
    kind: OrganizationKind | None = None, *, write: bool = False, manage: bool = False, calls_outside: bool = False
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Wrap a view: sign-in, organization of the right ``kind``, role, scope, time zone, and 404 for what is not theirs.

    ``calls_outside`` leaves opening scopes to the view, because a scope is a transaction and nobody
    outside may be called inside one.
    """

    def wrap(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def respond(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            visit = find_visit(request)
            if visit is None:
                return render(request, "web/no_organization.html", status=403)
            if kind is not None and visit.organization.kind != kind:
                raise Http404("a page of the other kind of organization")
            if (write and not visit.may_write) or (manage and not visit.may_manage):
                raise PermissionDenied("the member's role does not allow this")
            try:
                with timezone.override(zone_of(visit.organization)):
                    if calls_outside:
                        with visit.scope():
                            request.shell = shell_for(visit.membership, request.path)  # type: ignore[attr-defined]  # ours
                        return view(request, visit, *args, **kwargs)
                    with visit.scope():
                        request.shell = shell_for(visit.membership, request.path)  # type: ignore[attr-defined]  # ours
                        return view(request, visit, *args, **kwargs)
            except ObjectDoesNotExist as absent:
                raise Http404("not found in this organization") from absent

        return respond

    return wrap


def _sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """Ask to sign in, then lead to the page, or to the one with the button that was pressed, its ticks kept."""
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    messages.info(request, _("You were signed out, so nothing was done. Sign in and press the button again."))
    return redirect_to_login(way_back(request))


def find_visit(request: HttpRequest) -> Visit | None:
    """The chosen organization of the signed-in member, else the first one; None when there is none."""
    assert isinstance(request.user, Member)
    memberships = list(
        Membership.objects.filter(member=request.user)
        .select_related("organization")
        .order_by(alphabetical("organization__name"))
    )
    chosen = request.session.get(SESSION_KEY)
    for membership in memberships:
        if str(membership.organization_id) == chosen:
            return Visit(request.user, membership)
    return Visit(request.user, memberships[0]) if memberships else None


@login_required
@require_POST
def choose_organization(request: HttpRequest) -> HttpResponseBase:
    """Switch to another organization of the member; a foreign one is answered like an absent one."""
    wanted = request.POST.get("organization", "")
    assert isinstance(request.user, Member)
    if not any(str(m.organization_id) == wanted for m in Membership.objects.filter(member=request.user)):
        raise Http404("no such organization")
    request.session[SESSION_KEY] = wanted
    return redirect("home")


@login_required
def home(request: HttpRequest) -> HttpResponseBase:
    """Lead to the list the member works with."""
    visit = find_visit(request)
    if visit is None:
        return render(request, "web/no_organization.html", status=403)
    return redirect("orders" if visit.organization.kind == OrganizationKind.RETAILER else "supplier_orders")
