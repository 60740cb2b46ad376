"""Supplier products that a listing may be, with the reason for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from orderlane.catalog.models import Listing, Product, ProductClue
from orderlane.catalog.rules import Clue, Description, Likeness, clues_of, likeness
from orderlane.suppliers.models import TradingRelation

MOST = 3
_PER_CLUE = 200
"""A word that more products have than this tells little; the rarer words of the title find the product."""
_RANKED = 25

_CANDIDATES = """
SELECT listing, product_id FROM (
    SELECT w.listing, c.product_id,
        row_number() OVER (PARTITION BY w.listing ORDER BY sum(w.weight) DESC, c.product_id) AS place
    FROM unnest(%(listings)s::int[], %(clues)s::text[], %(weights)s::int[]) AS w(listing, clue, weight)
    CROSS JOIN unnest(%(suppliers)s::uuid[]) AS s(supplier_id)
    CROSS JOIN LATERAL (
        SELECT p.product_id FROM {table} p WHERE p.supplier_id = s.supplier_id AND p.clue = w.clue LIMIT %(most)s
    ) c
    GROUP BY w.listing, c.product_id
) ranked WHERE place <= %(ranked)s
"""
_WEIGHTS = {Clue.SKU: 1000, Clue.EAN: 1000, Clue.TITLE: 1}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A product that a listing may be, and why."""

    product: Product
    likeness: Likeness


def suggest(
    listings: Sequence[Listing], *, supplier_id: UUID | None = None, most: int = MOST
) -> dict[UUID, list[Suggestion]]:
    """The best suggestions for each listing, by its id, in the retailer's scope; two queries for all of them.

    The same SKU comes first, then the same EAN, then the titles most alike.
    """
    partners = TradingRelation.objects.values_list("supplier_id", flat=True)
    suppliers = [each for each in partners if supplier_id in (None, each)]
    candidates = _candidates(listings, suppliers)
    wanted = {product_id for found in candidates.values() for product_id in found}
    rows = Product.objects.filter(pk__in=wanted, active=True).select_related("supplier")
    products = {product.pk: product for product in rows}
    return {
        listing.pk: _ranked(listing, [products[pk] for pk in candidates[place] if pk in products])[:most]
        for place, listing in enumerate(listings)
    }


def description_of(listing: Listing) -> Description:
    """By what a listing is recognized."""
    return Description(sku=listing.sku, title=f"{listing.title} {listing.variant_title}")


def description_of_product(product: Product) -> Description:
    """By what a product is recognized."""
    return Description(product.sku, product.ean, f"{product.title} {product.variant_title}")


def _candidates(listings: Sequence[Listing], suppliers: Sequence[UUID]) -> dict[int, list[UUID]]:
    clues = [(n, clue, _WEIGHTS[kind]) for n, each in enumerate(listings) for clue, kind in _clues(each)]
    found: dict[int, list[UUID]] = defaultdict(list)
    if not clues or not suppliers:
        return found
    numbers, words, weights = (list(column) for column in zip(*clues, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES.format(table=connection.ops.quote_name(ProductClue._meta.db_table)),
            {
                "listings": numbers,
                "clues": words,
                "weights": weights,
                "suppliers": list(suppliers),
                "most": _PER_CLUE,
                "ranked": _RANKED,
            },
        )
        for number, product_id in cursor.fetchall():
            found[number].append(product_id)
    return found


def _clues(listing: Listing) -> list[tuple[str, Clue]]:
    return list(clues_of(description_of(listing)).items())


def _ranked(listing: Listing, products: Sequence[Product]) -> list[Suggestion]:
    wanted = description_of(listing)
    judged = [(product, likeness(wanted, description_of_product(product))) for product in products]
    found = [Suggestion(product, like) for product, like in judged if like is not None]
    surest = list(Clue)
    return sorted(found, key=lambda s: (surest.index(s.likeness.clue), -s.likeness.percent, s.product.title))
