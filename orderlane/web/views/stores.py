"""Connected stores: health, connect, synchronize, disconnect. Retailers and suppliers connect theirs the same way."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orderlane.jobs.queue import enqueue_once
from orderlane.kernel import clock
from orderlane.kernel.errors import NeedsAttention, OutsideError
from orderlane.ports import registry
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import StoreConnector
from orderlane.purchasing.queries import paid_and_unshipped
from orderlane.stores.effects.connect import common_webhook_url, connect
from orderlane.stores.effects.disconnect import disconnect, what_we_put_there
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.connect import ConnectForm
from orderlane.web.pages.stores import ConfirmPage, ConnectionsPage, ConnectPage, InstallBox
from orderlane.web.present.connections import connect_problem, connectable_stores, store_card, stores_address
from orderlane.web.present.disconnecting import disconnecting_means, removed_there
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.views.store_install import install_flow, return_url
from orderlane.web.visit import Visit, page


@require_GET
@page(OrganizationKind.RETAILER)
def stores(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The retailer's stores and how they are doing."""
    now = clock.now()
    shown = ConnectionsPage(
        cards=[
            store_card(store, now=now, may_write=visit.may_write, may_manage=visit.may_manage)
            for store in Store.objects.order_by(alphabetical("name"), "id")
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
    again = _to_reconnect(request, visit)
    form = ConnectForm(connector.credential_fields, request.POST or None, initial=_initial(again))
    if request.method == "POST" and form.is_valid():
        secrets = form.credentials()
        external_id = secrets.pop("external_id")
        try:
            if again and external_id != again:
                raise NeedsAttention("another store", reason="another_store", asked=again, given=external_id)
            store = connect(
                organization_id=visit.organization_id,
                actor=visit.actor,
                platform=platform,
                external_id=external_id,
                secrets=secrets,
                now=clock.now(),
            )
        except OutsideError as problem:
            form.add_error(None, connect_problem(problem))
        else:
            messages.success(request, _("%(name)s is connected.") % {"name": store.name})
            return redirect(back)
    shown = ConnectPage(
        connector.label,
        form,
        request.get_full_path(),
        back,
        steps=_steps(connector),
        callback_url=_door_to_enter(connector),
        install=_install_box(connector, again),
    )
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
        ids = {"store_id": store.pk, "retailer_id" if retailer else "supplier_id": visit.organization_id}
        enqueue_once(job, key=f"poll:{store.pk}", at=None, **ids)
        messages.info(request, _("%(name)s is being read.") % {"name": store.name})
    return redirect(stores_address(visit))


@require_http_methods(["GET", "POST"])
@page(manage=True, calls_outside=True)
def disconnect_store(request: HttpRequest, visit: Visit, store_id: UUID) -> HttpResponseBase:
    """Say what disconnecting means and what it removes from the store, then do it."""
    with visit.scope():
        store = Store.objects.get(pk=store_id)
    back = stores_address(visit)
    if store.status != StoreStatus.CONNECTED:
        messages.info(request, _("%(name)s is disconnected.") % {"name": store.name})
        return redirect(back)
    if request.method == "POST":
        clean = disconnect(visit.organization_id, store.pk, actor=visit.actor, now=clock.now())
        messages.success(request, _("%(name)s is disconnected.") % {"name": store.name})
        if not clean:
            said = _("It could not be cleaned up over there. Remove Orderlane’s app in the admin of %(name)s.")
            messages.warning(request, said % {"name": store.name})
        return redirect(back)
    there = what_we_put_there(visit.organization_id, store.pk, actor=visit.actor)
    sells = visit.organization.kind == OrganizationKind.RETAILER
    with visit.scope():
        unshipped = paid_and_unshipped(store.pk).count()
    shown = ConfirmPage(
        _("Disconnect %(name)s?") % {"name": store.name},
        [*disconnecting_means(sells=sells, unshipped=unshipped), *removed_there(there)],
        _("Disconnect"),
        request.path,
        back,
    )
    return render(request, "web/confirm.html", {"page": shown})


def _to_reconnect(request: HttpRequest, visit: Visit) -> str:
    """Which store, by its id over there, is to be connected again; empty when it is a new one."""
    try:
        store_id = UUID(request.GET.get("store", ""))
    except ValueError:
        return ""
    with visit.scope():
        store = Store.objects.filter(pk=store_id).first()
        return store.external_id if store else ""


def _initial(again: str) -> dict[str, str]:
    """What the form says already when a store is to be connected again."""
    return {"external_id": again} if again else {}


def _install_box(connector: type[StoreConnector], again: str) -> InstallBox | None:
    """The platform's own install flow, when this installation offers it."""
    platform = connector.platform
    flow = install_flow(platform)
    if flow is None:
        return None
    form = ConnectForm(flow.typed_fields, initial=_initial(again), prefix="install")
    return InstallBox(
        form, reverse("start_install", args=[platform]), again, return_url(platform), _common_door(connector)
    )


def _door_to_enter(connector: type[StoreConnector]) -> str:
    """The webhook address to enter by hand in one's own app, where keys of one bring a secret that signs webhooks."""
    signs = any(field.name == "webhook_secret" for field in connector.credential_fields)
    return _common_door(connector) if signs else ""


def _common_door(connector: type[StoreConnector]) -> str:
    """The address that has to be entered by hand at a platform which keeps its webhooks in the app's settings."""
    if StoreCapability.COMMON_WEBHOOK_DOOR in connector.capabilities:
        return common_webhook_url(connector.platform)
    return ""


def _steps(connector: type[StoreConnector]) -> list[str]:
    scopes = ", ".join(connector.install_flow.scopes) if connector.install_flow else ""
    return [_(step) % {"scopes": scopes} for step in connector.connect_steps]
