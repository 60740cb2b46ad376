"""Rows as the REST API writes them."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.woocommerce.model import (
    Charge,
    Fulfillment,
    Line,
    Meta,
    Note,
    Order,
    PostalAddress,
    Product,
    Refund,
    Tracker,
    Variant,
    Webhook,
)

if TYPE_CHECKING:
    from sandbox.woocommerce.store import Store

Shape = dict[str, Any]


def gmt(moment: datetime | None) -> str | None:
    """A time in UTC, without saying so."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") if moment else None


def local(store: "Store", moment: datetime | None) -> str | None:
    """A time in the shop's own zone, without saying which."""
    return gmt(moment.astimezone(store.zone)) if moment else None


def money(amount: Decimal) -> str:
    """An amount with the shop's decimals."""
    return f"{amount:.2f}"


def _times(store: "Store", **moments: datetime | None) -> Shape:
    written: Shape = {}
    for name, moment in moments.items():
        written[name] = local(store, moment)
        written[f"{name}_gmt"] = gmt(moment)
    return written


def _metas(entries: list[Meta]) -> list[Shape]:
    return [{"id": entry.id, "key": entry.key, "value": entry.value} for entry in entries]


def order_shape(store: "Store", order: Order) -> Shape:
    """An order."""
    times = _times(
        store,
        date_created=order.created_at,
        date_modified=order.modified_at,
        date_paid=order.paid_at,
        date_completed=order.completed_at,
    )
    return {
        "id": order.id,
        "parent_id": 0,
        "number": str(order.id),
        "order_key": f"wc_order_{order.id}",
        "created_via": order.created_via,
        "version": "10.9.0",
        "status": order.status,
        "currency": order.currency,
        **times,
        "discount_total": money(sum((line.subtotal - line.total for line in order.lines), Decimal(0))),
        "shipping_total": money(order.shipping_total),
        "shipping_tax": "0.00",
        "cart_tax": money(order.total_tax),
        "total": money(order.total),
        "total_tax": money(order.total_tax),
        "prices_include_tax": store.prices_include_tax,
        "customer_id": 0,
        "customer_note": order.note,
        "billing": {**address_shape(order.bill_to), "email": order.bill_to.email},
        "shipping": address_shape(order.ship_to or PostalAddress()),
        "payment_method": order.payment_method,
        "payment_method_title": order.payment_title,
        "transaction_id": order.transaction_id,
        "meta_data": _metas(order.meta),
        "line_items": [line_shape(store, line) for line in order.lines],
        "tax_lines": [],
        "shipping_lines": [charge_shape(charge) for charge in order.shipping],
        "fee_lines": [charge_shape(charge) for charge in order.fees],
        "coupon_lines": [],
        "refunds": [
            {"id": refund.id, "reason": refund.reason, "total": f"-{money(refund.amount)}"} for refund in order.refunds
        ],
        "payment_url": "",
        "is_editable": order.status in ("pending", "on-hold"),
        "needs_payment": order.status in ("pending", "failed"),
        "needs_processing": any(not line.virtual for line in order.lines),
        "currency_symbol": "€" if order.currency == "EUR" else order.currency,
        "_links": {"self": [{"href": f"{store.home}/wp-json/wc/v3/orders/{order.id}"}]},
    }


def line_shape(store: "Store", line: Line) -> Shape:
    """A line: a variation has its own id beside its product's; goods that are gone have neither."""
    variant = line.variant
    variable = variant is not None and variant.product.variable
    return {
        "id": line.id,
        "name": f"{line.title} - {variant.title}" if variant and variable else line.title,
        "product_id": variant.product.id if variant else 0,
        "variation_id": variant.id if variant and variable else 0,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": money(line.subtotal),
        "subtotal_tax": money(line.total_tax),
        "total": money(line.total),
        "total_tax": money(line.total_tax),
        "taxes": [],
        "meta_data": _metas(line.meta),
        "sku": line.sku or None,
        "price": float(line.total / max(line.quantity, 1)),
        "image": {"id": "", "src": picture(store, variant) if variant else ""},
        "parent_name": line.title if variable else None,
    }


def charge_shape(charge: Charge) -> Shape:
    """A shipping line or a fee."""
    title = {"method_title": charge.title, "method_id": charge.method} if charge.method else {"name": charge.title}
    return {"id": charge.id, **title, "total": money(charge.total), "total_tax": "0.00", "taxes": [], "meta_data": []}


def address_shape(address: PostalAddress) -> Shape:
    """A postal address."""
    return {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address_1": address.address1,
        "address_2": address.address2,
        "city": address.city,
        "state": address.province_code,
        "postcode": address.zip,
        "country": address.country_code,
        "phone": address.phone,
    }


def refund_shape(store: "Store", refund: Refund) -> Shape:
    """A refund: its lines are lines of their own, with the pieces below zero."""
    return {
        "id": refund.id,
        **_times(store, date_created=refund.created_at),
        "amount": money(refund.amount),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [
            {
                "id": number,
                "name": line.title,
                "product_id": line.variant.product.id if line.variant else 0,
                "variation_id": line.variant.id if line.variant and line.variant.product.variable else 0,
                "quantity": -count,
                "total": money(-line.total * count / max(line.quantity, 1)),
                "sku": line.sku or None,
                "meta_data": [{"id": number, "key": "_refunded_item_id", "value": str(line.id)}],
            }
            for number, line, count in refund.items
        ],
    }


def note_shape(store: "Store", note: Note) -> Shape:
    """A note."""
    return {
        "id": note.id,
        "author": "WooCommerce",
        **_times(store, date_created=note.created_at),
        "note": note.text,
        "customer_note": note.to_customer,
    }


def fulfillment_shape(order: Order, parcel: Fulfillment) -> Shape:
    """A fulfillment of the shop's own feature."""
    dates = [Meta(0, "_date_fulfilled", gmt(parcel.fulfilled_at))] if parcel.fulfilled_at else []
    return {
        "id": parcel.id,
        "entity_type": "WC_Order",
        "entity_id": str(order.id),
        "status": parcel.status,
        "is_fulfilled": parcel.is_fulfilled,
        "date_updated": f"{gmt(parcel.updated_at)}Z",
        "date_deleted": None,
        "meta_data": _metas([*parcel.meta, *dates]),
    }


def tracker_shape(tracker: Tracker) -> Shape:
    """A tracking of the extension."""
    return {
        "tracking_id": tracker.id,
        "tracking_provider": tracker.provider,
        "tracking_link": tracker.link,
        "tracking_number": tracker.number,
        "date_shipped": tracker.shipped_on,
    }


def webhook_shape(store: "Store", hook: Webhook) -> Shape:
    """A webhook, without its secret."""
    resource, _, event = hook.topic.partition(".")
    return {
        "id": hook.id,
        "name": hook.name,
        "status": hook.status,
        "topic": hook.topic,
        "resource": resource,
        "event": event,
        "hooks": [],
        "delivery_url": hook.delivery_url,
        **_times(store, date_created=hook.created_at, date_modified=hook.modified_at),
    }


def product_shape(store: "Store", product: Product) -> Shape:
    """A product of the catalogue."""
    single = None if product.variable else product.variants[0]
    return {
        "id": product.id,
        "name": product.title,
        "slug": f"p-{product.id}",
        "permalink": f"https://{store.external_id}/produit/p-{product.id}/",
        "type": "variable" if product.variable else "simple",
        "status": "publish",
        "virtual": product.virtual,
        "purchasable": True,
        "sku": single.sku if single else "",
        "price": money(min(variant.price for variant in product.variants)),
        "global_unique_id": single.ean if single else "",
        "manage_stock": single is not None and not product.virtual,
        "stock_quantity": single.stock if single and not product.virtual else None,
        "stock_status": "instock" if not single or single.stock > 0 or product.virtual else "outofstock",
        "backorders": "no",
        "images": [{"id": product.id, "src": f"{store.world.settings.base_url}/pictures/{product.picture}.svg"}],
        "attributes": [],
        "variations": [variant.id for variant in product.variants] if product.variable else [],
        "meta_data": [],
    }


def variation_shape(store: "Store", variant: Variant) -> Shape:
    """A variation; asked for as a product it has the same fields and a type."""
    return {
        "id": variant.id,
        "type": "variation",
        "parent_id": variant.product.id,
        "name": f"{variant.product.title} - {variant.title}",
        "permalink": f"https://{store.external_id}/produit/p-{variant.product.id}/?variation={variant.id}",
        "status": "publish",
        "virtual": variant.product.virtual,
        "purchasable": True,
        "sku": variant.sku,
        "price": money(variant.price),
        "global_unique_id": variant.ean,
        "manage_stock": True,
        "stock_quantity": variant.stock,
        "stock_status": "instock" if variant.stock > 0 else "outofstock",
        "backorders": "no",
        "image": {"id": variant.id, "src": picture(store, variant)},
        "attributes": [{"id": 1, "name": "Modèle", "option": variant.title}],
        "meta_data": [],
    }


def picture(store: "Store", variant: Variant) -> str:
    """Where the drawing of a product lies."""
    return f"{store.world.settings.base_url}/pictures/{variant.product.picture}.svg"
