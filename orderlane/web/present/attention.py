"""The exceptions desk: every reason with what it means, whose it is, and what to press."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orderlane.desk.queries import Stuck, everything_stuck
from orderlane.inbox.models import InboundMessage
from orderlane.payments.models import Payment
from orderlane.payments.queries import agreed_ship_to, payments_of
from orderlane.ports import registry
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.queries import store_change
from orderlane.shipping.models import CancellationRequest, Fulfillment, ParcelRecord, SupplierRecord
from orderlane.stores.models import Store
from orderlane.tenants.models import OrganizationKind
from orderlane.web.formatting import money
from orderlane.web.pages.attention import AttentionGroup, AttentionPage, AttentionRow
from orderlane.web.pages.shell import Button
from orderlane.web.pages.states import Text
from orderlane.web.present.connections import platform_label, provider_label
from orderlane.web.present.payments import outcome_unknown, settled_buttons
from orderlane.web.present.problems import (
    cancel_links,
    forwarding_sentence,
    money_sentence,
    parcel_buttons,
    parcel_sentence,
    payment_links,
    rejection_title,
    waits_for_answer,
)
from orderlane.web.present.reasons import payment_reason, reason_sentence
from orderlane.web.present.store_changes import change_step, change_words, decision


@dataclass(frozen=True, slots=True)
class Rights:
    """Which buttons the reader gets."""

    may_write: bool
    may_manage: bool
    language: str

    def buttons(self, *buttons: Button) -> list[Button]:
        """Links for everybody, acts only for who may act."""
        return [button for button in buttons if button.link or self.may_write]


def attention_page(kind: OrganizationKind, rights: Rights, *, now: datetime) -> AttentionPage:
    """Present what is stuck on the desk of an organization of this kind, in its scope, worst first."""
    return AttentionPage(groups_of(everything_stuck(kind), rights), checked_at=now)


def groups_of(found: Iterable[Stuck], rights: Rights) -> list[AttentionGroup]:
    """Present what was found, each reason with its words."""
    return [_group(stuck.reason, stuck.rows, rights) for stuck in found]


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
    "payment_declined": (
        gettext_lazy("Payments that failed"),
        gettext_lazy("Nothing was paid. Pay again, perhaps with another card or account."),
        "red",
    ),
    "supplier_late": (
        gettext_lazy("Late at the supplier"),
        gettext_lazy("They should have shipped by now. Ask the supplier when the parcel leaves."),
        "amber",
    ),
    "forwarding_stuck": (
        gettext_lazy("Paid, but not with the supplier"),
        gettext_lazy(
            "They could not be given to the supplier. Settle the reason, then try again: nothing is placed twice."
        ),
        "red",
    ),
    "held_back": (
        gettext_lazy("Paid, and held back"),
        gettext_lazy("Changed or canceled before the supplier had them. Ask to cancel them, or send them as paid."),
        "red",
    ),
    "shipped_anyway": (
        gettext_lazy("Shipped although canceled"),
        gettext_lazy("Ask the supplier who keeps what, then decide whether your store is told of the parcel."),
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
        gettext_lazy("Changed or canceled in the store"),
        gettext_lazy("What was paid for stays as it is. Ask the supplier whether a change is still possible."),
        "amber",
    ),
    "parcel_refused": (
        gettext_lazy("Parcels that could not be recorded"),
        gettext_lazy("The supplier told something that cannot be. Ask it to correct that, or add the parcel here."),
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
    "to_answer": (
        gettext_lazy("Requests to cancel"),
        gettext_lazy("Your retailers want these canceled. Do not ship them before you have answered."),
        "red",
    ),
    "not_in_own_store": (
        gettext_lazy("Parcels your own store did not take"),
        gettext_lazy("The retailer knows that they left, your own store does not: somebody might ship them again."),
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
        next_at=row.check_at if outcome_unknown(row) else None,
    )


def _forwarding(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    unknown = row.forwarding_state == "outcome_unknown"
    again = Button(_("Look up now") if unknown else _("Try again"), reverse("attention_forward", args=[row.pk]), "sync")
    own_side = row.forwarding_reason in {"bad_address", "too_many_lines"}
    return _about(
        row,
        detail=forwarding_sentence(row),
        since=row.released_at or row.created_at,
        owner=_("Orderlane") if unknown else (_("For you") if own_side else _("For the supplier")),
        buttons=rights.buttons(again, *([] if unknown else cancel_links(row))),
        next_at=row.forwarding_until if unknown else None,
    )


def _held_back(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    if row.changed_in_store_at is not None:
        return _changed(row, rights)
    send = Button(_("Send it as it was paid"), reverse("attention_forward", args=[row.pk]), "send")
    archive = [_archive(row)] if row.canceled_here else []
    since = row.changed_in_store_at or row.released_at or row.created_at
    buttons = rights.buttons(*cancel_links(row), send, *archive)
    return _about(row, detail=forwarding_sentence(row), since=since, buttons=buttons)


def _refunded(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    if row.forwarding_state != "delivered":
        detail = reason_sentence(row.forwarding_reason or "refunded")
    elif waits_for_answer(row):
        detail = _("The supplier was asked to cancel it and has not answered yet.")
    else:
        detail = _("It is with the supplier: ask for it to be canceled.")
    since = row.released_at or row.created_at
    return _about(row, detail=detail, since=since, buttons=rights.buttons(*cancel_links(row), _archive(row)))


def _rejected(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    detail = f"{rejection_title(row)}. {money_sentence(row)}"
    since = row.forwarded_at or row.created_at
    return _about(row, detail=detail, since=since, buttons=rights.buttons(*payment_links(row), _archive(row)))


def _parcel_refused(row: Any, rights: Rights) -> AttentionRow:
    there = Button(_("Open the order"), f"{reverse('order', args=[row.number])}#tracking", link=True)
    return _about(row, detail=reason_sentence(row.refused_because), since=row.refused_at, buttons=[there])


def _changed(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    change = store_change(row, agreed_ship_to(row, payments_of([row.pk]).get(row.pk)))
    return _about(
        row,
        detail=f"{change_words(change)} {change_step(row, change)}" if change else forwarding_sentence(row),
        since=row.changed_in_store_at or row.released_at or row.created_at,
        buttons=rights.buttons(
            Button(_("Compare"), reverse("order", args=[row.number]), "orders", link=True),
            *cancel_links(row),
            *(decision(row, change) if change else []),
        ),
    )


def _about(
    row: PurchaseOrder,
    *,
    detail: str,
    since: datetime,
    buttons: list[Button],
    owner: str = "",
    next_at: datetime | None = None,
) -> AttentionRow:
    """A row about one purchase order of the retailer."""
    return AttentionRow(
        title=f"{row.number} · {row.supplier.name}",
        url=reverse("order", args=[row.number]),
        detail=detail,
        since=since,
        owner=owner or _("For you"),
        buttons=buttons,
        next_at=next_at,
    )


def _archive(row: PurchaseOrder) -> Button:
    fields = (("purchase_order", row.number), ("next", reverse("attention")))
    return Button(_("Archive"), reverse("orders_archive"), "archive", fields=fields)


def _fulfillment(row: Fulfillment, rights: Rights) -> AttentionRow:
    po = row.purchase_order
    return AttentionRow(
        title=_parcel_title(row),
        url=reverse("order", args=[po.number]),
        detail=parcel_sentence(row),
        since=row.shipment.shipped_at,
        owner=_("For you"),
        buttons=rights.buttons(*parcel_buttons(row, back_to=reverse("attention"))),
    )


def _own_store(row: SupplierRecord, rights: Rights) -> AttentionRow:
    number = row.purchase_order.number
    again = Button(_("Try again"), reverse("supplier_tell_again", args=[number, row.shipment_id]), "sync")
    return AttentionRow(
        title=_parcel_title(row),
        url=reverse("supplier_order", args=[number]),
        detail=reason_sentence(row.reason) if row.reason else "",
        since=row.shipment.shipped_at,
        owner=_("For you"),
        buttons=rights.buttons(again),
    )


def _parcel_title(row: ParcelRecord) -> str:
    return f"{row.purchase_order.number} · {', '.join(row.shipment.tracking_numbers) or _('no tracking number')}"


def _to_answer(row: CancellationRequest, rights: Rights) -> AttentionRow:
    po = row.purchase_order
    url = f"{reverse('supplier_order', args=[po.number])}#cancellation"
    return AttentionRow(
        title=f"{po.number} · {po.retailer.name}",
        url=url,
        detail=row.message,
        since=row.asked_at,
        owner=_("For you"),
        buttons=[Button(_("Answer"), url, link=True)],
    )


def _store(row: Store, rights: Rights) -> AttentionRow:
    address = f"{reverse('connect_store', args=[row.platform])}?store={row.pk}"
    supplier = row.organization.kind == OrganizationKind.SUPPLIER
    again = [Button(_("Connect again"), address, "stores", link=True)] if rights.may_manage else []
    return AttentionRow(
        title=row.name,
        url=reverse("supplier_stores" if supplier else "stores"),
        detail=reason_sentence(row.status_reason) if row.status_reason else "",
        since=row.last_polled_at or row.connected_at,
        owner=_("For you") if rights.may_manage else _("For an owner of your organization"),
        buttons=again,
    )


def _variant(row: Mapping[str, Any], rights: Rights) -> AttentionRow:
    count = row["waiting_count"]
    waiting = ngettext("%(count)d order line waits", "%(count)d order lines wait", count) % {"count": count}
    parts = [row["variant_title"], row["sku"], row["order__store__name"], waiting]
    named = urlencode({"store": row["order__store_id"], "variant": row["variant_id"]})
    # A custom item has no variant to choose a product for: it is set aside on the page of all products.
    choose = f"{reverse('choose_product')}?{named}" if row["variant_id"] and rights.may_write else reverse("products")
    return AttentionRow(
        title=row["title"],
        url=choose,
        detail=" · ".join(part for part in parts if part),
        since=row["since"],
        owner=_("For you"),
        buttons=[Button(_("Match products"), choose, "products", link=True)],
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


def _late(row: PurchaseOrder, rights: Rights) -> AttentionRow:
    detail = _("Order %(number)s") % {"number": row.store_number}
    since = row.forwarded_at or row.created_at
    return _about(row, detail=detail, since=since, buttons=[], owner=_("For the supplier"))


_ROWS: Mapping[str, Callable[[Any, Rights], AttentionRow]] = {
    "payment_odd": _payment,
    "payment_declined": _payment,
    "supplier_late": _late,
    "payment_unknown": _payment,
    "forwarding_stuck": _forwarding,
    "held_back": _held_back,
    "shipped_anyway": _fulfillment,
    "refunded": _refunded,
    "rejected": _rejected,
    "forwarding_unknown": _forwarding,
    "changed_in_store": _changed,
    "parcel_refused": _parcel_refused,
    "not_in_store": _fulfillment,
    "taken_back": _fulfillment,
    "to_answer": _to_answer,
    "not_in_own_store": _own_store,
    "store_disconnected": _store,
    "unmatched": _variant,
    "message_quarantined": _message,
}
