"""The retailer's listings: which supplier product each variant of a store is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.catalog.models import Product
from orderlane.catalog.queries import listings_matching, search_products, suggested_products
from orderlane.desk.queries import unmatched_variants
from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.orders.actions.match_variant import UnknownVariant, match_variant
from orderlane.orders.actions.set_aside import set_aside
from orderlane.orders.queries import Variant, is_known_variant, variants_of
from orderlane.stores.models import Store
from orderlane.tenants.models import OrganizationKind
from orderlane.web.pages.products import ChoosePage, ListingRow, ProductChoice, ProductsPage, UnmatchedRow
from orderlane.web.pages.shell import Pages
from orderlane.web.refusals import words_for
from orderlane.web.visit import Visit, page

PAGE_SIZE = 50
MOST_UNMATCHED = 25
OWN_GOODS = "own"


@require_GET
@page(OrganizationKind.RETAILER)
def products(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What waits for a match first, then every listing."""
    query = query_from(request)
    pages = Paginator(listings_matching(query), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = list(pages.object_list)
    variants = variants_of([(row.store_id, row.variant_id) for row in rows])
    waiting = unmatched_variants()
    shown = ProductsPage(
        unmatched=[_unmatched(row) for row in waiting[:MOST_UNMATCHED]],
        unmatched_count=waiting.count(),
        rows=[_listing(row, variants.get((row.store_id, row.variant_id))) for row in rows],
        pages=Pages(pages.number, PAGE_SIZE, pages.paginator.count),
        query=query,
        may_write=visit.may_write,
        stores_connected=Store.objects.exists(),
    )
    return render(request, "web/products.html", {"page": shown})


@require_GET
@page(OrganizationKind.RETAILER, write=True)
def choose_product(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Search all products of one's suppliers for one variant."""
    store = _store(request.GET.get("store", ""))
    variant_id = plain(request.GET.get("variant", ""))
    if not is_known_variant(store.pk, variant_id):
        messages.error(request, words_for(UnknownVariant()))
        return redirect("products")
    variant = variants_of([(store.pk, variant_id)]).get((store.pk, variant_id)) or Variant()
    query = query_from(request)
    found = list(search_products(query)[:PAGE_SIZE]) if query else suggested_products(variant.sku, variant.title)
    shown = ChoosePage(
        store_id=str(store.pk),
        store_name=store.name,
        variant_id=variant_id,
        title=variant.title or _("A product never sold yet"),
        variant=variant.variant_title,
        sku=variant.sku,
        choices=[_choice(product) for product in found],
        query=query,
    )
    return render(request, "web/product_choice.html", {"page": shown})


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def save_match(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Tie a variant to a product, or say that the retailer ships it itself."""
    store = _store(request.POST.get("store", ""))
    chosen = request.POST.get("product", "")
    product_id = None if chosen == OWN_GOODS else _uuid(chosen, Product)
    try:
        match_variant(
            retailer_id=visit.organization_id,
            store_id=store.pk,
            variant_id=plain(request.POST.get("variant", "")),
            product_id=product_id,
            now=clock.now(),
        )
        if product_id is None:
            messages.success(request, _("Saved as your own goods: you ship it yourself."))
        else:
            messages.success(request, _("Saved. All orders that waited for it follow in a moment."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("products")


def query_from(request: HttpRequest) -> str:
    """What was searched for."""
    return plain(request.GET.get("q", "")).strip()


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def set_aside_custom(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The retailer sees to a custom item itself."""
    store = _store(request.POST.get("store", ""))
    count = set_aside(store.pk, request.POST.get("title", "")[:300], now=clock.now())
    if count:
        messages.success(request, _("Set aside: you see to it yourself."))
    else:
        messages.info(request, _("Nothing waits any more; somebody was faster."))
    return redirect("products")


def plain(text: str) -> str:
    """Text of a sensible length."""
    return text[:200]


def _store(text: str) -> Store:
    store: Store = Store.objects.get(pk=_uuid(text, Store))
    return store


def _uuid(text: str, model: Any) -> UUID:
    """An id that is no id is answered like one that does not exist."""
    try:
        return UUID(text)
    except ValueError as nonsense:
        raise model.DoesNotExist from nonsense


def _unmatched(row: dict[str, Any]) -> UnmatchedRow:
    variant_id = row["variant_id"]
    return UnmatchedRow(
        store_id=str(row["order__store_id"]),
        store_name=row["order__store__name"],
        variant_id=variant_id,
        title=row["title"],
        variant=row["variant_title"],
        sku=row["sku"],
        waiting_count=row["waiting_count"],
        since=row["since"],
        choices=[_choice(p) for p in suggested_products(row["sku"], row["title"])] if variant_id else [],
        choose_url=choose_address(row["order__store_id"], variant_id),
    )


def _listing(row: Any, variant: Variant | None) -> ListingRow:
    variant = variant or Variant()
    return ListingRow(
        title=variant.title or (row.product.title if row.product else _("A product never sold yet")),
        variant=variant.variant_title,
        sku=variant.sku,
        image_url=variant.picture_url or (row.product.picture_url if row.product else ""),
        store_name=row.store.name,
        product=_choice(row.product) if row.product else None,
        change_url=choose_address(row.store_id, row.variant_id),
    )


def _choice(product: Product) -> ProductChoice:
    return ProductChoice(
        id=str(product.pk),
        title=product.title,
        variant=product.variant_title,
        sku=product.sku,
        supplier=product.supplier.name,
        price=product.price,
        image_url=product.picture_url,
    )


def choose_address(store_id: UUID, variant_id: str) -> str:
    """Where a product is chosen for a variant."""
    return f"{reverse('choose_product')}?{urlencode({'store': store_id, 'variant': variant_id})}"
