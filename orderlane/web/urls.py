"""Addresses of the pages."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from orderlane.web import visit
from orderlane.web.views import preferences, styleguide

urlpatterns: list[URLPattern | URLResolver] = [
    path("", visit.home, name="home"),
    path("account/", include("orderlane.web.account_urls")),
    path("language", preferences.choose_language, name="choose_language"),
    path("theme", preferences.choose_theme, name="choose_theme"),
    path("organization", visit.choose_organization, name="choose_organization"),
    path("", include("orderlane.web.daily_urls")),
    path("", include("orderlane.web.setup_urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("styleguide", styleguide.styleguide))
