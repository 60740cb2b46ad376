"""One purchase order in full, as its retailer sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.payments.actions.make_quote import CURRENCY
from orderlane.payments.models import Payment
from orderlane.payments.queries import agreed_ship_to, costs_of, payments_of, total_of
from orderlane.purchasing.models import ForwardAttempt, PurchaseOrder
from orderlane.purchasing.queries import lines_apart, with_details
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.actions.record_shipment import AT_SUPPLIER
from orderlane.shipping.models import Fulfillment, Shipment, SupplierRecord
from orderlane.shipping.states import FulfillmentStatus
from orderlane.web.forms.cancellation import CancelForm
from orderlane.web.forms.tracking import OrderedByHandForm, ParcelForm, TrackingForm
from orderlane.web.pages.order import CostRow, ForwardingBox, OrderPage, ParcelLine, ShipmentBox
from orderlane.web.pages.shell import Button
from orderlane.web.present.cancellations import cancellation_boxes
from orderlane.web.present.parcels import parcel_form, shippable_lines
from orderlane.web.present.payments import payment_box
from orderlane.web.present.problems import (
    forward_button,
    forwarding_sentence,
    may_ask_to_cancel,
    parcel_buttons,
    problems_of,
)
from orderlane.web.present.purchase_orders import line_apart, rows_for, tracking_rows
from orderlane.web.present.reasons import reason_sentence
from orderlane.web.present.store_changes import change_box
from orderlane.web.present.timeline import timeline_of
from orderlane.web.present.tracking import tracking_link_box

_F = ForwardingState


@dataclass(frozen=True, slots=True)
class Typed:
    """The forms that were just refused, with what was typed into them and why."""

    tracking: ParcelForm | None = None
    correction: TrackingForm | None = None
    corrected: UUID | None = None
    """The parcel whose tracking number was being corrected."""
    ordered: OrderedByHandForm | None = None
    canceling: CancelForm | None = None


def order_page(po: PurchaseOrder, *, may_write: bool, typed: Typed, now: datetime) -> OrderPage:
    """Present a purchase order with its history; forms only where the member may act and it still makes sense."""
    costs = costs_of([po], now=now)
    [row] = rows_for([po], now=now)
    apart = lines_apart(po.order_id)
    payment = payments_of([po.pk]).get(po.pk)
    agreed = agreed_ship_to(po, payment)
    change = change_box(po, payment, may_write=may_write)
    shipments = list(Shipment.objects.filter(purchase_order=po).prefetch_related("lines__line").order_by("shipped_at"))
    fulfillments = {row.shipment_id: row for row in Fulfillment.objects.filter(purchase_order=po)}
    by_hand = not po.auto_order and po.forwarding_state == _F.NOT_DUE
    can_ship = po.fulfillment_state != FulfillmentState.FULFILLED and (
        po.forwarding_state in AT_SUPPLIER or not po.auto_order
    )
    tracking_form = (typed.tracking or parcel_form(po)) if may_write and can_ship else None
    return OrderPage(
        row=row,
        address=Address.from_json(agreed) if agreed is not None else po.ship_to,
        told_address=Address.from_json(po.told_ship_to) if agreed is not None and po.moved_from(agreed) else None,
        change=change,
        costs=cost_rows(costs.get(po.pk)),
        timeline=timeline_of(
            _subjects(po, payment, shipments, fulfillments.values()),
            lines=[line.order_line_external_id for line in po.lines.all()],
        ),
        problems=problems_of(po, row, apart, may_write=may_write),
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
        payment=payment_box(payment, po) if payment else None,
        forwarding=_forwarding(po, may_write=may_write),
        siblings=rows_for(_siblings(po), now=now),
        apart=[line_apart(line) for line in apart],
        frozen=po.snapshot is not None,
        tracking_form=tracking_form,
        shippable=shippable_lines(po, tracking_form),
        tracking_url=reverse("order_tracking", args=[po.number]),
        ordered_form=(typed.ordered or OrderedByHandForm()) if may_write and by_hand else None,
        ordered_url=reverse("order_by_hand", args=[po.number]),
        cancel_form=(typed.canceling or CancelForm()) if may_write and may_ask_to_cancel(po) else None,
        cancel_url=reverse("order_cancel", args=[po.number]),
        tracking_link=tracking_link_box(po.order, po.number),
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
    # Each side mends what its own store refuses.
    mine = fulfillment if editor == "order_tracking_change" else own_store
    refused = may_write and mine is not None and mine.status == FulfillmentStatus.NEEDS_ATTENTION
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
        buttons=_parcel_buttons(number, mine) if refused else [],
    )


def parcel_ids(shipment_id: UUID) -> str:
    """How the fields of one parcel's form are identified, as several parcels stand on one page."""
    return f"parcel-{shipment_id.hex}-%s"


def _parcel_buttons(number: str, mine: Fulfillment | SupplierRecord | None) -> list[Button]:
    if isinstance(mine, Fulfillment):
        return parcel_buttons(mine)
    return (
        [Button(_("Try again"), reverse("supplier_tell_again", args=[number, mine.shipment_id]), "sync")]
        if mine
        else []
    )


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
        note=forwarding_sentence(po),
        next_at=po.forwarding_until if waiting else None,
        buttons=[*_forwarding_buttons(po)] if may_write else [],
    )


def _forwarding_buttons(po: PurchaseOrder) -> list[Button]:
    if po.forwarding_state == _F.NEEDS_ATTENTION and po.payment_state != PaymentState.REFUNDED:
        return [forward_button(po)]
    if po.ordered_outside and po.forwarding_state == _F.DELIVERED and not po.shipments.all():
        return [Button(_("It was not ordered"), reverse("order_undo_by_hand", args=[po.number]), "ban")]
    return []


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
