"""Connected stores and payment accounts as cards with their health."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from orderlane.inbox.queries import last_heard_at
from orderlane.kernel.errors import OutsideError
from orderlane.payments.effects.connect_account import webhook_url
from orderlane.ports import registry
from orderlane.ports.accounts import Environment
from orderlane.stores.budgets import share_used
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.suppliers.models import PaymentAccount
from orderlane.tenants.models import OrganizationKind
from orderlane.web.formatting import percent
from orderlane.web.pages.shell import Button
from orderlane.web.pages.stores import Connectable, ConnectionCard
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.visit import Visit

LATE_AFTER = timedelta(minutes=20)
"""Stores are read every five minutes; four missed readings are worth a word."""


def platform_label(platform: str) -> str:
    """What a platform calls itself."""
    connector = registry.stores().get(platform)
    return connector.label if connector else platform.capitalize()


def provider_label(provider: str) -> str:
    """What a payment provider calls itself."""
    connector = registry.payments().get(provider)
    return connector.label if connector else provider.capitalize()


def store_health(store: Store, last_webhook_at: datetime | None, now: datetime) -> str:
    """A word of the ``connection`` axis."""
    if store.status == StoreStatus.DISCONNECTED:
        return "disconnected"
    heard = max(at for at in (store.connected_at, store.last_polled_at, last_webhook_at) if at)
    return "late" if now - heard > LATE_AFTER else "connected"


def store_card(
    store: Store, *, now: datetime, may_write: bool, may_manage: bool, more: Sequence[Button] = (), note: str = ""
) -> ConnectionCard:
    """Present one store with what can be done about it."""
    connected = store.status == StoreStatus.CONNECTED
    last_webhook_at = last_heard_at(store.organization_id, store.pk)
    buttons = list(more)
    if connected and may_write:
        buttons.append(Button(_("Synchronize now"), reverse("synchronize_store", args=[store.pk]), "sync"))
    if connected and may_manage and store.organization.kind == OrganizationKind.RETAILER:
        buttons.append(Button(_("Earlier orders"), reverse("store_history", args=[store.pk]), "clock", link=True))
    if may_manage:
        again = f"{reverse('connect_store', args=[store.platform])}?store={store.pk}"
        label = _("Replace the keys") if connected else _("Connect again")
        buttons.append(Button(label, again, "lock", tone="" if connected else "primary", link=True))
    if connected and may_manage:
        buttons.append(Button(_("Disconnect"), reverse("disconnect_store", args=[store.pk]), "ban", link=True))
    reason = reason_sentence(store.status_reason) if not connected and store.status_reason else ""
    return ConnectionCard(
        name=store.name,
        platform=platform_label(store.platform),
        address=store.domain or store.external_id,
        health=store_health(store, last_webhook_at, now),
        facts=[
            (_("Last order"), store.last_order_at),
            (_("Last webhook"), last_webhook_at),
            (_("Last read"), store.last_polled_at),
            (pgettext("store", "Connected"), store.connected_at)
            if connected
            else (pgettext("store", "Disconnected"), store.disconnected_at),
            *(_limit(store, now) if connected else ()),
        ],
        note=note or reason,
        test=store.environment == Environment.TEST,
        buttons=buttons,
    )


def connect_problem(problem: OutsideError) -> str:
    """Why a store was not connected."""
    if problem.reason == "another_store":
        return _(
            "%(given)s is another store than %(asked)s, which was to be connected again. Nothing was connected."
        ) % {
            "given": problem.params["given"],
            "asked": problem.params["asked"],
        }
    return reason_sentence(problem.reason)


def _limit(store: Store, now: datetime) -> list[tuple[str, str]]:
    """How much of the platform's rate limit is used, once it has told."""
    used = share_used(store.pk, now)
    return [] if used is None else [(_("Rate limit used"), percent(round(used * 100) * 100, get_language() or "en"))]


def stores_address(visit: Visit) -> str:
    """Where the organization's stores are listed."""
    return reverse("stores" if visit.organization.kind == OrganizationKind.RETAILER else "supplier_stores")


def connectable_stores(text: str) -> list[Connectable]:
    """The platforms this installation knows."""
    return [
        Connectable(name, connector.label, reverse("connect_store", args=[name]), text)
        for name, connector in sorted(registry.stores().items())
    ]


def account_card(account: PaymentAccount, *, may_manage: bool) -> ConnectionCard:
    """Present one payment account with the webhook address its provider must know."""
    buttons = []
    if may_manage:
        connect = reverse("connect_payment_account", args=[account.provider])
        buttons = [
            Button(_("Replace the keys"), connect, "lock", link=True),
            Button(_("Close"), reverse("close_payment_account", args=[account.pk]), "ban", link=True),
        ]
    return ConnectionCard(
        name=provider_label(account.provider),
        platform=_("Account"),
        address=account.external_id,
        health="active",
        facts=[(pgettext("account", "Connected"), account.created_at)],
        webhook=webhook_url(account),
        test=account.environment == Environment.TEST,
        buttons=buttons,
    )
