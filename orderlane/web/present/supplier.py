"""A purchase order as its supplier sees it: what was paid, frozen, and nothing about other suppliers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money, total
from orderlane.payments.models import PaymentClaim
from orderlane.payments.queries import given_back_for
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.actions.record_shipment import AT_SUPPLIER, SHIPPED_ANYWAY
from orderlane.shipping.models import Fulfillment, Shipment, SupplierRecord
from orderlane.shipping.queries import wishes_waiting
from orderlane.shipping.states import CancellationStatus
from orderlane.web.forms.tracking import ParcelForm
from orderlane.web.pages.order import CostRow, Problem
from orderlane.web.pages.shell import Button
from orderlane.web.pages.states import Text
from orderlane.web.pages.supplier import SupplierOrderPage, SupplierOrderRow
from orderlane.web.present.cancellations import cancellation_boxes
from orderlane.web.present.order import shipment_box
from orderlane.web.present.parcels import own_product, parcel_form, shippable_lines
from orderlane.web.present.purchase_orders import shown_payment
from orderlane.web.present.timeline import timeline_of


def rows_for_supplier(purchase_orders: Sequence[PurchaseOrder]) -> list[SupplierOrderRow]:
    """Present a page of the supplier's list; expects ``retailer``, ``lines`` and requests to be loaded."""
    claims = claims_of([po.pk for po in purchase_orders])
    return [row_for_supplier(po, claims.get(po.pk)) for po in purchase_orders]


def claims_of(ids: Sequence[UUID]) -> dict[UUID, PaymentClaim]:
    """The part of a payment that paid each purchase order."""
    claims = PaymentClaim.objects.filter(purchase_order_id__in=ids, live=True, payment__captured_at__isnull=False)
    return {claim.purchase_order_id: claim for claim in claims}


def row_for_supplier(po: PurchaseOrder, claim: PaymentClaim | None) -> SupplierOrderRow:
    """Present one purchase order; without a payment here, its goods at their wholesale prices."""
    lines = list(po.lines.all())
    if claim is not None:
        subtotal = Money(claim.goods_minor, claim.currency)
    else:
        currency = lines[0].currency if lines else "USD"
        subtotal = total([line.unit_cost * line.quantity for line in lines if line.currency == currency], currency)
    return SupplierOrderRow(
        number=po.number,
        url=reverse("supplier_order", args=[po.number]),
        store_number=po.store_number,
        retailer=po.retailer.name,
        item_count=sum(line.quantity for line in lines),
        payment=shown_payment(po),
        fulfillment=po.fulfillment_state,
        paid_at=po.released_at or po.created_at,
        subtotal=subtotal,
        country=frozen_address(po).country,
        own_number=po.supplier_number,
        flags=_flags(po),
    )


def _flags(po: PurchaseOrder) -> list[tuple[Text, str]]:
    if any(wish.status == CancellationStatus.ASKED for wish in po.cancellation_requests.all()):
        return [(_("Asks to cancel"), "alert")]
    if po.forwarding_state == ForwardingState.REJECTED or po.canceled_here:
        return [(_("Canceled"), "quiet")]
    return []


def frozen_address(po: PurchaseOrder) -> Address:
    """Where the paid goods go; empty for what was ordered on the supplier's own site."""
    return Address.from_json(po.snapshot["ship_to"]) if po.snapshot is not None else Address()


def supplier_order_page(po: PurchaseOrder, *, may_write: bool, form: ParcelForm | None) -> SupplierOrderPage:
    """Present a purchase order in full; the form only where the member may ship and something is left."""
    claim = claims_of([po.pk]).get(po.pk)
    shipments = list(Shipment.objects.filter(purchase_order=po).prefetch_related("lines__line").order_by("shipped_at"))
    fulfillments = {row.shipment_id: row for row in Fulfillment.objects.filter(purchase_order=po)}
    own_records = {row.shipment_id: row for row in SupplierRecord.objects.filter(purchase_order=po)}
    can_ship = may_write and po.forwarding_state in AT_SUPPLIER and po.fulfillment_state != FulfillmentState.FULFILLED
    form = (form or parcel_form(po)) if can_ship else None
    told = [*fulfillments.values(), *own_records.values()]
    subjects = [po.pk, *(row.pk for row in shipments), *(row.pk for row in told)]
    return SupplierOrderPage(
        row=row_for_supplier(po, claim),
        address=frozen_address(po),
        products=[own_product(line) for line in po.lines.all()],
        costs=_costs(claim),
        shipments=[
            shipment_box(
                row,
                fulfillments.get(row.pk),
                may_write=may_write,
                editor="supplier_tracking_change",
                own_store=own_records.get(row.pk),
            )
            for row in shipments
        ],
        problems=_problems(po),
        cancellations=cancellation_boxes(po, may_answer=may_write),
        timeline=timeline_of(subjects),
        ship_form=form,
        ship_url=reverse("supplier_ship", args=[po.number]),
        shippable=shippable_lines(po, form),
    )


def _problems(po: PurchaseOrder) -> list[Problem]:
    """What its supplier has to do about a cancellation, first what nobody else can."""
    problems = []
    if wishes_waiting().filter(purchase_order=po).exists():
        answer = Button(_("Answer"), "#cancellation", link=True)
        meaning = _("Do not ship it before you have answered. The retailer reads your answer at once.")
        problems.append(Problem(_("The retailer asks you to cancel this order"), meaning, "red", [answer]))
    if po.forwarding_state != ForwardingState.REJECTED and not po.canceled_here:
        return problems
    shipped = po.fulfillment_state == FulfillmentState.FULFILLED
    if Fulfillment.objects.filter(purchase_order=po, reason=SHIPPED_ANYWAY).exists():
        meaning = _("It was canceled, and a parcel has left all the same. Agree with the retailer who keeps what.")
        problems.append(Problem(_("Shipped although it was canceled"), meaning, "red"))
    elif not shipped and po.payment_state in {PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED}:
        meaning = _("You were paid for it. Give the money back at your payment provider; it appears here by itself.")
        problems.append(Problem(_("Canceled: do not ship it"), meaning))
    elif not shipped:
        refunded = po.payment_state == PaymentState.REFUNDED
        meaning = _("The money was given back: it is settled.") if refunded else _("It was not paid here.")
        problems.append(Problem(_("Canceled: do not ship it"), meaning, "grey"))
    return problems


def _costs(claim: PaymentClaim | None) -> list[CostRow]:
    """What arrived in the supplier's account, in the currency it was paid in."""
    if claim is None:
        return []
    back = given_back_for(claim.purchase_order_id)
    several = PaymentClaim.objects.filter(payment_id=claim.payment_id).count() > 1
    spread = (
        _("Its share: in the books, refunds are spread over all purchase orders of the payment.") if several else ""
    )
    return [
        CostRow(_("Products"), Money(claim.goods_minor, claim.currency)),
        CostRow(_("Shipping"), Money(claim.shipping_minor, claim.currency)),
        CostRow(_("VAT"), Money(claim.vat_minor, claim.currency)),
        CostRow(_("Total"), claim.total, total=True),
        *([CostRow(_("Refunded"), back, note=spread)] if back else []),
    ]
