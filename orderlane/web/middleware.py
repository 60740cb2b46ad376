"""What every request goes through: its number, text we can store, the reader's language, headers that keep it safe."""

from __future__ import annotations

import re
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from orderlane.web.csp import policy
from orderlane.web.way_back import page_behind

LANGUAGE_COOKIE = "orderlane_language"
THEME_COOKIE = "orderlane_theme"
YEAR = 365 * 24 * 3600

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def numbered(get_response: GetResponse) -> GetResponse:
    """Give each request a number that the log, the answer's headers and the page about a fault all name."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        request.request_id = token_hex(5)  # type: ignore[attr-defined]  # ours
        response = get_response(request)
        response.headers["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]  # ours
        return response

    return respond


_NUL = "\x00"


class PlainText:
    """The one door against text that PostgreSQL cannot hold: whatever a page reads of a request has no NUL byte.

    Nobody types one. It is refused with 400, before any view; a cookie with one is left out, like a foreign one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Leave unusable cookies out, before the session is looked for by its own."""
        request.COOKIES = {name: text for name, text in request.COOKIES.items() if _NUL not in text}
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Raise BadRequest for a NUL byte in the address, its query or a form; webhook doors read signed bytes."""
        if _is_webhook_door(request):
            return
        told = [
            text for form in (request.GET, request.POST) for texts in form.lists() for text in (texts[0], *texts[1])
        ]
        if any(_NUL in text for text in (request.path, *told)):
            raise BadRequest("a NUL byte")


def _is_webhook_door(request: HttpRequest) -> bool:
    return request.path_info.startswith("/hooks/")


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


def pages_only(get_response: GetResponse) -> GetResponse:
    """Answer the address of a button that was opened like a page (after a sign-in, say) with the page it is on."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code != 405 or request.resolver_match is None or _is_webhook_door(request):
            return response
        if request.method in {"GET", "HEAD"}:
            if not len(messages.get_messages(request)):
                messages.info(request, _("Nothing was sent. If you meant to press a button, press it again here."))
            return redirect(page_behind(request.path))
        refused = render(request, "405.html", status=405)
        refused.headers["Allow"] = response.headers["Allow"]
        return refused

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
