"""Pages about what went wrong before or in a view: in the reader's language, with the next step."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error

from orderlane.web.way_back import way_back


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What the browser sent cannot be read: 400."""
    return render(request, "400.html", status=400)


def page_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the proof that it is ours (another sign-in since, no cookies): 403, and back to its page."""
    return render(request, "403_csrf.html", {"back": way_back(request)}, status=403)


def fault(request: HttpRequest) -> HttpResponse:
    """A fault of ours: 500, with the number under which the log has it."""
    try:
        return render(request, "500.html", status=500)
    except Exception:  # what broke the view (a lost database) may break the frame of the page too
        return server_error(request)
