"""Parcels, in what all stores have in common: pieces by our lines and by theirs. Pure.

``references`` always maps a line's id over there to our own reference of it; lines that are not ours are missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orderlane.kernel.errors import Declined, NeedsAttention
from orderlane.ports.stores import FulfillmentRequest, StoreFulfillment, SupplierShipment


def require_pieces(request: FulfillmentRequest) -> None:
    """Refuse a parcel of nothing before any call is made; raises NeedsAttention (``empty_parcel``)."""
    if not request.quantities or min(request.quantities.values()) <= 0:
        raise NeedsAttention("a parcel needs lines with positive quantities", reason="empty_parcel")


def in_our_lines(quantities: Mapping[str, int], references: Mapping[str, str]) -> dict[str, int]:
    """Count pieces by our references; pieces of lines that are not ours are left out."""
    found: dict[str, int] = {}
    for line, count in quantities.items():
        reference = references.get(line, "")
        if reference:
            found[reference] = found.get(reference, 0) + count
    return found


def in_their_lines(request: FulfillmentRequest, references: Mapping[str, str]) -> FulfillmentRequest:
    """Write a parcel of our lines as one of theirs, of which their customer hears nothing.

    Raises Declined (``nothing_left_to_fulfill``) when the order lacks one of the lines, NeedsAttention for no pieces.
    """
    require_pieces(request)
    lines = {reference: line for line, reference in references.items()}
    missing = sorted(request.quantities.keys() - lines.keys())
    if missing:
        raise Declined("the order lacks these lines", reason="nothing_left_to_fulfill", lines=missing)
    quantities = {lines[reference]: count for reference, count in request.quantities.items()}
    return replace(request, quantities=quantities, notify_customer=False)


def as_recorded(shipments: Sequence[SupplierShipment]) -> list[StoreFulfillment]:
    """Describe the parcels that left as what a supplier's store has on record, under the ids it tells them by."""
    return [StoreFulfillment(one.external_id, one.quantities, one.tracking) for one in shipments if not one.canceled]
