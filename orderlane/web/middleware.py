"""The reader's language, and the headers that keep pages safe."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from orderlane.web.csp import policy

LANGUAGE_COOKIE = "orderlane_language"
THEME_COOKIE = "orderlane_theme"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def language(get_response: GetResponse) -> GetResponse:
    """Show each page in the member's language, else the browser's remembered choice, else what it asks for."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        code = _language_of(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return respond


def security_headers(get_response: GetResponse) -> GetResponse:
    """Add the policy headers, and forbid storing what a signed-in member saw."""
    content_policy = policy(settings.PAYMENT_PAGE_HOSTS, getattr(settings, "PICTURE_SOURCES", ()))

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", content_policy)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
        )
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            headers["Cache-Control"] = "no-store"
        return response

    return respond


def _language_of(request: HttpRequest) -> str:
    known = {code for code, _ in settings.LANGUAGES}
    for wanted in (getattr(request.user, "language", ""), request.COOKIES.get(LANGUAGE_COOKIE, "")):
        if wanted in known:
            return str(wanted)
    return translation.get_language_from_request(request)
