"""Connect a store by the platform's own install flow: send the browser there, take it back, check that it is ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.kernel import clock
from orderlane.kernel.errors import NeedsAttention, OutsideError
from orderlane.ports import registry
from orderlane.ports.installs import InstallFlow, InstallRefused
from orderlane.stores.connections import app_of
from orderlane.stores.effects.connect import install
from orderlane.web.forms.connect import ConnectForm
from orderlane.web.present.connections import connect_problem, stores_address
from orderlane.web.visit import Visit, page

PENDING: Final = "store_install"
"""Where the session keeps the one install that this browser has under way."""

UNDER_WAY_FOR: Final = timedelta(minutes=15)


def install_flow(platform: str) -> type[InstallFlow] | None:
    """The platform's install flow, when it has one and the operator has registered an app there."""
    connector = registry.stores().get(platform)
    return connector.install_flow if connector is not None and app_of(platform).client_id else None


@require_POST
@page(manage=True, calls_outside=True)
def start_install(request: HttpRequest, visit: Visit, platform: str) -> HttpResponseBase:
    """Remember who started, and lead to the platform's page of consent."""
    flow = install_flow(platform)
    if flow is None:
        raise Http404("no install flow")
    form = ConnectForm(flow.typed_fields, request.POST, prefix="install")
    if not form.is_valid():
        for said in form.errors.values():
            messages.error(request, str(said[0]))
        return redirect("connect_store", platform)
    state, typed, again = token_urlsafe(32), form.credentials(), request.POST.get("store", "")
    if again and typed.get("external_id", again) != again:
        other = NeedsAttention("another store", reason="another_store", asked=again, given=typed["external_id"])
        messages.error(request, connect_problem(other))
        return redirect("connect_store", platform)
    try:
        consent_url = flow(app_of(platform)).authorize_url(typed, state, return_url(platform))
    except InstallRefused:
        messages.error(request, _("The platform cannot be asked with what was typed. Check it and try again."))
        return redirect("connect_store", platform)
    request.session[PENDING] = {
        "state": state,
        "platform": platform,
        "organization": str(visit.organization_id),
        "again": again,
        "started_at": clock.now().isoformat(),
    }
    return redirect(consent_url)


@require_GET
@page(manage=True, calls_outside=True)
def finish_install(request: HttpRequest, visit: Visit, platform: str) -> HttpResponseBase:
    """Take the browser back from the platform; a return that this session did not start connects nothing.

    Only a genuine one ends what is under way: a forged one that this browser was made to open does not.
    """
    flow = install_flow(platform)
    if flow is None:
        raise Http404("no install flow")
    back = stores_address(visit)
    pending = _under_way(request, visit, platform, flow, clock.now())
    if pending is None:
        messages.error(request, _("This connection was not started here, or too long ago. Start it again."))
        return redirect(back)
    query = {name: str(value) for name, value in request.GET.items()}
    try:
        store = install(
            organization_id=visit.organization_id,
            actor=visit.actor,
            platform=platform,
            query=query,
            redirect_url=return_url(platform),
            now=clock.now(),
            again=pending["again"],
        )
    except InstallRefused:
        messages.error(request, _("The platform’s answer does not hold. Nothing has been connected; start again."))
        return redirect(back)
    except OutsideError as problem:
        messages.error(request, connect_problem(problem))
    else:
        messages.success(request, _("%(name)s is connected.") % {"name": store.name})
    request.session.pop(PENDING, None)
    return redirect(back)


def _under_way(
    request: HttpRequest, visit: Visit, platform: str, flow: type[InstallFlow], now: datetime
) -> dict[str, str] | None:
    """What this browser started for this organization, lately, and is coming back from; each start serves once."""
    pending: dict[str, str] | None = request.session.get(PENDING)
    if pending is None or (pending["platform"], pending["organization"]) != (platform, str(visit.organization_id)):
        return None
    if now - datetime.fromisoformat(pending["started_at"]) > UNDER_WAY_FOR:
        return None
    return pending if not flow.returns_state or request.GET.get("state", "") == pending["state"] else None


def return_url(platform: str) -> str:
    """Where a platform sends the browser back to, as the operator registers it in the app's settings there."""
    return f"{settings.BASE_URL}{reverse('finish_install', args=[platform])}"
