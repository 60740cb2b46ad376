"""The reader's own choices: language and colors. They work signed out too."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.views.decorators.http import require_POST

from orderlane.web.context import THEMES
from orderlane.web.middleware import LANGUAGE_COOKIE, THEME_COOKIE, remember
from orderlane.web.way_back import named_page


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember a language, on the member too when somebody is signed in."""
    response = HttpResponseRedirect(back_to(request))
    chosen = request.POST.get("language", "")
    if chosen in {code for code, _ in settings.LANGUAGES}:
        remember(response, LANGUAGE_COOKIE, chosen)
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark in this browser; empty follows the system."""
    response = HttpResponseRedirect(back_to(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        remember(response, THEME_COOKIE, chosen)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def back_to(request: HttpRequest) -> str:
    """Return the page to go back to: only ever one of ours."""
    return named_page(request) or resolve_url("/")
