"""The exceptions desk: every reason with what it means, whose it is, and what to press."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orderlane.desk.queries import everything_stuck
from orderlane.inbox.models import InboundMessage
from orderlane.payments.models import Payment
from orderlane.payments.states import PaymentStatus
from orderlane.ports import registry
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.models import Fulfillment
from orderlane.stores.models import Store
from orderlane.web.formatting import money
from orderlane.web.pages.attention import AttentionGroup, AttentionPage, AttentionRow
from orderlane.web.pages.shell import Button
from orderlane.web.pages.states import Text
from orderlane.web.present.connections import platform_label, provider_label
from orderlane.web.present.payments import settled_buttons
from orderlane.web.present.reasons import payment_reason, reason_sentence


@dataclass(frozen=True, slots=True)
class Rights:
    """Which buttons the reader gets."""

    may_write: bool
    may_manage: bool
    language: str

    def buttons(self, *buttons: Button) -> list[Button]:
        """Links for everybody, acts only for who may act."""
        return [button for button in buttons if button.link or self.may_write]


def attention_page(*, may_write: bool, may_manage: bool, language: str, now: datetime) -> AttentionPage:
    """Present what is stuck in the current scope, worst first."""
    rights = Rights(may_write, may_manage, language)
    groups = [_group(stuck.reason, stuck.rows, rights) for stuck in everything_stuck()]
    return AttentionPage(groups, checked_at=now)


# Reason → title, what it means and what to do, color.
_WORDS: Mapping[str, tuple[Text, Text, str]] = {
    "payment_odd": (
        gettext_lazy("Payments that do not match"),
        gettext_lazy("Money moved otherwise than agreed. Nothing more is sent until somebody has looked."),
        "red",
    ),
    "payment_unknown": (
        gettext_lazy("Payments without an answer"),
        gettext_lazy("The provider has not said how they ended. We keep asking; do not pay again meanwhile."),
        "amber",
    ),
    "forwarding_stuck": (
        gettext_lazy("Paid, but not with the supplier"),
        gettext_lazy("The supplier’s system refused them. Settle the reason, then try again: nothing is placed twice."),
        "red",
    ),
    "refunded": (
        gettext_lazy("The money was given back"),
        gettext_lazy("Make sure that the supplier does not ship them all the same, then put them into the archive."),
        "red",
    ),
    "rejected": (
        gettext_lazy("Canceled by the supplier"),
        gettext_lazy("You paid for them. Ask the supplier for the money back or for another delivery, then archive."),
        "red",
    ),
    "forwarding_unknown": (
        gettext_lazy("Sent, but not confirmed"),
        gettext_lazy(
            "The supplier’s system did not answer. Each is looked up by itself before anything is sent again."
        ),
        "amber",
    ),
    "changed_in_store": (
        gettext_lazy("Changed in the store after payment"),
        gettext_lazy("The supplier was paid for what is shown here. Contact the supplier if the change matters."),
        "amber",
    ),
    "parcel_refused": (
        gettext_lazy("Parcels that could not be recorded"),
        gettext_lazy("More pieces than ordered, or no tracking number. Ask the supplier, then add the tracking here."),
        "red",
    ),
    "not_in_store": (
        gettext_lazy("Tracking numbers the store refused"),
        gettext_lazy("The parcel has left, but the customer cannot see it. Settle the reason, then try again."),
        "red",
    ),
    "taken_back": (
        gettext_lazy("Parcels the supplier took back"),
        gettext_lazy(
            "They have not left, but your store still shows them. Try again, or cancel them there and say so here."
        ),
        "red",
    ),
    "store_disconnected": (
        gettext_lazy("Disconnected stores"),
        gettext_lazy("No orders come in from them and no tracking goes back. Connect them again; nothing is lost."),
        "red",
    ),
    "unmatched": (
        gettext_lazy("Products without a supplier"),
        gettext_lazy("Say once which supplier product this is, or that you ship it yourself: all orders follow."),
        "amber",
    ),
    "message_quarantined": (
        gettext_lazy("Messages that could not be used"),
        gettext_lazy("They came from a connected store with a good signature. Reading the store again often helps."),
        "amber",
    ),
}


def _group(reason: str, rows: Any, rights: Rights) -> AttentionGroup:
    title, meaning, tone = _WORDS[reason]
    present = _ROWS[reason]
    return AttentionGroup(reason, title, meaning, tone, [present(row, rights) for row in rows])


def _payment(row: Payment, rights: Rights) -> AttentionRow:
    return AttentionRow(
        title=f"{row.supplier.name} · {money(row.amount, rights.language)}",
        url=reverse("payment", args=[row.pk]),
        detail=payment_reason(row.refund_problem or row.reason) if row.refund_problem or row.reason else "",
        since=row.started_at,
        owner=_("For you"),
        buttons=rights.buttons(
            *settled_buttons(row, may_manage=rights.may_manage),
            Button(_("Check now"), reverse("payment_check", args=[row.pk]), "sync"),
        ),
        next_at=row.check_at if row.status == PaymentStatus.OUTCOME_UNKNOWN else None,
    )


def _forwarding(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    unknown = row.forwarding_state == "outcome_unknown"
    label = _("Look up now") if unknown else _("Try again")
    own_side = row.forwarding_reason in {"bad_address", "too_many_lines"}
    return AttentionRow(
        title=f"{row.number} · {row.supplier.name}",
        url=reverse("order", args=[row.number]),
        detail=reason_sentence(row.forwarding_reason) if row.forwarding_reason else "",
        since=row.released_at or row.created_at,
        owner=_("Orderlane") if unknown else (_("For you") if own_side else _("For the supplier")),
        buttons=rights.buttons(Button(label, reverse("attention_forward", args=[row.pk]), "sync")),
        next_at=row.forwarding_until if unknown else None,
    )


def _refunded(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    there = row.forwarding_state == "delivered"
    detail = _("It is with the supplier: ask for it to be canceled.") if there else ""
    archive = Button(_("Archive"), reverse("orders_archive"), "archive", fields=(("purchase_order", row.number),))
    return AttentionRow(
        title=f"{row.number} · {row.supplier.name}",
        url=reverse("order", args=[row.number]),
        detail=detail or reason_sentence(row.forwarding_reason or "refunded"),
        since=row.released_at or row.created_at,
        owner=_("For you"),
        buttons=rights.buttons(archive),
    )


def _rejected(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    archive = Button(_("Archive"), reverse("orders_archive"), "archive", fields=(("purchase_order", row.number),))
    return AttentionRow(
        title=f"{row.number} · {row.supplier.name}",
        url=reverse("order", args=[row.number]),
        detail=reason_sentence(row.forwarding_reason),
        since=row.forwarded_at or row.created_at,
        owner=_("For you"),
        buttons=rights.buttons(archive),
    )


def _parcel_refused(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    url = reverse("order", args=[row.number])
    return AttentionRow(
        title=f"{row.number} · {row.supplier.name}",
        url=url,
        detail=_("The timeline of the order says why."),
        since=row.released_at or row.created_at,
        owner=_("For you"),
        buttons=[Button(_("Open the order"), url, link=True)],
    )


def _changed(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    canceled = row.order.canceled_at is not None
    return AttentionRow(
        title=f"{row.number} · {row.supplier.name}",
        url=reverse("order", args=[row.number]),
        detail=_("The customer’s order was canceled.") if canceled else _("Address or quantities are different now."),
        since=row.changed_in_store_at or row.created_at,
        owner=_("For you"),
        buttons=rights.buttons(Button(_("Noted"), reverse("attention_note", args=[row.pk]), "check")),
    )


def _fulfillment(row: Fulfillment, rights: Rights) -> AttentionRow:
    number = row.purchase_order.number
    buttons = [Button(_("Try again"), reverse("attention_push", args=[row.pk]), "sync")]
    if row.shipment.canceled_at:
        buttons.append(Button(_("Done in the store"), reverse("attention_settle", args=[row.pk]), "check"))
    return AttentionRow(
        title=f"{number} · {', '.join(row.shipment.tracking_numbers) or _('no tracking number')}",
        url=reverse("order", args=[number]),
        detail=reason_sentence(row.reason) if row.reason else "",
        since=row.shipment.shipped_at,
        owner=_("For you"),
        buttons=rights.buttons(*buttons),
    )


def _store(row: Store, rights: Rights) -> AttentionRow:
    address = f"{reverse('connect_store', args=[row.platform])}?store={row.pk}"
    again = [Button(_("Connect again"), address, "stores", link=True)] if rights.may_manage else []
    return AttentionRow(
        title=row.name,
        url=reverse("stores"),
        detail=reason_sentence(row.status_reason) if row.status_reason else "",
        since=row.last_polled_at or row.connected_at,
        owner=_("For you") if rights.may_manage else _("For an owner of your organization"),
        buttons=again,
    )


def _variant(row: Mapping[str, Any], rights: Rights) -> AttentionRow:
    count = row["waiting_count"]
    waiting = ngettext("%(count)d order line waits", "%(count)d order lines wait", count) % {"count": count}
    parts = [row["variant_title"], row["sku"], row["order__store__name"], waiting]
    return AttentionRow(
        title=row["title"],
        url=reverse("products"),
        detail=" · ".join(part for part in parts if part),
        since=row["since"],
        owner=_("For you"),
        buttons=[Button(_("Match products"), reverse("products"), "products", link=True)],
    )


def _message(row: InboundMessage, rights: Rights) -> AttentionRow:
    again = Button(_("Run again"), reverse("attention_run", args=[row.pk]), "sync")
    ignore = Button(_("Ignore"), reverse("attention_ignore", args=[row.pk]), "ban")
    return AttentionRow(
        title=_sender(row),
        url=reverse("stores"),
        detail=reason_sentence(row.reason) if row.reason else "",
        since=row.received_at,
        owner=_("For you"),
        buttons=rights.buttons(*([again] if row.resource_id else []), ignore),
    )


def _sender(row: InboundMessage) -> str:
    if row.source == "poll":
        return _("An order found while reading the store")
    known = row.source in registry.payments()
    return _("Message from %(name)s") % {"name": (provider_label if known else platform_label)(row.source)}


_ROWS: Mapping[str, Callable[[Any, Rights], AttentionRow]] = {
    "payment_odd": _payment,
    "payment_unknown": _payment,
    "forwarding_stuck": _forwarding,
    "refunded": _refunded,
    "rejected": _rejected,
    "forwarding_unknown": _forwarding,
    "changed_in_store": _changed,
    "parcel_refused": _parcel_refused,
    "not_in_store": _fulfillment,
    "taken_back": _fulfillment,
    "store_disconnected": _store,
    "unmatched": _variant,
    "message_quarantined": _message,
}
