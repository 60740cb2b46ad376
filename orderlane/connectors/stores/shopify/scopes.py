"""Which permissions our calls need, and which of them a shop has not given. Pure.

https://shopify.dev/docs/api/usage/access-scopes
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

RETAILER: Final = frozenset(
    {
        "read_orders",
        "read_products",
        "write_fulfillments",
        "write_assigned_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
    }
)
SUPPLIER: Final = frozenset(
    {
        "write_orders",
        "read_products",
        "read_inventory",
        "read_fulfillments",
        "write_merchant_managed_fulfillment_orders",
    }
)
ASKED: Final = tuple(sorted((RETAILER | SUPPLIER) - {"read_orders"}))
"""What our app asks for. One app serves both roles, so it asks for both; a write scope includes its read scope."""


def missing_scopes(given: Collection[str]) -> list[str]:
    """What is missing to be a retailer's or a supplier's store, whichever is nearer; empty when it can be one."""
    held = {*given, *(scope.replace("write_", "read_", 1) for scope in given if scope.startswith("write_"))}
    return min((sorted(needed - held) for needed in (RETAILER, SUPPLIER)), key=len)
