"""Reads of the catalog for the rooms above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from orderlane.catalog.models import Listing, Product


def listings_of(store_id: UUID, variant_ids: Collection[str]) -> dict[str, Product | None]:
    """The listings of these variants; a listing without a product means the retailer's own goods."""
    rows = Listing.objects.filter(store_id=store_id, variant_id__in=variant_ids).select_related("product")
    return {row.variant_id: row.product for row in rows}


def products_by_sku(skus: Collection[str]) -> Mapping[str, Sequence[Product]]:
    """Active products that the current retailer may sell, by SKU; several suppliers may share one."""
    found: dict[str, list[Product]] = defaultdict(list)
    for product in Product.objects.filter(sku__in=skus, active=True).order_by("id"):
        found[product.sku].append(product)
    return found
