"""Addresses of what is set up once: stores, suppliers, products, accounts, settings, invitations."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
