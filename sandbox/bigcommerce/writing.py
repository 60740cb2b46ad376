"""Orders and shipments as apps write them: what `POST` and `PUT` make of a body."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.bigcommerce import orders, parcels
from sandbox.bigcommerce.model import (
    STATUSES,
    Destination,
    Line,
    Order,
    Place,
    Refused,
    Shipment,
    country_names,
    state_code,
)
from sandbox.bigcommerce.parcels import Tracking
from sandbox.bigcommerce.store import Store

Body = dict[str, Any]
_FIELDS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company",
    "street_1": "address1",
    "street_2": "address2",
    "city": "city",
    "state": "province",
    "zip": "zip",
    "country": "country",
    "country_iso2": "country_code",
    "phone": "phone",
    "email": "email",
}
_TRACKING = vars(Tracking())


def create_order(store: Store, body: Body) -> Order:
    """Make the order of a `POST /v2/orders`. No mail is sent, no payment recorded: paid is only a status."""
    billing = body.get("billing_address")
    if not isinstance(billing, dict) or len(str(billing.get("zip") or "")) < 2:
        raise Refused("The field 'billing_address' is invalid: zip is required.")
    if body.get("consignments") and (body.get("products") or body.get("shipping_addresses")):
        raise Refused("Either products or consignments can be given, not both.")
    rows = body.get("products")
    if not isinstance(rows, list) or not rows:
        raise Refused("The field 'products' is required.")
    # Left out, an order waits for its payment: the API's own default.
    status_id = body.get("status_id", 1)
    if status_id not in STATUSES:
        raise Refused("The field 'status_id' is invalid.")
    if body.get("default_currency_code", store.currency) != store.currency:
        raise Refused("The currency is not enabled in this store.")
    places = body.get("shipping_addresses") or [billing]
    destination = Destination(store.new_id("address", 60_000), _place(places[0]), _pair(body, "shipping_cost"))
    lines = [_line(store, row, destination) for row in rows]
    _check_stock(lines)
    now = store.now()
    order = Order(
        store.new_id("order", 100),
        status_id,
        store.currency,
        now,
        now,
        lines,
        [destination],
        _place(billing),
        payment_method=str(body.get("payment_method") or ""),
        source="external",
        external_source=body.get("external_source"),
        external_order_id=str(body.get("external_order_id") or ""),
        staff_notes=str(body.get("staff_notes") or ""),
        customer_message=str(body.get("customer_message") or ""),
    )
    if "total_inc_tax" in body:
        order.stated_total = _pair(body, "total")
        order.tax = order.stated_total - _amount(body["total_ex_tax"], "total_ex_tax")
    return orders.place_order(store, order, "api")


def change_order(store: Store, order: Order, body: Body) -> None:
    """Move an order to another status; the sandbox changes nothing else by `PUT`."""
    if set(body) != {"status_id"} or body["status_id"] not in STATUSES:
        raise Refused("The field 'status_id' is invalid.")
    orders.move(store, order, body["status_id"])


def create_shipment(store: Store, order: Order, body: Body) -> Shipment:
    """Make the shipment of a `POST /v2/orders/{id}/shipments`."""
    wanted = next((one for one in order.destinations if one.id == body.get("order_address_id")), None)
    if wanted is None:
        raise Refused("The field 'order_address_id' is invalid.")
    rows = body.get("items")
    if not isinstance(rows, list):
        raise Refused("The field 'items' is required.")
    items = []
    for row in rows:
        line = next((line for line in order.lines if line.id == row.get("order_product_id")), None)
        if line is None or type(row.get("quantity")) is not int:
            raise Refused("The field 'items' is invalid: no such order product.")
        items.append((line, row["quantity"]))
    return parcels.ship(store, order, wanted, items, Tracking(**_tracking(body)), "api")


def change_shipment(store: Store, shipment: Shipment, body: Body) -> None:
    """Change what a `PUT` names; items cannot be changed."""
    if "items" in body:
        raise Refused("The items of a shipment cannot be changed.")
    kept = {name: getattr(shipment, name) for name in _TRACKING}
    parcels.correct_tracking(store, shipment, Tracking(**{**kept, **_tracking(body)}), "api")


def _tracking(body: Body) -> dict[str, str]:
    given = {name: body[name] for name in _TRACKING if name in body}
    if not all(isinstance(value, str) for value in given.values()):
        raise Refused("Tracking fields are texts.")
    return given


def _line(store: Store, row: Body, destination: Destination) -> Line:
    quantity = row.get("quantity")
    if type(quantity) is not int or quantity < 1:
        raise Refused("The field 'quantity' is invalid.")
    overridden = "price_ex_tax" in row or "price_inc_tax" in row
    if overridden and not {"price_ex_tax", "price_inc_tax"} <= row.keys():
        raise Refused("price_ex_tax and price_inc_tax are only accepted together.")
    variant = None
    if row.get("product_id"):
        variant = store.variants.get(row.get("variant_id") or 0)
        if variant is None or variant.product.id != row["product_id"]:
            raise Refused("The field 'products' is invalid: the product and variant do not exist.")
    elif not row.get("name") or not overridden:
        raise Refused("A custom product needs name, quantity and both prices.")
    price = _pair(row, "price") if overridden else variant.price if variant else Decimal(0)
    name = str(row.get("name") or (variant.product.name if variant else ""))
    return Line(
        store.new_id("line", 200),
        name,
        variant.sku if variant else str(row.get("sku") or ""),
        quantity,
        price,
        variant,
        destination,
        str(row.get("name_merchant") or ""),
        picture=variant.product.picture if variant else "",
    )


def _check_stock(lines: list[Line]) -> None:
    for line in lines:
        wanted = sum(other.quantity for other in lines if other.variant is line.variant)
        if line.variant and wanted > line.variant.stock:
            raise Refused(f"Insufficient stock of {line.sku}: {line.variant.stock} left.", 409)


def _place(given: Body) -> Place:
    known = {ours: str(given.get(theirs) or "") for theirs, ours in _FIELDS.items()}
    code = known["country_code"]
    known["country"] = known["country"] or country_names().get(code, code)
    return Place(**known, province_code=state_code(code, known["province"]))


def _pair(body: Body, name: str) -> Decimal:
    """The amount with tax of a pair that is only taken together; nothing when neither is given."""
    net, gross = body.get(f"{name}_ex_tax"), body.get(f"{name}_inc_tax")
    if net is None and gross is None:
        return Decimal(0)
    if net is None or gross is None:
        raise Refused(f"{name}_ex_tax and {name}_inc_tax are only accepted together.")
    return _amount(gross, f"{name}_inc_tax")


def _amount(value: Any, name: str) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation as wrong:
        raise Refused(f"The field '{name}' is invalid.") from wrong
    if not amount.is_finite() or amount < 0:
        raise Refused(f"The field '{name}' is invalid.")
    return amount
