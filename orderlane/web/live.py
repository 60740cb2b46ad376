"""Pages that keep themselves fresh: asked for by a script, they answer with their inside only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_live(
    request: HttpRequest, page: str, inside: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the template ``page``, or only its ``inside`` when a script asks for a fresh one."""
    asked = request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"
    response = render(request, inside if asked else page, {**context, "fresh": asked}, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response
