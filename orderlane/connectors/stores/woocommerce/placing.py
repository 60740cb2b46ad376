"""The supplier's side: a purchase order as an order of the shop, and what the shop says of it later. Pure.

WooCommerce cannot be asked for meta data, so the reference stands in three places of which some search of every
version looks at one: the payment's id (searched since 8.9), the title of the shipping line (the names of an
order's items are searched in all versions), and the meta data, which decides whether an order found is ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from orderlane.connectors.parcels import in_our_lines
from orderlane.connectors.reading import Node, nodes, web_url
from orderlane.connectors.stores.woocommerce.mapping import COMPLETED, REFERENCE, SHOWN_REFERENCE
from orderlane.connectors.stores.woocommerce.parcels import Parcel, held, parcels_in
from orderlane.connectors.stores.woocommerce.reading import (
    gmt,
    meta,
    number_id,
    parse_gmt,
    quantity,
    required_gmt,
    text,
)
from orderlane.connectors.stores.woocommerce.showing import (
    fulfilled_quantities,
    fulfillment_tracking,
    is_fulfilled,
    is_ours,
    numbers_in,
)
from orderlane.kernel.address import Address
from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money
from orderlane.ports.stores import (
    PlacedOrder,
    PurchaseOrderLineRequest,
    PurchaseOrderRequest,
    SupplierShipment,
    Tracking,
)

LINE_REFERENCE: Final = "_orderlane_line"
TRACKERS_META: Final = "_wc_shipment_tracking_items"
"""Where the Shipment Tracking extension, and those that copy it, say that an order has trackings."""

FOUND_FIELDS: Final = "id,number,status,transaction_id,date_created_gmt,meta_data"
_NOT_PLACED: Final = frozenset({"cancelled", "trash", "refunded", "failed"})
_EVERYTHING: Final = "all"


def order_input(request: PurchaseOrderRequest) -> dict[str, Any]:
    """Write the order. Raises MoneyError when it would have more than one currency."""
    whole = sum((line.unit_cost * line.quantity for line in request.lines), Money.zero(request.shipping.currency))
    _ = whole + request.tax
    return {
        # Sets status *processing*, the date of payment, and takes the goods from stock.
        "set_paid": True,
        "status": "processing",
        "currency": request.shipping.currency,
        "payment_method": "orderlane",
        "payment_method_title": f"Orderlane ({request.payment_reference})"
        if request.payment_reference
        else "Orderlane",
        "transaction_id": request.reference,
        # No e-mail address: the supplier's shop must not write to the retailer's customer.
        "billing": {"company": request.retailer_name},
        "shipping": _address(request.ship_to),
        "line_items": [_line(line) for line in request.lines],
        "shipping_lines": [
            {
                "method_id": "orderlane",
                "method_title": f"Orderlane {request.reference}",
                "total": request.shipping.format_plain(),
            }
        ],
        "fee_lines": _tax(request.tax),
        "meta_data": [
            {"key": REFERENCE, "value": request.reference},
            {"key": SHOWN_REFERENCE, "value": request.reference},
            {"key": "Retailer domain", "value": request.retailer_domain},
            # The tax was paid with the order: the shop must not work out its own on top of it.
            {"key": "is_vat_exempt", "value": "yes"},
        ],
    }


def placed_under(reference: str, found: Sequence[Node]) -> Sequence[Node]:
    """Keep the orders really placed under ``reference``, oldest first and each once: every search is a rough one."""
    placed = {number_id(order, "id"): order for order in found if meta(order, REFERENCE) == reference}
    return sorted(placed.values(), key=lambda order: (required_gmt(order, "date_created_gmt"), int(order["id"])))


def placed_order_from(order: Node) -> PlacedOrder:
    """Read a purchase order as the supplier's shop knows it."""
    order_id = number_id(order, "id")
    return PlacedOrder(order_id, text(order, "number") or order_id, canceled=text(order, "status") in _NOT_PLACED)


def shipments_from(
    order: Node, fulfillments: Sequence[Node] | None, trackers: Sequence[Node]
) -> Sequence[SupplierShipment]:
    """Read a supplier's parcels: those we wrote, the shop's own fulfillments, or else the rest once it is *completed*.

    A fulfillment that was taken back comes as canceled, and so does the rest while the order is not completed.
    ``fulfillments`` is None where the order has some, and the shop does not say which: nothing is then concluded.
    """
    ours = line_references(order)
    written = parcels_in(order)
    # One whose fulfillment is gone is not told: whether it was deleted is for the shop to say.
    there = {f"f:{number_id(each, 'id')}" for each in fulfillments or ()}
    told = [parcel for parcel in written if fulfillments is None or not parcel.is_missing(there)]
    parcels = [_written(order, parcel, ours, fulfillments or ()) for parcel in told]
    shown = {parcel.shown for parcel in written}
    foreign = [each for each in fulfillments or () if not is_ours(each) and f"f:{number_id(each, 'id')}" not in shown]
    parcels += [_fulfilled(order, each, ours) for each in foreign if _has_left(each)]
    if fulfillments is None or any(is_fulfilled(each) for each in foreign):
        return parcels
    return [
        *parcels,
        _rest(order, ours, [parcel for parcel in parcels if not parcel.canceled], _foreign(trackers, shown)),
    ]


def _rest(
    order: Node, ours: Mapping[str, str], parcels: Sequence[SupplierShipment], trackers: Sequence[Node]
) -> SupplierShipment:
    """Whatever no parcel holds, as one more parcel that leaves when the order is completed."""
    everything = {number_id(line, "id"): quantity(line, "quantity") for line in nodes(order, "line_items")}
    pieces = in_our_lines(everything, ours)
    sent = held([parcel.quantities for parcel in parcels])
    left = {line: count - sent.get(line, 0) for line, count in pieces.items() if count > sent.get(line, 0)}
    updated_at = required_gmt(order, "date_modified_gmt")
    return SupplierShipment(
        external_id=f"{number_id(order, 'id')}.{_EVERYTHING}",
        quantities=left or pieces,
        tracking=trackers_tracking(trackers),
        shipped_at=gmt(order, "date_completed_gmt") or updated_at,
        updated_at=updated_at,
        canceled=text(order, "status") != COMPLETED or not left,
    )


def _foreign(trackers: Sequence[Node], shown: Collection[str]) -> Sequence[Node]:
    """The extension's trackings that stand for no parcel of ours."""
    ours = {each for one in shown if one.startswith("t:") for each in one[2:].split(",")}
    return [each for each in trackers if text(each, "tracking_id") not in ours]


def trackers_tracking(trackers: Sequence[Node]) -> Tracking:
    """Join the extension's trackings, which name no lines, into one: they are all of this order."""
    carriers = [text(each, "tracking_provider") for each in trackers if text(each, "tracking_provider")]
    pairs = [
        (number, web_url(text(each, "tracking_link")))
        for each in trackers
        for number in numbers_in(text(each, "tracking_number"))
    ]
    return Tracking(carriers[0] if carriers else "", tuple(n for n, _ in pairs), tuple(url for _, url in pairs))


def _has_left(fulfillment: Node) -> bool:
    """Whether a fulfillment has left, or had: one that is being prepared has never had a date."""
    return is_fulfilled(fulfillment) or bool(meta(fulfillment, "_date_fulfilled"))


def _written(order: Node, parcel: Parcel, ours: Mapping[str, str], fulfillments: Sequence[Node]) -> SupplierShipment:
    """A parcel that we wrote, as the fulfillment that stands for it says now."""
    external_id, quantities = f"{number_id(order, 'id')}.{parcel.key}", in_our_lines(parcel.quantities, ours)
    for each in fulfillments:
        if parcel.shown == f"f:{number_id(each, 'id')}":
            return replace(_fulfilled(order, each, ours), external_id=external_id, quantities=quantities)
    modified_at = required_gmt(order, "date_modified_gmt")
    return SupplierShipment(external_id, quantities, parcel.tracking, modified_at, modified_at)


def _fulfilled(order: Node, fulfillment: Node, ours: Mapping[str, str]) -> SupplierShipment:
    modified_at = required_gmt(order, "date_modified_gmt")
    # Until WooCommerce wrote a Z at its end, this time was the shop's own: it then tells nothing.
    written = text(fulfillment, "date_updated")
    shipped_at = parse_gmt(written) if written.endswith("Z") else None
    return SupplierShipment(
        external_id=f"{number_id(order, 'id')}.{number_id(fulfillment, 'id')}",
        quantities=in_our_lines(fulfilled_quantities(fulfillment), ours),
        tracking=fulfillment_tracking(fulfillment),
        shipped_at=shipped_at or modified_at,
        # The order is saved with each of its fulfillments, so its own time never goes back.
        updated_at=modified_at,
        canceled=not is_fulfilled(fulfillment),
    )


def line_references(order: Node) -> dict[str, str]:
    """Find our reference on each line of a placed order: line id → reference."""
    return {
        number_id(line, "id"): str(meta(line, LINE_REFERENCE))
        for line in nodes(order, "line_items")
        if meta(line, LINE_REFERENCE)
    }


def _line(line: PurchaseOrderLineRequest) -> dict[str, Any]:
    total = (line.unit_cost * line.quantity).format_plain()
    return {
        **_goods(line),
        "quantity": line.quantity,
        "subtotal": total,
        "total": total,
        "meta_data": [{"key": LINE_REFERENCE, "value": line.reference}],
    }


def _goods(line: PurchaseOrderLineRequest) -> dict[str, Any]:
    """Name the goods: variations are products of their own, so one id is enough."""
    if line.variant_id.isascii() and line.variant_id.isdigit():
        return {"product_id": int(line.variant_id)}
    if line.sku:
        return {"sku": line.sku}
    raise NeedsAttention("a line names neither a product nor a SKU", reason="bad_request", line=line.reference)


def _tax(tax: Money) -> list[dict[str, str]]:
    return [{"name": "VAT", "total": tax.format_plain(), "tax_status": "none"}] if tax else []


def _address(address: Address) -> dict[str, str]:
    first, _, last = address.name.rpartition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "company": address.company,
        "address_1": address.line1,
        "address_2": address.line2,
        "city": address.city,
        "state": address.region,
        "postcode": address.postcode,
        "country": address.country,
        "phone": address.phone,
    }
