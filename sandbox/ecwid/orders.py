"""What happens to an order: placed, paid, edited, canceled, refunded, deleted, shipped, written to by an app."""

from decimal import Decimal
from typing import Any

from sandbox.core.shopping import Refusal
from sandbox.ecwid.hooks import tell_order
from sandbox.ecwid.model import SHIPPED, Item, Order, Parcel
from sandbox.ecwid.notes import journal_noted
from sandbox.ecwid.store import Store, person_from, shared_address

Statuses = tuple[str, str]


def place_order(store: Store, order: Order, by: str) -> Order:
    """Take a new order into the store; stock goes down, below zero if need be."""
    store.orders[order.id] = order
    for item in order.items:
        _move_stock(item, -item.quantity)
    store.touch(order)
    store.write("order.created", by=by, **store.order_facts(order))
    tell_order(store, "order.created", order)
    return order


def mark_paid(store: Store, order: Order, by: str) -> None:
    """The customer has paid."""
    if order.payment_status != "AWAITING_PAYMENT":
        raise Refusal("The order does not wait for payment.")
    old = _statuses(order)
    order.payment_status = "PAID"
    _changed(store, order, old)
    store.write("order.paid", by=by, amount=str(order.total), **_key(order))


def cancel_order(store: Store, order: Order, reason: str, refund: bool, restock: bool, by: str) -> None:
    """Give the order up; what was paid may be given back, which then is all that the payment status says."""
    if order.canceled:
        raise Refusal("The order has already been canceled.")
    if order.fulfillment_status in SHIPPED:
        raise Refusal("An order that has been shipped cannot be canceled.")
    old, held = _statuses(order), order.total - order.refunded
    paid = order.payment_status in ("PAID", "PARTIALLY_REFUNDED")
    if paid and refund and held > 0:
        order.refunds.append((store.now(), reason, held))
    order.payment_status = "REFUNDED" if paid and refund else "CANCELLED"
    order.fulfillment_status = "WILL_NOT_DELIVER"
    if restock:
        for item in order.items:
            _move_stock(item, item.quantity)
    _changed(store, order, old)
    refunded = str(held if paid and refund else 0)
    store.write("order.cancelled", by=by, reason=reason, refunded=refunded, **_key(order))


def edit_order(
    store: Store, order: Order, quantities: dict[int, int], address: dict[str, Any] | None, note: str | None, by: str
) -> None:
    """Change quantities (line id to new quantity; none takes the line off), the ship-to address, or the comments."""
    if order.canceled:
        raise Refusal("A canceled order cannot be edited.")
    changed: dict[str, int] = {}
    for item in list(order.items):
        wanted = quantities.get(item.id, item.quantity)
        if wanted < item.quantity - order.left(item) and item.requires_shipping:
            raise Refusal(f"{item.quantity - order.left(item)} of {item.name} have already shipped.")
        if wanted != item.quantity:
            changed[str(item.id)] = wanted
            _move_stock(item, item.quantity - wanted)
            item.quantity = wanted
            if not wanted:
                order.items.remove(item)
    if changed:
        order.subtotal = sum((item.price * item.quantity for item in order.items), Decimal(0))
        order.total = order.subtotal + order.shipping_rate + order.tax
    if address is not None:
        order.shipping_person = person_from({**shared_address(order.shipping_person or {}), **address})
    if note is not None:
        order.comments = note
    _changed(store, order, _statuses(order))
    there = store.ship_to(order)
    store.write("order.edited", by=by, quantities=changed, ship_to=there, note=order.comments, **_key(order))


def refund_order(store: Store, order: Order, amount: Decimal | None, reason: str, by: str) -> None:
    """Give money back, all that is left of it by default. Refunds name no lines, and the lines stay as they are."""
    if order.payment_status not in ("PAID", "PARTIALLY_REFUNDED"):
        raise Refusal("Only a paid order can be refunded.")
    held = order.total - order.refunded
    given = held if amount is None else amount
    if not 0 < given <= held:
        raise Refusal(f"Between 0 and {held} can be refunded.")
    old = _statuses(order)
    order.refunds.append((store.now(), reason, given))
    order.payment_status = "REFUNDED" if given == held else "PARTIALLY_REFUNDED"
    _changed(store, order, old)
    store.write("order.refunded", by=by, amount=str(given), reason=reason, **_key(order))


def delete_order(store: Store, order: Order, by: str) -> None:
    """Erase an order; whoever asks for it afterwards gets 404."""
    store.forget(order)
    store.write("order.deleted", by=by, **_key(order))
    tell_order(store, "order.deleted", order)


def ship_order(store: Store, order: Order, lines: dict[int, int], company: str, numbers: list[str], by: str) -> None:
    """Hand a box to a carrier. The store can only add the numbers to its one field and move the status."""
    if order.canceled:
        raise Refusal("A canceled order is not shipped.")
    left = {item.id: order.left(item) for item in order.items}
    wanted = {line: count for line, count in (lines or left).items() if count}
    if not wanted or any(count > left.get(line, 0) for line, count in wanted.items()):
        raise Refusal("There is not that much left to ship.")
    parcel = Parcel(f"{order.id}-{len(order.parcels) + 1}", wanted, company, numbers)
    order.parcels.append(parcel)
    _show_parcels(store, order, by)
    _write_parcel(store, order, parcel, "fulfillment.created", by)


def correct_tracking(store: Store, order: Order, parcel: Parcel, company: str, numbers: list[str], by: str) -> None:
    """Replace the numbers of a parcel."""
    parcel.company, parcel.numbers = company, numbers
    _show_parcels(store, order, by)
    _write_parcel(store, order, parcel, "fulfillment.tracking_updated", by)


def take_back(store: Store, order: Order, parcel: Parcel, by: str) -> None:
    """A parcel did not leave after all."""
    parcel.canceled = True
    _show_parcels(store, order, by)
    _write_parcel(store, order, parcel, "fulfillment.cancelled", by)


def renumber_noted(store: Store, order: Order, name: str, numbers: list[str], by: str) -> None:
    """Give an app's parcel other numbers, or take it back with none: people here type over the one field."""
    order.by_hand[name] = numbers
    _show_parcels(store, order, by)


def write_order(store: Store, order: Order, changes: dict[str, Any]) -> None:
    """An app changes fields of an order: model attribute to new value."""
    old = _statuses(order)
    for name, value in changes.items():
        setattr(order, name, value)
    _changed(store, order, old)
    store.write("order.updated", by="api", fields=sorted(changes), **_key(order))
    journal_noted(store, order, "api")


def _show_parcels(store: Store, order: Order, by: str) -> None:
    """People here keep one field with all numbers, and one status; an app's parcels are theirs as well."""
    old = _statuses(order)
    noted = {name: order.by_hand.get(name, told["numbers"]) for name, told in order.noted.items()}
    there = [numbers for name, numbers in noted.items() if numbers or name not in order.by_hand]
    there += [parcel.numbers for parcel in order.parcels if not parcel.canceled]
    order.tracking_number = ", ".join(number for numbers in there for number in numbers)
    journal_noted(store, order, by)
    if not there:
        order.fulfillment_status = "AWAITING_PROCESSING"
    else:
        order.fulfillment_status = "PROCESSING" if any(order.left(item) for item in order.items) else "SHIPPED"
    _changed(store, order, old)


def _changed(store: Store, order: Order, old: Statuses) -> None:
    store.touch(order)
    if _statuses(order)[1] != old[1] and not order.notifications_off:
        # Each status has a switch for a mail to the customer; in the seed all are on.
        store.write(
            "customer.mailed", status=order.fulfillment_status, tracking_number=order.tracking_number, **_key(order)
        )
    tell_order(store, "order.updated", order, old)


def _statuses(order: Order) -> Statuses:
    return order.payment_status, order.fulfillment_status


def _move_stock(item: Item, pieces: int) -> None:
    stocked = item.variation or item.product
    if stocked:
        stocked.stock += pieces


def _write_parcel(store: Store, order: Order, parcel: Parcel, kind: str, by: str) -> None:
    skus = {item.id: item.sku for item in order.items}
    store.write(
        kind,
        by=by,
        fulfillment_id=parcel.id,
        order_id=order.id,
        order_name=order.id,
        source_identifier=order.reference or None,
        status="CANCELLED" if parcel.canceled else "SUCCESS",
        notified=not order.notifications_off,
        tracking={"company": parcel.company, "numbers": parcel.numbers, "urls": []},
        lines=[
            {"line_id": str(line), "sku": skus.get(line, ""), "quantity": count} for line, count in parcel.lines.items()
        ],
    )


def _key(order: Order) -> dict[str, str | None]:
    return {"order_id": order.id, "name": order.id, "source_identifier": order.reference or None}
