"""What people do in a store by hand: buy, pay, edit, cancel, refund, ship. Pages and JSON share these."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.core.shopping import Body, Refusal, decimal_of, numbers_in, whole
from sandbox.ecwid import orders
from sandbox.ecwid.model import Item, Order, Parcel
from sandbox.ecwid.notes import noted_parcels
from sandbox.ecwid.shapes import option_json
from sandbox.ecwid.store import Store, person_from
from sandbox.seed import ADDRESSES


def buy(store: Store, body: Body) -> Order:
    """A customer orders. Body: lines [{sku | variant_id, quantity} or {title, price, quantity}], paid, address."""
    items = [_item(store, row) for row in body.get("lines") or []]
    if not items:
        raise Refusal("An order needs at least one line.")
    address = dict(body.get("address") or default_address(store))
    person = person_from(address)
    name, number = store.new_order_id()
    now = store.now()
    subtotal = sum((item.price * item.quantity for item in items), Decimal(0))
    digital = bool(body.get("digital"))
    rate = Decimal(0) if digital else decimal_of(body.get("shipping", "4.90"))
    order = Order(
        name,
        number,
        now,
        now,
        items,
        "PAID" if body.get("paid", True) else "AWAITING_PAYMENT",
        "AWAITING_PROCESSING",
        str(body.get("email") or address.get("email") or "customer@example.com"),
        subtotal,
        subtotal + rate,
        shipping_rate=rate,
        picked_up=bool(body.get("pickup")),
        shipping_person=None if digital else person,
        billing_person=person,
        comments=str(body.get("note") or ""),
    )
    return orders.place_order(store, order, "storefront")


def default_address(store: Store) -> dict[str, str]:
    """The preset that lives in the store's country."""
    return next((row for row in ADDRESSES if row["country_code"] == store.country), ADDRESSES[0])


def pay(store: Store, order: Order, body: Body) -> None:
    """The customer pays."""
    orders.mark_paid(store, order, "admin")


def cancel(store: Store, order: Order, body: Body) -> None:
    """The owner cancels. Body: reason, refund, restock."""
    reason = str(body.get("reason") or "CUSTOMER").upper()
    orders.cancel_order(store, order, reason, bool(body.get("refund", True)), bool(body.get("restock", True)), "admin")


def edit(store: Store, order: Order, body: Body) -> None:
    """The owner edits. Body: quantities {line id or SKU: new quantity}, address {...}, note."""
    quantities = {_item_of(order, key).id: whole(value) for key, value in (body.get("quantities") or {}).items()}
    orders.edit_order(store, order, quantities, body.get("address"), body.get("note"), "admin")


def refund(store: Store, order: Order, body: Body) -> None:
    """The owner gives money back. Body: amount (default: everything), reason."""
    amount = decimal_of(body["amount"]) if body.get("amount") not in (None, "") else None
    orders.refund_order(store, order, amount, str(body.get("reason") or ""), "admin")


def delete(store: Store, order: Order, body: Body) -> None:
    """Erase an order."""
    orders.delete_order(store, order, "admin")


def ship(store: Store, order: Order, body: Body) -> None:
    """Ship all that is left, or lines {line id or SKU: quantity}. Body: company, number(s)."""
    lines = {_item_of(order, key).id: whole(value) for key, value in (body.get("lines") or {}).items()}
    lines = {line: count for line, count in lines.items() if count}
    if body.get("lines") and not lines:
        raise Refusal("There is not that much left to ship.")
    orders.ship_order(store, order, lines, _company(body), numbers_in(body), "admin")


def track(store: Store, order: Order, body: Body) -> None:
    """Correct the tracking of a parcel. Body: fulfillment_id (default: the latest), company, number(s)."""
    found = _parcel(order, body)
    if isinstance(found, str):
        orders.renumber_noted(store, order, found, numbers_in(body), "admin")
    else:
        orders.correct_tracking(store, order, found, _company(body), numbers_in(body), "admin")


def cancel_fulfillment(store: Store, order: Order, body: Body) -> None:
    """Take a parcel back. Body: fulfillment_id (default: the latest)."""
    found = _parcel(order, body)
    if isinstance(found, str):
        orders.renumber_noted(store, order, found, [], "admin")
    else:
        orders.take_back(store, order, found, "admin")


VERBS: dict[str, Callable[[Store, Order, Body], None]] = {
    "pay": pay,
    "cancel": cancel,
    "edit": edit,
    "refund": refund,
    "delete": delete,
    "ship": ship,
    "track": track,
    "cancel_fulfillment": cancel_fulfillment,
}


def describe(store: Store, order: Order) -> dict[str, Any]:
    """An order with its parcels, as plain JSON; parcels are those of the store's people and those an app noted."""
    own = {
        parcel.id: {
            "company": parcel.company,
            "numbers": parcel.numbers,
            "lines": {str(line): count for line, count in parcel.lines.items()},
            "status": "CANCELLED" if parcel.canceled else "SUCCESS",
        }
        for parcel in order.parcels
    }
    skus = {str(item.id): item.sku for item in order.items}
    return {
        **store.order_facts(order),
        "cancelled": order.canceled,
        "updated_at": order.updated_at.isoformat(),
        "tracking_number": order.tracking_number,
        "extra_fields": order.extra_fields,
        "fulfillment_orders": [],
        "fulfillments": [
            {
                "fulfillment_id": name,
                "status": told["status"],
                "company": told["company"],
                "numbers": told["numbers"],
                "urls": [],
                "lines": [
                    {"line_id": line, "sku": skus.get(line, ""), "quantity": count}
                    for line, count in told["lines"].items()
                ],
            }
            for name, told in {**own, **noted_parcels(order)}.items()
        ],
    }


def _item(store: Store, row: Body) -> Item:
    quantity = whole(row.get("quantity", 1))
    if quantity < 1:
        raise Refusal("A quantity must be at least 1.")
    found = store.good(str(row.get("variant_id") or row.get("sku") or ""))
    product, variation = found or (None, None)
    title = str(row.get("title") or (product.name if product else ""))
    if not title:
        raise Refusal("A line needs a known sku or variant_id, or a title.")
    good = variation or product
    return Item(
        store.new_id("item", 1_828_000_000),
        title,
        str(row.get("sku") or (good.sku if good else "")),
        quantity,
        decimal_of(row["price"]) if "price" in row else good.price if good else Decimal(0),
        bool(row.get("requires_shipping", True)),
        product,
        variation,
        bool(row.get("gift_card")),
        [option_json(variation.value)] if variation else [],
    )


def _item_of(order: Order, key: str) -> Item:
    for item in order.items:
        if str(item.id) == key or (item.sku and item.sku == key):
            return item
    raise Refusal(f"The order has no line {key}.")


def _parcel(order: Order, body: Body) -> Parcel | str:
    """A parcel of the store's own people, or the name of one that an app has noted."""
    wanted = str(body.get("fulfillment_id") or "")
    for parcel in reversed(order.parcels):
        if parcel.id == wanted or (not wanted and not parcel.canceled):
            return parcel
    for name in reversed(order.noted):
        if name == wanted or (not wanted and order.noted[name]["status"] == "SUCCESS"):
            return name
    raise Refusal("The order has no such fulfillment.")


def _company(body: Body) -> str:
    return str(body.get("company") or "").strip()
