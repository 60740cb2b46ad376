"""The customer's tracking page, and its link in the retailer's hands."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orderlane.kernel import clock
from orderlane.orders.actions.tracking_link import make_tracking_link, withdraw_tracking_link
from orderlane.orders.models import Order
from orderlane.orders.queries import find_tracked
from orderlane.purchasing.models import PurchaseOrder
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.csp import public_policy
from orderlane.web.pages.tracking import TrackingPage
from orderlane.web.present.tracking import tracking_page
from orderlane.web.rate_limit import WINDOW_SECONDS, too_many
from orderlane.web.visit import Visit, page
from orderlane.web.zones import zone_of

_ACTOR = "customer:tracking"
_LANGUAGES = ("en", "fr")


@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show an order to whoever holds its link. Which organization it belongs to is known from the token alone.

    A link that never existed, was withdrawn, or whose customer was erased is answered in one and the same way.
    """
    wanted = request.GET.get("lang", "")
    asked = wanted if wanted in _LANGUAGES else ""
    if too_many(request, "tracking", now=clock.now()):
        response = _show_nothing(request, asked, "web/tracking_busy.html", 429)
        response.headers["Retry-After"] = str(WINDOW_SECONDS)
        return response
    with system_scope(_ACTOR):
        found = find_tracked(token)
    if found is None:
        return _show_nothing(request, asked, "web/tracking_nowhere.html", 404)
    retailer_id, order_id = found
    with acting_for(retailer_id, _ACTOR):
        order = Order.objects.select_related("retailer").get(pk=order_id)
        language = asked or (order.language if order.language in _LANGUAGES else "") or _browser_language(request)
        with translation.override(language), timezone.override(zone_of(order.retailer)):
            return show(request, tracking_page(order_id, language), language)


def show(request: HttpRequest, shown: TrackingPage, language: str, *, framed: bool = False) -> HttpResponse:
    """Answer with a tracking page in the active language; ``framed`` for the sample on the settings page."""
    response = render(request, "web/tracking_page.html", {"page": shown, "language": language, "framed": framed})
    return _closed(response, language, public_policy(shown.appearance.style, framed=framed))


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def make_link(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Make another link for an order whose link was withdrawn."""
    make_tracking_link(PurchaseOrder.objects.get(number=number).order_id, now=clock.now())
    messages.success(request, _("There is a link to the tracking page again."))
    return redirect("order", number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def withdraw_link(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Make the link of an order worthless at once."""
    withdraw_tracking_link(PurchaseOrder.objects.get(number=number).order_id, now=clock.now())
    messages.success(request, _("The link is withdrawn: it leads nowhere now."))
    return redirect("order", number)


def _show_nothing(request: HttpRequest, asked: str, template: str, status: int) -> HttpResponse:
    language = asked or _browser_language(request)
    with translation.override(language):
        response = render(request, template, {"language": language}, status=status)
    return _closed(response, language, public_policy(""))


def _browser_language(request: HttpRequest) -> str:
    """What the language middleware found: the browser's remembered choice, or what it asks for."""
    return request.LANGUAGE_CODE if request.LANGUAGE_CODE in _LANGUAGES else _LANGUAGES[0]


def _closed(response: HttpResponse, language: str, policy: str) -> HttpResponse:
    """Nobody keeps, lists or frames such a page, and where its links lead its address is not told."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
