"""Our words to Wix's: the bodies of our calls. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from orderlane.connectors.stores.wix import ids
from orderlane.connectors.stores.wix.mapping import LINE_REFERENCE, NUMBER_FIELD, STORES_APP
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money, total
from orderlane.ports.stores import PurchaseOrderLineRequest, PurchaseOrderRequest

PAGE: Final = 100
MAX_PARCEL_LINES: Final = 300
MAX_SKU: Final = 40
MAX_TITLE: Final = 200

# Without a filter on the status, Wix leaves PENDING and REJECTED out; INITIALIZED is never given.
STATUSES: Final = ("APPROVED", "CANCELED", "PENDING", "REJECTED")
_REGION_CODE: Final = re.compile(r"[A-Z0-9]{1,3}\Z")


def changed_since(since: datetime) -> dict[str, Any]:
    """Write the search for the first page of orders changed at or after ``since``, oldest change first."""
    return {
        "filter": {"status": {"$in": list(STATUSES)}, "updatedDate": {"$gte": iso(since)}},
        "sort": [{"fieldName": "updatedDate", "order": "ASC"}],
        "cursorPaging": {"limit": PAGE},
    }


def placed_under(reference: str) -> dict[str, Any]:
    """Write the search for the orders placed under our reference."""
    return {
        "filter": {"status": {"$in": list(STATUSES)}, "channelInfo.externalOrderId": {"$eq": reference}},
        "sort": [{"fieldName": "createdDate", "order": "ASC"}],
        "cursorPaging": {"limit": PAGE},
    }


def next_page(cursor: str) -> dict[str, Any]:
    """Write the search for a later page: its cursor already holds filter and order."""
    return {"cursorPaging": {"limit": PAGE, "cursor": cursor}}


def fulfillment_input(quantities: Mapping[str, int], tracking_info: Mapping[str, Any]) -> dict[str, Any]:
    """Write a fulfillment that names every quantity: a line without one would take everything left."""
    lines = [{"id": line, "quantity": count} for line, count in quantities.items()]
    return {"fulfillment": {"lineItems": lines, "trackingInfo": dict(tracking_info)}}


def order_total(request: PurchaseOrderRequest) -> Money:
    """What the supplier was paid for a purchase order: goods, shipping and tax."""
    return _goods(request) + request.shipping + request.tax


def order_input(request: PurchaseOrderRequest) -> dict[str, Any]:
    """Write the order we place at a supplier; the payment follows in a call of its own.

    The customer's e-mail stays out: the supplier's store must not write to the retailer's customer.
    """
    destination = _destination(request.ship_to)
    order: dict[str, Any] = {
        "channelInfo": {"type": "OTHER_PLATFORM", "externalOrderId": request.reference},
        "currency": request.shipping.currency,
        "lineItems": [_line_input(line) for line in request.lines],
        "priceSummary": {
            "subtotal": _price(_goods(request)),
            "shipping": _price(request.shipping),
            "tax": _price(request.tax),
            "discount": _price(Money.zero(request.shipping.currency)),
            "total": _price(order_total(request)),
        },
        "taxIncludedInPrices": False,
        "purchasedDate": iso(request.placed_at),
        "shippingInfo": {
            "title": "Shipping",
            "logistics": {"shippingDestination": destination},
            "cost": {"price": _price(request.shipping)},
        },
        "recipientInfo": destination,
        "billingInfo": destination,
        "customFields": [
            {"title": title, "value": value[:500]}
            for title, value in (
                (NUMBER_FIELD, request.reference),
                ("Retailer", request.retailer_name),
                ("Retailer domain", request.retailer_domain),
                ("Payment reference", request.payment_reference),
            )
            if value
        ],
    }
    if request.tax:
        order["taxInfo"] = {"totalTax": _price(request.tax)}
    notifications = {"sendNotificationToBuyer": False, "sendNotificationsToBusiness": False}
    return {"order": order, "settings": {"notifications": notifications, "orderApprovalStrategy": "DEFAULT"}}


def payment_input(request: PurchaseOrderRequest) -> dict[str, Any]:
    """Write the record that the order was paid, outside of Wix; nothing is charged."""
    payment = {
        "amount": _price(order_total(request)),
        "regularPaymentDetails": {
            "offlinePayment": True,
            "status": "APPROVED",
            "paymentMethod": "Offline",
            "providerTransactionId": request.reference,
        },
        "status": "APPROVED",
    }
    return {"payments": [payment]}


def iso(at: datetime) -> str:
    """Write a time the way Wix does: UTC with milliseconds, rounded down."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _goods(request: PurchaseOrderRequest) -> Money:
    return total([line.unit_cost * line.quantity for line in request.lines], request.shipping.currency)


def _line_input(line: PurchaseOrderLineRequest) -> dict[str, Any]:
    goods: dict[str, Any] = {"shippable": True}
    if line.sku and len(line.sku) <= MAX_SKU:
        goods["sku"] = line.sku
    written: dict[str, Any] = {
        "productName": {"original": line.title[:MAX_TITLE] or line.sku[:MAX_TITLE] or line.reference},
        "itemType": {"preset": "PHYSICAL"},
        "physicalProperties": goods,
        "quantity": line.quantity,
        "price": _price(line.unit_cost),
        "descriptionLines": [{"name": {"original": LINE_REFERENCE}, "plainText": {"original": line.reference}}],
    }
    if line.variant_id:
        product, variant = ids.product_and_variant(line.variant_id)
        written["catalogReference"] = {
            "appId": STORES_APP,
            "catalogItemId": product,
            "options": {"variantId": variant},
        }
    return written


def _destination(address: Address) -> dict[str, Any]:
    first, _, last = address.name.strip().rpartition(" ")
    country, region = address.country, address.region
    postal = {
        "country": country,
        "subdivision": f"{country}-{region}" if country and _REGION_CODE.match(region) else region,
        "city": address.city,
        "postalCode": address.postcode,
        "addressLine": address.line1,
        "addressLine2": address.line2,
    }
    contact = {"firstName": first, "lastName": last, "company": address.company, "phone": address.phone}
    return {
        "address": {key: value for key, value in postal.items() if value},
        "contactDetails": {key: value for key, value in contact.items() if value},
    }


def _price(money: Money) -> dict[str, str]:
    return {"amount": money.format_plain()}
