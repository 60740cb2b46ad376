"""The retailer's payments: the list, one payment, and the page the payer comes back to."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from orderlane.kernel import clock
from orderlane.payments.actions.settle_by_hand import note_settled, release_mismatch
from orderlane.payments.effects.sync_payment import sync_payment
from orderlane.payments.models import Payment
from orderlane.payments.queries import ODD
from orderlane.payments.states import LIVE, PaymentStatus
from orderlane.purchasing.models import PurchaseOrder
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.web.pages.orders import Tab
from orderlane.web.pages.payments import PaymentsPage
from orderlane.web.pages.shell import Button, Pages
from orderlane.web.present.payments import (
    may_be_canceled,
    payment_page,
    payment_rows,
    provider_page,
    result_page,
    settled_buttons,
)
from orderlane.web.views.checkout import QUEUE_KEY
from orderlane.web.visit import Visit, page

PAGE_SIZE = 50
_TABS = {
    "all": Q(),
    "open": Q(status__in=list(LIVE)),
    "paid": Q(status__in=[PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED]),
    "ended": Q(
        status__in=[PaymentStatus.DECLINED, PaymentStatus.CLOSED, PaymentStatus.REFUNDED, PaymentStatus.RESOLVED]
    ),
    "attention": ODD,
}


@require_GET
@page(OrganizationKind.RETAILER)
def payments(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The list, newest first."""
    query = request.GET.get("q", "").strip()[:200]
    tab = request.GET.get("tab", "all")
    tab = tab if tab in _TABS else "all"
    rows = Payment.objects.select_related("supplier", "quote").order_by("-started_at")
    if query:
        rows = rows.filter(
            Q(reference__icontains=query)
            | Q(external_id__icontains=query)
            | Q(supplier__name__icontains=query)
            | Q(claims__purchase_order__number__icontains=query)
        ).distinct()
    counts = {name: rows.filter(condition).count() for name, condition in _TABS.items()}
    pages = Paginator(rows.filter(_TABS[tab]), PAGE_SIZE).get_page(request.GET.get("page"))
    labels = {
        "all": pgettext("payments", "All"),
        "open": _("Under way"),
        "paid": pgettext("payments", "Paid"),
        "ended": _("Ended"),
        "attention": _("Needs attention"),
    }
    shown = PaymentsPage(
        rows=payment_rows(list(pages.object_list)),
        tabs=[Tab(name, labels[name], counts[name], name == tab) for name in _TABS],
        filters=[],
        pages=Pages(pages.number, PAGE_SIZE, pages.paginator.count),
        query=query,
    )
    return render(request, "web/payments.html", {"page": shown})


@require_GET
@page(OrganizationKind.RETAILER)
def payment(request: HttpRequest, visit: Visit, payment_id: UUID) -> HttpResponseBase:
    """One payment in full."""
    found = _found(payment_id)
    shown = payment_page(found, _buttons(found, visit) if visit.may_write else [])
    return render(request, "web/payment.html", {"page": shown})


@require_GET
@page(OrganizationKind.RETAILER, calls_outside=True)
def payment_return(request: HttpRequest, visit: Visit, payment_id: UUID) -> HttpResponseBase:
    """Where the payer comes back to. The address proves nothing: the payment is looked at once, then shown."""
    with visit.scope():
        found = _found(payment_id)
    if found.status in LIVE and visit.may_write and not request.headers.get("HX-Request"):
        sync_payment(payment_id, visit.organization_id, actor=visit.actor, now=clock.now())
    with visit.scope():
        found = _found(payment_id)
        shown = result_page(
            found,
            left="left" in request.GET,
            next_supplier=_next_supplier(request),
            may_write=visit.may_write,
            now=clock.now(),
        )
        if request.headers.get("HX-Request") and request.GET.get("shown") == shown.version:
            # Nothing new: htmx leaves the page, and the button somebody is about to press, as it is.
            return HttpResponse(status=204)
        template = "payment_result_body" if request.headers.get("HX-Request") else "payment_result"
        return render(request, f"web/{template}.html", {"page": shown})


@require_POST
@page(OrganizationKind.RETAILER, write=True, calls_outside=True)
def payment_check(request: HttpRequest, visit: Visit, payment_id: UUID) -> HttpResponseBase:
    """Look at a payment at its provider now; the same look as webhook, return page and sweep."""
    with visit.scope():
        _found(payment_id)
    sync_payment(payment_id, visit.organization_id, actor=visit.actor, now=clock.now())
    messages.info(request, _("The provider was asked just now. This is how the payment stands."))
    return redirect("payment_return", payment_id)


@require_POST
@page(OrganizationKind.RETAILER, write=True, calls_outside=True)
def payment_cancel(request: HttpRequest, visit: Visit, payment_id: UUID) -> HttpResponseBase:
    """Give a payment up that nobody has paid, so that its purchase orders can be paid another way."""
    with visit.scope():
        _found(payment_id)
    done = sync_payment(payment_id, visit.organization_id, actor=visit.actor, now=clock.now(), give_up=True)
    if done.status in {PaymentStatus.CLOSED, PaymentStatus.DECLINED}:
        messages.success(request, _("The payment was canceled. No money has moved."))
        return redirect("orders")
    messages.warning(request, _("The payment could not be canceled: this is how it stands at the provider."))
    return redirect("payment_return", payment_id)


@require_POST
@page(OrganizationKind.RETAILER, manage=True)
def payment_release(request: HttpRequest, visit: Visit, payment_id: UUID) -> HttpResponseBase:
    """An owner has settled a mismatch with the supplier: the purchase orders can be paid again."""
    release_mismatch(_found(payment_id).pk, now=clock.now())
    messages.success(request, _("The purchase orders are free to be paid again."))
    return redirect("payment", payment_id)


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def payment_settled(request: HttpRequest, visit: Visit, payment_id: UUID) -> HttpResponseBase:
    """Somebody has arranged with the supplier what to do about odd money: off the desk it goes."""
    note_settled(_found(payment_id).pk, now=clock.now())
    messages.success(request, _("Noted, with your name. If the money comes back, this payment says so by itself."))
    return redirect("payment", payment_id)


def _found(payment_id: UUID) -> Payment:
    return Payment.objects.select_related("supplier", "quote", "started_by").get(pk=payment_id)


def _buttons(found: Payment, visit: Visit) -> list[Button]:
    buttons = []
    if there := provider_page(found, now=clock.now()):
        buttons.append(Button(_("Continue at the provider"), there, "external", tone="primary", link=True))
    if found.status not in {PaymentStatus.DECLINED, PaymentStatus.CLOSED, PaymentStatus.REFUNDED}:
        buttons.append(Button(_("Check now"), reverse("payment_check", args=[found.pk]), "sync"))
    if may_be_canceled(found):
        buttons.append(
            Button(
                _("Cancel this payment"),
                reverse("payment_cancel", args=[found.pk]),
                "close",
                confirm=_("Cancel this payment? Its purchase orders can then be paid again."),
            )
        )
    return [*buttons, *settled_buttons(found, may_manage=visit.may_manage)]


def _next_supplier(request: HttpRequest) -> str:
    """The next supplier of a selection that spans several, if something of it is still to be paid."""
    for entry in request.session.get(QUEUE_KEY, []):
        waiting = PurchaseOrder.objects.filter(pk__in=entry["ids"])
        if any(po.payable for po in waiting):
            return Organization.objects.get(pk=entry["supplier"]).name
    return ""
