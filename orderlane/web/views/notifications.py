"""What a member hears of by e-mail, and the link that stops it without a sign-in."""

from __future__ import annotations

from datetime import time

from babel.dates import format_time
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from orderlane.kernel import clock
from orderlane.notifications.actions.choose import save_choices, stop_mails
from orderlane.notifications.actions.open_mails import open_digest_now
from orderlane.notifications.models import Mail, MailKind
from orderlane.notifications.queries import deliveries_of, latest_mails
from orderlane.notifications.rules import MORNING_HOUR, Delivery, Event
from orderlane.tenants.models import OrganizationKind
from orderlane.tenants.scope import acting_for
from orderlane.web.formatting import locale_for
from orderlane.web.letters import anything_for_digest
from orderlane.web.mail import can_send
from orderlane.web.middleware import LANGUAGE_COOKIE
from orderlane.web.pages.notifications import EventChoice, MailRow, NotificationsPage, StopPage
from orderlane.web.pages.shell import Choice
from orderlane.web.pages.states import Text
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.stop_links import read_stop_token
from orderlane.web.visit import Visit, page
from orderlane.web.zones import zone_of

MOST_MAILS = 10

_EVENTS: dict[Event, tuple[Text, Text]] = {
    Event.PAYMENT_PROBLEM: (
        gettext_lazy("A payment failed or has no answer"),
        gettext_lazy("Refused, without an answer, or other than agreed."),
    ),
    Event.CANCELED_AFTER_PAYMENT: (
        gettext_lazy("An order was canceled after payment"),
        gettext_lazy("The supplier already has the money, and perhaps the order."),
    ),
    Event.STORE_DISCONNECTED: (
        gettext_lazy("A store is disconnected"),
        gettext_lazy("No orders come in from it and no tracking goes back."),
    ),
    Event.SUPPLIER_LATE: (
        gettext_lazy("A supplier is late"),
        gettext_lazy("Nothing has shipped two days after its handling time."),
    ),
    Event.NEEDS_ATTENTION: (
        gettext_lazy("Anything else that needs attention"),
        gettext_lazy("Products without a supplier, orders a supplier refused, tracking numbers a store refused …"),
    ),
}
_DELIVERIES: dict[Delivery, Text] = {
    Delivery.AT_ONCE: gettext_lazy("At once"),
    Delivery.DAILY: gettext_lazy("Daily digest"),
    Delivery.NEVER: gettext_lazy("Never"),
}


@require_http_methods(["GET", "POST"])
@page(OrganizationKind.RETAILER)
def notifications(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The member's own choices; whoever may sign in may make them."""
    if request.method == "POST":
        known = {delivery.value for delivery in Delivery}
        told = {event: request.POST.get(event.value, "") for event in Event}
        wanted = {event: Delivery(how) for event, how in told.items() if how in known}
        save_choices(visit.membership, wanted, now=clock.now())
        messages.success(request, _("Saved."))
        return redirect("notifications")
    deliveries = deliveries_of(visit.membership)
    shown = NotificationsPage(
        events=[_event(event, deliveries[event]) for event in _EVENTS],
        form_url=reverse("notifications"),
        digest_url=reverse("digest_now"),
        email=visit.member.email,
        morning=format_time(time(MORNING_HOUR), "short", locale=locale_for(request.LANGUAGE_CODE)),
        zone=str(zone_of(visit.organization)).replace("_", " "),
        mails=[_mail(mail) for mail in latest_mails(visit.membership, MOST_MAILS)],
    )
    return render(request, "web/settings_notifications.html", {"page": shown, "settings_tab": "notifications"})


@require_POST
@page(OrganizationKind.RETAILER)
def digest_now(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Send the member a digest at once, if there is anything to tell."""
    now = clock.now()
    if not can_send():
        messages.warning(request, _("This installation sends no e-mail. Ask the person who runs it."))
    elif not anything_for_digest(visit.membership, now):
        messages.info(request, _("Nothing is open that you hear of in the digest, so there is nothing to send."))
    else:
        open_digest_now(visit.membership, now=now)
        messages.success(request, _("The digest is on its way to %(email)s.") % {"email": visit.member.email})
    return redirect("notifications")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponseBase:
    """Stop one kind of e-mail: asked on a page, done by a press there or by the reader's mail program (RFC 8058).

    Opening the link alone stops nothing, because programs that look for viruses open every link. The signature in the
    address stands for the sign-in and for the form's secret: a mail program has neither.
    """
    found = read_stop_token(token)
    if found is None:
        raise Http404("no such link")
    membership, kind = found
    if request.method == "POST":
        with acting_for(membership.organization_id, f"member:{membership.member_id}"):
            stop_mails(membership, kind, now=clock.now())
    shown = StopPage(
        organization=membership.organization.name,
        email=membership.member.email,
        daily=kind is MailKind.DIGEST,
        stopped=request.method == "POST",
    )
    chosen = LANGUAGE_COOKIE in request.COOKIES
    language = request.LANGUAGE_CODE if chosen else membership.member.language or request.LANGUAGE_CODE
    with translation.override(language):
        request.LANGUAGE_CODE = language
        response = render(request, "web/stop_mails.html", {"page": shown})
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _event(event: Event, chosen: Delivery) -> EventChoice:
    label, meaning = _EVENTS[event]
    choices = [Choice(each.value, words, each is chosen) for each, words in _DELIVERIES.items()]
    return EventChoice(event.value, label, meaning, choices)


def _mail(mail: Mail) -> MailRow:
    digest = mail.kind == MailKind.DIGEST
    what = (_("Daily digest") if mail.day else _("Digest on demand")) if digest else _("What happened")
    told = mail.reason and mail.status not in {"sent", "skipped"}
    return MailRow(what, mail.opened_at, mail.status, reason_sentence(mail.reason) if told else "")
