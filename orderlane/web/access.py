"""Who is asking, for which organization, and what they may do: decided once, before any view runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from orderlane.members.models import Member, Membership
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.tenants.scope import Scope, acting_for
from orderlane.web.navigation import shell_for

ORGANIZATION_KEY = "organization"
"""Where the session remembers which organization the member is looking at."""

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in member acting for one of their organizations."""

    member: Member
    membership: Membership

    @property
    def organization(self) -> Organization:
        """The organization they act for."""
        return self.membership.organization

    @property
    def actor(self) -> str:
        """How the audit names them."""
        return f"member:{self.member.pk}"

    def scope(self) -> AbstractContextManager[Scope]:
        """Open their tenant's scope: one transaction. Never held while the outside is called."""
        return acting_for(self.organization.pk, self.actor)


View = Callable[Concatenate[HttpRequest, Visitor, P], HttpResponse]


def desk_page(
    kind: OrganizationKind | None = None,
    *,
    methods: tuple[str, ...] = ("GET", "HEAD"),
    writes: bool = False,
    manages: bool = False,
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Make a view of signed-in members of a retailer or supplier (or of either).

    ``writes`` refuses read-only members, ``manages`` everybody but owners. A page of the other kind of
    organization answers 404, like anything that is not theirs.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def respond(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not isinstance(request.user, Member):
                return redirect_to_login(request.get_full_path())
            memberships = memberships_of(request.user)
            if not memberships:
                return render(request, "web/no_organization.html", status=403)
            visitor = Visitor(request.user, chosen_membership(request, memberships))
            request.shell = shell_for(request.path, visitor.membership, memberships)  # type: ignore[attr-defined]
            if kind is not None and visitor.organization.kind != kind:
                raise Http404
            if (writes and not visitor.membership.may_write) or (manages and not visitor.membership.may_manage):
                raise PermissionDenied
            return view(request, visitor, *args, **kwargs)

        return require_http_methods(list(methods))(respond)

    return decorate


def memberships_of(member: Member) -> list[Membership]:
    """Every organization a member belongs to, by name."""
    return list(member.memberships.select_related("organization").order_by("organization__name", "id"))


def chosen_membership(request: HttpRequest, memberships: list[Membership]) -> Membership:
    """The one this session looks at; the first when none was chosen or the chosen one was left."""
    wanted = request.session.get(ORGANIZATION_KEY)
    return next((row for row in memberships if str(row.organization_id) == wanted), memberships[0])
