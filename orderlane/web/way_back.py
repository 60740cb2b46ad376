"""Where somebody goes on whose press of a button was not obeyed: signed out, too late, or no press at all."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

TICK = "tick"
"""In the address of the Orders list: a number or product that is ticked when the page opens."""
MOST_TICKS = 100


def page_behind(path: str) -> str:
    """The nearest address above one that only takes a button's press: of ``/orders/OL-1/tracking``, the order."""
    while path := path.rpartition("/")[0]:
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"


def way_back(request: HttpRequest) -> str:
    """The page with the button that was pressed, with what was ticked there."""
    named = named_page(request)
    if not named:
        return page_behind(request.path)
    ticked = [*request.POST.getlist("purchase_order"), *request.POST.getlist("product")][:MOST_TICKS]
    return f"{named}{'&' if '?' in named else '?'}{urlencode({TICK: ticked}, doseq=True)}" if ticked else named


def named_page(request: HttpRequest) -> str:
    """The page that a form says it stands on; empty when it says none, or one that is not ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") else ""
