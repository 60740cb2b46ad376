"""The retailer's suppliers and their terms."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from orderlane.catalog.models import Product, ShippingProfile
from orderlane.ports import registry
from orderlane.purchasing.models import Hold, PurchaseOrder
from orderlane.purchasing.states import PaymentState
from orderlane.suppliers.models import PaymentAccount, SupplierProfile, TradingRelation
from orderlane.tenants.alphabet import alphabetical
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.web import formatting
from orderlane.web.pages.states import Text
from orderlane.web.pages.stores import SupplierCard, SuppliersPage
from orderlane.web.views.orders import list_address
from orderlane.web.visit import Visit, page


@require_GET
@page(OrganizationKind.RETAILER)
def suppliers(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Who ships for the retailer, on what terms, and how they are paid."""
    relations = TradingRelation.objects.select_related("supplier").order_by(alphabetical("supplier__name"))
    found = [relation.supplier for relation in relations]
    ids = [supplier.pk for supplier in found]
    profiles = {row.supplier_id: row for row in SupplierProfile.objects.filter(supplier_id__in=ids)}
    shipping = {row.supplier_id: row for row in ShippingProfile.objects.filter(supplier_id__in=ids)}
    providers: dict[UUID, list[str]] = defaultdict(list)
    for account in PaymentAccount.objects.filter(supplier_id__in=ids, active=True).order_by("provider"):
        connector = registry.payments().get(account.provider)
        providers[account.supplier_id].append(connector.label if connector else account.provider)
    payable = _open_counts()
    cards = [
        _card(
            supplier,
            profiles.get(supplier.pk) or SupplierProfile(supplier=supplier),
            shipping.get(supplier.pk),
            providers[supplier.pk],
            payable.get(supplier.pk, 0),
        )
        for supplier in found
    ]
    return render(request, "web/suppliers.html", {"page": SuppliersPage(cards)})


def _open_counts() -> dict[UUID, int]:
    """How many purchase orders can be paid now, by supplier."""
    payable = PurchaseOrder.objects.filter(
        payment_state=PaymentState.UNPAID, hold=Hold.NONE, auto_order=True, archived_at__isnull=True
    )
    return dict(payable.values_list("supplier_id").annotate(Count("pk")))


def _card(
    supplier: Organization,
    profile: SupplierProfile,
    shipping: ShippingProfile | None,
    providers: list[str],
    open_count: int,
) -> SupplierCard:
    missing = _missing(profile, shipping, providers)
    return SupplierCard(
        id=f"supplier-{supplier.pk}",
        name=supplier.name,
        country=supplier.country,
        auto_order=profile.auto_order,
        role=_("ships to your customers"),
        terms=_terms(profile, shipping),
        email=profile.contact_email,
        website=profile.website,
        payment=_payment(profile, providers, missing),
        open_count=open_count,
        orders_url=list_address(supplier=str(supplier.pk), tab="unpaid"),
        warning=_("It cannot be paid yet. Still missing on its side: %(what)s.") % {"what": ", ".join(missing)}
        if missing
        else "",
    )


def _payment(profile: SupplierProfile, providers: list[str], missing: list[str]) -> str:
    """How this retailer pays it, in truth: not with what a supplier has connected but cannot use."""
    if not profile.auto_order:
        return _("on its own website, not in Orderlane")
    return _("not possible here yet") if missing else ", ".join(providers)


def _terms(profile: SupplierProfile, shipping: ShippingProfile | None) -> list[tuple[Text, Text]]:
    language = get_language() or "en"
    days = profile.handling_days
    terms: list[tuple[Text, Text]] = []
    if shipping is not None:
        amount = formatting.money(shipping.amount, language)
        terms.append((_("Shipping"), _("%(amount)s per purchase order") % {"amount": amount}))
    terms.append((_("Handling time"), ngettext("%(days)d day", "%(days)d days", days) % {"days": days}))
    if profile.vat_registered:
        rate = formatting.percent(profile.vat_basis_points, language)
        terms.append((_("VAT"), _("%(rate)s on deliveries in its own country") % {"rate": rate}))
    if profile.terms:
        terms.append((_("Terms"), profile.terms))
    return terms


def _missing(profile: SupplierProfile, shipping: ShippingProfile | None, providers: list[str]) -> list[str]:
    """What keeps a supplier with auto-order from being paid."""
    if not profile.auto_order:
        return []
    goods = Product.objects.filter(supplier_id=profile.supplier_id, active=True)
    mixed = shipping is not None and goods.exclude(currency=shipping.currency).exists()
    asked = (
        (_("billing details"), profile.billing_complete),
        (_("shipping costs"), shipping is not None),
        (_("shipping costs in the currency of its products"), not mixed),
        (_("a payment account"), bool(providers)),
        (_("a store that takes the orders"), profile.order_store_id is not None),
    )
    return [name for name, there in asked if not there]
