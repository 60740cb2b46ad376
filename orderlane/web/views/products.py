"""The retailer's listings: which supplier product each variant of a store is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from orderlane.catalog.actions.answer_listing import forget_answer, see_costs
from orderlane.catalog.actions.match_variant import UnknownVariant, match_variant
from orderlane.catalog.models import Listing, Product
from orderlane.catalog.queries import (
    MOST_COUNTED,
    TABS,
    WantedListings,
    listings_in,
    search_products,
    tab_counts,
)
from orderlane.desk.queries import unmatched_variants
from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.orders.actions.set_aside import set_aside
from orderlane.purchasing.waiting import Waiting, Way, waiting_for, ways_of
from orderlane.stores.models import Store
from orderlane.suppliers.models import TradingRelation
from orderlane.tenants.models import OrganizationKind
from orderlane.web.keyset import leaf_of
from orderlane.web.live import render_live
from orderlane.web.pages.orders import Tab
from orderlane.web.pages.products import ChoosePage, CustomRow, ProductsPage
from orderlane.web.pages.shell import Choice, Filter
from orderlane.web.present.products import Desk, choice, listing_rows
from orderlane.web.refusals import words_for
from orderlane.web.views.preferences import back_to
from orderlane.web.visit import Visit, page

PAGE_SIZE = 25
MOST_FOUND = 50
MOST_SUGGESTED = 8
MOST_CUSTOM = 25
OWN_GOODS, FORGET = "own", "forget"


@require_GET
@page(OrganizationKind.RETAILER)
def products(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The listings of a tab; what waits comes with suggestions."""
    wanted = wanted_from(request.GET)
    listings = listings_in(wanted).select_related("store", "product__supplier")
    leaf = leaf_of(listings, request.GET.dict(), PAGE_SIZE, newest_first=wanted.tab != "unmatched")
    rows = listing_rows(leaf.rows, now=clock.now(), supplier_id=wanted.supplier_id)
    first = wanted.tab == "unmatched" and not (wanted.query or wanted.store_id or wanted.supplier_id or leaf.before)
    stores = list(Store.objects.order_by("name"))
    shown = ProductsPage(
        rows=rows,
        tabs=_tabs(tab_counts(wanted), wanted.tab),
        filters=_filters(wanted, stores),
        customs=_customs() if first else (),
        before=leaf.before,
        after=leaf.after,
        query=wanted.query,
        may_write=visit.may_write,
        stores_connected=bool(stores),
        changed_shown=any(row.cost_before for row in rows),
    )
    return render_live(request, "web/products.html", "web/products_list.html", {"page": shown})


@require_GET
@page(OrganizationKind.RETAILER, write=True)
def choose_product(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Search all products of one's suppliers for one variant."""
    now = clock.now()
    store = _store(request.GET.get("store", ""))
    variant_id = plain(request.GET.get("variant", ""))
    known = Listing.objects.select_related("store", "product__supplier").filter(store=store, variant_id=variant_id)
    listing = known.first()
    if listing is None:
        messages.error(request, words_for(UnknownVariant()))
        return redirect("products")
    waiting = waiting_for([listing])[listing.pk]
    [row] = listing_rows([listing], now=now, most=MOST_SUGGESTED, answered_too=True)
    query = query_from(request)
    choices = row.suggestions
    if query:
        desk = Desk(now.date())
        choices = [choice(each, desk, listing.price, waiting) for each in search_products(query)[:MOST_FOUND]]
    shown = ChoosePage(row=row, choices=choices, own_effects=_own_effects(waiting), query=query)
    return render_live(request, "web/product_choice.html", "web/product_choice.html", {"page": shown})


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def save_match(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Tie a variant to a product, say that the retailer ships it itself, or take the answer back."""
    store = _store(request.POST.get("store", ""))
    variant_id = plain(request.POST.get("variant", ""))
    chosen = request.POST.get("product", "")
    now = clock.now()
    if chosen == FORGET:
        forget_answer(store.pk, variant_id, now=now)
        messages.success(request, _("The answer is taken back. Orders that are not paid yet follow in a moment."))
        return redirect(_back(request))
    product_id = None if chosen == OWN_GOODS else _uuid(chosen, Product)
    held = Listing.objects.filter(store=store, variant_id=variant_id).first()
    waiting = waiting_for([held])[held.pk] if held else Waiting()
    try:
        listing = match_variant(
            retailer_id=visit.organization_id, store_id=store.pk, variant_id=variant_id, product_id=product_id, now=now
        )
        messages.success(request, _saved_words(listing, waiting))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect(_back(request))


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


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def see_changed_costs(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The costs that the page showed as changed are known now."""
    ids = [_uuid(text, Listing) for text in request.POST.getlist("listing")]
    rows = Listing.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("product").order_by("id")
    listings = list(rows)
    if len(listings) != len(set(ids)):
        raise Listing.DoesNotExist
    count = see_costs(listings, now=clock.now())
    text = ngettext("%(count)d changed cost is noted as seen.", "%(count)d changed costs are noted as seen.", count)
    messages.success(request, text % {"count": count})
    return redirect(_back(request))


def wanted_from(told: QueryDict) -> WantedListings:
    """Read the filters from an address; nonsense filters nothing."""
    tab = told.get("tab", "unmatched")
    return WantedListings(
        tab=tab if tab in TABS else "unmatched",
        query=plain(told.get("q", "")).strip(),
        store_id=_known(told.get("store", "")),
        supplier_id=_known(told.get("supplier", "")),
    )


def query_from(request: HttpRequest) -> str:
    """What was searched for."""
    return plain(request.GET.get("q", "")).strip()


def plain(text: str) -> str:
    """Text of a sensible length."""
    return text[:200]


def _saved_words(listing: Listing, waiting: Waiting) -> str:
    """What was saved, with the way to the orders it frees."""
    if listing.product is None:
        return _("Saved as your own goods: you ship it yourself.")
    count = waiting.payable_count
    supplier_id = listing.product.supplier_id
    if not count or ways_of([supplier_id])[supplier_id] != Way.PAID_HERE:
        return _("Saved. All orders that waited for it follow in a moment.")
    text = ngettext("Saved. %(count)d order becomes payable:", "Saved. %(count)d orders become payable:", count)
    address = f"{reverse('orders')}?{urlencode({'tab': 'unpaid', 'supplier': supplier_id})}"
    return format_html('{} <a href="{}">{}</a>', text % {"count": count}, address, _("show unpaid orders"))


def _own_effects(waiting: Waiting) -> list[str]:
    count = waiting.count
    text = ngettext("%(count)d order stops waiting for it", "%(count)d orders stop waiting for it", count)
    return [text % {"count": count}] if count else []


def _back(request: HttpRequest) -> str:
    return back_to(request) if request.POST.get("next") else reverse("products")


def _tabs(counts: dict[str, int], current: str) -> list[Tab]:
    labels = {
        "unmatched": pgettext("products", "Unmatched"),
        "matched": pgettext("products", "Matched"),
        "own": pgettext("products", "Set aside"),
        "changed": _("Cost changed"),
        "all": pgettext("products", "All"),
    }
    return [
        Tab(
            name,
            label,
            min(counts[name], MOST_COUNTED),
            name == current,
            alert=name in {"unmatched", "changed"} and counts[name] > 0,
            more=counts[name] > MOST_COUNTED,
        )
        for name, label in labels.items()
    ]


def _filters(wanted: WantedListings, stores: list[Store]) -> list[Filter]:
    relations = TradingRelation.objects.select_related("supplier").order_by("supplier__name")
    suppliers = [(str(relation.supplier_id), relation.supplier.name) for relation in relations]
    return [
        _filter("store", _("Store"), _("All stores"), [(str(s.pk), s.name) for s in stores], wanted.store_id),
        _filter("supplier", _("Supplier"), _("All suppliers"), suppliers, wanted.supplier_id),
    ]


def _filter(name: str, label: str, everything: str, choices: list[tuple[str, str]], chosen: UUID | None) -> Filter:
    return Filter(name, label, everything, [Choice(value, text, value == str(chosen)) for value, text in choices])


def _customs() -> list[CustomRow]:
    rows = unmatched_variants().filter(variant_id="")[:MOST_CUSTOM]
    return [
        CustomRow(
            store_id=str(row["order__store_id"]),
            store_name=row["order__store__name"],
            title=row["title"],
            waiting_count=row["waiting_count"],
            since=row["since"],
        )
        for row in rows
    ]


def _store(text: str) -> Store:
    store: Store = Store.objects.get(pk=_uuid(text, Store))
    return store


def _known(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _uuid(text: str, model: Any) -> UUID:
    """An id that is no id is answered like one that does not exist."""
    found = _known(text)
    if found is None:
        raise model.DoesNotExist
    return found
