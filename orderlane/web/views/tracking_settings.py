"""Settings: how the tracking page looks, with a sample beside it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orderlane.kernel import clock
from orderlane.shipping.actions.tracking_page import save_tracking_page
from orderlane.shipping.queries import tracking_page_settings
from orderlane.tenants.models import OrganizationKind
from orderlane.web.csp import policy
from orderlane.web.forms.tracking_page import TrackingPageForm
from orderlane.web.pages.tracking import TrackingSettingsPage
from orderlane.web.present.tracking import appearance_of, sample_page
from orderlane.web.views.tracking import show
from orderlane.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page(OrganizationKind.RETAILER)
def tracking_settings(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Name, colors, logo and contact of the customers' pages."""
    if request.method == "POST" and not visit.may_manage:
        raise PermissionDenied("only owners change the tracking page")
    present = tracking_page_settings(visit.organization_id)
    names = ("shown_name", "color", "text_color", "contact_email")
    form = TrackingPageForm(
        request.POST or None, request.FILES or None, initial={name: getattr(present, name) for name in names}
    )
    if request.method == "POST" and form.is_valid():
        kept = {name: form.cleaned_data[name] for name in names}
        save_tracking_page(visit.organization_id, **kept, logo=form.logo_to_save(), now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("tracking_settings")
    if not present.logo:
        del form.fields["remove_logo"]
    shown = TrackingSettingsPage(
        form=form,
        form_url=reverse("tracking_settings"),
        preview_url=reverse("tracking_preview"),
        has_logo=bool(present.logo),
        may_write=visit.may_manage,
    )
    status = 422 if form.is_bound else 200
    context = {"page": shown, "settings_tab": "tracking_page"}
    response = render(request, "web/settings_tracking.html", context, status=status)
    own = policy(settings.PAYMENT_PAGE_HOSTS, settings.PICTURE_SOURCES)
    response.headers["Content-Security-Policy"] = f"{own}; frame-src 'self'"
    return response


@require_http_methods(["GET", "POST"])
@page(OrganizationKind.RETAILER)
def preview(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The sample: as it is saved, or as what was typed would make it. Nothing is saved here."""
    present = tracking_page_settings(visit.organization_id)
    if request.method == "POST":
        form = TrackingPageForm(request.POST, request.FILES)
        if not form.is_valid():
            return _show_problems(request, form)
        present = form.chosen(present)
    sample = sample_page(appearance_of(visit.organization, present), request.LANGUAGE_CODE, clock.now())
    return show(request, sample, request.LANGUAGE_CODE, framed=True)


def _show_problems(request: HttpRequest, form: TrackingPageForm) -> HttpResponseBase:
    response = render(request, "web/tracking_refused.html", {"form": form}, status=422)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'self'"
    return response
