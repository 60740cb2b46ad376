"""What a supplier's Ecwid store says of the parcels of a purchase order: those we noted there, and the rest. Pure.

Ecwid has one tracking field and one status for the whole order, and people there see only these. So the note says
which pieces lie in a parcel of ours, field and status whether it still stands; the rest leaves all at once, when the
order is called shipped.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from orderlane.connectors.parcels import in_our_lines
from orderlane.connectors.reading import Node, node, nodes, text, web_url
from orderlane.connectors.stores.ecwid.mapping import is_canceled
from orderlane.connectors.stores.ecwid.parcels import (
    Parcel,
    changes_for,
    left_to_ship,
    parcels_in,
    tracking_numbers,
    was_shipped,
)
from orderlane.connectors.stores.ecwid.placing import line_references
from orderlane.connectors.stores.ecwid.reading import moment, required_text
from orderlane.ports.stores import SupplierShipment, Tracking

NOTHING_LEFT_YET = "AWAITING_PROCESSING"
"""Noting a parcel moves the status on: a supplier that moves it back here has taken everything back."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A parcel of ours with the numbers it goes by now."""

    parcel: Parcel
    taken_back: bool


def noted_now(order: Node) -> list[Noted]:
    """Our parcels as field and status bear them out.

    A number that went from the field was taken back, or corrected when another one came in its place. When more
    than one parcel or the rest may have the new number, ours stay as they were noted.
    """
    noted, shown = parcels_in(order), tracking_numbers(order)
    strange = [number for number in shown if all(number not in parcel.numbers for parcel in noted)]
    lost = [parcel for parcel in noted if not set(parcel.numbers) <= set(shown)]
    rest_has_left = was_shipped(order) and bool(left_to_ship(order, noted, all_lines=True))
    clear = not strange or (len(lost) == 1 and not rest_has_left)
    all_back = is_canceled(order) or text(order, "fulfillmentStatus") == NOTHING_LEFT_YET
    found = []
    for parcel in noted:
        now = parcel
        if parcel in lost and clear:
            now = replace(parcel, numbers=(*(number for number in parcel.numbers if number in shown), *strange))
        found.append(Noted(now, all_back or (not now.numbers and bool(parcel.numbers))))
    return found


def shipments_from(order: Node) -> list[SupplierShipment]:
    """Read the parcels we noted, and all that is in none of them as one more.

    That rest counts from SHIPPED on. While the order is PROCESSING a number says that something is under way, but
    not what, so nothing is claimed. An order that is taken back from SHIPPED, or given up, was not shipped.
    """
    order_id, references = required_text(order, "id"), line_references(order)
    # Ecwid keeps no time of shipping either.
    updated_at = moment(order, "updateTimestamp", "updateDate")
    noted = noted_now(order)
    found = [
        SupplierShipment(
            external_id=one.parcel.as_fulfillment(order_id).external_id,
            quantities=in_our_lines(one.parcel.quantities, references),
            tracking=one.parcel.as_fulfillment(order_id).tracking,
            shipped_at=updated_at,
            updated_at=updated_at,
            canceled=one.taken_back,
        )
        for one in noted
    ]
    live = [one.parcel for one in noted if not one.taken_back]
    rest = in_our_lines(left_to_ship(order, live, all_lines=True), references)
    return [
        *found,
        SupplierShipment(
            external_id=order_id,
            quantities=rest or in_our_lines(left_to_ship(order, [], all_lines=True), references),
            tracking=_tracking(order, {number for parcel in live for number in parcel.numbers}),
            shipped_at=updated_at,
            updated_at=updated_at,
            canceled=is_canceled(order) or not was_shipped(order) or bool(live and not rest),
        ),
    ]


def corrected(order: Node, tracking: Tracking) -> dict[str, Any]:
    """Write what replaces the numbers the supplier typed itself; those of our parcels stay."""
    noted = parcels_in(order)
    ours = [number for parcel in noted for number in parcel.numbers]
    shown = {**order, "trackingNumber": ", ".join([*tracking.numbers, *ours])}
    return changes_for(shown, noted, noted, tracking, new_status=False)


def _tracking(order: Node, ours: Collection[str]) -> Tracking:
    """Read what is not ours in the tracking field; without it the labels that were bought inside Ecwid."""
    numbers = [number for number in tracking_numbers(order) if number not in ours]
    if numbers:
        link = web_url(text(order, "trackingUrl")) if len(numbers) == 1 else ""
        return Tracking("", tuple(numbers), (link, *[""] * (len(numbers) - 1)))
    labels = [
        (number, node(label, "shippingService"), told)
        for label in nodes(order, "shipments")
        for told in [node(label, "tracking")]
        # The reference writes these names with an underscore, Ecwid's own client without.
        for number in [text(told, "trackingNumber") or text(told, "tracking_number")]
        if number
    ]
    return Tracking(
        carrier=text(labels[0][1], "carrierName") if labels else "",
        numbers=tuple(number for number, _, _ in labels),
        urls=tuple(web_url(text(told, "trackingUrl") or text(told, "tracking_url")) for _, _, told in labels),
    )
