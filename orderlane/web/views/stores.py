"""Connected stores: health, connect, synchronize, disconnect. Retailers and suppliers connect theirs the same way."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orderlane.jobs.queue import enqueue_once
from orderlane.kernel import clock
from orderlane.kernel.errors import OutsideError
from orderlane.ports import registry
from orderlane.ports.stores import StoreConnector
from orderlane.stores.actions.disconnect_by_hand import disconnect_by_hand
from orderlane.stores.effects.connect import connect
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.connect import ConnectForm
from orderlane.web.pages.stores import ConfirmPage, ConnectionsPage, ConnectPage
from orderlane.web.present.connections import connectable_stores, store_card
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.visit import Visit, page

# Labels and hints that connectors declare, named here so that the catalogues hold them: connectors know no Django.
_DECLARED = (
    gettext_noop("Shop domain"),
    gettext_noop("The permanent address that ends in .myshopify.com"),
    gettext_noop("Admin API access token"),
    gettext_noop("Shown once when the app is installed"),
    gettext_noop("API secret key"),
    gettext_noop("Signs the webhooks the shop sends"),
    gettext_noop("Store ID"),
    gettext_noop("The number at the foot of every page of the Ecwid admin"),
    gettext_noop("Secret token"),
    gettext_noop("On the page of your custom app, under Access tokens"),
    gettext_noop("Client secret"),
    gettext_noop("Signs the webhooks of your custom app"),
)


@require_GET
@page(OrganizationKind.RETAILER)
def stores(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The retailer's stores and how they are doing."""
    now = clock.now()
    shown = ConnectionsPage(
        cards=[
            store_card(store, now=now, may_write=visit.may_write, may_manage=visit.may_manage)
            for store in Store.objects.order_by("name")
        ],
        connectable=connectable_stores(_("Orders in, tracking numbers out.")),
        may_write=visit.may_manage,
    )
    return render(request, "web/stores.html", {"page": shown})


@require_http_methods(["GET", "POST"])
@page(manage=True, calls_outside=True)
def connect_store(request: HttpRequest, visit: Visit, platform: str) -> HttpResponseBase:
    """Try what was typed against the store itself, and save it only when the store answers."""
    connector = registry.stores().get(platform)
    if connector is None:
        raise Http404("no such platform")
    back = stores_address(visit)
    form = ConnectForm(connector.credential_fields, request.POST or None, initial=_initial(request, visit))
    if request.method == "POST" and form.is_valid():
        secrets = form.credentials()
        domain = secrets.pop("domain")
        try:
            store = connect(
                organization_id=visit.organization_id,
                actor=visit.actor,
                platform=platform,
                domain=domain,
                secrets=secrets,
                now=clock.now(),
            )
        except OutsideError as problem:
            form.add_error(None, reason_sentence(problem.reason))
        else:
            messages.success(request, _("%(name)s is connected.") % {"name": store.name})
            return redirect(back)
    shown = ConnectPage(connector.label, form, request.get_full_path(), back, steps=_steps(connector))
    return render(request, "web/connect.html", {"page": shown})


@require_POST
@page(write=True)
def synchronize_store(request: HttpRequest, visit: Visit, store_id: UUID) -> HttpResponseBase:
    """Catch up with one store now."""
    store = Store.objects.get(pk=store_id)
    if store.status != StoreStatus.CONNECTED:
        messages.error(request, reason_sentence("store_disconnected"))
    else:
        retailer = visit.organization.kind == OrganizationKind.RETAILER
        job = "orders.poll_store" if retailer else "shipping.poll_store"
        owner = {"retailer_id" if retailer else "supplier_id": visit.organization_id}
        enqueue_once(job, key=f"poll:{store.pk}", store_id=store.pk, **owner)
        messages.info(request, _("%(name)s is being read.") % {"name": store.name})
    return redirect(stores_address(visit))


@require_http_methods(["GET", "POST"])
@page(manage=True)
def disconnect_store(request: HttpRequest, visit: Visit, store_id: UUID) -> HttpResponseBase:
    """Say what disconnecting means, then do it."""
    store = Store.objects.get(pk=store_id)
    back = stores_address(visit)
    if request.method == "POST":
        disconnect_by_hand(store.pk, now=clock.now())
        messages.success(request, _("%(name)s is disconnected.") % {"name": store.name})
        return redirect(back)
    if visit.organization.kind == OrganizationKind.RETAILER:
        consequences = [
            _("No orders come in from it any more, and no tracking numbers go back to it."),
            _("Everything that is already here stays: orders, payments, parcels."),
            _("You can connect it again at any time; what happened meanwhile is then caught up."),
        ]
    else:
        consequences = [
            _("If it takes your orders, auto-order is switched off, and paid orders wait until it is connected again."),
            _("Your shipments are no longer read from it. You can type tracking numbers here."),
            _("Your products stay as they are."),
        ]
    shown = ConfirmPage(
        _("Disconnect %(name)s?") % {"name": store.name}, consequences, _("Disconnect"), request.path, back
    )
    return render(request, "web/confirm.html", {"page": shown})


def stores_address(visit: Visit) -> str:
    """Where the organization's stores are listed."""
    return reverse("stores" if visit.organization.kind == OrganizationKind.RETAILER else "supplier_stores")


def _initial(request: HttpRequest, visit: Visit) -> dict[str, str]:
    """The address of the store that is to be connected again."""
    wanted = request.GET.get("store", "")
    if not wanted:
        return {}
    try:
        store_id = UUID(wanted)
    except ValueError:
        return {}
    with visit.scope():
        store = Store.objects.filter(pk=store_id).first()
        return {"domain": store.external_id} if store else {}


def _steps(connector: type[StoreConnector]) -> list[str]:
    return [
        _("In the admin of your %(name)s store, create an app for Orderlane.") % {"name": connector.label},
        _("Let it read and write orders, products and fulfillments."),
        _("Copy its keys into the fields below. We set up the webhooks ourselves."),
    ]
