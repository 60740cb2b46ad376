"""What of a purchase order is still to ship, and the form that puts it into a parcel; the same for both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.shipping.actions.record_shipment import parcels_of
from orderlane.web.forms.tracking import QUANTITY, ParcelForm
from orderlane.web.pages.orders import ProductRow, ShippableLine


def left_to_ship(po: PurchaseOrder) -> dict[PurchaseOrderLine, int]:
    """The lines that still have pieces to ship."""
    shipped = parcels_of(po)
    left = {line: line.quantity - sum(parcel.get(line.pk, 0) for parcel in shipped) for line in po.lines.all()}
    return {line: count for line, count in left.items() if count > 0}


def parcel_form(po: PurchaseOrder, data: Mapping[str, str] | None = None) -> ParcelForm:
    """The form for the next parcel."""
    return ParcelForm({str(line.pk): count for line, count in left_to_ship(po).items()}, data)


def shippable_lines(po: PurchaseOrder, form: ParcelForm | None) -> Sequence[ShippableLine]:
    """The lines of the form; none without a form."""
    if form is None:
        return []
    left = left_to_ship(po)
    return [ShippableLine(own_product(line), count, form[f"{QUANTITY}{line.pk}"]) for line, count in left.items()]


def own_product(line: PurchaseOrderLine) -> ProductRow:
    """A product at its wholesale price in the supplier's currency."""
    return ProductRow(
        id=str(line.pk),
        title=line.title,
        quantity=line.quantity,
        cost=line.unit_cost * line.quantity,
        variant=line.variant_title,
        sku=line.sku,
        image_url=line.picture_url,
        product_url=line.product.product_url,
    )
