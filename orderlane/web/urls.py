"""Addresses of the pages."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from orderlane.web.views import preferences, styleguide

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.account.urls")),
    path("language", preferences.choose_language, name="choose_language"),
    path("theme", preferences.choose_theme, name="choose_theme"),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide", styleguide.styleguide))
