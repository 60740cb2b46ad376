"""What an app may write: orders, by their whole or in part."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.woocommerce.model import STATUSES, Charge, Line, Meta, Order, PostalAddress, Variant, Wrong, meta_value
from sandbox.woocommerce.notes import journal_noted
from sandbox.woocommerce.orders import move, place_order
from sandbox.woocommerce.store import TAX, Store

Body = dict[str, Any]
_ADDRESS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company",
    "address_1": "address1",
    "address_2": "address2",
    "city": "city",
    "state": "province_code",
    "postcode": "zip",
    "country": "country_code",
    "phone": "phone",
    "email": "email",
}


def create_order(store: Store, body: Body) -> Order:
    """Make the order an app asks for. Stock is not asked about; taxes are worked out unless it is exempt."""
    status = _status(body.get("status", "pending"))
    now = store.now()
    metas = _entries(store, body.get("meta_data"))
    taxed = meta_value(metas, "is_vat_exempt") != "yes"
    lines = [_line(store, row, taxed) for row in _rows(body, "line_items")]
    paid = body.get("set_paid") is True
    order = Order(
        store.new_id("order"),
        "processing" if paid and status == "pending" else status,
        str(body.get("currency") or store.currency),
        now,
        now,
        lines,
        shipping=[_charge(store, row, "method_title") for row in _rows(body, "shipping_lines")],
        fees=[_charge(store, row, "name") for row in _rows(body, "fee_lines")],
        ship_to=_address(body.get("shipping")),
        bill_to=_address(body.get("billing")) or PostalAddress(),
        payment_method=str(body.get("payment_method") or ""),
        payment_title=str(body.get("payment_method_title") or ""),
        transaction_id=str(body.get("transaction_id") or ""),
        created_via="rest-api",
        note=str(body.get("customer_note") or ""),
        meta=metas,
        paid_at=now if paid or status in ("processing", "completed") else None,
    )
    if paid and order.bill_to.email:
        store.write("mail.sent", to=order.bill_to.email, order_id=str(order.id))
    return place_order(store, order, "api")


def update_order(store: Store, order: Order, body: Body) -> None:
    """Change what an app gives; meta data by its key."""
    for entry in _entries(store, body.get("meta_data")):
        same = [each for each in order.meta if each.key == entry.key]
        for each in same[1:]:
            order.meta.remove(each)
        if same:
            same[0].value = entry.value
        else:
            order.meta.append(entry)
    journal_noted(store, order)
    if body.get("customer_note") is not None:
        order.note = str(body["customer_note"])
    status = _status(body["status"]) if body.get("status") else order.status
    if status != order.status:
        store.write("order.status", by="api", status=status, **store.key_of(order))
    move(store, order, status)


def _status(status: Any) -> str:
    if status not in STATUSES:
        raise Wrong(400, "rest_invalid_param", "Invalid parameter(s): status")
    return str(status)


def _rows(body: Body, key: str) -> list[Body]:
    rows = body.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Wrong(400, "rest_invalid_param", f"Invalid parameter(s): {key}")
    return rows


def _entries(store: Store, given: Any) -> list[Meta]:
    return [store.entry(str(row["key"]), row.get("value")) for row in given or []]


def _line(store: Store, row: Body, taxed: bool) -> Line:
    variant = _goods(store, row)
    quantity = row.get("quantity", 1)
    if type(quantity) is not int or quantity < 1:
        raise Wrong(400, "rest_invalid_param", "Invalid parameter(s): line_items")
    total = _amount(row.get("total", variant.price * quantity))
    tax = (total * TAX).quantize(Decimal("0.01")) if taxed else Decimal(0)
    return Line(
        store.new_id("line"),
        str(row.get("name") or variant.product.title),
        quantity,
        _amount(row.get("subtotal", total)),
        total,
        tax,
        variant,
        variant.sku,
        _entries(store, row.get("meta_data")),
    )


def _goods(store: Store, row: Body) -> Variant:
    """By SKU, or by the id of a product or variation; what is not there is refused."""
    if row.get("sku"):
        found = store.variant_by_sku(str(row["sku"]))
    else:
        found = store.variants.get(int(row.get("variation_id") or row.get("product_id") or 0))
    if found is None:
        raise Wrong(400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.")
    return found


def _charge(store: Store, row: Body, title: str) -> Charge:
    method = str(row.get("method_id") or "") if title == "method_title" else ""
    return Charge(store.new_id("line"), str(row.get(title) or ""), _amount(row.get("total", "0")), method)


def _amount(given: Any) -> Decimal:
    try:
        amount = Decimal(str(given))
    except InvalidOperation as wrong:
        raise Wrong(400, "rest_invalid_param", "Invalid parameter(s): total") from wrong
    return amount.quantize(Decimal("0.01"))


def _address(given: Any) -> PostalAddress | None:
    if not isinstance(given, dict) or not any(given.values()):
        return None
    known = {ours: str(given.get(theirs) or "") for theirs, ours in _ADDRESS.items()}
    return PostalAddress(**known)
