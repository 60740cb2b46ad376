"""The retailer's Orders list and what its buttons do."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from orderlane.jobs.queue import enqueue
from orderlane.kernel.clock import now
from orderlane.purchasing.actions.by_hand import archive
from orderlane.purchasing.models import PurchaseOrder
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import OrganizationKind
from orderlane.web.access import Visitor, desk_page
from orderlane.web.present.orders import orders_page
from orderlane.web.present.selection import OrdersQuery

RETAILER = OrganizationKind.RETAILER


@desk_page(RETAILER)
def orders(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show one page of purchase orders; htmx gets the list alone."""
    with visitor.scope():
        page = orders_page(
            visitor.organization.pk,
            OrdersQuery.read(request.GET),
            may_pay=visitor.membership.may_write,
            now=now(),
        )
        template = "web/orders_list.html" if request.headers.get("HX-Request") == "true" else "web/orders.html"
        response = render(request, template, {"page": page})
    response.headers["Vary"] = "HX-Request"
    return response


@desk_page(RETAILER, methods=("POST",), writes=True)
def synchronize(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask every connected store for its changed orders now."""
    with visitor.scope():
        stores = Store.objects.filter(organization=visitor.organization, status=StoreStatus.CONNECTED)
        for store in stores:
            enqueue("orders.poll_store", retailer_id=visitor.organization.pk, store_id=store.pk, priority=1)
    messages.info(request, _("Your stores are being asked for new orders. They appear here in a moment."))
    return redirect("orders")


@desk_page(RETAILER, methods=("POST",), writes=True)
def archive_selected(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Archive the ticked purchase orders; on the Archived tab, bring them back."""
    bring_back = request.POST.get("restore") == "1"
    numbers = request.POST.getlist("purchase_order")[:200]
    with visitor.scope():
        chosen = list(PurchaseOrder.objects.filter(retailer=visitor.organization, number__in=numbers).values_list("pk"))
        for (purchase_order_id,) in chosen:
            archive(purchase_order_id, archived=not bring_back, now=now())
    if chosen:
        done = _("Brought back.") if bring_back else _("Archived. You find them under the Archived tab.")
        messages.success(request, done)
    else:
        messages.warning(request, _("Tick at least one purchase order first."))
    return redirect("orders")
