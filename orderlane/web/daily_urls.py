"""Addresses of the daily pages: orders, checkout, payments, the supplier's orders."""

from __future__ import annotations

from django.urls import URLPattern, path

from orderlane.web.views import orders

urlpatterns: list[URLPattern] = [
    path("orders", orders.orders, name="orders"),
    path("orders/synchronize", orders.synchronize, name="orders_sync"),
    path("orders/archive", orders.archive_selected, name="orders_archive"),
]
