"""Our words to BigCommerce's: the bodies of our writes, and which lines one shipment can hold. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from orderlane.connectors.reading import web_url
from orderlane.connectors.stores.bigcommerce.carriers import provider_and_slug
from orderlane.connectors.stores.bigcommerce.mapping import ALL_NUMBERS, PlacedLine, with_reference
from orderlane.connectors.stores.bigcommerce.states import written_state
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money, total
from orderlane.ports.references import note_beginning
from orderlane.ports.stores import FulfillmentWork, PurchaseOrderLineRequest, PurchaseOrderRequest, Tracking

AWAITING_FULFILLMENT: Final = 11
"""Paid, to be shipped. Left out, an order becomes 1, *Pending*."""

SHIPPED: Final = 2
PARTIALLY_SHIPPED: Final = 3

MAX_TRACKING_NUMBER: Final = 50
MAX_TRACKING_LINK: Final = 500
NO_POSTCODE: Final = "00000"
"""A billing address without one is refused, and not every country has them."""


def missing_work(works: Sequence[FulfillmentWork], quantities: Mapping[str, int]) -> Mapping[str, int]:
    """Return how many pieces of each line no address waits for any more; empty when all can ship."""
    waiting = {line: left for work in works for line, (_, left) in work.remaining.items()}
    return {line: count - waiting.get(line, 0) for line, count in quantities.items() if count > waiting.get(line, 0)}


def choose_address(works: Sequence[FulfillmentWork], quantities: Mapping[str, int]) -> tuple[str, dict[str, int]]:
    """Choose the address that most of ``quantities`` goes to, and what of them: one shipment serves one address."""
    parts = {
        work.location_id: {line: count for line, count in quantities.items() if line in work.remaining}
        for work in works
    }
    return max(parts.items(), key=lambda part: sum(part[1].values()))


def shipment_body(address_id: str, quantities: Mapping[str, int], tracking: Tracking) -> dict[str, Any]:
    """Write a new shipment that names its address and every line."""
    return {
        "order_address_id": int(address_id),
        "items": [{"order_product_id": int(line), "quantity": count} for line, count in quantities.items()],
        **tracking_body(tracking),
    }


def status_without(status: int, lines: Sequence[PlacedLine]) -> int | None:
    """Choose the status of an order whose shipment was taken back; None where it may stay as it is."""
    if status not in (SHIPPED, PARTIALLY_SHIPPED) or not any(line.left for line in lines):
        return None
    wanted = PARTIALLY_SHIPPED if any(line.shipped for line in lines) else AWAITING_FULFILLMENT
    return wanted if wanted != status else None


def tracking_body(tracking: Tracking) -> dict[str, str]:
    """Write all tracking fields, so that a correction leaves nothing of the old ones behind.

    A shipment has one field of 50 characters: several numbers share it, or stand together in the comments.
    """
    joined = ", ".join(tracking.numbers)
    fits = len(joined) <= MAX_TRACKING_NUMBER
    first = tracking.numbers[0] if tracking.numbers and len(tracking.numbers[0]) <= MAX_TRACKING_NUMBER else ""
    url = web_url(tracking.urls[0]) if tracking.urls else ""
    provider, slug = provider_and_slug(tracking.carrier)
    written = {
        "tracking_number": joined if fits else first,
        "shipping_provider": provider,
        "tracking_carrier": slug,
        "tracking_link": url if len(url) <= MAX_TRACKING_LINK else "",
        "comments": "" if fits else f"{ALL_NUMBERS}{joined}",
    }
    if tracking.carrier and not provider and not slug:
        # A carrier BigCommerce has no word for is at least shown by name.
        written["shipping_method"] = tracking.carrier
    return written


def order_body(request: PurchaseOrderRequest) -> dict[str, Any]:
    """Write the paid, unfulfilled order we place at a supplier.

    Neither address has an e-mail: shipments are announced to it, and the supplier's store must not write to
    the retailer's customer. Tax stands in the totals alone, because spread over pieces it would not add up.
    """
    goods = total([line.unit_cost * line.quantity for line in request.lines], request.shipping.currency)
    net = goods + request.shipping
    address = _address(request.ship_to)
    notes = [f"{note_beginning(request.reference)}{request.retailer_name} ({request.retailer_domain})"]
    if request.payment_reference:
        notes.append(f"Payment reference: {request.payment_reference}")
    return {
        "status_id": AWAITING_FULFILLMENT,
        "customer_id": 0,
        "billing_address": {**address, "zip": address.get("zip") or NO_POSTCODE},
        "shipping_addresses": [address],
        "products": [_product(line) for line in request.lines],
        "shipping_cost_ex_tax": request.shipping.format_plain(),
        "shipping_cost_inc_tax": request.shipping.format_plain(),
        "total_ex_tax": net.format_plain(),
        "total_inc_tax": (net + request.tax).format_plain(),
        "payment_method": "Manual",
        "external_source": "Orderlane",
        "external_order_id": request.reference,
        "staff_notes": "\n".join(notes),
    }


def _product(line: PurchaseOrderLineRequest) -> dict[str, Any]:
    price = _number(line.unit_cost)
    written: dict[str, Any] = {
        "name_merchant": with_reference(line.title, line.reference),
        "quantity": line.quantity,
        # One of the pair alone is ignored.
        "price_ex_tax": price,
        "price_inc_tax": price,
    }
    product, _, variant = line.variant_id.partition("/")
    if product.isascii() and product.isdigit() and variant.isascii() and variant.isdigit():
        # The variant brings the supplier's own name and SKU.
        return {**written, "product_id": int(product), "variant_id": int(variant)}
    return {**written, "name": line.title[:250], "sku": line.sku}


def _number(amount: Money) -> Any:
    """A JSON number, which line prices insist on; up to 15 digits travel as they are."""
    return json.loads(amount.format_plain())


def _address(address: Address) -> dict[str, str]:
    first, _, last = address.name.strip().rpartition(" ")
    written = {
        "first_name": first,
        "last_name": last,
        "company": address.company,
        "street_1": address.line1,
        "street_2": address.line2,
        "city": address.city,
        "state": written_state(address.country, address.region),
        "zip": address.postcode,
        "country_iso2": address.country,
        "phone": address.phone,
    }
    return {key: value for key, value in written.items() if value}
