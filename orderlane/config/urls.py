"""Every address this installation answers."""

from __future__ import annotations

from django.urls import include, path

from orderlane.config.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("", include("orderlane.api.urls")),
    path("", include("orderlane.web.urls")),
]

handler400 = "orderlane.web.views.errors.unreadable"
handler500 = "orderlane.web.views.errors.fault"
