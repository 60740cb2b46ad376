"""Reads of stored orders."""

from __future__ import annotations

from uuid import UUID

from orderlane.orders.models import Order


def find_tracked(token: str) -> tuple[UUID, UUID] | None:
    """Whose order a tracking page's link opens: retailer and order; None for a link that leads nowhere.

    Runs in the system scope: the token alone says whose order it is.
    """
    return Order.objects.filter(tracking_token=token).values_list("retailer_id", "pk").first()
