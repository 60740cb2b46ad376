"""Addresses for programs: the webhook doors."""

from __future__ import annotations

from django.urls import path

from orderlane.api import webhooks

urlpatterns = [
    path("hooks/stores/<uuid:store_id>", webhooks.store_webhook, name="store_webhook"),
    # A fulfillment service is called back at its address plus this word, which the platform adds.
    path("hooks/stores/<uuid:store_id>/fulfillment_order_notification", webhooks.store_webhook),
    path("hooks/platforms/<slug:platform>", webhooks.platform_webhook, name="platform_webhook"),
    path("hooks/payments/<uuid:account_id>", webhooks.payment_webhook, name="payment_webhook"),
]
