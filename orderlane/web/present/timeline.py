"""The history of an order, from the audit rows of everything that belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from orderlane.audit.models import AuditEntry
from orderlane.kernel.money import Money
from orderlane.members.models import Member
from orderlane.tenants.scope import current
from orderlane.web.formatting import money
from orderlane.web.pages.order import TimelineEntry
from orderlane.web.pages.states import look
from orderlane.web.present.purchase_orders import hold_words
from orderlane.web.present.reasons import payment_reason, reason_sentence

MOST = 200

# Action → what happened, icon, tone. Moves of a state are worded by that state's own label.
_WHAT = {
    "order.received": (gettext_lazy("The order came in from the store"), "orders", ""),
    "order.updated": (gettext_lazy("The store changed the order"), "sync", ""),
    "order.tracking_link_made": (gettext_lazy("A link to the customer’s tracking page was made"), "external", ""),
    "order.tracking_link_withdrawn": (gettext_lazy("The link to the tracking page was withdrawn"), "ban", ""),
    "order.matched": (gettext_lazy("Products were matched"), "products", ""),
    "purchase_order.created": (gettext_lazy("Purchase order made"), "split", ""),
    "purchase_order.changed_in_store": (
        gettext_lazy("Changed in the store; what is paid for stays as it was"),
        "alert",
        "amber",
    ),
    "purchase_order.change_accepted": (gettext_lazy("To be sent as it was paid, in spite of the change"), "send", ""),
    "purchase_order.change_noted": (gettext_lazy("The change in the store was noted"), "check", ""),
    "purchase_order.split_off": (gettext_lazy("Some products were split off, to be paid apart"), "split", ""),
    "purchase_order.archived": (gettext_lazy("Put into the archive"), "archive", ""),
    "purchase_order.restored": (gettext_lazy("Brought back from the archive"), "archive", ""),
    "payment.requested": (gettext_lazy("Payment started"), "payments", ""),
    "payment.refunded": (gettext_lazy("Money of the payment was given back"), "refund", ""),
    "payment.refund_problem": (gettext_lazy("A refund does not add up"), "alert", "amber"),
    "payment.refund_problem_noted": (gettext_lazy("Settled with the supplier"), "check", ""),
    "shipment.recorded": (gettext_lazy("Parcel recorded"), "truck", "green"),
    "shipment.corrected": (gettext_lazy("Tracking corrected"), "truck", ""),
    "cancellation.asked": (gettext_lazy("The retailer asked the supplier to cancel it"), "alert", "amber"),
    "cancellation.agreed": (gettext_lazy("The supplier agreed to cancel it"), "check", ""),
    "cancellation.refused": (gettext_lazy("The supplier cannot cancel it"), "alert", "amber"),
    "shipment.refused": (gettext_lazy("A parcel could not be recorded"), "alert", "amber"),
}
_AXES = {
    "payment_state.moved": ("payment", gettext_lazy("Payment"), "payments"),
    "forwarding_state.moved": ("forwarding", gettext_lazy("Forwarding"), "send"),
    "fulfillment_state.moved": ("fulfillment", gettext_lazy("Fulfillment"), "truck"),
}
_STATUS_AXES = {
    "payment": ("attempt", gettext_lazy("Payment at the provider"), "payments"),
    "fulfillment": ("writeback", gettext_lazy("Tracking number"), "double-check"),
    "supplierrecord": ("own_store", gettext_lazy("Parcel"), "double-check"),
}
_WHO = {
    "job": gettext_lazy("Orderlane"),
    "webhook": gettext_lazy("The outside, by webhook"),
    "seed": gettext_lazy("The demonstration"),
}


def timeline_of(about: Collection[UUID], *, lines: Collection[str] = ()) -> list[TimelineEntry]:
    """What happened to these rows, newest first; of the order's changes only those that concern its ``lines``."""
    rows = AuditEntry.objects.filter(about_id__in=about).order_by("-at", "-id")[:MOST]
    entries = [entry for entry in rows if _concerns(entry, lines)]
    names = _names(entries)
    return [_entry(entry, names) for entry in entries]


_OF_LINES = {"lines", "prices"}


def _concerns(entry: AuditEntry, lines: Collection[str]) -> bool:
    """Whether a change of the order is one of these lines too; other suppliers' lines are no change for this one."""
    changed = set(entry.detail.get("changed", []))
    if entry.action != "order.updated" or not changed or changed - _OF_LINES or "lines" not in entry.detail:
        return True
    return not set(entry.detail["lines"]).isdisjoint(lines)


# What the store changed, as receive_order names it.
_PARTS = {
    "customer": gettext_lazy("customer"),
    "address": gettext_lazy("delivery address"),
    "state": gettext_lazy("payment or cancellation"),
    "lines": gettext_lazy("products or quantities"),
    "prices": gettext_lazy("prices"),
}


def _entry(entry: AuditEntry, names: dict[str, str]) -> TimelineEntry:
    what, icon, tone = _what(entry)
    return TimelineEntry(
        what=what,
        who=_who(entry.actor, names),
        at=entry.at,
        icon=icon,
        tone=tone,
        detail=_detail(entry),
    )


def who_did(about: UUID, action: str, *, reason: str) -> str:
    """Who last did this to a row, if a member did; empty otherwise."""
    acts = AuditEntry.objects.filter(about_id=about, action=action, reason=reason, actor__startswith="member:")
    last = acts.order_by("-at", "-id").first()
    return _who(last.actor, _names([last])) if last else ""


def _detail(entry: AuditEntry) -> str:
    if entry.action == "payment.refunded":
        amount = Money(entry.detail["amount_minor"], entry.detail["currency"])
        return f"{money(amount, get_language() or 'en')} · {entry.detail['refund']}"
    if entry.reason:
        return payment_reason(entry.reason) if entry.about_type == "payment" else reason_sentence(entry.reason)
    changed = [str(_PARTS[part]) for part in entry.detail.get("changed", []) if part in _PARTS]
    return _("Changed: %(what)s.") % {"what": ", ".join(changed)} if changed else ""


def _what(entry: AuditEntry) -> tuple[str, str, str]:
    known = _WHAT.get(entry.action)
    if known:
        return str(known[0]), known[1], known[2]
    if entry.action == "purchase_order.hold_changed":
        if not entry.new:
            return _("It can be paid now"), "check", ""
        return _("It cannot be paid: %(why)s") % {"why": hold_words(entry.new)}, "alert", ""
    axis = _AXES.get(entry.action) or (_STATUS_AXES.get(entry.about_type) if entry.action == "status.moved" else None)
    if axis:
        state = look(axis[0], entry.new)
        words = str(state.label)
        said = _("%(axis)s: %(state)s") % {"axis": axis[1], "state": words[:1].lower() + words[1:]}
        return said, axis[2], state.tone
    return _("Something was noted"), "clock", ""


def _who(actor: str, names: dict[str, str]) -> str:
    kind, _colon, rest = actor.partition(":")
    if kind == "member":
        return names.get(rest, _("A member"))
    return str(_WHO.get(kind, _("Orderlane")))


def _names(entries: Sequence[AuditEntry]) -> dict[str, str]:
    ids = {entry.actor.partition(":")[2] for entry in entries if entry.actor.startswith("member:")}
    # The other side of a purchase order sees that a member acted, not who works there.
    organization_id = current().organization_id
    if organization_id is None:
        return {}
    colleagues = Member.objects.filter(pk__in=ids, memberships__organization_id=organization_id)
    return {str(member.pk): str(member) for member in colleagues}
