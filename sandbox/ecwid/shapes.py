"""Ecwid's JSON: what the REST API answers with. Money is a JSON number, and the order names no currency."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.ecwid.model import Item, Order, Product, Variation
from sandbox.ecwid.store import Store


def number(amount: Decimal) -> int | float:
    """An amount as Ecwid writes it: 10, 9.09."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def date(at: datetime) -> str:
    """A time as Ecwid writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S +0000")


def order_json(store: Store, order: Order) -> dict[str, Any]:
    """A whole order. `shippingPerson` is missing when nothing is sent."""
    told = {
        "id": order.id,
        "internalId": order.internal_id,
        "orderNumber": order.internal_id,
        "vendorOrderNumber": order.id,
        "publicUid": order.id,
        "email": order.email,
        "lang": "fr" if store.country == "FR" else "en",
        "subtotal": number(order.subtotal),
        "total": number(order.total),
        "tax": number(order.tax),
        "couponDiscount": 0,
        "discount": 0,
        "refundedAmount": number(order.refunded),
        "paymentStatus": order.payment_status,
        "fulfillmentStatus": order.fulfillment_status,
        "paymentMethod": order.payment_method,
        "orderComments": order.comments,
        "createDate": date(order.created_at),
        "updateDate": date(order.updated_at),
        "createTimestamp": int(order.created_at.timestamp()),
        "updateTimestamp": int(order.updated_at.timestamp()),
        "items": [_item_json(store, item) for item in order.items],
        "refunds": [
            {"date": date(at), "source": "CP", "reason": reason, "amount": number(amount)}
            for at, reason, amount in order.refunds
        ],
        "shippingPerson": order.shipping_person,
        "billingPerson": order.billing_person,
        "shippingOption": {
            "shippingMethodName": order.shipping_method,
            "shippingRate": number(order.shipping_rate),
            "isPickup": order.picked_up,
            "fulfillmentType": "PICKUP" if order.picked_up else "SHIPPING",
        },
        "shipments": [],
        "trackingNumber": order.tracking_number or None,
        "trackingUrl": order.tracking_url or None,
        "extraFields": {field["id"]: field.get("value", "") for field in order.extra_fields},
        "orderExtraFields": order.extra_fields,
        "privateAdminNotes": order.private_notes or None,
        "referenceTransactionId": order.reference or None,
        "externalTransactionId": order.external_transaction or None,
        "externalFulfillment": order.external_fulfillment,
        "disableAllCustomerNotifications": order.notifications_off,
        "pricesIncludeTax": False,
        "hidden": False,
    }
    return {key: value for key, value in told.items() if value is not None}


def _item_json(store: Store, item: Item) -> dict[str, Any]:
    told = {
        "id": item.id,
        "productId": item.product.id if item.product else None,
        "combinationId": item.variation.id if item.variation else None,
        "name": item.name,
        "sku": item.sku,
        "quantity": item.quantity,
        "price": number(item.price),
        "productPrice": number(item.price),
        "tax": 0,
        "shipping": 0,
        "isShippingRequired": item.requires_shipping,
        "digital": False,
        "giftCard": item.gift_card,
        "imageUrl": picture_url(store, item.product) if item.product else None,
        "couponApplied": False,
        "discounts": [],
        "selectedOptions": item.options,
    }
    return {key: value for key, value in told.items() if value is not None}


def option_json(value: str) -> dict[str, Any]:
    """The chosen option of a line."""
    return {"name": "Format", "type": "CHOICE", "value": value, "valuesArray": [value]}


def picture_url(store: Store, product: Product) -> str:
    """Where a product's drawing lies."""
    return f"{store.world.settings.base_url}/pictures/{product.picture}.svg"


def product_json(store: Store, product: Product) -> dict[str, Any]:
    """A product with its variations; a variation's price is its own only when it differs from the product's."""
    return {
        "id": product.id,
        "sku": product.sku,
        "name": product.name,
        "price": number(product.price),
        "defaultDisplayedPrice": number(product.price),
        "enabled": True,
        "inStock": product.stock > 0,
        **_stock_json(product),
        "isShippingRequired": True,
        "url": f"https://{store.seed['domain']}/products/{product.id}",
        "imageUrl": picture_url(store, product),
        "attributes": _attributes(product.ean) if not product.variations else [],
        "options": _options(product),
        "combinations": [_variation_json(product, variation) for variation in product.variations],
    }


def _options(product: Product) -> list[dict[str, Any]]:
    if not product.variations:
        return []
    choices = [
        {
            "text": one.value,
            "priceModifier": number(one.price - product.price),
            "priceModifierType": "ABSOLUTE",
        }
        for one in product.variations
    ]
    return [{"type": "SELECT", "name": "Format", "choices": choices, "required": True}]


def _variation_json(product: Product, variation: Variation) -> dict[str, Any]:
    return {
        "id": variation.id,
        "combinationNumber": product.variations.index(variation) + 1,
        "sku": variation.sku,
        "options": [{"name": "Format", "value": variation.value}],
        "defaultDisplayedPrice": number(variation.price),
        "inStock": variation.stock > 0,
        **_stock_json(variation),
        "attributes": _attributes(variation.ean),
    }


def _stock_json(told: Product | Variation) -> dict[str, Any]:
    return {"unlimited": False, "quantity": told.stock}


def _attributes(ean: str) -> list[dict[str, Any]]:
    return [{"id": 1, "type": "UPC", "name": "UPC", "value": ean}]


def profile_json(store: Store) -> dict[str, Any]:
    """The store's profile, as far as apps need it."""
    site = f"https://{store.seed['domain']}"
    return {
        "generalInfo": {
            "storeId": int(store.id),
            "storeUrl": site,
            "websitePlatform": "instantsite",
            "starterSite": {"ecwidSubdomain": store.seed["domain"].partition(".")[0], "generatedUrl": site},
        },
        "account": {"accountName": store.name, "accountEmail": store.seed["email"], "suspended": False, "paid": True},
        "settings": {"closed": False, "storeName": store.name},
        "formatsAndUnits": {"currency": store.currency, "currencyPrecision": 2, "timezone": "Europe/Paris"},
        "languages": {"enabledLanguages": ["fr"], "defaultLanguage": "fr"},
    }


def trimmed(answer: Any, fields: str) -> Any:
    """What `responseFields` leaves of an answer: `total,items(id,email)`."""
    return _trim(answer, _parse(fields)[0]) if fields else answer


Tree = dict[str, "Tree"]


def _parse(fields: str, start: int = 0) -> tuple[Tree, int]:
    tree: Tree = {}
    name, place = "", start
    while place < len(fields) and fields[place] != ")":
        if fields[place] == "(":
            tree[name.strip()], place = _parse(fields, place + 1)
            name = ""
        elif fields[place] == ",":
            if name.strip():
                tree[name.strip()] = {}
            name = ""
        else:
            name += fields[place]
        place += 1
    if name.strip():
        tree[name.strip()] = {}
    return tree, place


def _trim(value: Any, tree: Tree) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_trim(one, tree) for one in value]
    return {key: _trim(value[key], below) for key, below in tree.items() if key in value}
