"""Addresses for programs: webhooks in, and a health check."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from orderlane.api import webhooks


def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("hooks/stores/<uuid:store_id>", webhooks.store_webhook, name="store_webhook"),
    path("hooks/payments/<uuid:account_id>", webhooks.payment_webhook, name="payment_webhook"),
    path("healthz", health, name="health"),
]
