"""Settings of an organization: its name and country, and for suppliers what retailers are told and charged."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from orderlane.catalog.actions.save_goods import save_shipping
from orderlane.catalog.models import Product, ShippingProfile
from orderlane.kernel import clock
from orderlane.members.actions.organizations import save_organization
from orderlane.shipping.actions.request_settings import save_unpaid_hours
from orderlane.shipping.queries import unpaid_hours
from orderlane.suppliers.actions.supplier_settings import save_profile
from orderlane.suppliers.models import SupplierProfile
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.people import OrganizationForm
from orderlane.web.forms.settings import CURRENCIES, RequestsForm, SupplierForm
from orderlane.web.pages.people import OrganizationPage
from orderlane.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page()
def settings(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The organization's own data; a supplier's billing data decide whether it can be paid."""
    if request.method == "POST" and not visit.may_manage:
        raise PermissionDenied("only owners change the organization")
    supplier = visit.organization.kind == OrganizationKind.SUPPLIER
    told = request.POST or None
    names = ("name", "country", "time_zone")
    initial = {name: getattr(visit.organization, name) for name in names}
    form = OrganizationForm(told, country=visit.organization.country, initial=initial)
    more: SupplierForm | RequestsForm = (
        SupplierForm(told, initial=_initial(visit))
        if supplier
        else RequestsForm(told, initial={"unpaid_hours": unpaid_hours(visit.organization_id)})
    )
    if request.method == "POST" and form.is_valid() and more.is_valid():
        now = clock.now()
        save_organization(visit.organization, **{name: form.cleaned_data[name] for name in names}, now=now)
        if isinstance(more, SupplierForm):
            _save_supplier(visit, more)
        else:
            save_unpaid_hours(visit.organization_id, more.cleaned_data["unpaid_hours"], now=now)
        messages.success(request, _("Saved."))
        return redirect("settings")
    shown = OrganizationPage(
        form=form,
        form_url=reverse("settings"),
        more_form=more,
        is_supplier=supplier,
        missing=_missing(visit) if supplier else (),
        may_write=visit.may_manage,
    )
    return render(request, "web/settings_organization.html", {"page": shown, "settings_tab": "organization"})


@require_GET
@page()
def language(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The reader's own language and colors."""
    return render(request, "web/settings_language.html", {"settings_tab": "language"})


def _save_supplier(visit: Visit, form: SupplierForm) -> None:
    save_profile(visit.organization_id, now=clock.now(), **form.profile())
    shipping = form.shipping_costs()
    if shipping is not None:
        save_shipping(visit.organization_id, shipping, now=clock.now())


def _initial(visit: Visit) -> dict[str, object]:
    profile = SupplierProfile.objects.filter(supplier_id=visit.organization_id).first()
    profile = profile or SupplierProfile(supplier=visit.organization)
    shipping = ShippingProfile.objects.filter(supplier_id=visit.organization_id).first()
    names = ("billing_name", "billing_address", "vat_number", "vat_registered", "handling_days")
    kept: dict[str, object] = {name: getattr(profile, name) for name in (*names, "contact_email", "website", "terms")}
    kept["vat_percent"] = Decimal(profile.vat_basis_points) / 100 if profile.vat_basis_points else None
    kept["shipping"] = shipping.amount.format_plain() if shipping else None
    kept["currency"] = shipping.currency if shipping else _usual_currency(visit)
    return kept


def _usual_currency(visit: Visit) -> str:
    """Shipping has to be in the currency of the goods, or nothing can be quoted."""
    product = Product.objects.filter(supplier_id=visit.organization_id).first()
    return product.currency if product and product.currency in CURRENCIES else CURRENCIES[0]


def _missing(visit: Visit) -> list[str]:
    """What keeps retailers from paying this supplier, as far as it is set on this page."""
    profile = SupplierProfile.objects.filter(supplier_id=visit.organization_id).first()
    shipping = ShippingProfile.objects.filter(supplier_id=visit.organization_id).first()
    goods = Product.objects.filter(supplier_id=visit.organization_id, active=True)
    missing = []
    if profile is None or not profile.billing_name:
        missing.append(_("your legal name"))
    if profile is None or not profile.billing_address:
        missing.append(_("your billing address"))
    if shipping is None:
        missing.append(_("your shipping costs"))
    elif goods.exclude(currency=shipping.currency).exists():
        missing.append(_("shipping costs in the currency of your products"))
    return missing
