"""What every template knows: the frame, the reader's language and theme, and where help is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from orderlane.web.mail import can_send
from orderlane.web.middleware import THEME_COOKIE

THEMES = ("light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """Add the frame to every template. Works for error pages too, where there may be no signed-in member."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "language": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "languages": settings.LANGUAGES,
        "theme": theme if theme in THEMES else "",
        "support_email": settings.SUPPORT_EMAIL,
        "sends_email": can_send(),
        "shell": getattr(request, "shell", None),
        "here": request.get_full_path(),
    }
