"""The reader's language, and the headers that keep pages safe."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from orderlane.web.csp import policy

LANGUAGE_COOKIE = "orderlane_language"
THEME_COOKIE = "orderlane_theme"
YEAR = 365 * 24 * 3600

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
        if request.user.is_authenticated and LANGUAGE_COOKIE not in response.cookies:
            _keep(request, response, request.user.language)
        return response

    return respond


# The characters U+202A to U+202E and U+2066 to U+2069, in UTF-8.
_FORCED_DIRECTION = re.compile(rb"\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")


def natural_direction(get_response: GetResponse) -> GetResponse:
    """Take out of pages and files what forces a writing direction: in a name it turns around whatever stands beside it.

    What the store told is kept as it is. Hebrew and Arabic are written right without such characters.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith("text/"):
            response.content = _FORCED_DIRECTION.sub(b"", response.content)
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


def remember(response: HttpResponseBase, name: str, value: str) -> None:
    """Keep a choice of the reader's in the browser."""
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True)


def _keep(request: HttpRequest, response: HttpResponseBase, language: str) -> None:
    """The page one sees after signing out speaks the language of those before it."""
    if language and request.COOKIES.get(LANGUAGE_COOKIE) != language:
        remember(response, LANGUAGE_COOKIE, language)


def _language_of(request: HttpRequest) -> str:
    known = {code for code, _ in settings.LANGUAGES}
    for wanted in (getattr(request.user, "language", ""), request.COOKIES.get(LANGUAGE_COOKIE, "")):
        if wanted in known:
            return str(wanted)
    return translation.get_language_from_request(request)
