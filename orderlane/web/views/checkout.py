"""Checkout: quote what was ticked, supplier by supplier, and start the payment of one quote."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.payments.actions.make_quote import make_quote
from orderlane.payments.actions.request_payment import request_payment
from orderlane.payments.effects.open_payment import open_payment
from orderlane.payments.errors import AlreadyBeingPaid
from orderlane.payments.models import PaymentClaim, Quote
from orderlane.payments.quoted import quoted_purchase_orders
from orderlane.payments.states import LIVE, PaymentStatus
from orderlane.purchasing.models import PurchaseOrder
from orderlane.tenants.models import Organization, OrganizationKind
from orderlane.web.pages.checkout import QueuedCheckout
from orderlane.web.present.checkout import checkout_page
from orderlane.web.present.purchase_orders import left_out
from orderlane.web.refusals import words_for
from orderlane.web.selection import selection_from
from orderlane.web.views.orders import nothing_ticked
from orderlane.web.views.preferences import back_to
from orderlane.web.visit import Visit, page

QUEUE_KEY = "checkout_queue"
BEFORE = "before"


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def checkout_start(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Quote what is ticked; a selection over several suppliers becomes a queue of checkouts.

    Products ticked without the rest of their purchase order are split off first: each is paid whole.
    """
    selection = selection_from(request)
    if not selection.purchase_orders:
        return nothing_ticked(request)
    try:
        unpayable = left_out(selection.purchase_orders, now=clock.now())
        _say_left_out(request, unpayable)
        payable = selection.payable(left_out=unpayable, now=clock.now())
        if not payable:
            raise Refused("nothing of it can be paid", reason="nothing_payable")
    except Refused as refusal:
        messages.error(request, words_for(refusal))
        return redirect(back_to(request))
    groups: dict[str, list[str]] = defaultdict(list)
    for po in payable:
        groups[str(po.supplier_id)].append(str(po.pk))
    queue = [{"supplier": supplier, "ids": ids} for supplier, ids in groups.items()]
    request.session[QUEUE_KEY] = queue
    return _quote(request, visit, queue[0]["ids"])  # type: ignore[arg-type]  # a list of ids


def _say_left_out(request: HttpRequest, unpayable: dict[UUID, str]) -> None:
    if unpayable:
        which = ", ".join(unpayable.values())
        messages.warning(request, _("Left out of the payment: %(which)s.") % {"which": which})


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def checkout_again(request: HttpRequest, visit: Visit, quote_id: UUID) -> HttpResponseBase:
    """Quote the same purchase orders anew, because the quote expired or something changed."""
    quote = Quote.objects.get(pk=quote_id)
    purchase_orders = quoted_purchase_orders(quote)
    unpayable = left_out(purchase_orders, now=clock.now())
    _say_left_out(request, unpayable)
    payable = [str(po.pk) for po in purchase_orders if po.pk not in unpayable]
    if not payable:
        messages.error(request, words_for(Refused(reason="nothing_payable")))
        return redirect("orders")
    return _quote(request, visit, payable, before=quote)


@require_GET
@page(OrganizationKind.RETAILER, write=True)
def checkout_next(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Go on with the next supplier of the selection that is not paid yet."""
    waiting = _waiting(request)
    return _quote(request, visit, waiting[0]["ids"]) if waiting else redirect("orders")


@require_GET
@page(OrganizationKind.RETAILER, write=True)
def checkout(request: HttpRequest, visit: Visit, quote_id: UUID) -> HttpResponseBase:
    """Show a quote, as it was frozen; once something of it is paid or being paid, lead to that payment."""
    quote = Quote.objects.select_related("supplier").get(pk=quote_id)
    claim = _claim(quote)
    if claim is not None:
        return redirect("payment_return" if claim.payment.status in LIVE else "payment", claim.payment_id)
    return _show(request, quote, "")


@require_POST
@page(OrganizationKind.RETAILER, write=True, calls_outside=True)
def checkout_pay(request: HttpRequest, visit: Visit, quote_id: UUID) -> HttpResponseBase:
    """Start the payment of a quote and send the payer to the provider's own page."""
    now = clock.now()
    try:
        with visit.scope():
            payment = request_payment(
                quote_id,
                request.POST.get("provider", ""),
                member_id=visit.member.pk,
                language=request.LANGUAGE_CODE,
                now=now,
            )
    except Refused as refusal:
        with visit.scope():
            return _refused(request, quote_id, refusal)
    payment = open_payment(payment.pk, visit.organization_id, actor=visit.actor, now=now)
    if payment.status == PaymentStatus.OPEN and payment.redirect_url:
        return HttpResponseRedirect(payment.redirect_url, status=303)
    return redirect("payment_return", payment.pk)


def _refused(request: HttpRequest, quote_id: UUID, refusal: Refused) -> HttpResponseBase:
    """Say why; when the same orders are being paid already, lead to that payment instead of a dead end."""
    quote = Quote.objects.select_related("supplier").get(pk=quote_id)
    if isinstance(refusal, AlreadyBeingPaid):
        claim = _claim(quote)
        if claim is not None:
            messages.warning(request, words_for(refusal))
            return redirect("payment_return", claim.payment_id)
    return _show(request, quote, words_for(refusal))


def _claim(quote: Quote) -> PaymentClaim | None:
    """The hold a payment has on something of a quote; of the quote's own payment, if there is one."""
    claims = PaymentClaim.objects.filter(purchase_order_id__in=list(quote.content["purchase_orders"]), live=True)
    found = list(claims.select_related("payment"))
    return next((claim for claim in found if claim.payment.quote_id == quote.pk), found[0] if found else None)


def _quote(request: HttpRequest, visit: Visit, ids: list[str], *, before: Quote | None = None) -> HttpResponseBase:
    try:
        quote = make_quote([UUID(key) for key in ids], member_id=visit.member.pk, now=clock.now())
    except Refused as refusal:
        messages.error(request, words_for(refusal))
        return redirect("orders")
    address = reverse("checkout", args=[quote.pk])
    return redirect(f"{address}?{BEFORE}={before.pk}" if before else address)


def _before(request: HttpRequest, quote: Quote) -> Quote | None:
    """The stale quote that this one stands in place of, if the address names one of the same supplier."""
    try:
        named = UUID(request.GET.get(BEFORE, ""))
    except ValueError:
        return None
    return Quote.objects.filter(pk=named, supplier_id=quote.supplier_id).first()


def _show(request: HttpRequest, quote: Quote, refusal: str) -> HttpResponseBase:
    shown = checkout_page(
        quote,
        queue=_queue_shown(request, quote),
        refusal=refusal,
        before=_before(request, quote),
        language=request.LANGUAGE_CODE,
        now=clock.now(),
    )
    return render(request, "web/checkout.html", {"page": shown}, status=409 if refusal else 200)


def _waiting(request: HttpRequest) -> list[dict[str, Any]]:
    """The suppliers of the selection that still have something to pay."""
    queue: list[dict[str, Any]] = request.session.get(QUEUE_KEY, [])
    unpaid = {
        str(po.pk)
        for po in PurchaseOrder.objects.filter(pk__in=[key for entry in queue for key in entry["ids"]])
        if po.payable
    }
    left = [{**entry, "ids": [key for key in entry["ids"] if key in unpaid]} for entry in queue]
    return [entry for entry in left if entry["ids"]]


def _queue_shown(request: HttpRequest, quote: Quote) -> list[QueuedCheckout]:
    queue: list[dict[str, Any]] = request.session.get(QUEUE_KEY, [])
    if len(queue) < 2 or str(quote.supplier_id) not in {entry["supplier"] for entry in queue}:
        return []
    waiting = {entry["supplier"] for entry in _waiting(request)}
    names = {str(o.pk): o.name for o in Organization.objects.filter(pk__in=[entry["supplier"] for entry in queue])}
    return [
        QueuedCheckout(names.get(entry["supplier"], ""), len(entry["ids"]), _stage(entry["supplier"], quote, waiting))
        for entry in queue
    ]


def _stage(supplier: str, quote: Quote, waiting: set[str]) -> str:
    if supplier == str(quote.supplier_id):
        return "current"
    return "waiting" if supplier in waiting else "done"
