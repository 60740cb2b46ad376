"""Where a supplier's paid orders are placed: its own store, and the auto-order switch."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.catalog.models import ShippingProfile
from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.actions.supplier_settings import switch_auto_order
from orderlane.suppliers.models import PaymentAccount, SupplierProfile
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import OrganizationKind
from orderlane.web.pages.shell import Button
from orderlane.web.pages.stores import AutoOrderBox, ConnectionCard, ConnectionsPage
from orderlane.web.present.connections import connectable_stores, store_card
from orderlane.web.refusals import words_for
from orderlane.web.visit import Visit, page


@require_GET
@page(OrganizationKind.SUPPLIER)
def supplier_stores(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The supplier's stores, which of them takes the orders, and whether that happens by itself."""
    profile = SupplierProfile.objects.filter(supplier_id=visit.organization_id).first()
    shown = ConnectionsPage(
        cards=[_card(store, profile, visit) for store in Store.objects.order_by(alphabetical("name"), "id")],
        connectable=connectable_stores(_("Paid orders in, shipments out.")),
        may_write=visit.may_manage,
    )
    switch = AutoOrderBox(
        bool(profile and profile.auto_order), missing_for_auto_order(visit, profile), visit.may_manage
    )
    return render(request, "web/order_channel.html", {"page": shown, "switch": switch})


@require_POST
@page(OrganizationKind.SUPPLIER, manage=True)
def choose_order_store(request: HttpRequest, visit: Visit, store_id: UUID) -> HttpResponseBase:
    """Have paid orders placed in this store."""
    store = Store.objects.get(pk=store_id)
    profile = SupplierProfile.objects.filter(supplier_id=visit.organization_id).first()
    try:
        on = bool(profile and profile.auto_order)
        switch_auto_order(visit.organization_id, on=on, order_store_id=store.pk, now=clock.now())
        messages.success(request, _("Paid orders are now placed in %(name)s.") % {"name": store.name})
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("supplier_stores")


@require_POST
@page(OrganizationKind.SUPPLIER, manage=True)
def switch(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Switch auto-order on or off."""
    on = request.POST.get("on") == "1"
    profile = SupplierProfile.objects.filter(supplier_id=visit.organization_id).first()
    store_id = profile.order_store_id if profile else None
    try:
        if on and missing_for_auto_order(visit, profile):
            store_id = None
        switch_auto_order(visit.organization_id, on=on, order_store_id=store_id, now=clock.now())
        said = (
            _("Auto-order is on: new orders can be paid and come in by themselves.") if on else _("Auto-order is off.")
        )
        messages.success(request, said)
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("supplier_stores")


def missing_for_auto_order(visit: Visit, profile: SupplierProfile | None) -> list[Button]:
    """What a supplier still has to do before it can take orders by itself, each with where."""
    settings = reverse("settings")
    missing = []
    if profile is None or not profile.billing_complete:
        missing.append(Button(_("Fill in your billing details"), settings, link=True))
    if not ShippingProfile.objects.filter(supplier_id=visit.organization_id).exists():
        missing.append(Button(_("Set your shipping costs"), settings, link=True))
    if not PaymentAccount.objects.filter(supplier_id=visit.organization_id, active=True).exists():
        missing.append(Button(_("Connect a payment account"), reverse("payment_accounts"), link=True))
    chosen = Store.objects.filter(pk=profile.order_store_id).first() if profile and profile.order_store_id else None
    if chosen is None or chosen.status != StoreStatus.CONNECTED:
        missing.append(Button(_("Connect a store and let it take your orders"), reverse("supplier_stores"), link=True))
    return missing


def _card(store: Store, profile: SupplierProfile | None, visit: Visit) -> ConnectionCard:
    chosen = profile is not None and profile.order_store_id == store.pk
    more = []
    if visit.may_manage and not chosen and store.status == StoreStatus.CONNECTED:
        address = reverse("choose_order_store", args=[store.pk])
        more = [Button(_("Take orders here"), address, "check", tone="primary")]
    note = _("Your paid orders are placed here.") if chosen and store.status == StoreStatus.CONNECTED else ""
    return store_card(
        store, now=clock.now(), may_write=visit.may_write, may_manage=visit.may_manage, more=more, note=note
    )
