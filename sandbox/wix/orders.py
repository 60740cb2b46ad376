"""What happens to an order: placed, paid, edited, refunded, canceled, shipped."""

from dataclasses import replace
from decimal import Decimal

from sandbox.wix.carriers import tracking_link
from sandbox.wix.model import Fulfillment, Line, Order, Payment, PostalAddress, Refused, Tracking
from sandbox.wix.store import Store, address_facts, key_facts


def place_order(store: Store, order: Order, by: str) -> Order:
    """Take a new order into the site; one that needs approval waits for it."""
    store.orders[order.id] = order
    store.touch(order)
    store.write("order.created", by=by, **store.order_facts(order))
    store.hooks.emit_order(order, "created", *(["approved"] if order.status == "APPROVED" else []))
    return order


def approve(store: Store, order: Order) -> None:
    """The store's owner lets a waiting order through."""
    if order.status != "PENDING":
        raise Refused("Only a pending order can be approved.")
    order.status = "APPROVED"
    store.touch(order)
    store.write("order.approved", **key_facts(order))
    store.hooks.emit_order(order, "approved", "updated")


def reject(store: Store, order: Order) -> None:
    """The store's owner turns a waiting order away."""
    if order.status != "PENDING":
        raise Refused("Only a pending order can be rejected.")
    order.status = "REJECTED"
    store.touch(order)
    store.write("order.cancelled", by="admin", reason="REJECTED", refunded="0", **key_facts(order))
    store.hooks.emit_order(order, "updated")


def add_payment(store: Store, order: Order, amount: Decimal, transaction: str, by: str) -> Payment:
    """Record a payment; nothing is charged, and nothing keeps the same one from being recorded twice."""
    payment = Payment(store.new_id("payment"), amount, transaction, store.now())
    order.payments.append(payment)
    store.touch(order)
    store.write("order.paid", by=by, amount=f"{amount:.2f}", transaction=transaction, **key_facts(order))
    store.hooks.emit_transactions(order)
    store.hooks.emit_order(order, "payment_status_updated", "updated")
    return payment


def mark_paid(store: Store, order: Order, by: str) -> None:
    """The customer pays what is outstanding."""
    if order.status != "APPROVED" or not order.outstanding:
        raise Refused("The order cannot be marked as paid.")
    add_payment(store, order, order.outstanding, "", by)


def cancel_order(store: Store, order: Order, reason: str, refund: bool, restock: bool, by: str) -> None:
    """Cancel the whole order. Wix keeps its lines, and refunds nothing by itself."""
    if order.status in ("CANCELED", "REJECTED"):
        raise Refused("The order is already canceled.", "ORDER_ALREADY_CANCELED", 409)
    held = order.paid - order.refunded
    order.status = "CANCELED"
    order.canceled_at = store.now()
    for line in order.lines:
        if restock and line.variant:
            line.variant.stock += line.left - order.fulfilled(line)
    if refund and held > 0:
        order.refunded += held
    store.touch(order)
    refunded = f"{held:.2f}" if refund else "0"
    store.write("order.cancelled", by=by, reason=reason, refunded=refunded, **key_facts(order))
    store.hooks.emit_order(order, "canceled", "updated")


def refund_order(store: Store, order: Order, pieces: dict[str, int], amount: Decimal | None, by: str) -> None:
    """Give money back: for pieces of lines, or an amount, or all that is left when neither is said."""
    if not pieces and amount is None:
        pieces = {line.id: order.to_ship(line) for line in order.lines if order.to_ship(line)}
        amount = order.paid - order.refunded
    worth = Decimal(0)
    for line in order.lines:
        count = pieces.get(line.id, 0)
        if count > order.to_ship(line):
            raise Refused(f"Only {order.to_ship(line)} of {line.title} can be refunded.")
        worth += line.price * count
    worth = worth if amount is None else amount
    if worth <= 0 or worth > order.paid - order.refunded:
        raise Refused("There is not that much to refund.")
    for line in order.lines:
        line.refunded += pieces.get(line.id, 0)
    order.refunded += worth
    store.touch(order)
    left = {line.id: line.left for line in order.lines if line.id in pieces}
    store.write("order.refunded", by=by, amount=f"{worth:.2f}", quantities=left, **key_facts(order))
    store.hooks.emit_transactions(order)
    store.hooks.emit_order(order, "payment_status_updated", "updated")


def edit_order(
    store: Store, order: Order, quantities: dict[str, int], address: dict[str, str] | None, note: str | None, by: str
) -> None:
    """Change quantities (line id to new quantity; none takes the line away), the ship-to address, or the note."""
    if order.status not in ("APPROVED", "PENDING"):
        raise Refused("A canceled order cannot be edited.")
    changed: dict[str, int] = {}
    for line in list(order.lines):
        wanted = quantities.get(line.id, line.quantity)
        if wanted < order.fulfilled(line) + line.refunded:
            raise Refused(f"{order.fulfilled(line)} of {line.title} have already shipped.")
        if wanted != line.quantity:
            changed[line.id] = wanted - line.refunded
            line.quantity = wanted
        if not wanted:
            order.lines.remove(line)
    if address:
        order.ship_to = replace(order.ship_to or PostalAddress(), **address)
    if note is not None:
        order.note = note
    store.touch(order)
    facts = {"quantities": changed, "ship_to": address_facts(order.ship_to), "note": order.note}
    store.write("order.edited", by=by, **facts, **key_facts(order))
    store.hooks.emit_order(order, "updated")


def delete_order(store: Store, order: Order, by: str) -> None:
    """Erase an order; whoever asks for it afterwards gets 404. (The real thing only archives.)"""
    if order.status == "APPROVED":
        raise Refused("Only a canceled order can be deleted.")
    store.forget(order)
    store.write("order.deleted", by=by, **key_facts(order))


def anonymize(store: Store, order: Order) -> None:
    """The customer asked to be forgotten: the personal data go, and an event says why."""
    order.email = ""
    if order.ship_to:
        order.ship_to = replace(order.ship_to, first_name="", last_name="", company="", address1="", phone="")
    store.touch(order)
    store.write("order.edited", by="privacy", quantities={}, ship_to=address_facts(order.ship_to), **key_facts(order))
    store.hooks.emit_order(order, "updated", anonymize=True)


def fulfill(
    store: Store, order: Order, wanted: list[tuple[str, int | None]], tracking: Tracking, by: str
) -> Fulfillment:
    """Record a parcel: pieces per line id, or everything left of a line when None."""
    if order.status != "APPROVED":
        raise Refused("Order must be approved.", "ORDER_NOT_APPROVED", 428)
    if not wanted:
        raise Refused("lineItems must not be empty.")
    pieces: dict[str, int] = {}
    for line_id, count in wanted:
        line = _line(order, line_id)
        count = order.to_ship(line) if count is None else count
        if count < 1 or pieces.get(line.id, 0) + count > order.to_ship(line):
            raise Refused("Quantity exceeds what is not yet fulfilled.", "INVALID_QUANTITY", 400)
        pieces[line.id] = pieces.get(line.id, 0) + count
    _refuse_known_number(order, tracking, None)
    fulfillment = Fulfillment(store.new_id("fulfillment"), store.now(), pieces, _linked(tracking))
    order.fulfillments.append(fulfillment)
    _told(store, order, fulfillment, "fulfillment.created", by)
    if order.fulfillment_status == "FULFILLED":
        store.hooks.emit_order(order, "fulfilled")
    return fulfillment


def correct_tracking(store: Store, order: Order, fulfillment: Fulfillment, tracking: Tracking, by: str) -> None:
    """Replace provider, number and link of a fulfillment."""
    _refuse_known_number(order, tracking, fulfillment)
    fulfillment.tracking = _linked(tracking)
    _told(store, order, fulfillment, "fulfillment.tracking_updated", by)


def delete_fulfillment(store: Store, order: Order, fulfillment: Fulfillment, by: str) -> None:
    """Take a parcel back: it is gone, and its pieces are to be shipped again."""
    order.fulfillments.remove(fulfillment)
    _told(store, order, fulfillment, "fulfillment.cancelled", by)


def _refuse_known_number(order: Order, tracking: Tracking, own: Fulfillment | None) -> None:
    others = [one for one in order.fulfillments if one is not own]
    if tracking.number and any(one.tracking.number == tracking.number for one in others):
        raise Refused("Tracking number already exists.", "TRACKING_NUMBER_ALREADY_EXISTS", 409)


def _linked(tracking: Tracking) -> Tracking:
    """For the providers Wix knows, a missing link is made; any other one must bring its own."""
    link = tracking.link or tracking_link(tracking.provider, tracking.number)
    if tracking.provider and tracking.number and not link:
        raise Refused("trackingLink is required for a custom shipping provider.")
    return Tracking(tracking.provider, tracking.number, link)


def _line(order: Order, line_id: str) -> Line:
    line = order.line(line_id)
    if line is None:
        raise Refused(f"The order has no line {line_id}.", "LINE_ITEM_NOT_FOUND", 404)
    return line


def _told(store: Store, order: Order, fulfillment: Fulfillment, kind: str, by: str) -> None:
    store.touch(order)
    tracking = fulfillment.tracking
    skus = {line.id: line.sku for line in order.lines}
    store.write(
        kind,
        by=by,
        fulfillment_id=fulfillment.id,
        order_id=order.id,
        order_name=order.number,
        source_identifier=order.source_identifier,
        status="CANCELLED" if kind == "fulfillment.cancelled" else "SUCCESS",
        tracking={
            "company": tracking.provider,
            "numbers": tracking.number.split(", ") if tracking.number else [],
            "urls": [tracking.link] if tracking.link else [],
        },
        lines=[
            {"line_id": line_id, "sku": skus.get(line_id, ""), "quantity": count}
            for line_id, count in fulfillment.pieces.items()
        ],
    )
    store.hooks.emit_fulfillments(order)
    store.hooks.emit_order(order, "updated")
