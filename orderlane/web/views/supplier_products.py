"""The supplier's products: the list, its prices, and the import from its own store."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from orderlane.catalog.actions.advance_import import request_import
from orderlane.catalog.actions.save_goods import save_price
from orderlane.catalog.models import GoodsImport, Product
from orderlane.catalog.queries import last_import, search_products
from orderlane.catalog.states import ImportStatus
from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.models import SupplierProfile
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.settings import PriceForm
from orderlane.web.pages.shell import Pages
from orderlane.web.pages.supplier import CatalogPage, CatalogRow, ImportProgress
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.refusals import words_for
from orderlane.web.views.products import query_from
from orderlane.web.visit import Visit, page

PAGE_SIZE = 50


@require_GET
@page(OrganizationKind.SUPPLIER)
def supplier_products(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What retailers can order, at what price."""
    progress = _progress(last_import(visit.organization_id))
    under_way = progress is not None and progress.under_way
    if request.headers.get("HX-Request") and not under_way:
        # The page looks again and again at how far the import is: now there is a new list to show.
        return HttpResponseClientRefresh()
    query = query_from(request)
    pages = Paginator(search_products(query), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = CatalogPage(
        rows=[_row(product, visit) for product in pages.object_list],
        pages=Pages(pages.number, PAGE_SIZE, pages.paginator.count),
        query=query,
        may_import=visit.may_write and not under_way and _store(visit.organization_id) is not None,
        progress=progress,
    )
    return render(request, "web/supplier_products.html", {"page": shown})


@require_POST
@page(OrganizationKind.SUPPLIER, write=True)
def import_products(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Have the goods of the supplier's own store read in the background; the page shows how far it is."""
    store = _store(visit.organization_id)
    if store is None:
        messages.error(request, _("Connect your store first; its goods are then read from there."))
        return redirect("supplier_products")
    try:
        request_import(visit.organization_id, store.pk, now=clock.now())
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("supplier_products")


@require_POST
@page(OrganizationKind.SUPPLIER, write=True)
def change_price(request: HttpRequest, visit: Visit, product_id: UUID) -> HttpResponseBase:
    """Set the wholesale price of a product that does not come from a store."""
    product = Product.objects.get(pk=product_id, external_variant_id="")
    form = PriceForm(product.currency, request.POST)
    if form.is_valid():
        save_price(product.pk, form.money(), now=clock.now())
        messages.success(request, _("The price is saved. It applies to orders that come in from now on."))
    else:
        messages.error(request, " ".join(str(error) for error in form.errors.get("amount", [])))
    return redirect("supplier_products")


def _store(supplier_id: UUID) -> Store | None:
    """The store that takes the orders, else any that is connected."""
    connected = Store.objects.filter(organization_id=supplier_id, status=StoreStatus.CONNECTED).order_by("connected_at")
    profile = SupplierProfile.objects.filter(supplier_id=supplier_id).first()
    chosen = connected.filter(pk=profile.order_store_id).first() if profile and profile.order_store_id else None
    return chosen or connected.first()


def _progress(found: GoodsImport | None) -> ImportProgress | None:
    if found is None:
        return None
    reason = reason_sentence(found.reason) if found.reason else ""
    if reason and found.status == ImportStatus.WAITING:
        # Whatever it was: nothing was written there, so that it is simply tried again.
        reason = _("The store could not be read just now. It is tried again by itself.")
    return ImportProgress(
        status=found.status,
        store=found.store.name,
        read_count=found.read_count,
        left_out_count=found.left_out_count,
        reason=reason,
        at=found.ended_at or found.due_at,
    )


def _row(product: Product, visit: Visit) -> CatalogRow:
    editable = visit.may_write and not product.external_variant_id
    return CatalogRow(
        id=str(product.pk),
        title=product.title,
        sku=product.sku,
        price=product.price,
        variant=product.variant_title,
        image_url=product.picture_url,
        product_url=product.product_url,
        from_store=bool(product.external_variant_id),
        stock=product.stock_count,
        price_form=PriceForm(product.currency, initial={"amount": product.price.format_plain()}, auto_id=False)
        if editable
        else None,
    )
