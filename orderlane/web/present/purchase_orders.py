"""Purchase orders as rows of the Orders list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.kernel.money import Money, total
from orderlane.orders.models import Order, OrderLine
from orderlane.payments.errors import QuoteRefused
from orderlane.payments.queries import costs_or_refusals, to_payment_currency, total_of
from orderlane.purchasing.models import Hold, PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.queries import OUTSIDE, with_details
from orderlane.purchasing.states import PaymentState
from orderlane.suppliers.models import PaymentAccount, SupplierProfile
from orderlane.web.pages.orders import ApartRow, ProductRow, PurchaseOrderRow, TrackingRow
from orderlane.web.pages.states import Text
from orderlane.web.refusals import words_for


def rows_for(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> list[PurchaseOrderRow]:
    """Present purchase orders fetched by :func:`orderlane.purchasing.queries.in_tab`."""
    costs, refusals = costs_or_refusals(purchase_orders, now=now)
    suppliers = {po.supplier_id for po in purchase_orders}
    profiles = {row.supplier_id: row for row in SupplierProfile.objects.filter(supplier_id__in=suppliers)}
    accounts = PaymentAccount.objects.filter(supplier_id__in=suppliers, active=True)
    payees = set(accounts.values_list("supplier_id", flat=True))
    return [
        _row(
            po,
            costs.get(po.pk),
            profiles.get(po.supplier_id),
            unpayable=_why_not_payable(po, refusals.get(po.pk), has_account=po.supplier_id in payees),
            now=now,
        )
        for po in purchase_orders
    ]


def list_rows(rows: Sequence[PurchaseOrder | Order], *, now: datetime) -> list[PurchaseOrderRow | ApartRow]:
    """Present a page of the list, in its order."""
    bought = [row for row in rows if isinstance(row, PurchaseOrder)]
    shown = dict(zip(bought, rows_for(bought, now=now), strict=True))
    return [shown[row] if isinstance(row, PurchaseOrder) else _apart(row) for row in rows]


def _apart(order: Order) -> ApartRow:
    return ApartRow(
        store_number=order.number,
        store_name=order.store.name,
        placed_at=order.placed_at,
        customer=order.customer_name,
        products=[line_apart(line) for line in order.lines.all() if line.quantity],
        customer_paid=order.total,
        canceled=order.canceled_at is not None,
    )


def line_apart(line: OrderLine) -> ProductRow:
    """Present a line that no purchase order covers."""
    return ProductRow(
        id=str(line.pk),
        title=line.title,
        quantity=line.quantity,
        cost=None,
        variant=line.variant_title,
        sku=line.sku,
        image_url=line.picture_url,
        match=line.match,
    )


def left_out(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> dict[UUID, str]:
    """For each of these that cannot be paid now, by its id: which it is and why."""
    found = list(with_details(PurchaseOrder.objects.filter(pk__in=[po.pk for po in purchase_orders]).order_by("id")))
    rows = zip(found, rows_for(found, now=now), strict=True)
    return {po.pk: f"{row.number} ({row.unpayable})" for po, row in rows if row.unpayable}


def _row(
    po: PurchaseOrder, part: dict[str, Any] | None, profile: SupplierProfile | None, *, unpayable: str, now: datetime
) -> PurchaseOrderRow:
    cost = total_of(part) if part else None
    lines = list(po.lines.all())
    paid = customer_paid(lines)
    comparable = to_payment_currency(paid, now) if paid else None
    return PurchaseOrderRow(
        number=po.number,
        url=reverse("order", args=[po.number]),
        store_number=po.store_number,
        store_name=po.store_name,
        platform=po.order.store.platform,
        placed_at=po.order.placed_at,
        customer=po.order.customer_name,
        supplier_id=str(po.supplier_id),
        supplier=po.supplier.name,
        auto_order=po.auto_order,
        payment=shown_payment(po),
        forwarding=po.forwarding_state,
        fulfillment=po.fulfillment_state,
        products=[product_row(line, part) for line in lines],
        cost=cost,
        customer_paid=paid,
        margin=comparable - cost if cost and comparable else None,
        tracking=[
            row for shipment in po.shipments.all() if not shipment.canceled_at for row in tracking_rows(shipment)
        ],
        supplier_url=_supplier_url(lines, profile),
        flags=flags_of(po),
        unpayable=unpayable,
    )


def shown_payment(po: PurchaseOrder) -> str:
    """A word of the ``payment`` axis: the state, or that the supplier is not paid here at all."""
    return OUTSIDE if po.ordered_outside else po.payment_state


def _why_not_payable(po: PurchaseOrder, refusal: QuoteRefused | None, *, has_account: bool) -> str:
    """A few words on why the retailer cannot pay it here now; empty when it can."""
    if po.payment_state != PaymentState.UNPAID:
        return {
            PaymentState.PAYING: _("a payment is under way"),
            PaymentState.PAID: _("already paid"),
            PaymentState.PARTIALLY_REFUNDED: _("already paid"),
            PaymentState.REFUNDED: _("already refunded"),
        }[PaymentState(po.payment_state)]
    if not po.auto_order:
        return _("ordered and paid on the supplier’s own website")
    if po.hold:
        return hold_words(po.hold)
    if refusal is not None:
        return words_for(refusal)
    return "" if has_account else _("the supplier has no payment account here")


def product_row(line: PurchaseOrderLine, part: dict[str, Any] | None) -> ProductRow:
    """Present one product; its cost is the whole line's, in the payment currency."""
    minor = next((row["cost_minor"] for row in (part or {}).get("lines", []) if row["line"] == str(line.pk)), None)
    return ProductRow(
        id=str(line.pk),
        title=line.title,
        quantity=line.quantity,
        cost=Money(minor, "USD") if minor is not None else None,
        variant=line.variant_title,
        sku=line.sku,
        image_url=line.picture_url,
        product_url=line.product.product_url,
    )


def customer_paid(lines: Sequence[PurchaseOrderLine]) -> Money | None:
    """What the customer paid in the store for these products."""
    if not lines:
        return None
    currency = lines[0].order_line.currency
    return total([Money(line.order_line.unit_price_minor, currency) * line.quantity for line in lines], currency)


def tracking_rows(shipment: Any) -> list[TrackingRow]:
    """Present the tracking numbers of one parcel."""
    tracking = shipment.tracking
    return [
        TrackingRow(number, tracking.carrier, url) for number, url in zip(tracking.numbers, tracking.urls, strict=False)
    ]


def flags_of(po: PurchaseOrder) -> list[tuple[Text, str]]:
    """Words that stand beside the states."""
    flags: list[tuple[Text, str]] = []
    if po.hold and po.payment_state == "unpaid":
        flags.append((hold_words(po.hold), "alert"))
    if po.changed_in_store_at:
        canceled = po.order.canceled_at is not None
        flags.append((_("Canceled in the store") if canceled else _("Changed in the store"), "alert"))
    if po.order.is_test:
        flags.append((_("Test order"), "test"))
    if po.archived_at:
        flags.append((_("In the archive"), "quiet"))
    return flags


def hold_words(hold: str) -> str:
    """Why a purchase order cannot be paid yet, in a few words."""
    return {
        Hold.CUSTOMER_UNPAID: _("Customer has not paid"),
        Hold.CANCELED_IN_STORE: _("Canceled in the store"),
        Hold.REFUNDED_IN_STORE: _("Refunded in the store"),
        Hold.STORE_STATE_UNKNOWN: _("Payment in the store unknown"),
        Hold.NO_LINES: _("Nothing left to order"),
        Hold.TEST_ORDER: _("Test order"),
    }.get(Hold(hold), hold)


def hold_step(hold: str) -> str:
    """What that means for the retailer, and what would change it."""
    return {
        Hold.CUSTOMER_UNPAID: _("It can be paid here as soon as the store says that the customer has paid."),
        Hold.CANCELED_IN_STORE: _("The customer’s order was canceled, so nothing is ordered for it. Archive it."),
        Hold.REFUNDED_IN_STORE: _(
            "The customer has the money back, so nothing is ordered for it. Archive it, or settle it in the store."
        ),
        Hold.STORE_STATE_UNKNOWN: _(
            "The store describes the customer’s payment in a way we do not know. Look there, then synchronize."
        ),
        Hold.NO_LINES: _(
            "An edit in the store took its products out, or they were shipped or ordered otherwise. Archive it; if the "
            "store adds them again, it can be paid again."
        ),
        Hold.TEST_ORDER: _("It is a test order in a live store: nobody has paid for it, so nothing is ordered."),
    }.get(Hold(hold), "")


def _supplier_url(lines: Sequence[PurchaseOrderLine], profile: SupplierProfile | None) -> str:
    """The product on the supplier's site where it is known, else the site."""
    product = next((line.product.product_url for line in lines if line.product.product_url), "")
    return product or (profile.website if profile else "")
