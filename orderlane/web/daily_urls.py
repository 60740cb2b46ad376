"""Addresses of the daily pages: orders, checkout, payments, the supplier's orders."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
