"""Rows as the V2 and V3 APIs write them."""

from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from sandbox.bigcommerce.carriers import PROVIDERS
from sandbox.bigcommerce.model import (
    STATUSES,
    Destination,
    Hook,
    Line,
    Order,
    Place,
    Product,
    Refund,
    Shipment,
    Variant,
)
from sandbox.bigcommerce.parcels import tracking_page
from sandbox.bigcommerce.store import Store

LINES_INCLUDED = 250
"""How many lines of one address come with the order; the rest has to be read from the lines' own list."""


def order_shape(store: Store, order: Order, included: bool) -> dict[str, Any]:
    """An order; `included` brings addresses and lines, otherwise there are only links to them."""
    resource = f"/orders/{order.id}"
    money = {
        "subtotal": (order.subtotal, order.subtotal),
        "shipping_cost": (order.shipping, order.shipping),
        "handling_cost": (Decimal(0), Decimal(0)),
        "wrapping_cost": (Decimal(0), Decimal(0)),
        "total": (order.total - order.tax, order.total),
    }
    shape: dict[str, Any] = {
        "id": order.id,
        "customer_id": 0,
        "date_created": _date(order.created_at),
        "date_modified": _date(order.modified_at),
        "date_shipped": _date(order.shipments[-1].created_at) if order.shipments and order.status_id == 2 else "",
        "status_id": order.status_id,
        "status": STATUSES.get(order.status_id, "Custom"),
        "custom_status": STATUSES.get(order.status_id, "Custom"),
        "items_total": sum(line.quantity for line in order.lines),
        "items_shipped": sum(line.shipped for line in order.lines),
        "payment_method": order.payment_method,
        "payment_provider_id": "",
        "payment_status": "captured" if order.financial_status == "PAID" and order.source == "www" else "",
        # Always nothing: what was refunded is told by V3.
        "refunded_amount": "0.0000",
        "order_is_digital": not order.destinations,
        "currency_id": 1,
        "currency_code": order.currency,
        "currency_exchange_rate": "1.0000000000",
        "default_currency_id": 1,
        "default_currency_code": order.currency,
        "store_default_currency_code": store.currency,
        "store_default_to_transactional_exchange_rate": "1.0000000000",
        "customer_locale": "fr" if store.country == "FR" else "en",
        "staff_notes": order.staff_notes,
        "customer_message": order.customer_message,
        "discount_amount": _four(order.discount),
        "coupon_discount": "0.0000",
        "shipping_address_count": len(order.destinations),
        "is_deleted": order.is_deleted,
        "is_tax_inclusive_pricing": False,
        "total_tax": _four(order.tax),
        "billing_address": {**_address(order.billing), "form_fields": []},
        "order_source": order.source,
        "channel_id": 1,
        "external_source": order.external_source,
        "external_id": None,
        "external_merchant_id": None,
        "external_order_id": order.external_order_id,
        "products": _link(store, f"{resource}/products"),
        "shipping_addresses": _link(store, f"{resource}/shipping_addresses"),
        "coupons": _link(store, f"{resource}/coupons"),
        "consignments": consignments(order) if included else _link(store, f"{resource}/consignments"),
    }
    for name, (net, gross) in money.items():
        shape[f"{name}_ex_tax"], shape[f"{name}_inc_tax"] = _four(net), _four(gross)
    return shape


def consignments(order: Order) -> dict[str, Any]:
    """Addresses with their lines, in the object structure."""
    downloads = [line for line in order.lines if line.digital]
    return {
        "pickups": [],
        "shipping": [_consignment(order, one) for one in order.destinations],
        "downloads": [
            {"recipient_email": order.billing.email, "line_items": [line_shape(order, line) for line in downloads]}
        ]
        if downloads
        else [],
        "email": {"gift_certificates": []},
    }


def _consignment(order: Order, one: Destination) -> dict[str, Any]:
    lines = [line for line in order.lines if line.destination is one and not line.digital]
    return {
        "id": one.id,
        **_address(one.place),
        "form_fields": [],
        "line_items": [line_shape(order, line) for line in lines[:LINES_INCLUDED]],
        "items_total": sum(line.quantity for line in lines),
        "items_shipped": sum(line.shipped for line in lines),
        "shipping_method": "Flat rate",
        # Numbers here, texts everywhere else, as the schema has it.
        "base_cost": _plain_number(one.shipping),
        "cost_ex_tax": _plain_number(one.shipping),
        "cost_inc_tax": _plain_number(one.shipping),
        "cost_tax": 0,
    }


def line_shape(order: Order, line: Line) -> dict[str, Any]:
    """One line of an order; `id` is the line's own, `product_id` the catalogue's."""
    variant = line.variant
    whole = line.price * line.quantity
    discount = {"id": "manual-discount", "amount": _four(line.discount), "name": "Manual Discount", "code": None}
    options = [_option(line, variant)] if variant else []
    return {
        "id": line.id,
        "order_id": order.id,
        "product_id": variant.product.id if variant else 0,
        "variant_id": variant.id if variant else 0,
        "order_pickup_method_id": 0,
        "order_address_id": line.destination.id if line.destination else 0,
        "name": line.name,
        "name_customer": line.name,
        "name_merchant": line.name_merchant or line.name,
        "sku": line.sku,
        "upc": variant.upc if variant else "",
        "type": "digital" if line.digital else "physical",
        "base_price": _four(line.price),
        "price_ex_tax": _four(line.price),
        "price_inc_tax": _four(line.price),
        "price_tax": "0.0000",
        "base_total": _four(whole),
        "total_ex_tax": _four(whole),
        "total_inc_tax": _four(whole),
        "total_tax": "0.0000",
        "quantity": line.quantity,
        "is_refunded": line.refunded == line.quantity,
        "quantity_refunded": line.refunded,
        "quantity_shipped": line.shipped,
        "refund_amount": "0.0000",
        "applied_discounts": [{**discount, "target": "order"}] if line.discount else [],
        "discounted_total_inc_tax": _four(whole - line.discount),
        "product_options": options,
        "configurable_fields": [],
        "gift_certificate_id": None,
        "parent_order_product_id": None,
        "is_bundled_product": False,
        "external_id": None,
        "brand": variant.product.vendor if variant else "",
    }


def shipment_shape(shipment: Shipment) -> dict[str, Any]:
    """A shipment; its items name lines."""
    return {
        "id": shipment.id,
        "order_id": shipment.order.id,
        "customer_id": 0,
        "order_address_id": shipment.destination.id,
        "date_created": _date(shipment.created_at),
        "tracking_number": shipment.tracking_number,
        "merchant_shipping_cost": "0.0000",
        "shipping_method": shipment.shipping_method,
        "comments": shipment.comments,
        "shipping_provider": shipment.shipping_provider,
        "tracking_carrier": shipment.tracking_carrier,
        "tracking_link": shipment.tracking_link,
        "billing_address": _address(shipment.order.billing),
        "shipping_address": _address(shipment.destination.place),
        "items": [
            {
                "order_product_id": line.id,
                "product_id": line.variant.product.id if line.variant else 0,
                "quantity": count,
            }
            for line, count in shipment.items
        ],
        "shipping_provider_display_name": PROVIDERS.get(shipment.shipping_provider, ""),
        "generated_tracking_link": tracking_page(shipment),
    }


def shipping_address_shape(order: Order, one: Destination) -> dict[str, Any]:
    """One ship-to address."""
    lines = [line for line in order.lines if line.destination is one]
    return {
        "id": one.id,
        "order_id": order.id,
        **_address(one.place),
        "items_total": sum(line.quantity for line in lines),
        "items_shipped": sum(line.shipped for line in lines),
        "shipping_method": "Flat rate",
        "base_cost": _four(one.shipping),
        "cost_ex_tax": _four(one.shipping),
        "cost_inc_tax": _four(one.shipping),
        "cost_tax": "0.0000",
        "form_fields": [],
    }


def refund_shape(order: Order, refund: Refund) -> dict[str, Any]:
    """A refund, in V3."""
    return {
        "id": refund.id,
        "order_id": order.id,
        "user_id": 1,
        "created": refund.created_at.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "reason": "",
        "total_amount": _plain_number(refund.amount),
        "total_tax": 0,
        "uses_merchant_override_values": False,
        "payments": [
            {
                "id": refund.id,
                "provider_id": "custom",
                "amount": _plain_number(refund.amount),
                "offline": True,
                "is_declined": False,
            }
        ],
        "items": [
            {
                "item_type": "PRODUCT",
                "item_id": line.id,
                "quantity": count,
                "requested_amount": _plain_number(line.price * count),
            }
            for line, count in refund.items
        ],
    }


def product_shape(store: Store, product: Product) -> dict[str, Any]:
    """A product with its variants and picture, in V3. Prices are numbers there."""
    picture = f"{store.world.settings.base_url}/pictures/{product.picture}.svg"
    return {
        "id": product.id,
        "name": product.name,
        "type": "physical",
        "sku": "",
        "price": _plain_number(product.variants[0].price),
        "inventory_tracking": "variant",
        "inventory_level": sum(variant.stock for variant in product.variants),
        "upc": "",
        "is_visible": True,
        "availability": "available",
        "custom_url": {"url": f"/{product.name.lower().replace(' ', '-')}/", "is_customized": False},
        "primary_image": {"id": product.id, "product_id": product.id, "url_standard": picture, "is_thumbnail": True},
        "variants": [_variant(product, variant) for variant in product.variants],
    }


def _variant(product: Product, variant: Variant) -> dict[str, Any]:
    return {
        "id": variant.id,
        "product_id": product.id,
        "sku": variant.sku,
        "price": _plain_number(variant.price),
        "calculated_price": _plain_number(variant.price),
        "inventory_level": variant.stock,
        "upc": variant.upc,
        "image_url": "",
        "purchasing_disabled": False,
        "option_values": [
            {
                "id": variant.id,
                "label": variant.title,
                "option_id": product.id,
                "option_display_name": "Choice",
            }
        ],
    }


def hook_shape(store: Store, hook: Hook) -> dict[str, Any]:
    """A hook, in V3."""
    return {
        "id": hook.id,
        "client_id": hook.client_id,
        "store_hash": store.external_id,
        "scope": hook.scope,
        "destination": hook.destination,
        "headers": hook.headers or None,
        "is_active": hook.is_active,
        "created_at": int(hook.created_at.timestamp()),
        "updated_at": int(hook.updated_at.timestamp()),
    }


def store_shape(store: Store) -> dict[str, Any]:
    """The store's profile."""
    return {
        "id": store.external_id,
        "account_uuid": "12345678-90ab-cdef-1234-567890abcdef",
        "domain": store.seed["domain"],
        "secure_url": f"https://{store.seed['domain']}",
        "status": "live",
        "name": store.name,
        "country": store.country,
        "country_code": store.country,
        "admin_email": store.seed["email"],
        "order_email": store.seed["email"],
        "language": "en",
        "currency": store.currency,
        "decimal_places": 2,
        "plan_name": "Plus",
        "plan_level": "Plus",
        "plan_is_trial": False,
        "is_price_entered_with_tax": False,
        "store_id": int(store.store_id),
        "default_channel_id": 1,
    }


def _option(line: Line, variant: Variant) -> dict[str, Any]:
    return {
        "id": line.id,
        "option_id": variant.product.id,
        "order_product_id": line.id,
        "product_option_id": variant.product.id,
        "display_name": "Choice",
        "display_value": variant.title,
        "value": str(variant.id),
        "type": "Multiple choice",
        "name": "Choice",
        "display_style": "Rectangle",
    }


def _address(place: Place) -> dict[str, str]:
    return {
        "first_name": place.first_name,
        "last_name": place.last_name,
        "company": place.company,
        "street_1": place.address1,
        "street_2": place.address2,
        "city": place.city,
        "state": place.province,
        "zip": place.zip,
        "country": place.country,
        "country_iso2": place.country_code,
        "phone": place.phone,
        "email": place.email,
    }


def _link(store: Store, resource: str) -> dict[str, str]:
    return {"url": f"{store.api_url}/v2{resource}", "resource": resource}


def _four(amount: Decimal) -> str:
    return f"{amount:.4f}"


def _plain_number(amount: Decimal) -> float:
    return float(amount)


def _date(moment: datetime) -> str:
    return format_datetime(moment)
