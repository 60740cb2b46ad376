"""The supplier's purchase orders: the list, one in full, and its parcels."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import FulfillmentState
from orderlane.shipping.actions.answer_cancellation import answer_cancellation
from orderlane.shipping.actions.enter_tracking import correct_tracking, enter_parcel
from orderlane.shipping.actions.record_push import retry_push
from orderlane.shipping.models import CancellationRequest, Shipment, SupplierRecord
from orderlane.shipping.queries import wishes_waiting
from orderlane.suppliers.models import TradingRelation
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.tracking import ParcelForm, TrackingForm
from orderlane.web.pages.orders import Tab
from orderlane.web.pages.shell import Choice, Filter, Pages
from orderlane.web.pages.supplier import SupplierOrdersPage
from orderlane.web.present.parcels import parcel_form
from orderlane.web.present.supplier import rows_for_supplier, supplier_order_page
from orderlane.web.refusals import words_for
from orderlane.web.views.order import tell_of_link, tracking_from
from orderlane.web.views.orders import day_from
from orderlane.web.views.products import query_from
from orderlane.web.visit import Visit, page

PAGE_SIZE = 50
_S = FulfillmentState
_TABS = {
    "all": Q(),
    "to_ship": Q(fulfillment_state__in=[_S.UNFULFILLED, _S.IN_PROGRESS, _S.PARTIALLY_FULFILLED]),
    "shipped": Q(fulfillment_state=_S.FULFILLED),
}


@require_GET
@page(OrganizationKind.SUPPLIER)
def supplier_orders(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The list: what the retailer wants canceled first, then newest first."""
    query = query_from(request)
    since, until = (day_from(request.GET.get(name, "")) for name in ("since", "until"))
    retailers = _retailers(request)
    rows = _matching(query, [UUID(c.value) for c in retailers if c.selected], since, until)
    tab = request.GET.get("tab", "all")
    tab = tab if tab in _TABS else "all"
    counts = {name: rows.filter(condition).count() for name, condition in _TABS.items()}
    pages = Paginator(rows.filter(_TABS[tab]), PAGE_SIZE).get_page(request.GET.get("page"))
    labels = {"all": _("All"), "to_ship": _("To ship"), "shipped": _("Shipped")}
    shown = SupplierOrdersPage(
        rows=rows_for_supplier(list(pages.object_list)),
        tabs=[Tab(name, labels[name], counts[name], name == tab) for name in _TABS],
        filters=[Filter("retailer", _("Retailer"), _("All retailers"), retailers)],
        pages=Pages(pages.number, PAGE_SIZE, pages.paginator.count),
        query=query,
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
    )
    return render(request, "web/supplier_orders.html", {"page": shown})


@require_GET
@page(OrganizationKind.SUPPLIER)
def supplier_order(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Everything the supplier may know about one purchase order."""
    return _show(request, visit, number)


@require_POST
@page(OrganizationKind.SUPPLIER, write=True)
def ship(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Record a parcel with its tracking number; the retailer's store is told."""
    po = _found(number)
    form = parcel_form(po, request.POST)
    if not form.is_valid():
        return _show(request, visit, number, form)
    quantities = {UUID(line): count for line, count in form.quantities().items()}
    try:
        enter_parcel(po.pk, quantities=quantities, tracking=tracking_from(form), by_supplier=True, now=clock.now())
    except Refused as refusal:
        form.add_error(None, words_for(refusal))
        return _show(request, visit, number, form)
    messages.success(request, _("The parcel is recorded and on its way to the retailer’s store."))
    return redirect("supplier_order", number)


@require_POST
@page(OrganizationKind.SUPPLIER, write=True)
def change_tracking(request: HttpRequest, visit: Visit, number: str, shipment_id: UUID) -> HttpResponseBase:
    """Correct the tracking number of a recorded parcel, here and in the retailer's store."""
    shipment = Shipment.objects.get(pk=shipment_id, purchase_order__number=number)
    form = TrackingForm(request.POST)
    try:
        if form.is_valid():
            corrected = correct_tracking(shipment.pk, tracking_from(form), now=clock.now())
            messages.success(request, _("The tracking number is corrected and on its way to the retailer’s store."))
            tell_of_link(request, form, corrected)
        else:
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("supplier_order", number)


@require_POST
@page(OrganizationKind.SUPPLIER, write=True)
def tell_again(request: HttpRequest, visit: Visit, number: str, shipment_id: UUID) -> HttpResponseBase:
    """Tell the supplier's own store about a parcel again."""
    told = SupplierRecord.objects.get(shipment_id=shipment_id, purchase_order__number=number)
    try:
        retry_push(told.pk, now=clock.now(), kind=SupplierRecord)
        messages.info(request, _("Your store is told again."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("supplier_order", number)


_ANSWERS = {"agreed": True, "refused": False}


@require_POST
@page(OrganizationKind.SUPPLIER, write=True)
def answer_wish_to_cancel(request: HttpRequest, visit: Visit, number: str, request_id: UUID) -> HttpResponseBase:
    """The supplier says whether it can still cancel; the retailer's store is told."""
    wish = CancellationRequest.objects.get(pk=request_id, purchase_order__number=number)
    answer = request.POST.get("answer", "")
    if answer not in _ANSWERS:
        raise Http404("no such answer")
    try:
        answer_cancellation(
            wish.pk, agrees=_ANSWERS[answer], words=request.POST.get("words", "")[:500], now=clock.now()
        )
        messages.success(request, _("Your answer is on its way to the retailer."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("supplier_order", number)


def _show(request: HttpRequest, visit: Visit, number: str, form: ParcelForm | None = None) -> HttpResponseBase:
    shown = supplier_order_page(_found(number), may_write=visit.may_write, form=form)
    return render(request, "web/supplier_order.html", {"page": shown, "support_subject": number})


def _found(number: str) -> PurchaseOrder:
    rows = PurchaseOrder.objects.select_related("retailer").prefetch_related("lines__product", "cancellation_requests")
    po: PurchaseOrder = rows.get(number=number)
    return po


def _matching(query: str, retailers: list[UUID], since: date | None, until: date | None) -> QuerySet[PurchaseOrder]:
    rows = PurchaseOrder.objects.select_related("retailer").prefetch_related("lines", "cancellation_requests")
    asked = Exists(wishes_waiting().filter(purchase_order_id=OuterRef("pk")))
    rows = rows.annotate(asked=asked).order_by("-asked", "-released_at", "-id")
    if retailers:
        rows = rows.filter(retailer_id__in=retailers)
    if since:
        rows = rows.filter(released_at__gte=_midnight(since))
    if until:
        rows = rows.filter(released_at__lt=_midnight(until + timedelta(days=1)))
    if query:
        rows = rows.filter(
            Q(number__icontains=query)
            | Q(store_number__icontains=query)
            | Q(supplier_number__icontains=query)
            | Q(retailer__name__icontains=query)
            | Q(lines__sku__icontains=query)
        ).distinct()
    return rows


def _retailers(request: HttpRequest) -> list[Choice]:
    wanted = request.GET.get("retailer", "")
    relations = TradingRelation.objects.select_related("retailer").order_by(alphabetical("retailer__name"))
    return [Choice(str(r.retailer_id), r.retailer.name, str(r.retailer_id) == wanted) for r in relations]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
