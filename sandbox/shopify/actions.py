"""What people do in a store by hand: buy, pay, edit, refund, cancel, ship, request. Pages and JSON share these."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.core.shopping import Body, decimal_of, links_in, numbers_in, whole
from sandbox.seed import ADDRESSES
from sandbox.shopify import orders, parcels, work
from sandbox.shopify.model import Line, Order, Parcel, PostalAddress, Refused, ShippingCharge, Tracking, Variant, Work
from sandbox.shopify.store import Store


def buy(store: Store, body: Body) -> Order:
    """A customer orders. Body: lines [{sku | variant_id, quantity} or {title, price, quantity}], paid, address."""
    lines = [_line(store, row) for row in body.get("lines") or []]
    address = dict(body.get("address") or default_address(store))
    email = str(body.get("email") or address.pop("email", "") or "customer@example.com")
    address.pop("email", None)
    address.pop("label", None)
    ship_to = None if body.get("digital") else _postal(address)
    now = store.now()
    number = 1000 + store.world.ids.count(f"order-number:{store.domain}")
    order = Order(
        store.new_id("order", 5_900_000_000_000),
        f"#{number}",
        number,
        str(body.get("currency") or store.currency),
        now,
        now,
        now,
        lines,
        ship_to=ship_to,
        bill_to=ship_to,
        email=email,
        phone=str(address.get("phone", "")),
        note=str(body.get("note") or ""),
        test=bool(body.get("test")),
        source_name="web",
    )
    charge = decimal_of(body.get("shipping", "4.90"))
    title = "Livraison standard" if store.country == "FR" else "Standard shipping"
    order.shipping = [ShippingCharge(store.new_id("shipping", 4_900_000_000_000), title, "standard", charge)]
    for line in lines:
        line.current_quantity = line.quantity
        if line.variant:
            line.variant.stock -= line.quantity
    if body.get("paid", True):
        orders.add_payment(store, order, "SALE", order.current_total, "bogus")
    else:
        order.stated_financial_status = "PENDING"
    return orders.place_order(store, order, "storefront")


def default_address(store: Store) -> dict[str, str]:
    """The preset that lives in the store's country."""
    return next((row for row in ADDRESSES if row["country_code"] == store.country), ADDRESSES[0])


def pay(store: Store, order: Order, body: Body) -> None:
    """The customer pays what is outstanding."""
    orders.mark_paid(store, order, "admin")


def cancel(store: Store, order: Order, body: Body) -> None:
    """The merchant cancels. Body: reason, refund, restock."""
    reason = str(body.get("reason") or "CUSTOMER").upper()
    orders.cancel_order(store, order, reason, bool(body.get("refund", True)), bool(body.get("restock", True)), "admin")


def edit(store: Store, order: Order, body: Body) -> None:
    """The merchant edits. Body: quantities {line id or SKU: new quantity}, address {...}, note."""
    quantities = {_line_of(order, key).id: whole(value) for key, value in (body.get("quantities") or {}).items()}
    address = body.get("address")
    orders.edit_order(store, order, quantities, address, body.get("note"), "admin")


def refund(store: Store, order: Order, body: Body) -> None:
    """The merchant refunds. Body: lines {line id or SKU: quantity}, or amount; all that is left by default."""
    items = [(_line_of(order, key), whole(value)) for key, value in (body.get("lines") or {}).items()]
    items = [(line, count) for line, count in items if count]
    if body.get("amount") not in (None, ""):
        amount = decimal_of(body["amount"])
    elif items:
        amount = sum((line.price * count for line, count in items), Decimal(0))
    else:
        items = [(line, line.current_quantity) for line in order.lines if line.current_quantity]
        amount = order.received - order.refunded
    orders.refund_order(store, order, items, amount, "admin")


def delete(store: Store, order: Order, body: Body) -> None:
    """Erase a canceled or archived order."""
    orders.delete_order(store, order, "admin")


def tag(store: Store, order: Order, body: Body) -> None:
    """Add tags. Body: tags [..]."""
    orders.add_tags(store, order, [str(one) for one in body.get("tags") or []])


def ship(store: Store, order: Order, body: Body) -> None:
    """Ship all that is left, or lines {line id or SKU: quantity}. Body: company, number(s), url(s), notify."""
    if not order.routed:
        raise Refused("The order has no fulfillment orders yet; try again in a moment.")
    tracking = read_tracking(body)
    left: dict[int, int] = {}
    for key, value in (body.get("lines") or {}).items():
        if whole(value):
            left[_line_of(order, key).id] = whole(value)
    everything = not body.get("lines")
    batches: dict[int, list[tuple[Work, dict[int, int] | None]]] = {}
    for one in order.works:
        if not one.is_open:
            continue
        chosen: dict[int, int] = {}
        for row in one.lines:
            count = row.remaining if everything else min(row.remaining, left.get(row.line.id, 0))
            if count:
                chosen[row.id] = count
                left[row.line.id] = left.get(row.line.id, 0) - count
        if chosen:
            batches.setdefault(one.location_id, []).append((one, chosen))
    if not batches or any(count > 0 for count in left.values()):
        raise Refused("There is not that much left to ship.")
    for wanted in batches.values():
        parcels.ship(store, wanted, tracking, bool(body.get("notify")), "admin")


def track(store: Store, order: Order, body: Body) -> None:
    """Correct the tracking of a parcel. Body: fulfillment_id (default: the latest), company, number(s), url(s)."""
    parcels.correct_tracking(store, _parcel(order, body), read_tracking(body), bool(body.get("notify")), "admin")


def cancel_fulfillment(store: Store, order: Order, body: Body) -> None:
    """Take a parcel back. Body: fulfillment_id (default: the latest)."""
    parcels.cancel_parcel(store, _parcel(order, body), "admin")


def request_fulfillment(store: Store, order: Order, body: Body) -> None:
    """Press Request fulfillment. Body: fulfillment_order_id (default: every one that can), lines, message, notify."""
    wanted = str(body.get("fulfillment_order_id") or "").rsplit("/", 1)[-1]
    message, notify = str(body.get("message") or ""), bool(body.get("notify"))
    chosen = [one for one in order.works if (str(one.id) == wanted if wanted else _requestable(store, one))]
    if not chosen:
        raise Refused("No fulfillment order of this order can be requested from a fulfillment service.")
    lines = body.get("lines")
    for one in chosen:
        quantities = None
        if lines:
            by_line = {_line_of(order, key).id: whole(value) for key, value in lines.items()}
            quantities = {row.id: by_line[row.line.id] for row in one.lines if row.line.id in by_line}
        work.request_fulfillment(store, one, quantities, message, notify)


def request_cancellation(store: Store, order: Order, body: Body) -> None:
    """Ask the fulfillment service to stop. Body: fulfillment_order_id (default: every one that was requested)."""
    wanted = str(body.get("fulfillment_order_id") or "").rsplit("/", 1)[-1]
    states = ("SUBMITTED", "ACCEPTED", "CANCELLATION_REJECTED")
    chosen = [one for one in order.works if (str(one.id) == wanted if wanted else one.request_status in states)]
    chosen = [one for one in chosen if one.is_open]
    if not chosen:
        raise Refused("Nothing was requested from a fulfillment service.")
    for one in chosen:
        work.request_cancellation(store, one, str(body.get("message") or ""))


def _requestable(store: Store, one: Work) -> bool:
    return one.is_open and one.request_status in ("UNSUBMITTED", "REJECTED") and work.service_of(store, one) is not None


VERBS: dict[str, Callable[[Store, Order, Body], None]] = {
    "pay": pay,
    "cancel": cancel,
    "edit": edit,
    "refund": refund,
    "delete": delete,
    "tag": tag,
    "ship": ship,
    "track": track,
    "cancel_fulfillment": cancel_fulfillment,
    "request_fulfillment": request_fulfillment,
    "request_cancellation": request_cancellation,
}


def read_tracking(body: Body) -> Tracking:
    """Carrier, numbers and links from a body; numbers may stand in one text, parted by commas."""
    return Tracking(str(body.get("company") or "").strip(), numbers_in(body), links_in(body))


def describe(store: Store, order: Order) -> dict[str, Any]:
    """An order with its work and parcels, as plain JSON."""
    return {
        **store.order_facts(order),
        "cancelled": order.cancelled_at is not None,
        "updated_at": order.updated_at.isoformat(),
        "fulfillment_orders": [
            {
                "fulfillment_order_id": str(one.id),
                "status": one.status,
                "request_status": one.request_status,
                "location_id": str(one.location_id),
                "lines": [{"line_id": str(row.line.id), "remaining": row.remaining} for row in one.lines],
            }
            for one in order.works
        ],
        "fulfillments": [
            {
                "fulfillment_id": str(parcel.id),
                "status": parcel.status,
                "company": parcel.tracking.company,
                "numbers": parcel.tracking.numbers,
                "urls": parcel.tracking.urls,
                "lines": [
                    {"line_id": str(line.id), "sku": line.sku, "quantity": count} for _, line, count in parcel.lines
                ],
            }
            for parcel in order.parcels
        ],
    }


def _line(store: Store, row: Body) -> Line:
    quantity = whole(row.get("quantity", 1))
    if quantity < 1:
        raise Refused("A quantity must be at least 1.")
    variant = _variant(store, row)
    title = str(row.get("title") or (variant.product.title if variant else ""))
    if not title:
        raise Refused("A line needs a known sku or variant_id, or a title.")
    price = decimal_of(row["price"]) if "price" in row else variant.price if variant else Decimal(0)
    return Line(
        store.new_id("line", 15_000_000_000_000),
        title,
        variant.title if variant else "",
        str(row.get("sku") or (variant.sku if variant else "")),
        variant.product.vendor if variant else "",
        quantity,
        price,
        bool(row.get("requires_shipping", True)),
        variant=variant,
        product_id=variant.product.id if variant else None,
        picture=variant.product.picture if variant else "",
        gift_card=bool(row.get("gift_card")),
    )


def _variant(store: Store, row: Body) -> Variant | None:
    if row.get("variant_id"):
        tail = str(row["variant_id"]).rsplit("/", 1)[-1]
        return store.variants.get(int(tail)) if tail.isdigit() else None
    return store.variant_by_sku(str(row.get("sku") or ""))


def _line_of(order: Order, key: str) -> Line:
    for line in order.lines:
        if str(line.id) == str(key).rsplit("/", 1)[-1] or (line.sku and line.sku == key):
            return line
    raise Refused(f"The order has no line {key}.")


def _parcel(order: Order, body: Body) -> Parcel:
    wanted = str(body.get("fulfillment_id") or "").rsplit("/", 1)[-1]
    for parcel in reversed(order.parcels):
        if str(parcel.id) == wanted or (not wanted and parcel.status == "SUCCESS"):
            return parcel
    raise Refused("The order has no such fulfillment.")


def _postal(address: Body) -> PostalAddress:
    try:
        return PostalAddress(**{key: str(value) for key, value in address.items()})
    except TypeError as wrong:
        raise Refused(f"An address has no such field: {wrong}") from wrong
