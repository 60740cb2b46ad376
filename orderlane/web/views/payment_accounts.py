"""Where a supplier is paid: its own accounts at the payment providers."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from orderlane.kernel import clock
from orderlane.kernel.errors import OutsideError
from orderlane.kernel.ids import new_id
from orderlane.payments.effects.connect_account import connect_account, webhook_url_of
from orderlane.ports import registry
from orderlane.ports.accounts import Environment
from orderlane.suppliers.actions.supplier_settings import close_payment_account
from orderlane.suppliers.models import PaymentAccount
from orderlane.tenants.models import OrganizationKind
from orderlane.web.forms.connect import ConnectForm
from orderlane.web.pages.stores import ConfirmPage, Connectable, ConnectionsPage, ConnectPage
from orderlane.web.present.connections import account_card, provider_label
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.visit import Visit, page

_TEXTS = {
    "paypal": gettext_lazy("Retailers pay with their PayPal account."),
    "stripe": gettext_lazy("Retailers pay by card."),
}


@require_GET
@page(OrganizationKind.SUPPLIER)
def payment_accounts(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The accounts that retailers are offered, and what else can be connected."""
    accounts = list(PaymentAccount.objects.filter(supplier_id=visit.organization_id, active=True).order_by("provider"))
    taken = {account.provider for account in accounts}
    shown = ConnectionsPage(
        cards=[account_card(account, may_manage=visit.may_manage) for account in accounts],
        connectable=[
            Connectable(name, connector.label, reverse("connect_payment_account", args=[name]), _TEXTS.get(name, ""))
            for name, connector in sorted(registry.payments().items())
            if name not in taken
        ],
        may_write=visit.may_manage,
    )
    return render(request, "web/payment_accounts.html", {"page": shown})


@require_http_methods(["GET", "POST"])
@page(OrganizationKind.SUPPLIER, manage=True, calls_outside=True)
def connect_payment_account(request: HttpRequest, visit: Visit, provider: str) -> HttpResponseBase:
    """Try what was typed against the provider itself, and save it only when the provider answers."""
    connector = registry.payments().get(provider)
    if connector is None:
        raise Http404("no such payment provider")
    account_id = _account_id(request, visit, provider)
    form = ConnectForm(connector.credential_fields, request.POST or None)
    _ask_environment(form)
    if request.method == "POST" and form.is_valid():
        secrets = form.credentials()
        environment = Environment(secrets.pop("environment"))
        try:
            account = connect_account(
                supplier_id=visit.organization_id,
                actor=visit.actor,
                provider=provider,
                external_id="",
                environment=environment,
                secrets=secrets,
                now=clock.now(),
                new_account_id=account_id,
            )
        except OutsideError as problem:
            form.add_error(None, reason_sentence(problem.reason))
        else:
            request.session.pop(_session_key(visit, provider), None)
            _say_connected(request, account, shown_id=account_id)
            return redirect("payment_accounts")
    shown = ConnectPage(
        connector.label,
        form,
        request.path,
        reverse("payment_accounts"),
        steps=_steps(connector.label),
        callback_url=webhook_url_of(account_id),
    )
    return render(request, "web/connect.html", {"page": shown})


@require_http_methods(["GET", "POST"])
@page(OrganizationKind.SUPPLIER, manage=True)
def close_account(request: HttpRequest, visit: Visit, account_id: UUID) -> HttpResponseBase:
    """Say what closing means, then do it."""
    account = PaymentAccount.objects.get(pk=account_id, active=True)
    back = reverse("payment_accounts")
    name = provider_label(account.provider)
    if request.method == "POST":
        close_payment_account(account.pk, now=clock.now())
        messages.success(request, _("%(name)s is closed.") % {"name": name})
        return redirect(back)
    consequences = [
        _("Retailers are no longer offered this way of paying."),
        _("Payments that are under way are still looked after, and money that was paid stays yours."),
    ]
    shown = ConfirmPage(_("Close %(name)s?") % {"name": name}, consequences, _("Close"), request.path, back)
    return render(request, "web/confirm.html", {"page": shown})


def _account_id(request: HttpRequest, visit: Visit, provider: str) -> UUID:
    """The id of the account to be: its webhook address is entered at the provider before there is an account."""
    with visit.scope():
        active = PaymentAccount.objects.filter(supplier_id=visit.organization_id, provider=provider, active=True)
        account = active.first()
    if account is not None:
        return account.pk
    key = _session_key(visit, provider)
    if key not in request.session:
        request.session[key] = str(new_id())
    return UUID(request.session[key])


def _session_key(visit: Visit, provider: str) -> str:
    return f"connecting:{visit.organization_id}:{provider}"


def _ask_environment(form: ConnectForm) -> None:
    form.fields["environment"] = forms.ChoiceField(
        label=_("Kind of payments"),
        choices=[(Environment.LIVE.value, _("Live: real money")), (Environment.TEST.value, _("Test: no money moves"))],
        initial=Environment.LIVE.value,
    )


def _say_connected(request: HttpRequest, account: PaymentAccount, *, shown_id: UUID) -> None:
    name = provider_label(account.provider)
    messages.success(request, _("%(name)s is connected. Retailers are offered it from now on.") % {"name": name})
    if account.pk != shown_id:
        messages.warning(
            request, _("This is another account than before: enter its webhook address, shown here, at the provider.")
        )


def _steps(label: str) -> list[str]:
    return [
        _("At %(name)s, add a webhook with the address below and let it send all payment events.") % {"name": label},
        _("Copy the keys of your account into the fields below."),
    ]
