"""The web room as a Django app: its templates, static files and template tags."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages of Orderlane."""

    name = "orderlane.web"
    label = "web"
