"""What happens to an order: placed, paid, edited, refunded, canceled, tagged."""

from dataclasses import asdict, replace
from decimal import Decimal

from sandbox.shopify import work
from sandbox.shopify.model import Line, Order, Payment, PostalAddress, Refused
from sandbox.shopify.payloads import order_payload, refund_payload
from sandbox.shopify.store import Store


def place_order(store: Store, order: Order, by: str) -> Order:
    """Take a new order into the store; fulfillment orders follow after the routing delay."""
    order.original_total = order.total
    for line in order.lines:
        line.current_quantity = line.quantity
    store.orders[order.id] = order
    if order.source_identifier:
        store.by_source.setdefault(order.source_identifier, []).append(order)
    store.touch(order)
    store.write("order.created", by=by, **store.order_facts(order))
    event = store.hooks.new_event()
    emit_order(store, order, event, "ORDERS_CREATE", "ORDERS_UPDATED")
    if order.financial_status == "PAID":
        emit_order(store, order, event, "ORDERS_PAID")
    store.world.later(store.routing_delay, lambda: work.route(store, order))
    return order


def emit_order(store: Store, order: Order, event: str, *topics: str) -> None:
    """Send order topics that carry the whole order."""
    for topic in topics:
        store.hooks.emit(topic, event, lambda: order_payload(store, order))


def add_payment(store: Store, order: Order, kind: str, amount: Decimal, gateway: str, status: str = "SUCCESS") -> None:
    """Note a transaction on the order, without telling anybody."""
    number = store.new_id("payment", 6_200_000_000_000)
    order.payments.append(Payment(number, kind, status, gateway, amount, store.now()))


def mark_paid(store: Store, order: Order, by: str) -> None:
    """The customer paid what was outstanding."""
    if order.cancelled_at:
        raise Refused("Order cannot be marked as paid", ["id"])
    if order.financial_status not in ("PENDING", "PARTIALLY_PAID", "AUTHORIZED", "EXPIRED"):
        raise Refused("Order cannot be marked as paid", ["id"])
    order.stated_financial_status = None
    amount = order.outstanding
    add_payment(store, order, "SALE", amount, "manual")
    store.touch(order)
    store.write("order.paid", by=by, order_id=str(order.id), name=order.name, amount=str(amount))
    emit_order(store, order, store.hooks.new_event(), "ORDERS_PAID", "ORDERS_UPDATED")


def cancel_order(store: Store, order: Order, reason: str, refund: bool, restock: bool, by: str) -> None:
    """Cancel the whole order; refused once something has shipped."""
    if order.cancelled_at:
        raise Refused("Order has already been cancelled", ["orderId"], "INVALID")
    if any(parcel.status == "SUCCESS" for parcel in order.parcels):
        raise Refused("Cannot cancel an order with fulfillments", ["orderId"], "INVALID")
    event = store.hooks.new_event()
    held = order.received - order.refunded
    order.cancelled_at = store.now()
    order.closed_at = order.cancelled_at
    order.cancel_reason = reason
    for line in order.lines:
        if restock and line.variant:
            line.variant.stock += line.current_quantity
        line.current_quantity = 0
    if refund and held > 0:
        add_payment(store, order, "REFUND", held, "manual")
    work.cancel_all(store, order, event)
    store.touch(order)
    store.write("order.cancelled", by=by, reason=reason, refunded=str(held if refund else 0), **_key(order))
    emit_order(store, order, event, "ORDERS_CANCELLED", "ORDERS_UPDATED")


def edit_order(
    store: Store, order: Order, quantities: dict[int, int], address: dict[str, str] | None, note: str | None, by: str
) -> None:
    """Change quantities (line id to new quantity), the ship-to address, or the note."""
    if order.cancelled_at:
        raise Refused("A cancelled order cannot be edited", ["id"])
    event = store.hooks.new_event()
    changed: dict[str, int] = {}
    for line in order.lines:
        wanted = quantities.get(line.id, line.current_quantity)
        if wanted < line.fulfilled:
            raise Refused(f"{line.fulfilled} of {line.title} have already shipped", ["quantity"])
        if wanted != line.current_quantity:
            changed[str(line.id)] = wanted
            _resize(store, order, line, wanted)
    if address is not None:
        base = order.ship_to or PostalAddress()
        known = {key: value for key, value in address.items() if key in asdict(base)}
        order.ship_to = replace(base, **known)
    if note is not None:
        order.note = note
    order.edited = order.edited or bool(changed)
    store.touch(order)
    ship_to = asdict(order.ship_to) if order.ship_to else None
    store.write("order.edited", by=by, quantities=changed, ship_to=ship_to, note=order.note, **_key(order))
    emit_order(store, order, event, "ORDERS_UPDATED")


def refund_order(store: Store, order: Order, items: list[tuple[Line, int]], amount: Decimal, by: str) -> None:
    """Give money back, for pieces (which are then off the order, and off what is left to ship) or for nothing."""
    held = order.received - order.refunded
    if order.cancelled_at or not 0 < amount <= held:
        raise Refused("There is not that much left to refund.", ["transactions"])
    for line, count in items:
        if count > line.current_quantity:
            raise Refused(f"Only {line.current_quantity} of {line.title} are left to refund.", ["refundLineItems"])
    for line, count in items:
        waiting = line.to_ship
        line.current_quantity -= count
        if order.routed and waiting > line.to_ship:
            work.resize(store, order, line, line.to_ship - waiting)
    add_payment(store, order, "REFUND", amount, "manual")
    store.touch(order)
    quantities = {str(line.id): line.current_quantity for line, _ in items}
    store.write("order.refunded", by=by, amount=str(amount), quantities=quantities, **_key(order))
    if quantities:
        # What is left of each line, in the words that every simulator uses for it.
        ship_to = asdict(order.ship_to) if order.ship_to else None
        store.write("order.edited", by=by, quantities=quantities, ship_to=ship_to, note=order.note, **_key(order))
    event = store.hooks.new_event()
    number = store.new_id("refund", 930_000_000_000)
    store.hooks.emit("REFUNDS_CREATE", event, lambda: refund_payload(store, order, number, items))
    emit_order(store, order, event, "ORDERS_UPDATED")


def add_tags(store: Store, order: Order, tags: list[str]) -> None:
    """Add tags; those already there stay once."""
    order.tags += [tag for tag in dict.fromkeys(tags) if tag not in order.tags]
    store.touch(order)
    store.write("order.tagged", tags=list(order.tags), **_key(order))
    emit_order(store, order, store.hooks.new_event(), "ORDERS_UPDATED")


def delete_order(store: Store, order: Order, by: str) -> None:
    """Erase a canceled or archived order; whoever asks for it afterwards gets null."""
    if order.closed_at is None:
        raise Refused("Only a cancelled or archived order can be deleted.", ["id"])
    store.forget(order)
    store.write("order.deleted", by=by, **_key(order))
    store.hooks.emit("ORDERS_DELETE", store.hooks.new_event(), lambda: {"id": order.id})


def _resize(store: Store, order: Order, line: Line, wanted: int) -> None:
    difference = wanted - line.current_quantity
    line.current_quantity = wanted
    if difference > 0:
        # Added pieces count as sold; removed ones only lower what is current.
        line.quantity += difference
    if order.routed and line.requires_shipping:
        work.resize(store, order, line, difference)


def _key(order: Order) -> dict[str, str | None]:
    return {"order_id": str(order.id), "name": order.name, "source_identifier": order.source_identifier}
