"""`createOrder` and `addPayments`: from the bodies an app sends to rows of the site."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.wix.model import STORES_APP, Line, Order, PostalAddress, Refused, Variant
from sandbox.wix.store import Store

Body = dict[str, Any]


def order_from_input(store: Store, given: Body, settings: Body) -> Order:
    """Build (not yet place) the order an app asks for. Stock goes down."""
    if not isinstance(given.get("channelInfo"), dict) or not given["channelInfo"].get("type"):
        raise Refused("order.channelInfo.type is required")
    if not isinstance(given.get("priceSummary"), dict):
        raise Refused("order.priceSummary is required")
    rows = given.get("lineItems")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 300:
        raise Refused("order.lineItems must hold 1 to 300 items")
    lines = [_line(store, row, place) for place, row in enumerate(rows, start=1)]
    for line in lines:
        if line.variant:
            line.variant.stock -= line.quantity
    now = store.now()
    destination = ((given.get("shippingInfo") or {}).get("logistics") or {}).get("shippingDestination")
    holder = destination or given.get("recipientInfo")
    notifications = settings.get("notifications") or {}
    strategy = settings.get("orderApprovalStrategy") or "DEFAULT"
    return Order(
        store.new_id("order"),
        store.new_number(),
        str(given.get("currency") or store.currency),
        now,
        now,
        lines,
        shipping=amount(given["priceSummary"].get("shipping"), "priceSummary.shipping"),
        tax=amount(given["priceSummary"].get("tax"), "priceSummary.tax"),
        ship_to=address_from(holder) if holder else None,
        email=str((given.get("buyerInfo") or {}).get("email") or ""),
        note=str(given.get("buyerNote") or ""),
        status="APPROVED" if strategy == "DEFAULT" else "PENDING",
        channel=str(given["channelInfo"]["type"]),
        source_identifier=given["channelInfo"].get("externalOrderId"),
        fields=[(str(row["title"]), str(row["value"])) for row in given.get("customFields") or []],
        notified=notifications.get("sendNotificationToBuyer") is not False,
    )


def amount(given: Any, name: str) -> Decimal:
    """A `Price` as an amount; nothing at all is zero."""
    if given is None:
        return Decimal(0)
    try:
        found = Decimal(str(given["amount"]))
    except (InvalidOperation, KeyError, TypeError) as wrong:
        raise Refused(f"{name}.amount must be a decimal") from wrong
    if not found.is_finite() or found < 0:
        raise Refused(f"{name}.amount must not be negative")
    return found


def address_from(holder: Body) -> PostalAddress:
    """An ``AddressWithContact`` as a row."""
    address, contact = holder.get("address") or {}, holder.get("contactDetails") or {}
    return PostalAddress(
        str(contact.get("firstName") or ""),
        str(contact.get("lastName") or ""),
        str(contact.get("company") or ""),
        str(address.get("addressLine") or ""),
        str(address.get("addressLine2") or ""),
        str(address.get("city") or ""),
        str(address.get("subdivision") or ""),
        str(address.get("postalCode") or ""),
        str(address.get("country") or ""),
        str(contact.get("phone") or ""),
    )


def _line(store: Store, row: Body, place: int) -> Line:
    name = str((row.get("productName") or {}).get("original") or "")
    quantity = row.get("quantity")
    if not name or not row.get("itemType") or "price" not in row:
        raise Refused(f"lineItems[{place}] needs productName.original, itemType and price")
    if type(quantity) is not int or quantity < 1:
        raise Refused(f"lineItems[{place}].quantity must be at least 1")
    goods = row.get("physicalProperties") or {}
    if len(str(goods.get("sku") or "")) > 40:
        raise Refused(f"lineItems[{place}].physicalProperties.sku is longer than 40")
    variant = _variant(store, row.get("catalogReference"), place)
    return Line(
        f"00000000-0000-0000-0000-{place:012d}",
        name,
        variant.name if variant else "",
        str(goods.get("sku") or (variant.sku if variant else "")),
        quantity,
        amount(row["price"], f"lineItems[{place}].price"),
        kind=str(row["itemType"].get("preset") or "UNRECOGNISED"),
        # What an app does not call shippable is nothing to ship.
        shippable=goods.get("shippable") is True,
        variant=variant,
        descriptions=list(row.get("descriptionLines") or []),
    )


def _variant(store: Store, reference: Body | None, place: int) -> Variant | None:
    if not reference:
        return None
    if reference.get("appId") != STORES_APP:
        raise Refused(f"lineItems[{place}].catalogReference.appId is not Wix Stores")
    chosen = (reference.get("options") or {}).get("variantId") or ""
    variant = store.variants.get(f"{reference.get('catalogItemId')}:{chosen}")
    if variant is None:
        raise Refused(f"lineItems[{place}]: no such product or variant", "CATALOG_ITEM_NOT_FOUND", 404)
    return variant
