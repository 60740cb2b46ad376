"""Several parcels in a store that has one tracking field: the parcels themselves stand in a note. Pure.

Ecwid knows one tracking number per order and no quantity per line. The note is the truth about our parcels; the
tracking field shows the customer all numbers, and the status says whether anything is still to come.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orderlane.connectors.reading import Node, nodes, text, unreadable
from orderlane.connectors.stores.ecwid.notes import FIELD, read_note, with_note
from orderlane.connectors.stores.ecwid.reading import numeric_id, quantity
from orderlane.ports.stores import StoreFulfillment, Tracking

PARCELS: Final = "orderlane_parcels"
"""The note's name; its value is a list of ``[key, carrier, [tracking numbers], {line id: quantity}]``.

A row without pieces stands for a parcel that was taken back, so that the next one does not get its key.
"""

SHIPPED: Final = frozenset({"SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"})
_NOT_SHIPPING: Final = frozenset({"WILL_NOT_DELIVER", "RETURNED"})

_BETWEEN_NUMBERS = re.compile(r"[,;|\r\n]+")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel of ours as noted in the order; links are not kept, they would fill the note."""

    key: int
    quantities: Mapping[str, int]
    carrier: str
    numbers: tuple[str, ...]

    def as_fulfillment(self, order_id: str) -> StoreFulfillment:
        """Describe the parcel the way our port does."""
        tracking = Tracking(self.carrier, self.numbers, ("",) * len(self.numbers))
        return StoreFulfillment(f"{order_id}.{self.key}", self.quantities, tracking)


def split_id(fulfillment_id: str) -> tuple[str, int]:
    """Take a fulfillment's id apart: order id and the parcel's key, 0 when it is none of ours."""
    order_id, _, key = fulfillment_id.rpartition(".")
    return order_id, int(key) if key.isascii() and key.isdigit() else 0


def parcels_in(order: Node) -> list[Parcel]:
    """Read our parcels of an order, in the order in which they were noted."""
    return [parcel for parcel in _rows_in(order) if parcel.quantities]


def _rows_in(order: Node) -> list[Parcel]:
    noted = read_note(order, PARCELS)
    if noted is None:
        return []
    if not isinstance(noted, list):
        raise unreadable(FIELD)
    return [_parcel(row) for row in noted]


def _last_key(order: Node) -> int:
    return max((row.key for row in _rows_in(order)), default=0)


def next_parcel(order: Node, quantities: Mapping[str, int], tracking: Tracking) -> Parcel:
    """Describe a parcel that is to be noted beside those of ``order``."""
    return Parcel(_last_key(order) + 1, dict(quantities), tracking.carrier, tuple(tracking.numbers))


def left_to_ship(order: Node, parcels: Sequence[Parcel], *, all_lines: bool = False) -> dict[str, int]:
    """Count the pieces no parcel of ours holds yet: line id → quantity; lines without shipping only on demand."""
    left = {}
    for line in nodes(order, "items"):
        if not all_lines and not requires_shipping(line):
            continue
        line_id = numeric_id(line, "id")
        sent = sum(parcel.quantities.get(line_id, 0) for parcel in parcels)
        if quantity(line, "quantity") > sent:
            left[line_id] = quantity(line, "quantity") - sent
    return left


def may_ship(order: Node) -> bool:
    """Whether the store still wants the order shipped, or already calls it shipped."""
    return text(order, "paymentStatus") != "CANCELLED" and text(order, "fulfillmentStatus") not in _NOT_SHIPPING


def was_shipped(order: Node) -> bool:
    """Whether the store says that all of it has left; RETURNED means that it had even arrived."""
    return text(order, "fulfillmentStatus") in SHIPPED | {"RETURNED"}


def requires_shipping(line: Node) -> bool:
    """Whether a line is goods; ``digital`` only says that files come with it."""
    return line.get("isShippingRequired") is not False and line.get("giftCard") is not True


def changes_for(
    order: Node, before: Sequence[Parcel], after: Sequence[Parcel], tracking: Tracking, *, new_status: bool
) -> dict[str, Any]:
    """Write what one PUT has to change, so that the customer's mail about the status has the numbers too.

    An ``items`` list would replace all lines: it is never sent. Numbers that are none of ours stay first.
    """
    ours = {number for parcel in before for number in parcel.numbers}
    foreign = [number for number in tracking_numbers(order) if number not in ours]
    numbers = list(dict.fromkeys([*foreign, *(number for parcel in after for number in parcel.numbers)]))
    last = _last_key(order)
    rows = [*after]
    if last and all(parcel.key < last for parcel in after):
        rows.append(Parcel(last, {}, "", ()))
    changes: dict[str, Any] = {
        FIELD: with_note(order, PARCELS, [_row(parcel) for parcel in rows]),
        "trackingNumber": ", ".join(numbers),
    }
    links = [url for url in tracking.urls if url]
    if len(numbers) == 1 and links:
        changes["trackingUrl"] = links[0]
    elif text(order, "trackingUrl"):
        # A link of one parcel must not stand for all of them.
        changes["trackingUrl"] = ""
    status = _status_after(order, after) if new_status else ""
    if status:
        changes["fulfillmentStatus"] = status
    return changes


def tracking_numbers(order: Node) -> list[str]:
    """Read the numbers in the one tracking field; a blank can be part of a number and does not part two."""
    written = (part.strip() for part in _BETWEEN_NUMBERS.split(text(order, "trackingNumber")))
    return list(dict.fromkeys(number for number in written if number))


def _status_after(order: Node, parcels: Sequence[Parcel]) -> str:
    """The status that follows; empty to leave what the store's own people have chosen."""
    current = text(order, "fulfillmentStatus")
    if not left_to_ship(order, parcels):
        return "" if current in SHIPPED else "SHIPPED"
    return "PROCESSING" if current == "AWAITING_PROCESSING" else ""


def status_back(order: Node, parcels: Sequence[Parcel]) -> dict[str, str]:
    """The status when only these parcels are left; nothing where the store's own people have chosen another one."""
    if text(order, "fulfillmentStatus") not in SHIPPED | {"PROCESSING"}:
        return {}
    return {"fulfillmentStatus": "PROCESSING" if parcels else "AWAITING_PROCESSING"}


def _row(parcel: Parcel) -> list[Any]:
    return [parcel.key, parcel.carrier, list(parcel.numbers), dict(parcel.quantities)]


def _parcel(row: object) -> Parcel:
    match row:
        case [int(key), str(carrier), list(numbers), dict(quantities)] if key > 0:
            counted = all(type(count) is int and count > 0 for count in quantities.values())
            if counted and all(isinstance(number, str) for number in numbers):
                return Parcel(key, quantities, carrier, tuple(numbers))
    raise unreadable(FIELD)
