"""Our parcels as an order's own meta data says them: the record that is the same in every shop. Pure.

WooCommerce had no parcels for fifteen years, and what it has now may be switched off. Each parcel is therefore
one entry of the order's meta data with quantities and tracking, beside whatever the shop shows its customer
(:mod:`.showing`). One entry each, under a name of its own: two parcels written at once do not overwrite each other.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orderlane.connectors.reading import Node, nodes, unreadable
from orderlane.connectors.stores.woocommerce.mapping import variant_of
from orderlane.connectors.stores.woocommerce.reading import number_id, quantity
from orderlane.ports.stores import StoreFulfillment, Tracking

PREFIX: Final = "_orderlane_parcel_"
"""A leading underscore keeps an entry out of the customer's sight."""

FOREIGN: Final = "f"
"""Begins the last part of the id of a fulfillment that is none of ours."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel of ours. ``shown`` names what stands for it in the shop: ``f:7``, ``t:ab12,cd34`` or ``n:99``."""

    key: str
    quantities: Mapping[str, int]
    tracking: Tracking
    shown: str
    taken_back: bool = False
    """Whether it did not leave after all: its entry stays, because the API cannot take one away."""

    def is_missing(self, fulfillments: Collection[str]) -> bool:
        """Whether what stood for the parcel in the shop is not among these fulfillments of it any more."""
        return self.shown.startswith("f:") and self.shown not in fulfillments

    def as_fulfillment(self, order_id: str) -> StoreFulfillment:
        """Describe the parcel the way our port does."""
        return StoreFulfillment(f"{order_id}.{self.key}", self.quantities, self.tracking)

    def entry(self) -> dict[str, str]:
        """Write the parcel as an entry of meta data: text, because PHP turns an object with numbers into a list."""
        written = {
            "lines": self.quantities,
            "carrier": self.tracking.carrier,
            "numbers": list(self.tracking.numbers),
            "urls": list(self.tracking.urls),
            "shown": self.shown,
            **({"taken_back": True} if self.taken_back else {}),
        }
        return {"key": PREFIX + self.key, "value": json.dumps(written, ensure_ascii=False, separators=(",", ":"))}


def split_id(fulfillment_id: str) -> tuple[str, str]:
    """Take a fulfillment's id apart: order id, and the parcel's key or ``f`` with the shop's own number."""
    order_id, _, key = fulfillment_id.partition(".")
    return order_id, key


def is_number(key: str) -> bool:
    """Whether the last part of an id is one of the shop's own numbers; ours are 32 digits and letters."""
    return key.isascii() and key.isdigit() and len(key) < 20


def parcels_in(order: Node) -> list[Parcel]:
    """Read our parcels of an order, in the order in which they were written, without those taken back."""
    found = [
        _parcel(str(entry["key"]).removeprefix(PREFIX), entry.get("value"))
        for entry in nodes(order, "meta_data")
        if str(entry.get("key") or "").startswith(PREFIX)
    ]
    return [parcel for parcel in found if not parcel.taken_back]


def held(parcels: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Add up what parcels hold: line id → pieces."""
    total: dict[str, int] = {}
    for quantities in parcels:
        for line_id, count in quantities.items():
            total[line_id] = total.get(line_id, 0) + count
    return total


def left_to_ship(order: Node, back: Mapping[str, int], shipped: Mapping[str, int]) -> dict[str, int]:
    """Count the pieces of each line that neither came back nor left in a parcel: line id → pieces."""
    left = {}
    for line in nodes(order, "line_items"):
        line_id = number_id(line, "id")
        rest = quantity(line, "quantity") - back.get(line_id, 0) - shipped.get(line_id, 0)
        if rest > 0:
            left[line_id] = rest
    return left


def goods_left(order: Node, left: Mapping[str, int], virtual: Collection[str]) -> dict[str, int]:
    """Keep of ``left`` what goes into parcels at all."""
    goods = {number_id(line, "id") for line in nodes(order, "line_items") if variant_of(line) not in virtual}
    return {line_id: count for line_id, count in left.items() if line_id in goods}


def _parcel(key: str, value: object) -> Parcel:
    try:
        written: Any = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise unreadable(PREFIX) from error
    match written:
        case {"lines": dict(lines), "carrier": str(carrier), "numbers": list(numbers), "urls": list(urls), **rest}:
            counted = all(type(count) is int and count > 0 for count in lines.values())
            if counted and all(isinstance(each, str) for each in [*numbers, *urls]):
                tracking = Tracking(carrier, tuple(numbers), tuple(urls))
                return Parcel(key, lines, tracking, str(rest.get("shown") or ""), rest.get("taken_back") is True)
    raise unreadable(PREFIX)
