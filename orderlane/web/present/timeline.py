"""The history of an order, from the audit rows of everything that belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orderlane.audit.models import AuditEntry
from orderlane.members.models import Member
from orderlane.tenants.scope import current
from orderlane.web.pages.order import TimelineEntry
from orderlane.web.pages.states import look
from orderlane.web.present.reasons import reason_sentence

MOST = 200

# Action → what happened, icon, tone. Moves of a state are worded by that state's own label.
_WHAT = {
    "order.received": (gettext_lazy("The order came in from the store"), "orders", ""),
    "order.updated": (gettext_lazy("The store changed the order"), "sync", ""),
    "purchase_order.created": (gettext_lazy("Purchase order made"), "split", ""),
    "purchase_order.changed_in_store": (gettext_lazy("Changed in the store after payment"), "alert", "amber"),
    "purchase_order.change_noted": (gettext_lazy("The change in the store was noted"), "check", ""),
    "purchase_order.split_off": (gettext_lazy("Some products were split off, to be paid apart"), "split", ""),
    "purchase_order.archived": (gettext_lazy("Put into the archive"), "archive", ""),
    "purchase_order.restored": (gettext_lazy("Brought back from the archive"), "archive", ""),
    "payment.requested": (gettext_lazy("Payment started"), "payments", ""),
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
    "fulfillment": ("writeback", gettext_lazy("Tracking in the store"), "double-check"),
    "supplierrecord": ("own_store", gettext_lazy("Parcel in the supplier’s store"), "double-check"),
}
_WHO = {
    "job": gettext_lazy("Orderlane"),
    "webhook": gettext_lazy("The outside, by webhook"),
    "seed": gettext_lazy("The demonstration"),
}


def timeline_of(about: Collection[UUID]) -> list[TimelineEntry]:
    """What happened to these rows, newest first."""
    entries = list(AuditEntry.objects.filter(about_id__in=about).order_by("-at", "-id")[:MOST])
    names = _names(entries)
    return [_entry(entry, names) for entry in entries]


def _entry(entry: AuditEntry, names: dict[str, str]) -> TimelineEntry:
    what, icon, tone = _what(entry)
    return TimelineEntry(
        what=what,
        who=_who(entry.actor, names),
        at=entry.at,
        icon=icon,
        tone=tone,
        detail=reason_sentence(entry.reason) if entry.reason else "",
    )


def _what(entry: AuditEntry) -> tuple[str, str, str]:
    known = _WHAT.get(entry.action)
    if known:
        return str(known[0]), known[1], known[2]
    axis = _AXES.get(entry.action) or (_STATUS_AXES.get(entry.about_type) if entry.action == "status.moved" else None)
    if axis:
        state = look(axis[0], entry.new)
        return _("%(axis)s: %(state)s") % {"axis": axis[1], "state": state.label}, axis[2], state.tone
    return entry.action, "clock", ""


def _who(actor: str, names: dict[str, str]) -> str:
    kind, _colon, rest = actor.partition(":")
    if kind == "member":
        return names.get(rest, _("A member"))
    return str(_WHO.get(kind, actor))


def _names(entries: Sequence[AuditEntry]) -> dict[str, str]:
    ids = {entry.actor.partition(":")[2] for entry in entries if entry.actor.startswith("member:")}
    # The other side of a purchase order sees that a member acted, not who works there.
    organization_id = current().organization_id
    if organization_id is None:
        return {}
    colleagues = Member.objects.filter(pk__in=ids, memberships__organization_id=organization_id)
    return {str(member.pk): str(member) for member in colleagues}
