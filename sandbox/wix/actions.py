"""What people do in a store by hand: buy, pay, edit, cancel, refund, ship. Pages and JSON share these."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.core.shopping import Body, decimal_of, links_in, numbers_in, whole
from sandbox.seed import ADDRESSES
from sandbox.wix import orders
from sandbox.wix.carriers import LINKS
from sandbox.wix.model import Fulfillment, Line, Order, Payment, PostalAddress, Refused, Tracking, Variant
from sandbox.wix.payloads import fulfillment_payload
from sandbox.wix.store import Store

_BY_NAME = {"fedex": "fedex", "ups": "ups", "usps": "usps", "dhl": "dhl", "canada post": "canadaPost"}


def buy(store: Store, body: Body) -> Order:
    """A customer orders. Body: lines [{sku | variant_id, quantity} or {title, price, quantity}], paid, address."""
    lines = [_line(store, row, place) for place, row in enumerate(body.get("lines") or [], start=1)]
    if not lines:
        raise Refused("An order needs at least one line.")
    address = dict(body.get("address") or default_address(store))
    email = str(body.get("email") or address.pop("email", "") or "customer@example.com")
    address.pop("email", None)
    now = store.now()
    order = Order(
        store.new_id("order"),
        store.new_number(),
        str(body.get("currency") or store.currency),
        now,
        now,
        lines,
        shipping=decimal_of(body.get("shipping", "4.90")),
        ship_to=None if body.get("digital") else postal(address),
        pickup=bool(body.get("pickup")),
        email=email,
        note=str(body.get("note") or ""),
        status="PENDING" if body.get("needs_approval") else "APPROVED",
        imported=bool(body.get("imported")),
    )
    _discount(order, decimal_of(body.get("discount", 0)))
    for line in lines:
        if line.variant:
            line.variant.stock -= line.quantity
    if body.get("paid", True) and order.total:
        order.payments.append(Payment(store.new_id("payment"), order.total, "", now))
    return orders.place_order(store, order, "storefront")


def default_address(store: Store) -> dict[str, str]:
    """The preset that lives in the store's country."""
    return next((row for row in ADDRESSES if row["country_code"] == store.country), ADDRESSES[0])


def postal(address: Body) -> PostalAddress:
    """An address in the words of the other simulators as Wix keeps it."""
    country, code = str(address.get("country_code") or ""), str(address.get("province_code") or "")
    subdivision = f"{country}-{code}" if code and country and not code.startswith(f"{country}-") else code
    known = "first_name last_name company address1 address2 city zip country_code phone".split()
    wrong = set(address) - {*known, "province", "province_code", "country", "label", "subdivision"}
    if wrong:
        raise Refused(f"An address has no such field: {', '.join(sorted(wrong))}")
    return PostalAddress(**{key: str(address.get(key) or "") for key in known}, subdivision=subdivision)


def pay(store: Store, order: Order, body: Body) -> None:
    """The customer pays what is outstanding."""
    orders.mark_paid(store, order, "admin")


def cancel(store: Store, order: Order, body: Body) -> None:
    """The store's owner cancels. Body: reason, refund, restock."""
    reason = str(body.get("reason") or "CUSTOMER").upper()
    orders.cancel_order(store, order, reason, bool(body.get("refund", True)), bool(body.get("restock", True)), "admin")


def refund(store: Store, order: Order, body: Body) -> None:
    """The store's owner gives money back. Body: lines {line id or SKU: pieces}, amount (default: all that is left)."""
    pieces = {_line_of(order, key).id: whole(value) for key, value in (body.get("lines") or {}).items()}
    amount = decimal_of(body["amount"]) if body.get("amount") not in (None, "") else None
    orders.refund_order(store, order, {key: count for key, count in pieces.items() if count}, amount, "admin")


def edit(store: Store, order: Order, body: Body) -> None:
    """The store's owner edits. Body: quantities {line id or SKU: new quantity}, address {...}, note."""
    quantities = {_line_of(order, key).id: whole(value) for key, value in (body.get("quantities") or {}).items()}
    address = body.get("address")
    orders.edit_order(
        store, order, quantities, _changed(order, address) if address else None, body.get("note"), "admin"
    )


def _changed(order: Order, address: Body) -> dict[str, str]:
    """Only the fields that were given; a state comes with its country."""
    before = order.ship_to or PostalAddress()
    country = address.get("country_code", before.country_code)
    code = address.get("province_code", before.province_code)
    written = postal({**address, "country_code": country, "province_code": code})
    names = {*address, *(["subdivision"] if {"province_code", "country_code"} & set(address) else [])}
    return {name: getattr(written, name) for name in names if hasattr(before, name) and name != "province_code"}


def delete(store: Store, order: Order, body: Body) -> None:
    """Erase a canceled order."""
    orders.delete_order(store, order, "admin")


def approve(store: Store, order: Order, body: Body) -> None:
    """Let an order through that waits for approval."""
    orders.approve(store, order)


def reject(store: Store, order: Order, body: Body) -> None:
    """Turn an order away that waits for approval."""
    orders.reject(store, order)


def anonymize(store: Store, order: Order, body: Body) -> None:
    """Forget who the customer was."""
    orders.anonymize(store, order)


def ship(store: Store, order: Order, body: Body) -> None:
    """Ship all that is left, or lines {line id or SKU: quantity}. Body: company, number(s), url(s)."""
    wanted = {_line_of(order, key).id: whole(value) for key, value in (body.get("lines") or {}).items()}
    if not wanted:
        wanted = {line.id: order.to_ship(line) for line in order.lines if line.shippable}
    pieces: list[tuple[str, int | None]] = [(line_id, count) for line_id, count in wanted.items() if count]
    if not pieces:
        raise Refused("There is nothing left to ship.")
    orders.fulfill(store, order, pieces, read_tracking(body), "admin")


def track(store: Store, order: Order, body: Body) -> None:
    """Correct the tracking of a parcel. Body: fulfillment_id (default: the latest), company, number(s), url(s)."""
    orders.correct_tracking(store, order, _fulfillment(order, body), read_tracking(body), "admin")


def cancel_fulfillment(store: Store, order: Order, body: Body) -> None:
    """Take a parcel back. Body: fulfillment_id (default: the latest)."""
    orders.delete_fulfillment(store, order, _fulfillment(order, body), "admin")


VERBS: dict[str, Callable[[Store, Order, Body], None]] = {
    "pay": pay,
    "cancel": cancel,
    "refund": refund,
    "edit": edit,
    "delete": delete,
    "approve": approve,
    "reject": reject,
    "anonymize": anonymize,
    "ship": ship,
    "track": track,
    "cancel_fulfillment": cancel_fulfillment,
}


def read_tracking(body: Body) -> Tracking:
    """Provider, number and link from a body. Wix has one field of each: several numbers are parted by commas."""
    number, link = ", ".join(numbers_in(body)), next(iter(links_in(body)), "")
    company = str(body.get("company") or "").strip()
    provider = _BY_NAME.get(company.lower(), company)
    if provider and number and not link and provider not in LINKS:
        # A person in a hurry types a carrier and no link: Wix's form makes the provider optional.
        provider = ""
    return Tracking(provider, number, link)


def describe(store: Store, order: Order) -> dict[str, Any]:
    """An order with its parcels, as plain JSON."""
    return {
        **store.order_facts(order),
        "status": order.status,
        "cancelled": order.status in ("CANCELED", "REJECTED"),
        "updated_at": order.updated_at.isoformat(),
        "payments": [
            {"amount": f"{payment.amount:.2f}", "transaction": payment.transaction} for payment in order.payments
        ],
        "notified": order.notified,
        "fulfillments": [
            {
                "fulfillment_id": one.id,
                "status": "SUCCESS",
                "company": one.tracking.provider,
                "numbers": one.tracking.number.split(", ") if one.tracking.number else [],
                "urls": [one.tracking.link] if one.tracking.link else [],
                "lines": [
                    {"line_id": row["id"], "quantity": row["quantity"]} for row in fulfillment_payload(one)["lineItems"]
                ],
            }
            for one in order.fulfillments
        ],
    }


def _line(store: Store, row: Body, place: int) -> Line:
    quantity = whole(row.get("quantity", 1))
    if quantity < 1:
        raise Refused("A quantity must be at least 1.")
    variant = _variant(store, row)
    title = str(row.get("title") or (variant.title if variant else ""))
    if not title:
        raise Refused("A line needs a known sku or variant_id, or a title.")
    shippable = bool(row.get("requires_shipping", True)) and not row.get("gift_card")
    return Line(
        f"00000000-0000-0000-0000-{place:012d}",
        title,
        variant.name if variant else "",
        str(row.get("sku") or (variant.sku if variant else "")),
        quantity,
        decimal_of(row["price"]) if "price" in row else variant.price if variant else Decimal(0),
        kind="GIFT_CARD" if row.get("gift_card") else "PHYSICAL" if shippable else "DIGITAL",
        shippable=shippable,
        variant=variant,
        app=str(row.get("app") or ""),
    )


def _variant(store: Store, row: Body) -> Variant | None:
    if row.get("variant_id"):
        return store.variants.get(str(row["variant_id"]))
    return store.variant_by_sku(str(row.get("sku") or ""))


def _discount(order: Order, amount: Decimal) -> None:
    """Spread a discount over the lines, to the cent; the last one takes the rest."""
    left = min(amount, order.subtotal)
    for line in order.lines:
        share = left if line is order.lines[-1] else min(left, (amount / len(order.lines)).quantize(Decimal("0.01")))
        line.discount = min(share, line.total)
        left -= line.discount


def _line_of(order: Order, key: str) -> Line:
    line = order.line(str(key))
    if line is None:
        raise Refused(f"The order has no line {key}.")
    return line


def _fulfillment(order: Order, body: Body) -> Fulfillment:
    wanted = str(body.get("fulfillment_id") or "").rsplit("/", 1)[-1]
    for one in reversed(order.fulfillments):
        if not wanted or one.id == wanted:
            return one
    raise Refused("The order has no such fulfillment.")
