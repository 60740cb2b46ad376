"""Our words to Shopify's: the variables of our mutations. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from orderlane.connectors.reading import web_url
from orderlane.connectors.stores.shopify.carriers import exact_carrier
from orderlane.connectors.stores.shopify.mapping import LINE_REFERENCE, TAG
from orderlane.connectors.stores.shopify.reading import as_gid
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money, total
from orderlane.ports.references import note_beginning
from orderlane.ports.stores import FulfillmentWork, PurchaseOrderLineRequest, PurchaseOrderRequest, Tracking

# https://shopify.dev/docs/api/usage/limits: an input array holds at most 250 entries.
MAX_PARCEL_LINES = 250


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one ``fulfillmentCreate`` can record: lines of fulfillment orders that share one location."""

    work: Mapping[str, Mapping[str, int]]
    """Work external id → work line external id → quantity."""
    quantities: Mapping[str, int]
    """Order line external id → quantity: what of the request this covers."""


def missing_work(works: Sequence[FulfillmentWork], quantities: Mapping[str, int]) -> Mapping[str, int]:
    """Return how many pieces of each line no open work asks for any more; empty when all can ship."""
    left = dict(quantities)
    for work in works:
        for line, (_, remaining) in work.remaining.items():
            if work.open and line in left:
                left[line] -= min(remaining, left[line])
    return {line: count for line, count in left.items() if count}


def choose_parcel(works: Sequence[FulfillmentWork], quantities: Mapping[str, int]) -> Parcel:
    """Choose the location that can take most of ``quantities``, and the exact lines to fulfill there.

    Fulfillment orders of one call must lie at one location, and leaving the lines out would ship everything
    left, other suppliers' goods included
    (https://shopify.dev/docs/api/admin-graphql/latest/mutations/fulfillmentCreate).
    """
    locations = dict.fromkeys(work.location_id for work in works if work.open)
    parcels = [_parcel_at(location, works, quantities) for location in locations]
    return max(parcels, key=lambda parcel: sum(parcel.quantities.values()), default=Parcel({}, {}))


def _parcel_at(location_id: str, works: Sequence[FulfillmentWork], quantities: Mapping[str, int]) -> Parcel:
    wanted = dict(quantities)
    chosen: dict[str, dict[str, int]] = {}
    taken: dict[str, int] = {}
    room = MAX_PARCEL_LINES
    for work in (work for work in works if work.open and work.location_id == location_id):
        for line, (work_line, remaining) in work.remaining.items():
            count = min(remaining, wanted.get(line, 0))
            if count <= 0 or room == 0:
                continue
            room -= 1
            wanted[line] -= count
            chosen.setdefault(work.external_id, {})[work_line] = count
            taken[line] = taken.get(line, 0) + count
    return Parcel(chosen, taken)


def fulfillment_input(parcel: Parcel, tracking: Tracking, notify_customer: bool) -> dict[str, Any]:
    """Write a ``FulfillmentInput`` that names every line and quantity."""
    return {
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": work,
                "fulfillmentOrderLineItems": [{"id": line, "quantity": count} for line, count in lines.items()],
            }
            for work, lines in parcel.work.items()
        ],
        "trackingInfo": tracking_input(tracking),
        "notifyCustomer": notify_customer,
    }


def tracking_input(tracking: Tracking) -> dict[str, Any]:
    """Write a ``FulfillmentTrackingInput``: the singular pair for one number, the plural pair for more, never both.

    Plural links match the numbers by position and cannot be empty, so they are sent only when all are known.
    """
    urls = [web_url(url) for url in tracking.urls]
    written: dict[str, Any] = {}
    if tracking.carrier:
        written["company"] = exact_carrier(tracking.carrier)
    if len(tracking.numbers) > 1:
        written["numbers"] = list(tracking.numbers)
        if len(urls) == len(tracking.numbers) and all(urls):
            written["urls"] = urls
        return written
    if tracking.numbers and tracking.numbers[0]:
        written["number"] = tracking.numbers[0]
    if urls and urls[0]:
        written["url"] = urls[0]
    return written


def order_input(request: PurchaseOrderRequest) -> dict[str, Any]:
    """Write the paid, unfulfilled order we place at a supplier (``OrderCreateOrderInput``).

    The customer's e-mail stays out: the supplier's shop must not write to the retailer's customer.
    """
    currency = request.shipping.currency
    goods = total([line.unit_cost * line.quantity for line in request.lines], currency)
    amount = goods + request.shipping + request.tax
    order: dict[str, Any] = {
        "currency": currency,
        "financialStatus": "PAID",
        "lineItems": [_line_input(line, taxable=bool(request.tax)) for line in request.lines],
        "processedAt": iso(request.placed_at),
        "shippingAddress": _address_input(request.ship_to),
        "shippingLines": [{"title": "Shipping", "code": "orderlane", "priceSet": _bag(request.shipping)}],
        "sourceIdentifier": request.reference,
        "tags": [TAG, request.reference],
        "note": f"{note_beginning(request.reference)}{request.retailer_name} ({request.retailer_domain})",
        "customAttributes": [
            {"key": key, "value": value}
            for key, value in (
                ("Orderlane number", request.reference),
                ("Retailer", request.retailer_name),
                ("Retailer domain", request.retailer_domain),
                ("Payment reference", request.payment_reference),
            )
            if value
        ],
        "taxesIncluded": False,
    }
    if amount:
        order["transactions"] = [
            {"kind": "SALE", "status": "SUCCESS", "gateway": "Orderlane", "amountSet": _bag(amount)}
        ]
    if request.tax:
        order["taxLines"] = [
            {
                "title": "VAT",
                "rate": _tax_rate(request.tax, goods + request.shipping),
                "priceSet": _bag(request.tax),
            }
        ]
    return order


ORDER_OPTIONS: Mapping[str, Any] = {
    # The default, BYPASS, would sell goods the supplier does not have.
    "inventoryBehaviour": "DECREMENT_OBEYING_POLICY",
    "sendReceipt": False,
    "sendFulfillmentReceipt": False,
}


def placed_under_query(reference: str) -> str:
    """Write the search for the orders placed under our reference, by source identifier or by tag."""
    quoted = reference.replace("\\", "\\\\").replace("'", "\\'")
    return f"source_identifier:'{quoted}' OR tag:'{quoted}'"


def iso(at: datetime) -> str:
    """Write a time the way Shopify's search and inputs read it: UTC, whole seconds, rounded down."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line_input(line: PurchaseOrderLineRequest, *, taxable: bool) -> dict[str, Any]:
    written: dict[str, Any] = {
        "title": line.title,
        "sku": line.sku,
        "quantity": line.quantity,
        "priceSet": _bag(line.unit_cost),
        # The input's own default is false, which would leave nothing to ship.
        "requiresShipping": True,
        "taxable": taxable,
        "properties": [{"name": LINE_REFERENCE, "value": line.reference}],
    }
    if line.variant_id:
        written["variantId"] = as_gid(line.variant_id, "ProductVariant")
        # The variant brings the supplier's own title and SKU.
        del written["title"], written["sku"]
    return written


def _address_input(address: Address) -> dict[str, str]:
    first, _, last = address.name.strip().rpartition(" ")
    written = {
        "firstName": first,
        "lastName": last,
        "company": address.company,
        "address1": address.line1,
        "address2": address.line2,
        "city": address.city,
        "provinceCode": address.region,
        "zip": address.postcode,
        "countryCode": address.country,
        "phone": address.phone,
    }
    return {key: value for key, value in written.items() if value}


def _bag(money: Money) -> dict[str, Any]:
    return {"shopMoney": {"amount": money.format_plain(), "currencyCode": money.currency}}


def _tax_rate(tax: Money, base: Money) -> str:
    """The rate Shopify insists on beside the amount, as a fraction; ours is the amount."""
    rate = Decimal(tax.minor) / Decimal(base.minor) if base.minor else Decimal(0)
    return f"{rate:.4f}"
