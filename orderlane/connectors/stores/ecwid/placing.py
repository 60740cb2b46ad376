"""Purchase orders in a supplier's Ecwid store: what we send, how we find it again, what was shipped. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from orderlane.connectors.reading import Node, nodes, text, unreadable
from orderlane.connectors.stores.ecwid.mapping import is_canceled, variant_id_of
from orderlane.connectors.stores.ecwid.notes import FIELD, read_note, with_note
from orderlane.connectors.stores.ecwid.reading import moment, numeric_id, required_text, written_date
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money, total
from orderlane.ports.references import note_beginning
from orderlane.ports.stores import (
    PlacedOrder,
    PurchaseOrderLineRequest,
    PurchaseOrderRequest,
)

LINES: Final = "orderlane_lines"
"""The note that ties our line references to the order's lines: ``[[reference, variant or SKU], …]``."""


def order_input(request: PurchaseOrderRequest) -> dict[str, Any]:
    """Write the paid, unfulfilled order we place. Raises MoneyError when its amounts are in several currencies.

    Never ``externalOrderId`` nor ``externalFulfillment``: they hide tracking and status from the supplier. The
    customer's e-mail address stays out, and mails are switched off: the store must not write to that customer.
    """
    goods = total([line.unit_cost * line.quantity for line in request.lines], request.shipping.currency)
    amount = goods + request.shipping + request.tax
    return {
        "email": f"no-reply@{request.retailer_domain or 'orderlane.invalid'}",
        "disableAllCustomerNotifications": True,
        "acceptMarketing": False,
        "paymentStatus": "PAID",
        "fulfillmentStatus": "AWAITING_PROCESSING",
        "paymentMethod": "Orderlane",
        "externalTransactionId": request.payment_reference,
        "referenceTransactionId": request.reference,
        "privateAdminNotes": note_beginning(request.reference) + f"{request.retailer_name} ({request.retailer_domain})",
        "createDate": written_date(request.placed_at),
        "subtotal": _number(goods),
        "tax": _number(request.tax),
        "total": _number(amount),
        "pricesIncludeTax": False,
        "items": [_line_input(line) for line in request.lines],
        "shippingPerson": person_input(request.ship_to),
        "billingPerson": {"name": request.retailer_name},
        "shippingOption": {
            "shippingMethodName": "Orderlane",
            "shippingRate": _number(request.shipping),
            "isPickup": False,
            "fulfillmentType": "SHIPPING",
        },
        FIELD: with_note({}, LINES, [[line.reference, line.variant_id or line.sku] for line in request.lines]),
    }


def person_input(address: Address) -> dict[str, str]:
    """Write an address; Ecwid keeps both lines of the street in one field."""
    written = {
        "name": address.name,
        "companyName": address.company,
        "street": "\n".join(part for part in (address.line1, address.line2) if part),
        "city": address.city,
        "countryCode": address.country,
        "postalCode": address.postcode,
        "stateOrProvinceCode": address.region,
        "phone": address.phone,
    }
    return {key: value for key, value in written.items() if value}


def placed_under(reference: str, found: Sequence[Node]) -> list[Node]:
    """Keep the orders really placed under ``reference``, oldest first: the search reads notes, SKUs and more.

    Our line in the notes is a second chance, for an order that lost the reference we gave it.
    """
    placed = [order for order in found if text(order, "referenceTransactionId") == reference]
    if not placed:
        placed = [order for order in found if text(order, "privateAdminNotes").startswith(note_beginning(reference))]
    return sorted(placed, key=lambda order: moment(order, "createTimestamp", "createDate"))


def placed_order_from(order: Node) -> PlacedOrder:
    """Read a purchase order as the supplier's store knows it."""
    external_id = required_text(order, "id")
    return PlacedOrder(external_id, text(order, "vendorOrderNumber") or external_id, is_canceled(order))


def line_references(order: Node) -> dict[str, str]:
    """Find our lines again: the line's id → our reference. Lines the supplier removed or added are not among them."""
    noted = read_note(order, LINES)
    if noted is None:
        return {}
    lines: dict[str, list[str]] = {}
    for line in nodes(order, "items"):
        for key in {variant_id_of(line, "productId"), text(line, "sku")} - {""}:
            lines.setdefault(key, []).append(numeric_id(line, "id"))
    found: dict[str, str] = {}
    for entry in noted if isinstance(noted, list) else [None]:
        match entry:
            case [str(reference), str(key)]:
                if lines.get(key):
                    found[lines[key].pop(0)] = reference
            case _:
                raise unreadable(FIELD)
    return found


def _line_input(line: PurchaseOrderLineRequest) -> dict[str, Any]:
    product, _, variation = line.variant_id.partition("-")
    written: dict[str, Any] = {
        "name": line.title,
        "sku": line.sku,
        "price": _number(line.unit_cost),
        "quantity": line.quantity,
        "isShippingRequired": True,
    }
    if product.isascii() and product.isdigit():
        written["productId"] = int(product)
        if variation.isascii() and variation.isdigit():
            written["combinationId"] = int(variation)
    return written


def _number(money: Money) -> Decimal:
    return Decimal(money.format_plain())
