"""REST-shaped webhook bodies: snake_case, numeric ids, money as text (https://shopify.dev/docs/api/webhooks)."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.shopify.model import Line, Order, Parcel, PostalAddress, ShippingCharge, gid

if TYPE_CHECKING:
    from sandbox.shopify.store import Store

# The REST words differ from the GraphQL enums.
FULFILLMENT_WORDS = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}


def bag(amount: Decimal, currency: str) -> dict[str, dict[str, str]]:
    """An amount in both currencies, which are the same one here."""
    money = {"amount": plain(amount), "currency_code": currency}
    return {"shop_money": money, "presentment_money": dict(money)}


def plain(amount: Decimal) -> str:
    """An amount as Shopify writes it: at least two decimals."""
    return f"{amount:.2f}"


def address_payload(address: PostalAddress | None) -> dict[str, Any] | None:
    """A postal address; empty fields are null."""
    if address is None:
        return None
    fields = (
        "first_name address1 phone city zip province country last_name address2 company name country_code province_code"
    ).split()
    return {**{name: getattr(address, name) or None for name in fields}, "latitude": None, "longitude": None}


def line_payload(order: Order, line: Line) -> dict[str, Any]:
    """One order line."""
    status = None
    if line.fulfilled:
        status = "fulfilled" if line.to_ship == 0 else "partial"
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "current_quantity": line.current_quantity,
        "fulfillable_quantity": line.to_ship,
        "fulfillment_service": "manual",
        "fulfillment_status": status,
        "gift_card": line.gift_card,
        "grams": 0,
        "name": f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
        "price": plain(line.price),
        "price_set": bag(line.price, order.currency),
        "product_exists": line.product_id is not None,
        "product_id": line.product_id,
        "properties": [{"name": name, "value": value} for name, value in line.attributes],
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sku": line.sku or None,
        "taxable": line.taxable,
        "title": line.title,
        "total_discount": "0.00",
        "total_discount_set": bag(Decimal(0), order.currency),
        "variant_id": line.variant.id if line.variant else None,
        "variant_inventory_management": "shopify" if line.variant else None,
        "variant_title": line.variant_title or None,
        "vendor": line.vendor or None,
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
    }


def _charge_payload(order: Order, charge: ShippingCharge) -> dict[str, Any]:
    return {
        "id": charge.id,
        "code": charge.code or None,
        "current_discounted_price_set": bag(charge.price, order.currency),
        "discounted_price": plain(charge.price),
        "discounted_price_set": bag(charge.price, order.currency),
        "is_removed": False,
        "phone": None,
        "price": plain(charge.price),
        "price_set": bag(charge.price, order.currency),
        "source": charge.source,
        "title": charge.title,
        "tax_lines": [],
        "discount_allocations": [],
    }


def _amounts(order: Order) -> dict[str, Any]:
    amounts: dict[str, Decimal] = {
        "current_subtotal_price": order.subtotal,
        "current_total_discounts": Decimal(0),
        "current_total_price": order.current_total,
        "current_total_tax": order.current_tax,
        "subtotal_price": order.sold_subtotal,
        "total_discounts": Decimal(0),
        "total_line_items_price": order.sold_subtotal,
        "total_price": order.total,
        "total_tax": order.tax,
    }
    money: dict[str, Any] = {name: plain(amount) for name, amount in amounts.items()}
    money |= {f"{name}_set": bag(amount, order.currency) for name, amount in amounts.items()}
    return money


def order_payload(store: "Store", order: Order) -> dict[str, Any]:
    """A whole order, for orders/*."""
    return {
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "app_id": None,
        "buyer_accepts_marketing": False,
        "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
        "cancelled_at": store.local(order.cancelled_at) if order.cancelled_at else None,
        "closed_at": store.local(order.closed_at) if order.closed_at else None,
        "confirmed": True,
        "contact_email": order.email or None,
        "created_at": store.local(order.created_at),
        "currency": order.currency,
        "current_shipping_price_set": bag(order.current_shipping, order.currency),
        **_amounts(order),
        "customer_locale": "fr" if store.country == "FR" else "en",
        "discount_codes": [],
        "email": order.email,
        "financial_status": order.financial_status.lower(),
        "fulfillment_status": FULFILLMENT_WORDS.get(order.fulfillment_status),
        "name": order.name,
        "note": order.note or None,
        "note_attributes": [{"name": name, "value": value} for name, value in order.attributes],
        "number": order.number - 1000,
        "order_number": order.number,
        "payment_gateway_names": sorted({payment.gateway for payment in order.payments}),
        "phone": order.phone or None,
        "presentment_currency": order.currency,
        "processed_at": store.local(order.processed_at),
        "source_identifier": order.source_identifier,
        "source_name": order.source_name,
        "tags": ", ".join(order.tags),
        "tax_lines": [],
        "taxes_included": order.taxes_included,
        "test": order.test,
        "total_outstanding": plain(order.outstanding),
        "total_shipping_price_set": bag(order.shipping_price, order.currency),
        "total_weight": 0,
        "updated_at": store.local(order.updated_at),
        "user_id": None,
        "billing_address": address_payload(order.bill_to),
        "discount_applications": [],
        "fulfillments": [parcel_payload(store, parcel) for parcel in order.parcels],
        "line_items": [line_payload(order, line) for line in order.lines],
        "refunds": [],
        "returns": [],
        "shipping_address": address_payload(order.ship_to),
        "shipping_lines": [_charge_payload(order, charge) for charge in order.shipping],
    }


def parcel_payload(store: "Store", parcel: Parcel) -> dict[str, Any]:
    """A fulfillment, for fulfillments/* and inside an order."""
    numbers, urls = parcel.tracking.numbers, [url for url in parcel.tracking.urls if url]
    order = parcel.order
    lines = []
    for _, line, count in parcel.lines:
        shown = {**line_payload(order, line), "quantity": count}
        del shown["current_quantity"]
        lines.append(shown)
    return {
        "id": parcel.id,
        "order_id": order.id,
        "status": parcel.status.lower(),
        "created_at": store.local(parcel.created_at),
        "service": "manual",
        "updated_at": store.local(parcel.updated_at),
        "tracking_company": parcel.tracking.company or None,
        "shipment_status": None,
        "location_id": parcel.location_id,
        "origin_address": None,
        "email": order.email,
        "destination": address_payload(order.ship_to),
        "line_items": lines,
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": urls[0] if urls else None,
        "tracking_urls": urls,
        "receipt": {},
        "name": parcel.name,
        "admin_graphql_api_id": gid("Fulfillment", parcel.id),
    }


def refund_payload(store: "Store", order: Order, number: int, items: list[tuple[Line, int]]) -> dict[str, Any]:
    """A refund, for refunds/create."""
    payment = order.payments[-1]
    return {
        "id": number,
        "admin_graphql_api_id": gid("Refund", number),
        "order_id": order.id,
        "created_at": store.local(payment.created_at),
        "processed_at": store.local(payment.created_at),
        "note": None,
        "refund_line_items": [
            {"line_item_id": line.id, "quantity": count, "line_item": line_payload(order, line)}
            for line, count in items
        ],
        "transactions": [{"id": payment.id, "order_id": order.id, "kind": "refund", "amount": plain(payment.amount)}],
    }
