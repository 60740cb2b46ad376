"""The retailer's Orders list and what its buttons do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orderlane.jobs.queue import enqueue
from orderlane.kernel.clock import now
from orderlane.purchasing.actions.by_hand import archive
from orderlane.purchasing.models import PurchaseOrder
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import OrganizationKind
from orderlane.web.present.orders import orders_page
from orderlane.web.present.selection import OrdersQuery
from orderlane.web.visit import Visit
from orderlane.web.visit import page as page_of

RETAILER = OrganizationKind.RETAILER
MOST_AT_ONCE = 200


@require_safe
@page_of(RETAILER)
def orders(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show one page of purchase orders; htmx gets the list alone."""
    asked = OrdersQuery.read(request.GET)
    shown = orders_page(visit.organization_id, asked, may_pay=visit.may_write, now=now())
    template = "web/orders_list.html" if request.headers.get("HX-Request") == "true" else "web/orders.html"
    response = render(request, template, {"page": shown})
    patch_vary_headers(response, ("HX-Request",))
    return response


@require_POST
@page_of(RETAILER, write=True)
def synchronize(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask every connected store for its changed orders now."""
    for store in Store.objects.filter(organization=visit.organization, status=StoreStatus.CONNECTED):
        enqueue("orders.poll_store", retailer_id=visit.organization_id, store_id=store.pk, priority=1)
    messages.info(request, _("Your stores are being asked for new orders. They appear here in a moment."))
    return redirect("orders")


@require_POST
@page_of(RETAILER, write=True)
def archive_selected(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Archive the ticked purchase orders, or bring them back."""
    bring_back = request.POST.get("restore") == "1"
    numbers = request.POST.getlist("purchase_order")[:MOST_AT_ONCE]
    chosen = list(
        PurchaseOrder.objects.filter(retailer=visit.organization, number__in=numbers).values_list("pk", flat=True)
    )
    for purchase_order_id in chosen:
        archive(purchase_order_id, archived=not bring_back, now=now())
    if chosen:
        done = _("Brought back.") if bring_back else _("Archived. You find them under the Archived tab.")
        messages.success(request, done)
    else:
        messages.warning(request, _("Tick at least one purchase order first."))
    return redirect("orders")
