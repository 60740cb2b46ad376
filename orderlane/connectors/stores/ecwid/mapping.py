"""Ecwid's words to ours. Pure: objects of the REST API in, port values out.

Everything here raises ``NeedsAttention(reason="unreadable_answer")`` for an answer that breaks the schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from orderlane.connectors.reading import Node, node, nodes, text, unreadable, web_url
from orderlane.connectors.stores.ecwid.parcels import Parcel, left_to_ship, may_ship, requires_shipping, was_shipped
from orderlane.connectors.stores.ecwid.reading import amount, as_money, moment, numeric_id, quantity, required_text
from orderlane.kernel.address import Address
from orderlane.ports.references import number_in_note, purchase_order_number
from orderlane.ports.stores import (
    ChannelGood,
    FinancialState,
    FulfillmentWork,
    OrderRef,
    RequestState,
    StoreIdentity,
    StoreOrder,
    StoreOrderLine,
)

UNFINISHED: Final = "INCOMPLETE"
"""A checkout that never became an order."""

_NOTHING = Decimal(0)

# Three more are named by the store itself (CUSTOM_PAYMENT_STATUS_n): what they mean, nobody can know.
_FINANCIAL = {
    "AWAITING_PAYMENT": FinancialState.PENDING,
    "PAID": FinancialState.PAID,
    # Refunds name no lines; what was taken off the order is already gone from it, the rest is paid for.
    "PARTIALLY_REFUNDED": FinancialState.PAID,
    "REFUNDED": FinancialState.REFUNDED,
    "CANCELLED": FinancialState.CANCELED,
}


def identity_from(profile: Node) -> StoreIdentity:
    """Read who answered. Nothing tells a test store from a real one."""
    general, settings = node(profile, "generalInfo"), node(profile, "settings")
    external_id = numeric_id(general, "storeId")
    if not external_id:
        raise unreadable("storeId")
    site = text(general, "storeUrl") or text(node(general, "starterSite"), "generatedUrl")
    name = text(settings, "storeName") or text(node(profile, "account"), "accountName")
    domain = urlsplit(web_url(site)).hostname or ""
    return StoreIdentity(external_id, name or domain or external_id, domain, currency_from(profile))


def currency_from(profile: Node) -> str:
    """Read the currency of all the store's amounts; orders and products name none."""
    return required_text(node(profile, "formatsAndUnits"), "currency")


def order_ref_from(order: Node) -> OrderRef:
    """Read one row of the polling page."""
    return OrderRef(required_text(order, "id"), moment(order, "updateTimestamp", "updateDate"))


def is_unfinished(order: Node) -> bool:
    """Whether this is a checkout somebody left, which is no order yet."""
    return text(order, "paymentStatus") == UNFINISHED


def is_canceled(order: Node) -> bool:
    """Whether the store gave the order up: either of its two states may say so."""
    return text(order, "paymentStatus") == "CANCELLED" or text(order, "fulfillmentStatus") == "WILL_NOT_DELIVER"


def order_from(order: Node, currency: str) -> StoreOrder:
    """Read an order. Tracking and our own notes are left out: what we wrote there is no news."""
    updated_at = moment(order, "updateTimestamp", "updateDate")
    canceled = is_canceled(order)
    person = node(order, "shippingPerson")
    return StoreOrder(
        external_id=required_text(order, "id"),
        number=text(order, "vendorOrderNumber") or required_text(order, "id"),
        placed_at=moment(order, "createTimestamp", "createDate"),
        updated_at=updated_at,
        financial_state=financial_state_from(order),
        total=as_money(amount(order, "total"), currency, "total"),
        lines=lines_from(order, currency),
        ship_to=ship_to_from(order),
        customer_name=_name(person) or _name(node(order, "billingPerson")),
        customer_email=text(order, "email"),
        # Ecwid keeps no time of cancellation.
        canceled_at=updated_at if canceled else None,
        purchase_order=purchase_order_number(
            text(order, "referenceTransactionId"), number_in_note(text(order, "privateAdminNotes"))
        ),
        language=text(order, "lang"),
    )


def financial_state_from(order: Node) -> FinancialState:
    """Read whether the customer has paid; a canceled order is canceled whatever happened to its money."""
    if is_canceled(order):
        return FinancialState.CANCELED
    return _FINANCIAL.get(text(order, "paymentStatus"), FinancialState.UNKNOWN)


def lines_from(order: Node, currency: str) -> list[StoreOrderLine]:
    """Read the lines, with unit prices after every discount."""
    lines = nodes(order, "items")
    worth = [_line_worth(line) for line in lines]
    whole, coupon = sum(worth, _NOTHING), amount(order, "couponDiscount", missing=_NOTHING)
    coupon -= sum((amount(line, "couponAmount", missing=_NOTHING) for line in lines), _NOTHING)
    if coupon > 0 and whole > 0 and "SHIPPING" not in text(node(order, "discountCoupon"), "discountType"):
        # What a coupon took off without saying from which line is taken off all of them by their worth.
        worth = [part - part * min(coupon, whole) / whole for part in worth]
    shipped = was_shipped(order)
    return [_line_from(line, part, currency, shipped) for line, part in zip(lines, worth, strict=True)]


def _line_worth(line: Node) -> Decimal:
    """All pieces of a line after what was taken off this line: ``price`` knows no discount."""
    gross = amount(line, "price", missing=_NOTHING) * quantity(line, "quantity")
    off = sum((amount(entry, "total", missing=_NOTHING) for entry in nodes(line, "discounts")), _NOTHING)
    return max(gross - off - amount(line, "couponAmount", missing=_NOTHING), _NOTHING)


def _line_from(line: Node, worth: Decimal, currency: str, shipped: bool) -> StoreOrderLine:
    pieces = quantity(line, "quantity")
    return StoreOrderLine(
        external_id=_required_id(line),
        title=text(line, "name"),
        quantity=pieces,
        unit_price=as_money(worth / max(pieces, 1), currency, "price", approximate=True),
        variant_id=variant_id_of(line, "productId"),
        variant_title=", ".join(text(option, "value") for option in nodes(line, "selectedOptions")),
        sku=text(line, "sku"),
        image_url=web_url(text(line, "imageUrl")),
        requires_shipping=requires_shipping(line),
        # Ecwid itself counts no pieces: an order was shipped or it was not.
        fulfilled=pieces if shipped and requires_shipping(line) else 0,
    )


def variant_id_of(holder: Node, product_key: str, variation: Node | None = None) -> str:
    """Name a product, or its variation as ``product-variation``; empty for a line typed in by hand."""
    product_id = numeric_id(holder, product_key)
    variation_id = numeric_id(variation, "id") if variation else numeric_id(holder, "combinationId")
    return f"{product_id}-{variation_id}" if product_id and variation_id else product_id


def ship_to_from(order: Node) -> Address:
    """Read where the goods go: nowhere without a street, nor when the customer picks them up.

    The billing person only lends its name: a bill's address is not where a parcel may be sent.
    """
    person, option = node(order, "shippingPerson"), node(order, "shippingOption")
    phone, email = text(person, "phone"), text(order, "email")
    picked_up = option.get("isPickup") is True or text(option, "fulfillmentType").upper() == "PICKUP"
    # Both address lines stand in one field, parted by a line break.
    street = [part.strip() for part in text(person, "street").splitlines() if part.strip()]
    if picked_up or not street:
        return Address(name=_name(person) or _name(node(order, "billingPerson")), phone=phone, email=email)
    return Address(
        name=_name(person),
        company=text(person, "companyName"),
        line1=street[0],
        line2=", ".join(street[1:]),
        city=text(person, "city"),
        region=text(person, "stateOrProvinceCode"),
        postcode=text(person, "postalCode"),
        country=text(person, "countryCode"),
        phone=phone,
        email=email,
    )


def work_from(order: Node, parcels: Sequence[Parcel]) -> FulfillmentWork:
    """Read what our parcels have left over of an order; Ecwid itself only knows whether it was shipped."""
    left = left_to_ship(order, parcels)
    order_id = required_text(order, "id")
    return FulfillmentWork(
        external_id=order_id,
        order_external_id=order_id,
        location_id="",
        open=bool(left) and may_ship(order),
        request_state=RequestState.NONE,
        remaining={line: (line, count) for line, count in left.items()},
    )


def goods_from(product: Node, currency: str) -> list[ChannelGood]:
    """Read a product: its variations, or itself when it has none."""
    variations = nodes(product, "combinations")
    if not variations:
        return [_good_from(product, None, currency)]
    return [_good_from(product, variation, currency) for variation in variations]


def _good_from(product: Node, variation: Node | None, currency: str) -> ChannelGood:
    told = product if variation is None else variation
    return ChannelGood(
        variant_id=_required_variant(product, variation),
        sku=text(told, "sku") or text(product, "sku"),
        title=text(product, "name"),
        variant_title=", ".join(text(option, "value") for option in nodes(told, "options") if variation),
        price=as_money(_price(product, variation), currency, "price"),
        stock=None if told.get("unlimited") is not False else _stock(told),
        ean=_ean(told) or _ean(product),
        picture_url=web_url(text(told, "imageUrl") or text(product, "imageUrl")),
        product_url=web_url(text(product, "url")),
    )


def _price(product: Node, variation: Node | None) -> Decimal:
    """A variation's own price, or the product's with the surcharges of the chosen options.

    Not ``defaultDisplayedPrice``, which may hold taxes that the store adds for show.
    """
    base = amount(product, "price")
    if variation is None:
        return base
    if variation.get("price") is not None:
        return amount(variation, "price")
    chosen = {(text(option, "name"), text(option, "value")) for option in nodes(variation, "options")}
    price = base
    for option in nodes(product, "options"):
        for choice in nodes(option, "choices"):
            if (text(option, "name"), text(choice, "text")) in chosen:
                modifier = amount(choice, "priceModifier", missing=_NOTHING)
                percent = text(choice, "priceModifierType") == "PERCENT"
                price += base * modifier / 100 if percent else modifier
    return price


def _stock(told: Node) -> int:
    """Pieces on hand; a store that sells what it does not have counts below zero."""
    found = told.get("quantity")
    if found is None:
        return 0
    if type(found) is not int:
        raise unreadable("quantity")
    return max(found, 0)


def _ean(told: Node) -> str:
    return next((text(entry, "value") for entry in nodes(told, "attributes") if entry.get("type") == "UPC"), "")


def _required_id(line: Node) -> str:
    found = numeric_id(line, "id")
    if not found:
        raise unreadable("id")
    return found


def _required_variant(product: Node, variation: Node | None) -> str:
    found = variant_id_of(product, "id", variation)
    if not found:
        raise unreadable("id")
    return found


def _name(person: Node) -> str:
    return text(person, "name").strip() or f"{text(person, 'firstName')} {text(person, 'lastName')}".strip()
