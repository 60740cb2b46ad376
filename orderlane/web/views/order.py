"""One purchase order for its retailer, and what can be done with it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.ports.stores import Tracking
from orderlane.purchasing.actions.by_hand import mark_ordered
from orderlane.purchasing.actions.forwarding import requeue
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.queries import with_details
from orderlane.shipping.actions.enter_tracking import correct_tracking, enter_parcel
from orderlane.shipping.actions.record_push import retry_push
from orderlane.shipping.actions.record_shipment import parcels_of
from orderlane.shipping.actions.take_back import settle_taken_back
from orderlane.shipping.models import Fulfillment, Shipment
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.tracking import OrderedByHandForm, TrackingForm
from orderlane.web.live import render_live
from orderlane.web.present.order import Typed, order_page, parcel_ids
from orderlane.web.refusals import words_for
from orderlane.web.visit import Visit, page


@require_GET
@page(OrganizationKind.RETAILER)
def order(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Everything about one purchase order."""
    return _show(request, visit, number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def add_tracking(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """The double tick: a tracking number for everything that has not shipped yet, told to the store."""
    po = PurchaseOrder.objects.get(number=number)
    form = TrackingForm(request.POST)
    if not form.is_valid():
        return _show(request, visit, number, Typed(tracking=form))
    try:
        enter_parcel(po.pk, quantities=_left(po), tracking=tracking_from(form), now=clock.now())
    except Refused as refusal:
        form.add_error(None, words_for(refusal))
        return _show(request, visit, number, Typed(tracking=form))
    messages.success(request, _("The tracking number is saved and on its way to your store."))
    return redirect("order", number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def change_tracking(request: HttpRequest, visit: Visit, number: str, shipment_id: UUID) -> HttpResponseBase:
    """Correct the tracking number of a recorded parcel, here and in the store."""
    shipment = Shipment.objects.get(pk=shipment_id, purchase_order__number=number)
    form = TrackingForm(request.POST, auto_id=parcel_ids(shipment.pk))
    if not form.is_valid():
        return _show(request, visit, number, Typed(correction=form, corrected=shipment.pk))
    try:
        correct_tracking(shipment.pk, tracking_from(form), now=clock.now())
    except Refused as refusal:
        form.add_error(None, words_for(refusal))
        return _show(request, visit, number, Typed(correction=form, corrected=shipment.pk))
    messages.success(request, _("The tracking number is corrected and on its way to your store."))
    return redirect("order", number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def order_by_hand(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Note that a purchase order without auto-order was placed on the supplier's site."""
    po = PurchaseOrder.objects.get(number=number)
    form = OrderedByHandForm(request.POST)
    if not form.is_valid():
        return _show(request, visit, number, Typed(ordered=form))
    try:
        mark_ordered(po.pk, supplier_number=form.cleaned_data["supplier_number"], now=clock.now())
        messages.success(request, _("Noted. Add the tracking number here when the supplier sends it."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("order", number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def forward_again(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Queue forwarding again; it looks up before it sends."""
    po = PurchaseOrder.objects.get(number=number)
    try:
        requeue(po.pk, now=clock.now())
        messages.info(request, _("It is looked up at the supplier, and sent only if it is surely not there."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("order", number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def push_again(request: HttpRequest, visit: Visit, number: str, shipment_id: UUID) -> HttpResponseBase:
    """Tell the store about a parcel again."""
    fulfillment = Fulfillment.objects.get(shipment_id=shipment_id, purchase_order__number=number)
    try:
        retry_push(fulfillment.pk, now=clock.now())
        messages.info(request, _("The store is told again."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("order", number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def settle_parcel(request: HttpRequest, visit: Visit, number: str, shipment_id: UUID) -> HttpResponseBase:
    """A canceled parcel was canceled in the store as well."""
    fulfillment = Fulfillment.objects.get(shipment_id=shipment_id, purchase_order__number=number)
    try:
        settle_taken_back(fulfillment.pk, now=clock.now())
        messages.info(request, _("Noted. The goods are still to be shipped."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("order", number)


def tracking_from(form: TrackingForm) -> Tracking:
    """What was typed, as one parcel's tracking."""
    typed = form.cleaned_data
    return Tracking(typed["carrier"], (typed["number"],), (typed["url"],))


def _left(po: PurchaseOrder) -> dict[UUID, int]:
    """What has not shipped yet: line → quantity."""
    shipped = parcels_of(po)
    lines = PurchaseOrderLine.objects.filter(purchase_order=po)
    left = {line.pk: line.quantity - sum(parcel.get(line.pk, 0) for parcel in shipped) for line in lines}
    return {line: count for line, count in left.items() if count > 0}


def _show(request: HttpRequest, visit: Visit, number: str, typed: Typed | None = None) -> HttpResponseBase:
    """The whole page; with ``typed``, as the answer to a form that was refused."""
    po = with_details(PurchaseOrder.objects.filter(number=number)).get()
    shown = order_page(po, may_write=visit.may_write, typed=typed or Typed(), now=clock.now())
    status = 422 if typed else 200
    context = {"page": shown, "support_subject": po.number}
    return render_live(request, "web/order.html", "web/order_body.html", context, status=status)
