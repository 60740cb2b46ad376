"""One purchase order in full, as its retailer sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.kernel.money import Money
from orderlane.orders.models import LineMatch, OrderLine
from orderlane.payments.actions.make_quote import CURRENCY
from orderlane.payments.models import Payment
from orderlane.payments.queries import costs_of, payments_of, total_of
from orderlane.purchasing.models import ForwardAttempt, PurchaseOrder
from orderlane.purchasing.queries import lines_apart, with_details
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.models import Fulfillment, Shipment, SupplierRecord
from orderlane.shipping.queries import unpaid_hours
from orderlane.shipping.states import FulfillmentStatus
from orderlane.web.forms.tracking import OrderedByHandForm, TrackingForm
from orderlane.web.pages.order import CostRow, ForwardingBox, OrderPage, ParcelLine, Problem, ShipmentBox
from orderlane.web.pages.orders import PurchaseOrderRow
from orderlane.web.pages.shell import Button
from orderlane.web.present.cancellations import cancellation_boxes
from orderlane.web.present.payments import payment_box
from orderlane.web.present.purchase_orders import hold_words, line_apart, rows_for, tracking_rows
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.present.timeline import timeline_of

_F = ForwardingState


@dataclass(frozen=True, slots=True)
class Typed:
    """The forms that were just refused, with what was typed into them and why."""

    tracking: TrackingForm | None = None
    correction: TrackingForm | None = None
    corrected: UUID | None = None
    """The parcel whose tracking number was being corrected."""
    ordered: OrderedByHandForm | None = None


def order_page(po: PurchaseOrder, *, may_write: bool, typed: Typed, now: datetime) -> OrderPage:
    """Present a purchase order with its history; forms only where the member may act and it still makes sense."""
    costs = costs_of([po], now=now)
    [row] = rows_for([po], now=now)
    apart = lines_apart(po.order_id)
    payment = payments_of([po.pk]).get(po.pk)
    shipments = list(Shipment.objects.filter(purchase_order=po).prefetch_related("lines__line").order_by("shipped_at"))
    fulfillments = {row.shipment_id: row for row in Fulfillment.objects.filter(purchase_order=po)}
    by_hand = not po.auto_order and po.forwarding_state == _F.NOT_DUE
    can_ship = po.fulfillment_state != FulfillmentState.FULFILLED and (
        po.forwarding_state == _F.DELIVERED or not po.auto_order
    )
    return OrderPage(
        row=row,
        address=po.ship_to,
        costs=cost_rows(costs.get(po.pk)),
        timeline=timeline_of(_subjects(po, payment, shipments, fulfillments.values())),
        problems=_problems(po, row, apart, may_write=may_write),
        shipments=[
            shipment_box(
                shipment,
                fulfillments.get(shipment.pk),
                may_write=may_write,
                form=typed.correction if shipment.pk == typed.corrected else None,
            )
            for shipment in shipments
        ],
        cancellations=cancellation_boxes(po),
        payment=payment_box(payment) if payment else None,
        forwarding=_forwarding(po, may_write=may_write),
        siblings=rows_for(_siblings(po), now=now),
        apart=[line_apart(line) for line in apart],
        frozen=po.snapshot is not None,
        tracking_form=(typed.tracking or TrackingForm()) if may_write and can_ship else None,
        tracking_url=reverse("order_tracking", args=[po.number]),
        ordered_form=(typed.ordered or OrderedByHandForm()) if may_write and by_hand else None,
        ordered_url=reverse("order_by_hand", args=[po.number]),
        checkout_url=reverse("checkout_start"),
        may_write=may_write,
    )


def cost_rows(part: dict[str, Any] | None) -> list[CostRow]:
    """What one purchase order costs; empty when it cannot be quoted yet."""
    if part is None:
        return []
    return [
        CostRow(_("Products"), Money(part["goods_minor"], CURRENCY)),
        CostRow(_("Shipping"), Money(part["shipping_minor"], CURRENCY)),
        CostRow(_("VAT"), Money(part["vat_minor"], CURRENCY)),
        CostRow(_("Total"), total_of(part), total=True),
    ]


def shipment_box(
    shipment: Shipment,
    fulfillment: Fulfillment | None,
    *,
    may_write: bool,
    editor: str = "order_tracking_change",
    form: TrackingForm | None = None,
    own_store: SupplierRecord | None = None,
) -> ShipmentBox:
    """Present one parcel with what the store knows of it; ``editor`` names the page that corrects its tracking.

    ``form`` is the correction that was just refused, if any.
    """
    tracking = shipment.tracking
    number = shipment.purchase_order.number
    initial = {
        "number": next(iter(tracking.numbers), ""),
        "carrier": tracking.carrier,
        "url": next(iter(tracking.urls), ""),
    }
    editable = may_write and not shipment.canceled_at
    refused = may_write and fulfillment is not None and fulfillment.status == FulfillmentStatus.NEEDS_ATTENTION
    if own_store is not None:
        # The supplier mends its own store; what the retailer's store refuses is the retailer's to mend.
        refused = may_write and own_store.status == FulfillmentStatus.NEEDS_ATTENTION
    again = _tell_buttons if own_store else _push_buttons
    title = _("Canceled parcel") if shipment.canceled_at else _("Parcel")
    return ShipmentBox(
        id=str(shipment.pk),
        title=title,
        shipped_at=shipment.shipped_at,
        tracking=tracking_rows(shipment),
        lines=[
            ParcelLine(row.line.title, row.quantity, row.line.sku, row.line.picture_url) for row in shipment.lines.all()
        ],
        writeback=fulfillment.status if fulfillment else "",
        writeback_note=reason_sentence(fulfillment.reason) if fulfillment and fulfillment.reason else "",
        own_store=own_store.status if own_store else "",
        own_store_note=reason_sentence(own_store.reason) if own_store and own_store.reason else "",
        form=(form or TrackingForm(initial=initial, auto_id=parcel_ids(shipment.pk))) if editable else None,
        form_url=reverse(editor, args=[number, shipment.pk]),
        buttons=again(number, shipment) if refused else [],
    )


def parcel_ids(shipment_id: UUID) -> str:
    """How the fields of one parcel's form are identified, as several parcels stand on one page."""
    return f"parcel-{shipment_id.hex}-%s"


def _push_buttons(number: str, shipment: Shipment) -> list[Button]:
    """What can be done about a parcel that the store has wrong: try again, or say that a canceled one is gone there."""
    again = Button(_("Try again"), reverse("order_push_again", args=[number, shipment.pk]), "sync")
    if not shipment.canceled_at:
        return [again]
    settle = reverse("order_settle_parcel", args=[number, shipment.pk])
    return [again, Button(_("Done in the store"), settle, "check")]


def _tell_buttons(number: str, shipment: Shipment) -> list[Button]:
    return [Button(_("Try again"), reverse("supplier_tell_again", args=[number, shipment.pk]), "sync")]


def _forwarding(po: PurchaseOrder, *, may_write: bool) -> ForwardingBox | None:
    if po.forwarding_state == _F.NOT_DUE:
        return None
    attempts = ForwardAttempt.objects.filter(purchase_order=po).order_by("-fence")
    latest = attempts.first()
    waiting = po.forwarding_state in {_F.QUEUED, _F.OUTCOME_UNKNOWN}
    return ForwardingBox(
        status=po.forwarding_state,
        channel=_("The supplier’s store") if po.auto_order else _("By hand, on the supplier’s website"),
        external_number=po.supplier_number,
        attempt_count=attempts.count(),
        last_at=latest.started_at if latest else po.forwarded_at,
        note=reason_sentence(po.forwarding_reason) if po.forwarding_reason else "",
        next_at=po.forwarding_until if waiting else None,
        buttons=[_forward_button(po)] if may_write and _may_be_sent(po) else [],
    )


def _may_be_sent(po: PurchaseOrder) -> bool:
    return po.forwarding_state == _F.NEEDS_ATTENTION and po.payment_state != PaymentState.REFUNDED


def _problems(po: PurchaseOrder, row: PurchaseOrderRow, apart: list[OrderLine], *, may_write: bool) -> list[Problem]:
    """What stops this purchase order, worst first, each with its next step."""
    problems = []
    refunded = po.payment_state == PaymentState.REFUNDED
    if refunded and po.forwarding_state != _F.REJECTED and po.fulfillment_state != FulfillmentState.FULFILLED:
        meaning = _("Make sure that the supplier does not ship it all the same, then put it into the archive.")
        problems.append(Problem(_("The money was given back"), meaning, "red"))
    if po.forwarding_state == _F.NEEDS_ATTENTION and not refunded:
        buttons = [_forward_button(po)] if may_write else []
        meaning = reason_sentence(po.forwarding_reason)
        problems.append(Problem(_("The supplier does not have this order yet"), meaning, "red", buttons))
    if po.changed_in_store_at:
        meaning = _("It was already paid, so nothing was changed here. Contact the supplier if it matters.")
        problems.append(Problem(_("The store changed this order after payment"), meaning))
    if po.hold and po.payment_state == "unpaid":
        meaning = _("It can be paid as soon as the store says otherwise. Nothing is lost.")
        problems.append(Problem(hold_words(po.hold), meaning))
    elif po.payable and row.unpayable:
        see = Button(_("See the supplier"), f"{reverse('suppliers')}#supplier-{po.supplier_id}", "suppliers", link=True)
        problems.append(Problem(_("It cannot be paid yet"), row.unpayable, "amber", [see]))
    if po.fulfillment_state == FulfillmentState.IN_PROGRESS and po.payment_state == PaymentState.UNPAID:
        hours = unpaid_hours(po.retailer_id)
        meaning = _(
            "That neither pays nor orders anything. Unpaid %(hours)s hours after the request, it is declined and the "
            "order becomes unfulfilled again."
        ) % {"hours": hours}
        problems.append(Problem(_("Fulfillment was requested in your store"), meaning))
    waiting = [line for line in apart if line.match == LineMatch.UNMATCHED]
    if waiting:
        link = Button(_("Match products"), reverse("products"), "products", link=True)
        problems.append(Problem(_("Some lines have no supplier product"), _titles(waiting), "amber", [link]))
    refused = Fulfillment.objects.filter(purchase_order=po, status=FulfillmentStatus.NEEDS_ATTENTION)
    for told in refused.select_related("shipment").order_by("id")[:1]:
        buttons = _push_buttons(po.number, told.shipment) if may_write else []
        title = _("The store did not take the tracking number")
        if told.shipment.canceled_at:
            title = _("The supplier took a parcel back")
        problems.append(Problem(title, reason_sentence(told.reason), "red", buttons))
    return problems


def _titles(lines: Sequence[OrderLine]) -> str:
    return ", ".join(f"{line.quantity} × {line.title}" for line in lines)


def _forward_button(po: PurchaseOrder) -> Button:
    return Button(_("Try again"), reverse("order_forward_again", args=[po.number]), "sync")


def _siblings(po: PurchaseOrder) -> list[PurchaseOrder]:
    rows = PurchaseOrder.objects.filter(order_id=po.order_id).exclude(pk=po.pk).order_by("id")
    return list(with_details(rows))


def _subjects(po: PurchaseOrder, payment: Payment | None, shipments: Any, fulfillments: Any) -> list[Any]:
    return [
        po.pk,
        po.order_id,
        *([payment.pk] if payment else []),
        *(shipment.pk for shipment in shipments),
        *(fulfillment.pk for fulfillment in fulfillments),
    ]
