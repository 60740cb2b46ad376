"""The retailer withdraws the link to a customer's tracking page, or makes another one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.audit.record import record
from orderlane.kernel.ids import new_secret
from orderlane.orders.models import Order


def withdraw_tracking_link(order_id: UUID, *, now: datetime) -> None:
    """Make the link of an order worthless for ever, in the retailer's scope; does nothing when there is none."""
    order = Order.locked(pk=order_id)
    if order.tracking_token is None:
        return
    order.tracking_token = None
    order.save(update_fields=["tracking_token"])
    record("order.tracking_link_withdrawn", order, now=now)


def make_tracking_link(order_id: UUID, *, now: datetime) -> None:
    """Give an order whose link was withdrawn another one, in the retailer's scope; one that has a link keeps it."""
    order = Order.locked(pk=order_id)
    if order.tracking_token is not None:
        return
    order.tracking_token = new_secret()
    order.save(update_fields=["tracking_token"])
    record("order.tracking_link_made", order, now=now)
