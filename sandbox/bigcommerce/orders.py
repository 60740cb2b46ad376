"""What happens to an order: placed, paid, edited, canceled, refunded, archived."""

from dataclasses import asdict, replace
from decimal import Decimal

from sandbox.bigcommerce.model import UNPAID, Line, Order, Place, Refund, Refused
from sandbox.bigcommerce.store import Store


def place_order(store: Store, order: Order, by: str) -> Order:
    """Take a new order into the store. An abandoned checkout is told to hooks like any other."""
    store.orders[order.id] = order
    for line in order.lines:
        if line.variant and order.status_id:
            line.variant.stock -= line.quantity
    store.touch(order)
    if order.status_id:
        store.write("order.created", by=by, **store.order_facts(order))
    else:
        store.write("checkout.abandoned", order_id=str(order.id))
    store.hooks.emit("store/order/created", {"type": "order", "id": order.id})
    return order


def move(store: Store, order: Order, status_id: int) -> None:
    """Change the status and tell it; the caller has said in the journal why."""
    before, order.status_id = order.status_id, status_id
    told(store, order)
    if before != status_id:
        status = {"previous_status_id": before, "new_status_id": status_id}
        store.hooks.emit("store/order/statusUpdated", {"type": "order", "id": order.id, "status": status})


def told(store: Store, order: Order) -> None:
    """The order changed: everybody who asked hears of it."""
    store.touch(order)
    store.hooks.emit("store/order/updated", {"type": "order", "id": order.id})


def mark_paid(store: Store, order: Order, by: str) -> None:
    """The customer paid."""
    if order.status_id not in UNPAID or order.is_deleted:
        raise Refused("The order is not waiting for a payment.")
    if order.status_id:
        store.write("order.paid", by=by, amount=str(order.total), **key(order))
    else:
        # The abandoned checkout is finished after all: only now is it an order.
        store.write("order.created", by="storefront", **store.order_facts(replace(order, status_id=11)))
    move(store, order, 11)


def cancel_order(store: Store, order: Order, reason: str, refund: bool, restock: bool, by: str) -> None:
    """Cancel the whole order; refused once something has shipped."""
    if order.status_id in (4, 5, 6):
        raise Refused("The order is already canceled or refunded.")
    if order.shipments:
        raise Refused("An order with shipments cannot be canceled.")
    held = Decimal(0) if order.status_id in UNPAID else order.total
    for line in order.lines:
        if restock and line.variant:
            line.variant.stock += line.current_quantity
    store.write("order.cancelled", by=by, reason=reason, refunded=str(held if refund else 0), **key(order))
    move(store, order, 5)


def refund_order(store: Store, order: Order, items: list[tuple[Line, int]], amount: Decimal, by: str) -> None:
    """Give money back, for pieces (which are then off the order) or for nothing in particular."""
    if order.status_id in UNPAID or order.status_id in (4, 5, 6):
        raise Refused("The order is not paid, or canceled, or refunded already.")
    if amount <= 0 or amount > order.total - sum((one.amount for one in order.refunds), Decimal(0)):
        raise Refused("There is not that much left to refund.")
    for line, count in items:
        if count > line.current_quantity:
            raise Refused(f"Only {line.current_quantity} of {line.name} are left to refund.")
    for line, count in items:
        line.refunded += count
    refund = Refund(store.new_id("refund", 40_000), amount, store.now(), items)
    order.refunds.append(refund)
    whole = sum((one.amount for one in order.refunds), Decimal(0)) == order.total
    quantities = {str(line.id): line.current_quantity for line, _ in items}
    store.write("order.refunded", by=by, amount=str(amount), quantities=quantities, **key(order))
    if quantities:
        # What is left of each line, in the words that every simulator uses for it.
        store.write("order.edited", by=by, quantities=quantities, ship_to=_ship_to(order), note="", **key(order))
    store.hooks.emit(
        "store/order/refund/created", {"type": "order", "id": order.id, "refund": {"refund_id": refund.id}}
    )
    move(store, order, 4 if whole else 14)


def edit_order(
    store: Store, order: Order, quantities: dict[int, int], address: dict[str, str] | None, note: str | None, by: str
) -> None:
    """Change quantities (line id to new quantity), the first ship-to address, or the note."""
    if order.status_id in (4, 5, 6):
        raise Refused("A canceled or refunded order cannot be edited.")
    changed: dict[str, int] = {}
    for line in order.lines:
        wanted = quantities.get(line.id, line.current_quantity)
        if wanted < line.shipped:
            raise Refused(f"{line.shipped} of {line.name} have already shipped.")
        if wanted != line.current_quantity:
            changed[str(line.id)] = wanted
    if address is not None and order.destinations:
        base = order.destinations[0].place
        known = {name: value for name, value in address.items() if name in asdict(base)}
        order.destinations[0].place = replace(base, **known)
    for line in order.lines:
        if str(line.id) in changed:
            # A changed line loses its discounts.
            line.quantity, line.discount = changed[str(line.id)] + line.refunded, Decimal(0)
    if note is not None:
        order.staff_notes = note
    order.lines[:] = [line for line in order.lines if line.quantity]
    store.write(
        "order.edited", by=by, quantities=changed, ship_to=_ship_to(order), note=order.staff_notes, **key(order)
    )
    told(store, order)


def archive_order(store: Store, order: Order, by: str) -> None:
    """What the API calls deleting: the order leaves the lists and is still there under its number."""
    if order.is_deleted:
        raise Refused("The order is already archived.")
    order.is_deleted = True
    store.touch(order)
    store.write("order.deleted", by=by, **key(order))
    store.hooks.emit("store/order/archived", {"type": "order", "id": order.id})


def key(order: Order) -> dict[str, str | None]:
    """How the journal names an order."""
    return {
        "order_id": str(order.id),
        "name": f"#{order.id}",
        "source_identifier": order.external_order_id or None,
    }


def _ship_to(order: Order) -> dict[str, str] | None:
    place: Place | None = order.ship_to
    return asdict(place) if place else None
