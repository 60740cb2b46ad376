"""From what an app sends to an order of the store, and to the changes of one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.ecwid.model import FULFILLMENT_STATUSES, PAYMENT_STATUSES, Item, Order
from sandbox.ecwid.notes import kept
from sandbox.ecwid.store import Store

REQUIRED = ("subtotal", "total", "email", "paymentStatus", "fulfillmentStatus")

Check = Callable[[str, Any], Any]


class BadField(Exception):
    """A field that cannot be taken: 400, and nothing was done."""


def _a(kind: type) -> Check:
    def check(name: str, value: Any) -> Any:
        if not isinstance(value, kind):
            raise BadField(f"{name}: a {kind.__name__} is expected")
        return value

    return check


def _amount(name: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadField(f"{name}: a number is expected")
    return Decimal(value)


def _one_of(known: list[str]) -> Check:
    def check(name: str, value: Any) -> Any:
        if value not in known:
            raise BadField(f"{name}: unknown status")
        return value

    return check


_text, _switch, _object, _list = _a(str), _a(bool), _a(dict), _a(list)

# Field of the API to attribute of the model; what is not listed is taken and forgotten.
_FIELDS: dict[str, tuple[str, Check]] = {
    "email": ("email", _text),
    "trackingNumber": ("tracking_number", _text),
    "trackingUrl": ("tracking_url", _text),
    "privateAdminNotes": ("private_notes", _text),
    "orderComments": ("comments", _text),
    "referenceTransactionId": ("reference", _text),
    "externalTransactionId": ("external_transaction", _text),
    "paymentMethod": ("payment_method", _text),
    "subtotal": ("subtotal", _amount),
    "total": ("total", _amount),
    "tax": ("tax", _amount),
    "externalFulfillment": ("external_fulfillment", _switch),
    "disableAllCustomerNotifications": ("notifications_off", _switch),
    "shippingPerson": ("shipping_person", _object),
    "billingPerson": ("billing_person", _object),
    "paymentStatus": ("payment_status", _one_of(PAYMENT_STATUSES)),
    "fulfillmentStatus": ("fulfillment_status", _one_of(FULFILLMENT_STATUSES)),
}
_OPTION: dict[str, tuple[str, Check]] = {
    "shippingRate": ("shipping_rate", _amount),
    "shippingMethodName": ("shipping_method", _text),
}


def order_from(store: Store, given: dict[str, Any]) -> Order:
    """Build (not yet place) the order an app asks for."""
    missing = [name for name in REQUIRED if given.get(name) in (None, "")]
    if missing:
        raise BadField(f"missing: {', '.join(missing)}")
    changes = changes_from(store, given)
    items = changes.pop("items", None)
    if not items:
        raise BadField("an order needs items")
    name, number = store.new_order_id()
    now = store.now()
    return Order(name, number, now, now, items, **changes)


def changes_from(store: Store, given: dict[str, Any]) -> dict[str, Any]:
    """The attributes an app wants to set, checked."""
    changes = _read(given, _FIELDS) | _read(_object("shippingOption", given.get("shippingOption") or {}), _OPTION)
    if "items" in given:
        changes["items"] = [_item(store, row) for row in _list("items", given["items"])]
    if "orderExtraFields" in given:
        # The list replaces the old one.
        changes["extra_fields"] = kept(_list("orderExtraFields", given["orderExtraFields"]))
    return changes


def _read(given: dict[str, Any], fields: dict[str, tuple[str, Check]]) -> dict[str, Any]:
    return {
        attribute: check(name, given[name])
        for name, (attribute, check) in fields.items()
        if given.get(name) is not None
    }


def _item(store: Store, row: Any) -> Item:
    told = _object("items", row)
    quantity = told.get("quantity")
    if type(quantity) is not int or quantity < 1:
        raise BadField("items: a quantity must be at least 1")
    product = variation = None
    if told.get("productId"):
        product = store.products.get(told["productId"])
        if product is None:
            raise BadField("items: unknown productId")
        variation = next((one for one in product.variations if one.id == told.get("combinationId")), None)
        if told.get("combinationId") and variation is None:
            raise BadField("items: unknown combinationId")
    name = str(told.get("name") or (product.name if product else ""))
    if not name:
        raise BadField("items: a name is missing")
    own_sku = (variation.sku if variation else product.sku) if product else ""
    return Item(
        store.new_id("item", 1_828_000_000),
        name,
        str(told.get("sku") or own_sku),
        quantity,
        _amount("price", told.get("price")),
        told.get("isShippingRequired") is not False,
        product,
        variation,
    )
