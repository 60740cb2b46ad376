"""One purchase order for its retailer, and what can be done with it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.ports.stores import Tracking
from orderlane.purchasing.actions.by_hand import mark_ordered
from orderlane.purchasing.actions.forwarding import requeue
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.queries import with_details
from orderlane.shipping.actions.ask_to_cancel import ask_to_cancel
from orderlane.shipping.actions.enter_tracking import correct_tracking, enter_parcel
from orderlane.shipping.actions.record_push import leave_untold, retry_push
from orderlane.shipping.actions.take_back import settle_taken_back
from orderlane.shipping.actions.undo_ordered import undo_ordered
from orderlane.shipping.models import Fulfillment, Shipment
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.cancellation import CancelForm
from orderlane.web.forms.tracking import OrderedByHandForm, TrackingForm
from orderlane.web.live import render_live
from orderlane.web.present.order import Typed, order_page, parcel_ids
from orderlane.web.present.parcels import parcel_form
from orderlane.web.refusals import words_for
from orderlane.web.views.preferences import back_to
from orderlane.web.visit import Visit, page


@require_GET
@page(OrganizationKind.RETAILER)
def order(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Everything about one purchase order."""
    return _show(request, visit, number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def add_tracking(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """The double tick: a parcel with its tracking number, of all that is left unless fewer are typed."""
    po = PurchaseOrder.objects.get(number=number)
    form = parcel_form(po, request.POST)
    if not form.is_valid():
        return _show(request, visit, number, Typed(tracking=form))
    try:
        quantities = {UUID(line): count for line, count in form.quantities().items()}
        enter_parcel(po.pk, quantities=quantities, tracking=tracking_from(form), now=clock.now())
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
        corrected = correct_tracking(shipment.pk, tracking_from(form), now=clock.now())
    except Refused as refusal:
        form.add_error(None, words_for(refusal))
        return _show(request, visit, number, Typed(correction=form, corrected=shipment.pk))
    messages.success(request, _("The tracking number is corrected and on its way to your store."))
    tell_of_link(request, form, corrected)
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
def undo_by_hand(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """It was not ordered on the supplier's site after all."""
    po = PurchaseOrder.objects.get(number=number)
    try:
        undo_ordered(po.pk, now=clock.now())
        messages.success(request, _("Undone: it is not ordered, and follows your store again."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("order", number)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def cancel(request: HttpRequest, visit: Visit, number: str) -> HttpResponseBase:
    """Ask the supplier to cancel; what it never got is canceled at once."""
    po = PurchaseOrder.objects.get(number=number)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _show(request, visit, number, Typed(canceling=form))
    try:
        at_once = ask_to_cancel(po.pk, words=form.cleaned_data["words"], now=clock.now())
    except Refused as refusal:
        messages.error(request, words_for(refusal))
        return redirect("order", number)
    if at_once:
        messages.success(request, _("Canceled before it was sent. Ask the supplier for the money back."))
    else:
        messages.success(request, _("The supplier was asked to cancel it. Its answer appears here."))
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
    return redirect(back_to(request) if "next" in request.POST else resolve_url("order", number))


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def leave(request: HttpRequest, visit: Visit, number: str, shipment_id: UUID) -> HttpResponseBase:
    """Leave the store as it is about a parcel: somebody has settled it there, or the customer need not know."""
    fulfillment = Fulfillment.objects.get(shipment_id=shipment_id, purchase_order__number=number)
    try:
        if fulfillment.shipment.canceled_at is not None:
            settle_taken_back(fulfillment.pk, now=clock.now())
            messages.success(request, _("Noted. The goods are still to be shipped."))
        else:
            leave_untold(fulfillment.pk, now=clock.now())
            messages.success(request, _("The store stays as it is."))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect(back_to(request) if "next" in request.POST else resolve_url("order", number))


def tracking_from(form: TrackingForm) -> Tracking:
    """What was typed, as one parcel's tracking."""
    typed = form.cleaned_data
    return Tracking(typed["carrier"], (typed["number"],), (typed["url"],))


def tell_of_link(request: HttpRequest, form: TrackingForm, corrected: Shipment | None) -> None:
    """Say what became of a link that led to the old number."""
    typed = form.cleaned_data["url"]
    if not typed or corrected is None or typed in corrected.tracking_urls:
        return
    if any(corrected.tracking_urls):
        messages.info(request, _("The tracking link was changed to the new number. Please check it."))
    else:
        messages.warning(
            request,
            _("The tracking link led to the old parcel and was taken out. Add the new one if the carrier needs it."),
        )


def _show(request: HttpRequest, visit: Visit, number: str, typed: Typed | None = None) -> HttpResponseBase:
    """The whole page; with ``typed``, as the answer to a form that was refused."""
    po = with_details(PurchaseOrder.objects.filter(number=number)).get()
    shown = order_page(po, may_write=visit.may_write, typed=typed or Typed(), now=clock.now())
    status = 422 if typed else 200
    context = {"page": shown, "support_subject": po.number}
    return render_live(request, "web/order.html", "web/order_body.html", context, status=status)
