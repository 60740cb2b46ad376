"""What Orderlane notes about its parcels in an order's extra fields, read here from its published form.

Ecwid itself has no parcels; the journal has to say all the same which pieces an app has declared as shipped, so that
the promises can be checked on every platform alike. Only numbers that also stand in the tracking field count: they
are what the customer sees.
"""

import json
from typing import TYPE_CHECKING, Any

from sandbox.ecwid.model import Order

if TYPE_CHECKING:
    from sandbox.ecwid.store import Store

NOTE = "orderlane_parcels_"
# https://docs.ecwid.com/api-reference/rest-api/orders/update-order and, for one attribute, Ecwid/ecwid-api-docs
MAX_ATTRIBUTE, MAX_TOTAL_BYTES = 255, 8 * 1024


def kept(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The extra fields Ecwid keeps of those it was given: what is too long is dropped without a word."""
    found: list[dict[str, Any]] = []
    for field in fields:
        if any(isinstance(value, str) and len(value) > MAX_ATTRIBUTE for value in field.values()):
            continue
        if len(json.dumps([*found, field], ensure_ascii=False).encode()) <= MAX_TOTAL_BYTES:
            found.append(field)
    return found


def noted_parcels(order: Order) -> dict[str, dict[str, Any]]:
    """Fulfillment id to carrier, numbers and pieces, as noted at present."""
    pieces = sorted(
        (int(field["id"][len(NOTE) :]), str(field.get("value", "")))
        for field in order.extra_fields
        if str(field.get("id", "")).startswith(NOTE)
    )
    if not pieces:
        return {}
    rows, _ = json.JSONDecoder().raw_decode("".join(value for _, value in pieces))
    shown = {number.strip() for number in order.tracking_number.split(",")}
    found = {}
    for key, company, numbers, lines in rows:
        if not lines:
            continue  # its key is taken, nothing more
        name = f"{order.id}.{key}"
        now = [number for number in numbers if number in shown]
        # What people here did to it holds until the app shows its numbers again.
        by_hand = name in order.by_hand and not (numbers and now == numbers)
        now = order.by_hand[name] if by_hand else now
        status = "CANCELLED" if by_hand and not now else "SUCCESS"
        found[name] = {"company": company, "numbers": now, "lines": lines, "status": status}
    return found


def journal_noted(store: "Store", order: Order, by: str) -> None:
    """Write what has changed in the noted parcels since the last time."""
    there = noted_parcels(order)
    skus = {str(item.id): item.sku for item in order.items}
    for name in order.noted.keys() | there.keys():
        before, after = order.noted.get(name), there.get(name)
        if before == after or (after is None and before and before["status"] == "CANCELLED"):
            continue
        told = after or before or {}
        gone = after is None or after["status"] == "CANCELLED"
        kind = "fulfillment.cancelled" if gone else "fulfillment.tracking_updated"
        store.write(
            "fulfillment.created" if before is None else kind,
            by=by,
            fulfillment_id=name,
            order_id=order.id,
            order_name=order.id,
            source_identifier=order.reference or None,
            status="CANCELLED" if gone else "SUCCESS",
            notified=not order.notifications_off,
            tracking={"company": told["company"], "numbers": told["numbers"], "urls": []},
            lines=[
                {"line_id": line, "sku": skus.get(line, ""), "quantity": count} for line, count in told["lines"].items()
            ],
        )
    order.noted = there
