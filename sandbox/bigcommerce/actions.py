"""What people do in a store by hand: buy, pay, edit, cancel, refund, ship. Pages and JSON share these."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.bigcommerce import orders, parcels
from sandbox.bigcommerce.model import Destination, Line, Order, Place, Refused, Shipment, Variant, country_names
from sandbox.bigcommerce.store import Store
from sandbox.core.shopping import Body, decimal_of, links_in, numbers_in, whole
from sandbox.seed import ADDRESSES


def buy(store: Store, body: Body) -> Order:
    """A customer orders. Body: lines [{sku | variant_id, quantity} or {title, price, quantity}], paid, address.

    A line with an `address` of its own goes there; `incomplete` abandons the checkout at the payment.
    """
    place = _place(dict(body.get("address") or default_address(store)), str(body.get("email") or ""))
    digital = bool(body.get("digital"))
    charge = decimal_of(body.get("shipping", "6.50"))
    main = None if digital else Destination(store.new_id("address", 60_000), place, charge)
    destinations = [main] if main else []
    lines = [_line(store, row, main, destinations) for row in body.get("lines") or []]
    paid = 10 if digital else 11
    now = store.now()
    order = Order(
        store.new_id("order", 100),
        0 if body.get("incomplete") else paid if body.get("paid", True) else 7,
        str(body.get("currency") or store.currency),
        now,
        now,
        lines,
        destinations,
        place,
        payment_method="Test Payment Gateway" if body.get("test") else "Credit Card",
        customer_message=str(body.get("note") or ""),
    )
    return orders.place_order(store, order, "storefront")


def default_address(store: Store) -> dict[str, str]:
    """The preset that lives in the store's country."""
    return next((row for row in ADDRESSES if row["country_code"] == store.country), ADDRESSES[0])


def pay(store: Store, order: Order, body: Body) -> None:
    """The customer pays."""
    orders.mark_paid(store, order, "admin")


def cancel(store: Store, order: Order, body: Body) -> None:
    """The merchant cancels. Body: reason, refund, restock."""
    reason = str(body.get("reason") or "CUSTOMER").upper()
    orders.cancel_order(store, order, reason, bool(body.get("refund", True)), bool(body.get("restock", True)), "admin")


def edit(store: Store, order: Order, body: Body) -> None:
    """The merchant edits. Body: quantities {line id or SKU: new quantity}, address {...}, note."""
    quantities = {line_of(order, key).id: whole(value) for key, value in (body.get("quantities") or {}).items()}
    orders.edit_order(store, order, quantities, body.get("address"), body.get("note"), "admin")


def refund(store: Store, order: Order, body: Body) -> None:
    """The merchant refunds. Body: lines {line id or SKU: quantity}, or amount; all that is left by default."""
    items = [(line_of(order, key), whole(value)) for key, value in (body.get("lines") or {}).items()]
    items = [(line, count) for line, count in items if count]
    if "amount" in body:
        amount = decimal_of(body["amount"])
    elif items:
        amount = sum((line.price * count for line, count in items), Decimal(0))
    else:
        items = [(line, line.current_quantity) for line in order.lines if line.current_quantity]
        amount = order.total - sum((one.amount for one in order.refunds), Decimal(0))
    orders.refund_order(store, order, items, amount, "admin")


def delete(store: Store, order: Order, body: Body) -> None:
    """Archive the order."""
    orders.archive_order(store, order, "admin")


def set_status(store: Store, order: Order, body: Body) -> None:
    """Choose a status by hand. Body: status_id, any number: the platform may invent new ones."""
    orders.move(store, order, whole(body.get("status_id")))


def ship(store: Store, order: Order, body: Body) -> None:
    """Ship all that is left, or lines {line id or SKU: quantity}; one shipment per address. Body: company, number."""
    wanted = {line_of(order, key): whole(value) for key, value in (body.get("lines") or {}).items()}
    chosen = {line: count for line, count in wanted.items() if count}
    if not body.get("lines"):
        chosen = {line: line.to_ship for line in order.lines if line.to_ship}
    if not chosen:
        raise Refused("There is nothing left to ship.")
    for line, count in chosen.items():
        if count > line.to_ship:
            raise Refused(f"There is not that much left to ship of {line.name}.")
    for destination in order.destinations:
        items = [(line, count) for line, count in chosen.items() if line.destination is destination]
        if items:
            parcels.ship(store, order, destination, items, read_tracking(body), "admin")


def track(store: Store, order: Order, body: Body) -> None:
    """Correct the tracking of a shipment. Body: fulfillment_id (default: the latest), company, number(s), url(s)."""
    parcels.correct_tracking(store, _shipment(order, body), read_tracking(body), "admin")


def cancel_fulfillment(store: Store, order: Order, body: Body) -> None:
    """Delete a shipment. Body: fulfillment_id (default: the latest)."""
    parcels.delete_shipment(store, _shipment(order, body), "admin")


VERBS: dict[str, Callable[[Store, Order, Body], None]] = {
    "pay": pay,
    "cancel": cancel,
    "edit": edit,
    "refund": refund,
    "delete": delete,
    "status": set_status,
    "ship": ship,
    "track": track,
    "cancel_fulfillment": cancel_fulfillment,
}


def read_tracking(body: Body) -> parcels.Tracking:
    """Carrier, numbers and link from a body; several numbers share the one field."""
    tracking = parcels.named_carrier(str(body.get("company") or "").strip())
    tracking.tracking_number = ", ".join(numbers_in(body))
    tracking.tracking_link = next(iter(links_in(body)), "")
    return tracking


def describe(store: Store, order: Order) -> dict[str, Any]:
    """An order with its shipments, as plain JSON."""
    return {
        **store.order_facts(order),
        "cancelled": order.status_id in (5, 6),
        "status_id": order.status_id,
        "archived": order.is_deleted,
        "updated_at": order.modified_at.isoformat(),
        "fulfillment_orders": [],
        "fulfillments": [
            {
                "fulfillment_id": str(shipment.id),
                "status": "SUCCESS",
                **facts["tracking"],
                "lines": facts["lines"],
            }
            for shipment in order.shipments
            for facts in [store.parcel_facts(shipment)]
        ],
    }


def line_of(order: Order, key: str) -> Line:
    """A line by its id or SKU."""
    for line in order.lines:
        if str(line.id) == str(key) or (line.sku and line.sku == key):
            return line
    raise Refused(f"The order has no line {key}.")


def _line(store: Store, row: Body, main: Destination | None, destinations: list[Destination]) -> Line:
    quantity = whole(row.get("quantity", 1))
    if quantity < 1:
        raise Refused("A quantity must be at least 1.")
    variant = _variant(store, row)
    title = str(row.get("title") or (variant.product.name if variant else ""))
    if not title:
        raise Refused("A line needs a known sku or variant_id, or a title.")
    digital = main is None or row.get("requires_shipping") is False or bool(row.get("gift_card"))
    destination = main
    if row.get("address") and main is not None:
        destination = Destination(store.new_id("address", 60_000), _place(dict(row["address"]), ""))
        destinations.append(destination)
    price = decimal_of(row["price"]) if "price" in row else variant.price if variant else Decimal(0)
    return Line(
        store.new_id("line", 200),
        title,
        str(row.get("sku") or (variant.sku if variant else "")),
        quantity,
        price,
        variant,
        None if digital else destination,
        discount=decimal_of(row.get("discount", 0)),
        digital=digital,
        picture=variant.product.picture if variant else "",
    )


def _variant(store: Store, row: Body) -> Variant | None:
    if row.get("variant_id"):
        tail = str(row["variant_id"]).rsplit("/", 1)[-1]
        return store.variants.get(int(tail)) if tail.isdigit() else None
    return store.variant_by_sku(str(row.get("sku") or ""))


def _shipment(order: Order, body: Body) -> Shipment:
    wanted = str(body.get("fulfillment_id") or "").rsplit("/", 1)[-1]
    for shipment in reversed(order.shipments):
        if not wanted or str(shipment.id) == wanted:
            return shipment
    raise Refused("The order has no such shipment.")


def _place(address: Body, email: str) -> Place:
    address.pop("label", None)
    address.setdefault("email", "customer@example.com")
    if email:
        address["email"] = email
    try:
        place = Place(**{key: str(value) for key, value in address.items()})
    except TypeError as wrong:
        raise Refused(f"An address has no such field: {wrong}") from wrong
    place.country = place.country or country_names().get(place.country_code, "")
    return place
