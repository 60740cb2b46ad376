"""The start page, and switching between organizations."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from orderlane.tenants.models import OrganizationKind
from orderlane.web.access import ORGANIZATION_KEY, Visitor, desk_page, memberships_of
from orderlane.web.navigation import HOME


@desk_page()
def home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Send everybody to the list they work with."""
    return redirect(HOME[OrganizationKind(visitor.organization.kind)])


@desk_page(methods=("POST",))
def choose_organization(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Look at another of the member's organizations; anything else is as if it did not exist."""
    wanted = request.POST.get("organization", "")
    if wanted not in {str(row.organization_id) for row in memberships_of(visitor.member)}:
        raise Http404
    request.session[ORGANIZATION_KEY] = wanted
    return redirect("home")
