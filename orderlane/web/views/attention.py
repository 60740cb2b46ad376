"""The exceptions desk and its buttons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from orderlane.inbox.actions.finish_message import ignore_message, run_again
from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.purchasing.actions.forwarding import requeue
from orderlane.purchasing.actions.note_change import note_change
from orderlane.shipping.actions.record_push import retry_push
from orderlane.shipping.actions.take_back import settle_taken_back
from orderlane.tenants.models import OrganizationKind
from orderlane.web.pages.states import Text
from orderlane.web.present.attention import attention_page
from orderlane.web.refusals import words_for
from orderlane.web.visit import Visit, page


@require_GET
@page(OrganizationKind.RETAILER)
def attention(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Everything that is stuck, with its next step."""
    shown = attention_page(
        may_write=visit.may_write,
        may_manage=visit.may_manage,
        language=get_language() or "en",
        now=clock.now(),
    )
    return render(request, "web/attention.html", {"page": shown})


# What a button of the desk runs, and what is said once it has.
_ACTS: dict[str, tuple[Callable[[UUID, datetime], None], Text]] = {
    "forward": (
        lambda row, now: requeue(row, now=now),
        _("It is looked up at the supplier, and sent only if it is surely not there."),
    ),
    "push": (lambda row, now: retry_push(row, now=now), _("The store is told again.")),
    "settle": (lambda row, now: settle_taken_back(row, now=now), _("Noted. The goods are still to be shipped.")),
    "note": (lambda row, now: note_change(row, now=now), _("Noted. It comes back only if the store changes again.")),
    "run": (lambda row, now: run_again(row, now=now), _("The message is run again.")),
    "ignore": (lambda row, now: ignore_message(row, now=now), _("The message is closed.")),
}


@require_POST
@page(OrganizationKind.RETAILER, write=True)
def act(request: HttpRequest, visit: Visit, what: str, row_id: UUID) -> HttpResponseBase:
    """Press one button of the desk."""
    run, said = _ACTS[what]
    try:
        run(row_id, clock.now())
        messages.success(request, str(said))
    except Refused as refusal:
        messages.error(request, words_for(refusal))
    return redirect("attention")
