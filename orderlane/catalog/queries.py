"""Reads of the catalog for the rooms above."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from orderlane.catalog.models import GoodsImport, Listing, Product
from orderlane.tenants.alphabet import alphabetical

CANDIDATES = 60
"""How many products with a common word are ranked for a suggestion."""
SHORTEST_WORD = 4


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


def suggested_products(sku: str, title: str, *, most: int = 6) -> list[Product]:
    """Products that a variant of this SKU and title may be: same SKU or EAN first, then by words of the title."""
    found: list[Product] = []
    if sku:
        same = Product.objects.filter(Q(sku__iexact=sku) | Q(ean=sku[:14]), active=True)
        found = list(same.select_related("supplier").order_by("id")[:most])
    words = _words(title)
    if words and len(found) < most:
        alike = Q()
        for word in words:
            alike |= Q(title__icontains=word)
        rows = Product.objects.filter(alike, active=True).exclude(pk__in=[product.pk for product in found])
        candidates = rows.select_related("supplier").order_by(alphabetical("title"), "id")[:CANDIDATES]
        ranked = sorted(candidates, key=lambda product: -len(words & _words(product.title)))
        found += ranked[: most - len(found)]
    return found


def search_products(query: str) -> QuerySet[Product]:
    """Active products that the current organization may see, by any part of title, SKU, EAN or supplier."""
    rows = (
        Product.objects.filter(active=True)
        .select_related("supplier")
        .order_by(alphabetical("title"), "variant_title", "id")
    )
    for word in query.split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(variant_title__icontains=word)
            | Q(sku__icontains=word)
            | Q(ean__startswith=word)
            | Q(supplier__name__icontains=word)
        )
    return rows


def last_import(supplier_id: UUID) -> GoodsImport | None:
    """The supplier's latest import of goods, under way or ended."""
    return GoodsImport.objects.filter(supplier_id=supplier_id).select_related("store").order_by("-requested_at").first()


def listings_matching(query: str) -> QuerySet[Listing]:
    """Listings of the current retailer, by any part of their product or variant."""
    rows = Listing.objects.select_related("product", "product__supplier", "store")
    for word in query.split():
        rows = rows.filter(
            Q(product__title__icontains=word) | Q(product__sku__icontains=word) | Q(variant_id__icontains=word)
        )
    return rows.order_by(alphabetical("product__title"), "variant_id")


def _words(title: str) -> set[str]:
    return {word for word in re.findall(r"\w+", title.casefold()) if len(word) >= SHORTEST_WORD}
