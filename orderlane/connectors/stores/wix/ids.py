"""Our forms of Wix's ids. Pure. Line, fulfillment and variant ids of Wix mean something only beside a second id.

- A line's id is unique within its order only (often ``00000000-…-000000000001``): ``order/line``.
- A fulfillment is addressed together with its order: ``order/fulfillment``.
- A variant's id is not unique across products, and a product without options has the zero id: ``product:variant``.
"""

from __future__ import annotations

from typing import Final

from orderlane.connectors.stores.wix.reading import is_guid
from orderlane.kernel.errors import NeedsAttention

NO_VARIANT: Final = "00000000-0000-0000-0000-000000000000"
"""What Wix calls the only variant of a product."""


def within_order(order_id: str, part_id: str) -> str:
    """Name a line or a fulfillment of an order."""
    return f"{order_id}/{part_id}"


def part_of(order_id: str, external_id: str) -> str:
    """The line's own id, for a call about its order; raises NeedsAttention when it belongs to another one."""
    owner, _, part_id = external_id.partition("/")
    if owner != order_id or not part_id:
        raise NeedsAttention("the line belongs to another order", reason="bad_request")
    return part_id


def order_and_part(external_id: str) -> tuple[str, str]:
    """Take :func:`within_order` apart; both are GUIDs and may stand in an address."""
    order_id, _, part_id = external_id.partition("/")
    return checked(order_id), checked(part_id)


def variant_of(product_id: str, variant_id: str) -> str:
    """Name a variant of a product."""
    return f"{product_id}:{variant_id or NO_VARIANT}"


def product_and_variant(external_id: str) -> tuple[str, str]:
    """Take :func:`variant_of` apart; raises NeedsAttention for an id of another platform."""
    product_id, _, variant_id = external_id.partition(":")
    return checked(product_id), checked(variant_id)


def checked(external_id: str) -> str:
    """A GUID that may stand in an address; raises NeedsAttention for anything else."""
    if not is_guid(external_id):
        raise NeedsAttention("not an id of Wix", reason="bad_request")
    return external_id.lower()
