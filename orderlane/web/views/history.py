"""Bring in a store's earlier orders, and watch how far that has come."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.orders.actions.history_import import begin_import, continue_import, stop_import
from orderlane.orders.models import OrderImport
from orderlane.orders.states import ImportStatus
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.history import HistoryForm
from orderlane.web.pages.stores import HistoryPage
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.refusals import words_for
from orderlane.web.visit import Visit, page


@require_GET
@page(OrganizationKind.RETAILER)
def history(request: HttpRequest, visit: Visit, store_id: UUID) -> HttpResponseBase:
    """The form, and the newest import with its progress; asked again by itself while one is running."""
    shown = _shown(Store.objects.get(pk=store_id), visit)
    if request.headers.get("HX-Request"):
        if request.GET.get("shown") == shown.version:
            return HttpResponse(status=204)
        return render(request, "web/history_progress.html", {"page": shown})
    return render(request, "web/history.html", {"page": shown})


@require_POST
@page(OrganizationKind.RETAILER, manage=True)
def start_history(request: HttpRequest, visit: Visit, store_id: UUID) -> HttpResponseBase:
    """Begin to read the orders of the chosen number of days."""
    store = Store.objects.get(pk=store_id)
    form = HistoryForm(request.POST)
    if store.status != StoreStatus.CONNECTED:
        messages.error(request, reason_sentence("store_disconnected"))
    elif not form.is_valid():
        return render(request, "web/history.html", {"page": _shown(store, visit, form)}, status=422)
    else:
        now = clock.now()
        try:
            begin_import(store, since=now - timedelta(days=form.cleaned_data["days"]), now=now)
        except Refused as refusal:
            messages.error(request, words_for(refusal))
    return redirect("store_history", store_id)


@require_POST
@page(OrganizationKind.RETAILER, manage=True)
def steer_history(request: HttpRequest, visit: Visit, store_id: UUID, go_on: bool) -> HttpResponseBase:
    """Stop the newest import of a store, or go on with it where it ended."""
    newest = _newest(Store.objects.get(pk=store_id))
    if newest is not None:
        act = continue_import if go_on else stop_import
        try:
            act(newest.pk, now=clock.now())
        except Refused as refusal:
            messages.error(request, words_for(refusal))
    return redirect("store_history", store_id)


def _newest(store: Store) -> OrderImport | None:
    return OrderImport.objects.filter(store=store).order_by("-started_at").first()


def _shown(store: Store, visit: Visit, form: HistoryForm | None = None) -> HistoryPage:
    newest = _newest(store)
    return HistoryPage(
        store_id=str(store.pk),
        store=store.name,
        form=form or HistoryForm(),
        may_start=visit.may_manage and store.status == StoreStatus.CONNECTED,
        status=newest.status if newest else "",
        since=newest.since if newest else None,
        seen=newest.seen_count if newest else 0,
        received=newest.received_count if newest else 0,
        note=reason_sentence(newest.reason) if newest and newest.reason else "",
        running=newest is not None and newest.status == ImportStatus.RUNNING,
    )
