"""The retailer's Orders list and what is done to many rows at once."""

from __future__ import annotations

import csv
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from orderlane.jobs.queue import enqueue_once
from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.kernel.sheet import safe_cell
from orderlane.purchasing.actions.by_hand import archive
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.queries import OUTSIDE, TABS, Wanted, keys_in_tab, rows_of, tab_counts, with_details
from orderlane.purchasing.states import FulfillmentState, PaymentState
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.models import TradingRelation
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import OrganizationKind
from orderlane.web.live import render_live
from orderlane.web.pages.orders import OrdersPage, Tab
from orderlane.web.pages.shell import Choice, Filter, Pages, Shell
from orderlane.web.pages.states import Text, look
from orderlane.web.present.purchase_orders import list_rows, rows_for
from orderlane.web.refusals import words_for
from orderlane.web.selection import selection_from
from orderlane.web.views.preferences import back_to
from orderlane.web.visit import Visit, page
from orderlane.web.way_back import TICK

PAGE_SIZE = 50


@require_GET
@page(OrganizationKind.RETAILER)
def orders(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The list, or only its inside when htmx asks for a fresh one."""
    if request.GET.get("tab") == "attention":
        return redirect("attention")
    wanted = wanted_from(request)
    pages = Paginator(keys_in_tab(wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    stores = list(Store.objects.order_by(alphabetical("name"), "id"))
    desk: Shell = request.shell  # type: ignore[attr-defined]  # ours
    counts = tab_counts(wanted) | {"attention": desk.attention_count}
    shown = OrdersPage(
        rows=list_rows(rows_of(pages.object_list), now=clock.now()),
        tabs=_tabs(counts, wanted.tab),
        filters=_filters(wanted, stores),
        pages=Pages(pages.number, PAGE_SIZE, pages.paginator.count),
        query=wanted.query,
        since=wanted.since.isoformat() if wanted.since else "",
        until=wanted.until.isoformat() if wanted.until else "",
        stores_connected=bool(stores),
        may_pay=visit.may_write,
        what_comes=_WHAT_COMES[wanted.tab],
        synced_at=max((s.last_polled_at or s.connected_at for s in stores), default=None),
        ticked=frozenset(request.GET.getlist(TICK)),
    )
    context = {"page": shown, "here": _untouched(request)}
    return render_live(request, "web/orders.html", "web/orders_list.html", context)


def _untouched(request: HttpRequest) -> str:
    """The address of this list without what is ticked in it."""
    told = request.GET.copy()
    told.pop(TICK, None)
    return f"{request.path}?{told.urlencode()}" if told else request.path


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def orders_sync(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Catch up with every connected store now."""
    stores = Store.objects.filter(status=StoreStatus.CONNECTED)
    for store in stores:
        enqueue_once("orders.poll_store", key=f"poll:{store.pk}", retailer_id=visit.organization_id, store_id=store.pk)
    if stores:
        messages.info(request, _("Your stores are being read. New orders appear here in a moment."))
    else:
        messages.warning(request, _("No store is connected. Connect one first."))
    return redirect(back_to(request))


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def orders_archive(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Archive the ticked purchase orders, or bring them back."""
    chosen = selection_from(request).purchase_orders
    if not chosen:
        return nothing_ticked(request)
    restoring = all(po.archived_at for po in chosen)
    for po in chosen:
        archive(po.pk, archived=not restoring, now=clock.now())
    done = (
        ngettext("%(count)d purchase order is back in the lists.", "%(count)d purchase orders are back.", len(chosen))
        if restoring
        else ngettext("%(count)d purchase order was archived.", "%(count)d purchase orders were archived.", len(chosen))
    )
    messages.success(request, done % {"count": len(chosen)})
    return redirect(back_to(request))


@require_POST
@page(OrganizationKind.RETAILER)
def orders_export(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The ticked purchase orders as a spreadsheet, one line per product."""
    ticked = selection_from(request).purchase_orders
    if not ticked:
        return nothing_ticked(request)
    chosen = with_details(PurchaseOrder.objects.filter(pk__in=[po.pk for po in ticked]).order_by("id"))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="orders.csv"'
    # Excel reads UTF-8 only with this mark in front.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(_HEADINGS)
    for row in rows_for(list(chosen), now=clock.now()):
        for product in row.products:
            cells = [
                row.number, row.store_number, row.store_name, row.placed_at.isoformat(), row.customer, row.supplier,
                row.payment, row.forwarding, row.fulfillment, product.sku, product.title, product.variant,
                str(product.quantity), product.cost.format_plain() if product.cost else "",
                " ".join(tracking.number for tracking in row.tracking),
            ]  # fmt: skip
            writer.writerow([safe_cell(cell) for cell in cells])
    return response


_HEADINGS = [
    "number", "store_number", "store", "placed_at", "customer", "supplier", "payment", "forwarding", "fulfillment",
    "sku", "title", "variant", "quantity", "cost_usd", "tracking_numbers",
]  # fmt: skip


def nothing_ticked(request: HttpRequest) -> HttpResponseBase:
    """Lead back to the list as it was, and say that nothing was ticked."""
    messages.warning(request, words_for(Refused(reason="nothing_selected")))
    return redirect(back_to(request))


def wanted_from(request: HttpRequest) -> Wanted:
    """Read the filters from the address; nonsense filters nothing."""
    told = request.GET
    tab = told.get("tab", "all")
    return Wanted(
        tab=tab if tab in TABS else "all",
        query=told.get("q", "").strip()[:200],
        supplier_id=_uuid(told.get("supplier", "")),
        store_id=_uuid(told.get("store", "")),
        payment=OUTSIDE if told.get("payment") == OUTSIDE else _one_of(told.get("payment", ""), PaymentState),
        fulfillment=_one_of(told.get("fulfillment", ""), FulfillmentState),
        channel=told.get("channel", "") if told.get("channel") in {"auto", "non_auto"} else "",
        since=day_from(told.get("since", "")),
        until=day_from(told.get("until", "")),
    )


def _tabs(counts: dict[str, int], current: str) -> list[Tab]:
    labels = {
        "all": _("All"),
        "unpaid": pgettext("orders", "Unpaid"),
        "paid": pgettext("orders", "Paid"),
        "unfulfilled": pgettext("orders", "Unfulfilled"),
        "fulfilled": pgettext("orders", "Fulfilled"),
        "attention": _("Needs attention"),
        "archived": _("Archived"),
    }
    return [
        Tab(name, label, counts[name], name == current, alert=name == "attention" and counts[name] > 0, url=desk)
        for name, label in labels.items()
        for desk in [reverse("attention") if name == "attention" else ""]
    ]


_WHAT_COMES: dict[str, Text] = {
    "all": gettext_lazy("New orders appear here by themselves a few seconds after your customer pays."),
    "unpaid": gettext_lazy("Nothing waits for your payment. What comes in from your stores appears here first."),
    "paid": gettext_lazy("What you have paid appears here. Tick unpaid purchase orders and choose Pay now."),
    "unfulfilled": gettext_lazy("Nothing waits for its parcel: everything you have ordered has shipped."),
    "fulfilled": gettext_lazy("What has shipped completely appears here, with its tracking numbers."),
    "archived": gettext_lazy("Tick what is settled in another tab and choose Archive: it leaves the daily lists."),
}


def _filters(wanted: Wanted, stores: list[Store]) -> list[Filter]:
    relations = TradingRelation.objects.select_related("supplier").order_by(alphabetical("supplier__name"))
    suppliers = [(str(relation.supplier_id), relation.supplier.name) for relation in relations]
    return [
        _filter("supplier", _("Supplier"), _("All suppliers"), suppliers, str(wanted.supplier_id or "")),
        _filter(
            "payment",
            _("Payment"),
            _("Any payment"),
            [*_words("payment", PaymentState), (OUTSIDE, str(look("payment", OUTSIDE).label))],
            wanted.payment,
        ),
        _filter(
            "fulfillment",
            _("Fulfillment"),
            _("Any fulfillment"),
            _words("fulfillment", FulfillmentState),
            wanted.fulfillment,
        ),
        _filter(
            "store", _("Store"), _("All stores"), [(str(s.pk), s.name) for s in stores], str(wanted.store_id or "")
        ),
        _filter(
            "channel",
            _("Order channel"),
            _("Auto and non-auto"),
            [("auto", _("Auto order")), ("non_auto", _("Non auto-order"))],
            wanted.channel,
        ),
    ]


def _filter(name: str, label: str, everything: str, choices: list[tuple[str, str]], chosen: str) -> Filter:
    return Filter(name, label, everything, [Choice(value, text, value == chosen) for value, text in choices])


def _words(axis: str, states: type[PaymentState] | type[FulfillmentState]) -> list[tuple[str, str]]:
    return [(state.value, str(look(axis, state.value).label)) for state in states]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


EARLIEST_YEAR = 1900


def day_from(text: str) -> date | None:
    """A date of the filters; nonsense filters nothing."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST_YEAR <= day.year < date.max.year else None


def _one_of(text: str, states: type[PaymentState] | type[FulfillmentState]) -> str:
    return text if text in {state.value for state in states} else ""


def list_address(**filters: str) -> str:
    """The address of the list with these filters."""
    return f"{reverse('orders')}?{urlencode(filters)}"
