"""Reads of the catalog for the rooms above."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import F, Q, QuerySet

from orderlane.catalog.models import GoodsImport, Listing, ListingFile, Product
from orderlane.catalog.rules import folded
from orderlane.tenants.alphabet import alphabetical


def listings_of(store_id: UUID, variant_ids: Collection[str]) -> dict[str, Listing]:
    """The listings of these variants, by variant."""
    rows = Listing.objects.filter(store_id=store_id, variant_id__in=variant_ids).select_related("product")
    return {row.variant_id: row for row in rows}


def products_by_sku(skus: Collection[str]) -> Mapping[str, Sequence[Product]]:
    """Active products that the current retailer may sell, by SKU; several suppliers may share one."""
    found: dict[str, list[Product]] = defaultdict(list)
    for product in Product.objects.filter(sku__in=skus, active=True).order_by("id"):
        found[product.sku].append(product)
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


WAITING = Q(product=None, own_goods=False)
_MATCHED, _OWN = Q(product__isnull=False), Q(own_goods=True)
_CHANGED = Q(product__price_changed_at__isnull=False) & (
    ~Q(product__price_minor=F("seen_cost_minor")) | ~Q(product__currency=F("seen_cost_currency"))
)

TABS: dict[str, Q] = {
    "unmatched": WAITING,
    "matched": _MATCHED,
    "own": _OWN,
    "changed": _CHANGED,
    "all": Q(),
}
"""The parts of the matching page; ``changed`` are matched ones whose cost has changed since it was last seen."""


@dataclass(frozen=True, slots=True)
class WantedListings:
    """What the matching page is narrowed to; everything empty means all of it."""

    tab: str = "all"
    query: str = ""
    store_id: UUID | None = None
    supplier_id: UUID | None = None
    """Of matched ones: whose product it is. For those that wait: whose products are suggested."""


def listings_in(wanted: WantedListings) -> QuerySet[Listing]:
    """The current retailer's listings that match, in no order."""
    rows = Listing.objects.filter(TABS[wanted.tab])
    if wanted.store_id:
        rows = rows.filter(store_id=wanted.store_id)
    if wanted.supplier_id and wanted.tab != "unmatched":
        rows = rows.filter(product__supplier_id=wanted.supplier_id)
    for word in wanted.query.split()[:MOST_WORDS]:
        ours = Product.objects.filter(sku__in={word, word.upper()}).values("pk")
        rows = rows.filter(Q(search_text__contains=folded(word)) | Q(product_id__in=ours))
    return rows


MOST_WORDS = 6
MOST_COUNTED = 10_000


def tab_counts(wanted: WantedListings) -> dict[str, int]:
    """How many rows each tab holds, counted no further than one more than MOST_COUNTED."""
    if not wanted.query:
        return {name: _counted(replace(wanted, tab=name)) for name in TABS}
    # A search looks at every row, so that the tabs are counted in one go.
    tied = listings_in(replace(wanted, tab="all")).order_by().values("product_id", "own_goods")[: MOST_COUNTED + 1]
    states = [(row["product_id"] is not None, row["own_goods"]) for row in tied]
    matched, own = sum(tied for tied, _ in states), sum(own for _, own in states)
    waiting = _counted(replace(wanted, tab="unmatched")) if wanted.supplier_id else len(states) - matched - own
    # Costs seldom change: mostly there is none to search among.
    any_changed = listings_in(replace(wanted, tab="changed", query="")).exists()
    changed = _counted(replace(wanted, tab="changed")) if any_changed else 0
    return {"unmatched": waiting, "matched": matched, "own": own, "changed": changed, "all": len(states)}


def _counted(wanted: WantedListings) -> int:
    return listings_in(wanted).order_by()[: MOST_COUNTED + 1].count()


def last_file(retailer_id: UUID) -> ListingFile | None:
    """The file that the retailer uploaded last, under way or ended."""
    return ListingFile.objects.filter(retailer_id=retailer_id).order_by("-requested_at").first()
