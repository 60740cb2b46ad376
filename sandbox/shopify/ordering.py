"""`orderCreate`: from the input of an app to an order of the store."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.shopify.model import (
    Line,
    Order,
    Payment,
    PostalAddress,
    Refused,
    ShippingCharge,
    Variant,
    number_of,
)
from sandbox.shopify.store import Store, country_names


def order_from_input(store: Store, given: dict[str, Any], behaviour: str) -> Order:
    """Build (not yet place) the order an app asks for; stock is claimed as `behaviour` says."""
    rows = given.get("line_items") or []
    if not rows:
        raise Refused("Line items must have at least one line item", ["order", "lineItems"], "INVALID")
    currency = given.get("currency") or store.currency
    lines = [_line(store, row, place, currency) for place, row in enumerate(rows)]
    if behaviour == "DECREMENT_OBEYING_POLICY":
        _refuse_without_stock(lines)
    if behaviour != "BYPASS":
        for line in lines:
            if line.variant:
                line.variant.stock -= line.quantity
    now = store.now()
    processed = given.get("processed_at") or now
    count = store.world.ids.count(f"order-number:{store.domain}")
    number = 1000 + count
    order = Order(
        store.new_id("order", 5_900_000_000_000),
        given.get("name") or f"#{number}",
        number,
        currency,
        now,
        # Since 2026-07 a time in the future is clamped instead of refused.
        min(processed, now) if isinstance(processed, datetime) else now,
        now,
        lines,
        ship_to=_address(given.get("shipping_address")),
        bill_to=_address(given.get("billing_address")),
        email=given.get("email") or "",
        phone=given.get("phone") or "",
        note=given.get("note") or "",
        tags=list(dict.fromkeys(given.get("tags") or [])),
        attributes=[(row["key"], row["value"]) for row in given.get("custom_attributes") or []],
        source_identifier=given.get("source_identifier"),
        source_name=given.get("source_name") or "orderlane-sandbox-app",
        taxes_included=bool(given.get("taxes_included")),
        test=bool(given.get("test")),
        stated_financial_status=given.get("financial_status"),
    )
    order.shipping = [
        ShippingCharge(
            store.new_id("shipping", 4_900_000_000_000),
            row["title"],
            row.get("code") or "",
            _amount(row["price_set"], currency),
            row.get("source") or "app",
        )
        for row in given.get("shipping_lines") or []
    ]
    order.tax = _tax(given.get("tax_lines") or [], rows, currency)
    order.payments = [_payment(store, row, currency, now) for row in given.get("transactions") or []]
    return order


def _refuse_without_stock(lines: list[Line]) -> None:
    wanted: dict[Variant, int] = {}
    for line in lines:
        if line.variant:
            wanted[line.variant] = wanted.get(line.variant, 0) + line.quantity
    for variant, count in wanted.items():
        if variant.stock < count:
            raise Refused(f"Unable to reserve inventory for {variant.sku}", ["order"], "INVENTORY_CLAIM_FAILED")


def _line(store: Store, row: dict[str, Any], place: int, currency: str) -> Line:
    path = ["order", "lineItems", str(place)]
    if row["quantity"] < 1:
        raise Refused("Quantity must be greater than 0", [*path, "quantity"], "INVALID")
    variant = None
    if row.get("variant_id"):
        variant = store.variants.get(number_of("ProductVariant", row["variant_id"]) or 0)
        if variant is None:
            raise Refused("Variant does not exist", [*path, "variantId"], "INVALID")
    title = row.get("title") or (variant.product.title if variant else "")
    if not title:
        raise Refused("Title can't be blank", [*path, "title"], "INVALID")
    if row.get("price_set"):
        price = _amount(row["price_set"], currency)
    elif variant:
        price = variant.price
    else:
        raise Refused("Price can't be blank", [*path, "priceSet"], "INVALID")
    return Line(
        store.new_id("line", 15_000_000_000_000),
        title,
        row.get("variant_title") or (variant.title if variant else ""),
        row.get("sku") or (variant.sku if variant else ""),
        row.get("vendor") or (variant.product.vendor if variant else ""),
        row["quantity"],
        price,
        # The API's own default is false: an app that forgets it gets an order with nothing to ship.
        bool(row.get("requires_shipping")),
        variant=variant,
        product_id=variant.product.id if variant else None,
        picture=variant.product.picture if variant else "",
        taxable=row.get("taxable") is not False,
        gift_card=bool(row.get("gift_card")),
        attributes=[(one["name"], one["value"]) for one in row.get("properties") or []],
    )


def _amount(bag: dict[str, Any], currency: str) -> Decimal:
    money = bag["shop_money"]
    if money["currency_code"] != currency:
        raise Refused(f"Currency {money['currency_code']} is not the order's", ["order"], "INVALID")
    amount: Decimal = money["amount"]
    return amount


def _tax(order_taxes: list[dict[str, Any]], rows: list[dict[str, Any]], currency: str) -> Decimal:
    line_taxes = [tax for row in rows for tax in row.get("tax_lines") or []]
    if order_taxes and line_taxes:
        raise Refused("Tax lines can be on the order or on its lines, not both", ["order", "taxLines"], "INVALID")
    sums = (_amount(tax["price_set"], currency) for tax in order_taxes + line_taxes if tax.get("price_set"))
    return sum(sums, Decimal(0))


def _payment(store: Store, row: dict[str, Any], currency: str, now: datetime) -> Payment:
    return Payment(
        store.new_id("payment", 6_200_000_000_000),
        row.get("kind") or "SALE",
        row.get("status") or "SUCCESS",
        row.get("gateway") or "manual",
        _amount(row["amount_set"], currency),
        now,
    )


def _address(given: dict[str, Any] | None) -> PostalAddress | None:
    if given is None:
        return None
    known = {key: value for key, value in given.items() if value is not None}
    code = known.get("country_code", "")
    return PostalAddress(**known, country=country_names().get(code, code), province=str(known.get("province_code", "")))
