"""Say which supplier product a store's variant is, once for all orders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from orderlane.catalog.actions.answer_listing import save_listing
from orderlane.catalog.models import Listing, Product
from orderlane.kernel.errors import Refused


class UnknownVariant(Refused):
    """The store has never sold this variant: an answer about it would never match anything."""

    reason = "unknown_variant"


class UnknownProduct(Refused):
    """No supplier of this retailer offers this product (any more)."""

    reason = "unknown_product"


def match_variant(
    *, retailer_id: UUID, store_id: UUID, variant_id: str, product_id: UUID | None, now: datetime
) -> Listing:
    """Tie a variant that the store has sold to a product, or to none: own goods.

    Raises NoVariant, UnknownVariant or UnknownProduct, and stores nothing then.
    """
    if variant_id and not Listing.objects.filter(store_id=store_id, variant_id=variant_id).exists():
        raise UnknownVariant("the store has no such variant")
    if product_id is not None and not Product.objects.filter(pk=product_id, active=True).exists():
        raise UnknownProduct("no such product")
    return save_listing(
        retailer_id=retailer_id, store_id=store_id, variant_id=variant_id, product_id=product_id, now=now
    )
