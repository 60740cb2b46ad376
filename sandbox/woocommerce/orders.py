"""What happens to an order: placed, paid, edited, canceled, refunded, thrown away."""

from dataclasses import asdict, replace
from decimal import Decimal

from sandbox.core.shopping import Refusal
from sandbox.woocommerce.model import UNPAID, Line, Order, PostalAddress, Refund
from sandbox.woocommerce.store import Store


def place_order(store: Store, order: Order, by: str) -> Order:
    """Take a new order into the shop; a cart at the checkout is one too, told to nobody."""
    store.orders[order.id] = order
    if order.status == "checkout-draft":
        store.write("checkout.begun", order_id=str(order.id))
        return order
    take_stock(order, 1)
    store.write("order.created", by=by, **store.order_facts(order))
    store.save(order, "created")
    return order


def take_stock(order: Order, sign: int) -> None:
    """Take goods from stock, or put them back; an app's order is not refused for goods that are not there."""
    for line in order.lines:
        if line.variant and not line.virtual:
            line.variant.stock -= sign * line.current_quantity


def move(store: Store, order: Order, status: str) -> None:
    """Change the status, with the dates that hang from it."""
    order.status = status
    if status == "completed":
        order.completed_at = order.completed_at or store.now()
    if order.paid_at is None and (status == "completed" or (status == "processing" and order.payment_method != "cod")):
        order.paid_at = store.now()
    store.save(order)


def mark_paid(store: Store, order: Order, by: str) -> None:
    """The money has arrived, be it after the shop had canceled the order for want of it."""
    revived = order.status == "cancelled" and order.paid_at is None
    if order.status not in UNPAID and not revived:
        raise Refusal("The order does not wait for a payment.")
    if revived:
        take_stock(order, 1)
    order.paid_at = store.now()
    virtual = all(line.virtual for line in order.lines)
    store.write("order.paid", by=by, amount=str(order.total), **store.key_of(order))
    move(store, order, "completed" if virtual else "processing")


def cancel_order(store: Store, order: Order, restock: bool, by: str) -> None:
    """Cancel the whole order; the money, if there was any, is given back by hand."""
    if order.status in ("cancelled", "refunded", "trash"):
        raise Refusal("The order is canceled already.")
    if restock:
        take_stock(order, -1)
    store.write("order.cancelled", by=by, **store.key_of(order))
    move(store, order, "cancelled")


def edit_order(
    store: Store, order: Order, quantities: dict[int, int], address: dict[str, str] | None, note: str | None, by: str
) -> None:
    """Change quantities (line id to new quantity; 0 takes the line out), the ship-to address, or the note."""
    if order.status in ("cancelled", "refunded", "trash"):
        raise Refusal("A canceled order cannot be edited.")
    changed = {}
    for line in list(order.lines):
        wanted = quantities.get(line.id, line.current_quantity)
        if wanted < line.shipped:
            raise Refusal(f"{line.shipped} of {line.title} have already shipped.")
        if wanted != line.current_quantity:
            changed[str(line.id)] = wanted
            _resize(order, line, wanted)
    if address is not None:
        base = order.ship_to or PostalAddress()
        order.ship_to = replace(base, **{key: value for key, value in address.items() if key in asdict(base)})
    if note is not None:
        order.note = note
    ship_to = asdict(order.ship_to) if order.ship_to else None
    store.write("order.edited", by=by, quantities=changed, ship_to=ship_to, note=order.note, **store.key_of(order))
    store.save(order)


def _resize(order: Order, line: Line, wanted: int) -> None:
    for name in ("subtotal", "total", "total_tax"):
        before: Decimal = getattr(line, name)
        setattr(line, name, (before * (wanted + line.refunded) / line.quantity).quantize(Decimal("0.01")))
    if line.variant:
        line.variant.stock -= wanted - line.current_quantity
    line.quantity = wanted + line.refunded
    if line.quantity == 0:
        order.lines.remove(line)


def refund_order(store: Store, order: Order, items: list[tuple[Line, int]], amount: Decimal, by: str) -> Refund:
    """Give money back, for pieces or for nothing in particular; all of it makes the order *refunded*."""
    if order.paid_at is None or order.status in ("cancelled", "refunded", "trash"):
        raise Refusal("There is nothing to refund.")
    if amount <= 0 or amount > order.total - order.refunded:
        raise Refusal("The refund is not between nothing and what is left.")
    for line, count in items:
        if count < 1 or count > line.current_quantity:
            raise Refusal(f"There are only {line.current_quantity} of {line.title}.")
    rows = [(store.new_id("line"), line, count) for line, count in items]
    refund = Refund(store.new_id("refund"), amount, "", store.now(), rows)
    for line, count in items:
        line.refunded += count
    order.refunds.append(refund)
    left = {str(line.id): line.current_quantity for line, _ in items}
    store.write("order.refunded", by=by, amount=str(amount), quantities=left, **store.key_of(order))
    move(store, order, "refunded" if order.refunded >= order.total else order.status)
    return refund


def delete_order(store: Store, order: Order, forever: bool, by: str) -> None:
    """Throw an order into the bin, or away."""
    if order.status == "trash" and not forever:
        raise Refusal("The order is in the bin already.")
    order.meta = [entry for entry in order.meta if entry.key != "_wp_trash_meta_status"]
    order.meta.append(store.entry("_wp_trash_meta_status", order.status))
    order.status = "trash"
    store.write("order.deleted", by=by, forever=forever, **store.key_of(order))
    store.save(order, "deleted")
    if forever:
        del store.orders[order.id]


def restore_order(store: Store, order: Order, by: str) -> None:
    """Take an order out of the bin, as it was."""
    if order.status != "trash":
        raise Refusal("The order is not in the bin.")
    before = next(entry for entry in order.meta if entry.key == "_wp_trash_meta_status")
    order.meta.remove(before)
    order.status = before.value
    store.write("order.restored", by=by, **store.key_of(order))
    store.save(order, "restored")
