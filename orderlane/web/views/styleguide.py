"""The style guide: every component on one page, for whoever builds pages (DEBUG only)."""

from __future__ import annotations

import re
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from orderlane.web.pages import states

SPRITE = Path(__file__).resolve().parent.parent / "static" / "web" / "img" / "icons.svg"
AXES = ("payment", "forwarding", "fulfillment", "attempt", "writeback", "connection")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component."""
    shown = {
        "axes": [(axis, list(states.known(axis))) for axis in AXES],
        "icons": re.findall(r'<symbol id="([a-z-]+)"', SPRITE.read_text()),
        "tones": ("blue", "green", "amber", "red", "grey"),
    }
    return render(request, "web/styleguide.html", shown)
