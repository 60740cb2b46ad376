"""Which event each thing on the desk is to a member, and how it is recognized when it is seen again."""

from __future__ import annotations

from typing import Any

from orderlane.desk.queries import Stuck
from orderlane.kernel.hashes import content_hash
from orderlane.notifications.rules import Event

_EVENTS = {
    "payment_odd": Event.PAYMENT_PROBLEM,
    "payment_unknown": Event.PAYMENT_PROBLEM,
    "payment_declined": Event.PAYMENT_PROBLEM,
    "store_disconnected": Event.STORE_DISCONNECTED,
    "supplier_late": Event.SUPPLIER_LATE,
}


def event_of(reason: str, row: Any) -> Event:
    """What a member chooses by: a reason of its own, or everything else that needs attention."""
    if reason == "changed_in_store" and row.order.canceled_at is not None:
        return Event.CANCELED_AFTER_PAYMENT
    return _EVENTS.get(reason, Event.NEEDS_ATTENTION)


def key_of(row: Any) -> str:
    """The row's id; a variant that waits for its product is many rows, and is known by what names it."""
    return content_hash({name: str(row[name]) for name in _VARIANT}) if isinstance(row, dict) else str(row.pk)


_VARIANT = ("order__store_id", "variant_id", "sku", "title", "variant_title")


def things_of(found: list[Stuck]) -> dict[tuple[str, str], Event]:
    """Everything found, by reason and key, with its event."""
    return {(stuck.reason, key_of(row)): event_of(stuck.reason, row) for stuck in found for row in stuck.rows}
