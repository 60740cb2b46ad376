"""What people do in a shop by hand: buy, pay, edit, cancel, refund, ship. Pages and JSON share these."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.core.shopping import Body, Refusal, decimal_of, links_in, numbers_in, whole
from sandbox.seed import ADDRESSES
from sandbox.woocommerce import orders, shipping
from sandbox.woocommerce.model import (
    STATUSES,
    Charge,
    Fulfillment,
    Line,
    Order,
    PostalAddress,
    Variant,
    Way,
)
from sandbox.woocommerce.store import TAX, Store

CENT = Decimal("0.01")


def buy(store: Store, body: Body) -> Order:
    """A customer orders. Body: lines [{sku | variant_id, quantity} or {title, price, quantity}], paid, address.

    `discount` takes a percentage off, `cod` pays at the door, `draft` stops before the order is placed.
    """
    off = 1 - decimal_of(body.get("discount", 0)) / 100
    lines = [_line(store, row, off) for row in body.get("lines") or []]
    place = _place(dict(body.get("address") or default_address(store)), str(body.get("email") or ""))
    digital = bool(body.get("digital")) or (bool(lines) and all(line.virtual for line in lines))
    paid, cod = bool(body.get("paid", True)), bool(body.get("cod"))
    status = "processing" if paid or cod else "on-hold"
    if body.get("draft"):
        status = "checkout-draft"
    elif digital and paid:
        status = "completed"
    now = store.now()
    title = "Paiement à la livraison" if cod else "Carte bancaire" if paid else "Virement bancaire"
    order = Order(
        store.new_id("order"),
        status,
        str(body.get("currency") or store.currency),
        now,
        now,
        lines,
        ship_to=None if digital else place,
        bill_to=place,
        payment_method="cod" if cod else "stripe" if paid else "bacs",
        payment_title=title,
        transaction_id=store.new_hash("payment") if paid and not cod else "",
        note=str(body.get("note") or ""),
        paid_at=now if paid and not cod and not body.get("draft") else None,
        completed_at=now if status == "completed" else None,
    )
    if not digital:
        charge = decimal_of(body.get("shipping", "4.90"))
        order.shipping = [Charge(store.new_id("line"), "Livraison à domicile", charge, "flat_rate")]
    return orders.place_order(store, order, "storefront")


def default_address(store: Store) -> dict[str, str]:
    """The preset that lives in the shop's country."""
    return next((row for row in ADDRESSES if row["country_code"] == store.country), ADDRESSES[0])


def pay(store: Store, order: Order, body: Body) -> None:
    """The customer's money arrives."""
    orders.mark_paid(store, order, "admin")


def cancel(store: Store, order: Order, body: Body) -> None:
    """The merchant cancels. Body: restock."""
    orders.cancel_order(store, order, bool(body.get("restock", True)), "admin")


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
        amount = order.total - order.refunded
    orders.refund_order(store, order, items, amount, "admin")


def delete(store: Store, order: Order, body: Body) -> None:
    """Throw an order into the bin. Body: forever."""
    orders.delete_order(store, order, bool(body.get("forever")), "admin")


def restore(store: Store, order: Order, body: Body) -> None:
    """Take an order out of the bin."""
    orders.restore_order(store, order, "admin")


def status(store: Store, order: Order, body: Body) -> None:
    """Choose a status, of the platform or of an extension. Body: status."""
    wanted = str(body.get("status") or "")
    if wanted not in STATUSES:
        raise Refusal(f"The shop has no status {wanted}.")
    store.write("order.status", by="admin", status=wanted, **store.key_of(order))
    orders.move(store, order, wanted)


def ship(store: Store, order: Order, body: Body) -> None:
    """Ship all that is left, or lines {line id or SKU: quantity}. Body: company, number(s), url(s)."""
    chosen = [(line_of(order, key), whole(value)) for key, value in (body.get("lines") or {}).items()]
    items = [(line, count) for line, count in chosen if count]
    if not body.get("lines"):
        items = [(line, line.to_ship) for line in order.lines if line.to_ship]
    shipping.ship(store, order, items, tracking_in(body), "admin")


def track(store: Store, order: Order, body: Body) -> None:
    """Correct the tracking of a parcel. Body: fulfillment_id (default: the latest), company, number(s), url(s)."""
    tracking = tracking_in(body)
    if store.way is Way.EXTENSION:
        for tracker in list(order.trackers):
            shipping.remove_tracker(store, order, tracker, "admin")
        for number in tracking["numbers"]:
            given = {"tracking_number": number, "custom_tracking_provider": tracking["company"]}
            shipping.add_tracker(store, order, given, "admin")
        return
    parcel = _parcel(order, body)
    changed = shipping.fulfillment_entries(tracking)
    names = {entry["key"] for entry in changed} | {"_provider_name"}
    kept = [{"key": entry.key, "value": entry.value} for entry in parcel.meta if entry.key not in names]
    shipping.change_fulfillment(store, order, parcel, "", [*kept, *changed], "admin")


def cancel_fulfillment(store: Store, order: Order, body: Body) -> None:
    """Take a parcel back: it is being prepared again. Body: fulfillment_id (default: the latest), delete."""
    if store.way is not Way.FULFILLMENTS:
        orders.move(store, order, "processing")
        return
    parcel = _parcel(order, body)
    if body.get("delete"):
        shipping.delete_fulfillment(store, order, parcel, "admin")
    else:
        shipping.change_fulfillment(store, order, parcel, "unfulfilled", None, "admin")
    if order.status == "completed":
        orders.move(store, order, "processing")


VERBS: dict[str, Callable[[Store, Order, Body], None]] = {
    "pay": pay,
    "cancel": cancel,
    "edit": edit,
    "refund": refund,
    "delete": delete,
    "restore": restore,
    "status": status,
    "ship": ship,
    "track": track,
    "cancel_fulfillment": cancel_fulfillment,
}


def tracking_in(body: Body) -> dict[str, Any]:
    """Carrier, numbers and links of a body."""
    return {"company": str(body.get("company") or "").strip(), "numbers": numbers_in(body), "urls": links_in(body)}


def line_of(order: Order, key: str) -> Line:
    """A line by id or SKU."""
    for line in order.lines:
        if str(line.id) == str(key) or (line.sku and line.sku == key):
            return line
    raise Refusal(f"The order has no line {key}.")


def describe(store: Store, order: Order) -> dict[str, Any]:
    """An order with its parcels, as plain JSON."""
    parcels = [each for each in order.fulfillments if each.is_fulfilled or each.fulfilled_at]
    return {
        **store.order_facts(order),
        "cancelled": order.status in ("cancelled", "trash"),
        "updated_at": order.modified_at.isoformat(),
        "fulfillments": [_described(store, order, parcel) for parcel in parcels],
        "trackings": [{"number": each.number, "company": each.provider, "url": each.link} for each in order.trackers],
        "notes": [{"note": note.text, "mailed": note.to_customer} for note in order.notes],
    }


def _described(store: Store, order: Order, parcel: Fulfillment) -> dict[str, Any]:
    facts = store.parcel_facts(order, parcel)
    names = ("fulfillment_id", "status", "lines")
    return {**{name: facts[name] for name in names}, **facts["tracking"]}


def _line(store: Store, row: Body, off: Decimal) -> Line:
    quantity = whole(row.get("quantity", 1))
    if quantity < 1:
        raise Refusal("A quantity must be at least 1.")
    variant = _variant(store, row)
    title = str(row.get("title") or (variant.product.title if variant else ""))
    if not title:
        raise Refusal("A line needs a known sku or variant_id, or a title.")
    price = decimal_of(row["price"]) if "price" in row else variant.price if variant else Decimal(0)
    asked, paid = (price * quantity).quantize(CENT), (price * quantity * off).quantize(CENT)
    if store.prices_include_tax:
        net = (paid / (1 + TAX)).quantize(CENT)
        tax, subtotal = paid - net, (asked / (1 + TAX)).quantize(CENT)
    else:
        net, tax, subtotal = paid, Decimal(0), asked
    sku = str(row.get("sku") or (variant.sku if variant else ""))
    return Line(store.new_id("line"), title, quantity, subtotal, net, tax, variant, sku)


def _variant(store: Store, row: Body) -> Variant | None:
    if row.get("variant_id"):
        number = str(row["variant_id"])
        return store.variants.get(int(number)) if number.isdigit() else None
    return store.variant_by_sku(str(row.get("sku") or ""))


def _parcel(order: Order, body: Body) -> Fulfillment:
    wanted = str(body.get("fulfillment_id") or "")
    for parcel in reversed(order.live_fulfillments):
        if str(parcel.id) == wanted or (not wanted and parcel.is_fulfilled):
            return parcel
    raise Refusal("The order has no such fulfillment.")


def _place(address: Body, email: str) -> PostalAddress:
    address.pop("label", None)
    email = email or str(address.pop("email", "") or "customer@example.com")
    address.pop("email", None)
    try:
        return PostalAddress(**{key: str(value) for key, value in address.items()}, email=email)
    except TypeError as wrong:
        raise Refusal(f"An address has no such field: {wrong}") from wrong
