"""Purchase orders as rows of the Orders list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from orderlane.kernel.money import Money, total
from orderlane.payments.queries import costs_of, to_payment_currency, total_of
from orderlane.purchasing.models import Hold, PurchaseOrder, PurchaseOrderLine
from orderlane.suppliers.models import SupplierProfile
from orderlane.web.pages.orders import ProductRow, PurchaseOrderRow, TrackingRow
from orderlane.web.pages.states import Text


def rows_for(purchase_orders: Sequence[PurchaseOrder], *, now: datetime) -> list[PurchaseOrderRow]:
    """Present purchase orders fetched by :func:`orderlane.purchasing.queries.in_tab`."""
    costs = costs_of(purchase_orders, now=now)
    suppliers = {po.supplier_id for po in purchase_orders}
    profiles = {row.supplier_id: row for row in SupplierProfile.objects.filter(supplier_id__in=suppliers)}
    return [row_for(po, costs, profiles.get(po.supplier_id), now=now) for po in purchase_orders]


def row_for(
    po: PurchaseOrder, costs: dict[UUID, dict[str, Any]], profile: SupplierProfile | None, *, now: datetime
) -> PurchaseOrderRow:
    """Present one purchase order."""
    part = costs.get(po.pk)
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
        payment=po.payment_state,
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
        payable=po.payable,
    )


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
        flags.append((_("Changed in the store"), "alert"))
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


def _supplier_url(lines: Sequence[PurchaseOrderLine], profile: SupplierProfile | None) -> str:
    """The product on the supplier's site where it is known, else the site."""
    product = next((line.product.product_url for line in lines if line.product.product_url), "")
    return product or (profile.website if profile else "")
