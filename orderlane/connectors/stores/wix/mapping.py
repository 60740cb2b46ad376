"""Wix's words to ours. Pure: answers of the API in, port values out.

Everything here raises ``NeedsAttention(reason="unreadable_answer")`` for an answer of another shape than documented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from orderlane.connectors.parcels import in_our_lines
from orderlane.connectors.reading import Node, moment, node, nodes, required_moment, text, unreadable, web_url
from orderlane.connectors.stores.wix import ids
from orderlane.connectors.stores.wix.carriers import tracking_from
from orderlane.connectors.stores.wix.reading import guid, price, price_per_piece, quantity, text_or_number
from orderlane.kernel.address import Address
from orderlane.ports.references import purchase_order_number
from orderlane.ports.stores import (
    ChannelGood,
    FinancialState,
    OrderRef,
    PlacedOrder,
    StoreFulfillment,
    StoreIdentity,
    StoreOrder,
    StoreOrderLine,
    SupplierShipment,
)

STORES_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
"""The catalog of Wix Stores. Bookings, restaurants and events sell through the same orders."""

NUMBER_FIELD = "Orderlane number"
"""The name of the custom field that carries a purchase order's number."""

LINE_REFERENCE = "Orderlane line"
"""The name of the description line that carries our reference."""

_FINANCIAL = {
    "NOT_PAID": FinancialState.PENDING,
    "PENDING": FinancialState.PENDING,
    "PENDING_MERCHANT": FinancialState.PENDING,
    "PARTIALLY_PAID": FinancialState.PENDING,
    # The customer's card was declined: he may still pay in another way.
    "DECLINED": FinancialState.PENDING,
    "PAID": FinancialState.PAID,
    # What was refunded is taken off every line's quantity; the rest is paid for.
    "PARTIALLY_REFUNDED": FinancialState.PAID,
    "FULLY_REFUNDED": FinancialState.REFUNDED,
    "CANCELED": FinancialState.CANCELED,
}
_ENDED = frozenset({"CANCELED", "REJECTED"})
_NOT_YET = frozenset({"INITIALIZED", "PENDING"})
_NOT_SHIPPED_KINDS = frozenset({"DIGITAL", "GIFT_CARD", "SERVICE"})
_PAID = frozenset({"PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED"})


def identity_of_instance(answer: Node) -> StoreIdentity:
    """Read who answered an installed app (``GET /apps/v1/instance``)."""
    site = node(answer, "site")
    external_id = guid(node(answer, "instance"), "instanceId")
    return StoreIdentity(
        external_id=external_id,
        name=text(site, "siteDisplayName") or external_id,
        domain=urlsplit(web_url(text(site, "url"))).hostname or external_id,
        currency=text(site, "paymentCurrency"),
    )


def identity_of_site(answer: Node, site_id: str) -> StoreIdentity:
    """Read who answered an API key (``GET /site-properties/v4/properties``), which does not name the site itself."""
    properties = node(answer, "properties")
    return StoreIdentity(
        external_id=site_id,
        name=text(properties, "siteDisplayName") or text(properties, "businessName") or site_id,
        domain=urlsplit(web_url(text(properties, "externalSiteUrl"))).hostname or site_id,
        currency=text(properties, "paymentCurrency"),
    )


def order_ref_from(order: Node) -> OrderRef:
    """Read one row of the polling page."""
    return OrderRef(guid(order, "id"), changed_at(order))


def changed_at(order: Node) -> datetime:
    """Read when an order last changed."""
    return required_moment(order, "updatedDate")


SHIPPED, SHIPPED_IN_PART, NOTHING_SHIPPED = "FULFILLED", "PARTIALLY_FULFILLED", "NOT_FULFILLED"


def order_from(order: Node, shipped: Mapping[str, int] = MappingProxyType({})) -> StoreOrder:
    """Read an order; its total is what the customer has paid in the end, after refunds.

    ``shipped`` says how many pieces of each line have shipped, when a part of the order has.
    """
    order_id, currency = guid(order, "id"), text(order, "currency")
    total = price(node(order, "priceSummary"), "total", currency)
    if total is None:
        raise unreadable("priceSummary")
    refunded = price(node(order, "balanceSummary"), "refunded", currency)
    destination = _destination(order)
    email = text(node(order, "buyerInfo"), "email")
    return StoreOrder(
        external_id=order_id,
        number=text_or_number(order, "number"),
        placed_at=moment(order, "purchasedDate") or required_moment(order, "createdDate"),
        updated_at=required_moment(order, "updatedDate"),
        financial_state=financial_state_from(text(order, "status"), text(order, "paymentStatus")),
        total=total - refunded if refunded and refunded < total else total,
        lines=[order_line_from(line, order_id, order, shipped) for line in nodes(order, "lineItems")],
        ship_to=address_from(destination, email=email),
        customer_name=_name(destination) or _name(node(order, "recipientInfo")) or _name(node(order, "billingInfo")),
        customer_email=email,
        canceled_at=_canceled_at(order),
        purchase_order=_purchase_order(order),
        language=text(order, "buyerLanguage"),
    )


def _purchase_order(order: Node) -> str:
    """The number of a purchase order of ours, which stands in its channel and in a field that people read."""
    fields = [text(each, "value") for each in nodes(order, "customFields") if text(each, "title") == NUMBER_FIELD]
    return purchase_order_number(text(node(order, "channelInfo"), "externalOrderId"), *fields)


def financial_state_from(status: str, payment_status: str) -> FinancialState:
    """Read both statuses together: a word of either that we do not know blocks paying."""
    if status in _ENDED:
        return FinancialState.CANCELED
    if status in _NOT_YET:
        # It waits for the store's own approval, whatever has happened to its money.
        return FinancialState.PENDING
    if status != "APPROVED":
        return FinancialState.UNKNOWN
    return _FINANCIAL.get(payment_status, FinancialState.UNKNOWN)


def order_line_from(
    line: Node, order_id: str, order: Node, shipped: Mapping[str, int] = MappingProxyType({})
) -> StoreOrderLine:
    """Read a line: what is left after refunds, at the price of one piece after all discounts."""
    currency, sold = text(order, "currency"), quantity(line, "quantity")
    # With taxes in the prices, the price before tax is not the one the customer saw.
    whole = "totalPriceAfterTax" if order.get("taxIncludedInPrices") is True else "totalPriceBeforeTax"
    unit_price = price_per_piece(line, whole, currency, sold) or price(line, "price", currency)
    if unit_price is None:
        raise unreadable("price")
    reference, goods = node(line, "catalogReference"), node(line, "physicalProperties")
    app, kind = text(reference, "appId"), text(node(line, "itemType"), "preset")
    ours = app == STORES_APP
    variant = text(node(reference, "options"), "variantId") if ours else ""
    line_id = ids.within_order(order_id, _line_id(line))
    left = max(0, sold - quantity(line, "refundQuantity"))
    return StoreOrderLine(
        external_id=line_id,
        title=text(node(line, "productName"), "original"),
        quantity=left,
        fulfilled=left if text(order, "fulfillmentStatus") == SHIPPED else min(shipped.get(line_id, 0), left),
        unit_price=unit_price,
        variant_id=ids.variant_of(guid(reference, "catalogItemId"), variant) if ours else "",
        variant_title=", ".join(filter(None, map(_description, nodes(line, "descriptionLines")))),
        sku=text(goods, "sku"),
        image_url=web_url(text(node(line, "image"), "url")),
        # A line without a catalog was typed by hand; one of another catalog (a booking, a ticket) is no parcel.
        requires_shipping=(ours or not app) and goods.get("shippable") is not False and kind not in _NOT_SHIPPED_KINDS,
    )


def address_from(holder: Node, email: str = "") -> Address:
    """Read an ``AddressWithContact``; Wix writes the state as ISO 3166-2 ("US-NY"), we without the country."""
    address, contact = node(holder, "address"), node(holder, "contactDetails")
    country, region = text(address, "country"), text(address, "subdivision")
    street = node(address, "streetAddress")
    return Address(
        name=_name(holder),
        company=text(contact, "company"),
        line1=text(address, "addressLine") or f"{text(street, 'number')} {text(street, 'name')}".strip(),
        line2=text(address, "addressLine2"),
        city=text(address, "city"),
        region=region.removeprefix(f"{country}-") if country else region,
        postcode=text(address, "postalCode"),
        country=country,
        phone=text(contact, "phone"),
        email=email,
    )


def fulfillments_from(answer: Node) -> Sequence[Node]:
    """Read the fulfillments of ``GET /ecom/v1/fulfillments/orders/{id}``."""
    return nodes(node(answer, "orderWithFulfillments"), "fulfillments")


def is_about(answer: Node, order_id: str) -> bool:
    """Whether a list of fulfillments says that it is this order's."""
    return text(node(answer, "orderWithFulfillments"), "orderId").lower() == order_id


def agrees(order: Node, fulfillments: Sequence[Node]) -> bool:
    """Whether an order's own word on how much of it has shipped is that of its fulfillments."""
    shipped: Counter[str] = Counter()
    for one in fulfillments:
        shipped.update(shipped_quantities(one))
    left = {
        line_id: quantity(line, "quantity") - quantity(line, "refundQuantity") - shipped[line_id]
        for line in nodes(order, "lineItems")
        for line_id in [_line_id(line)]
    }
    word = NOTHING_SHIPPED if not shipped else SHIPPED_IN_PART if any(count > 0 for count in left.values()) else SHIPPED
    return text(order, "fulfillmentStatus") == word


def fulfillment_from(fulfillment: Node, order_id: str) -> StoreFulfillment:
    """Read a fulfillment; Wix deletes the canceled ones."""
    return StoreFulfillment(
        external_id=ids.within_order(order_id, guid(fulfillment, "id")),
        quantities={ids.within_order(order_id, line): count for line, count in shipped_quantities(fulfillment).items()},
        tracking=tracking_from(node(fulfillment, "trackingInfo")),
    )


def shipped_quantities(fulfillment: Node) -> dict[str, int]:
    """Add up the lines of a fulfillment: the line's own id → pieces."""
    quantities: dict[str, int] = {}
    for line in nodes(fulfillment, "lineItems"):
        line_id = _line_id(line)
        quantities[line_id] = quantities.get(line_id, 0) + quantity(line, "quantity")
    return quantities


def shipment_from(fulfillment: Node, order: Node, references: Mapping[str, str]) -> SupplierShipment:
    """Read a supplier's fulfillment; ``references`` maps its line ids to ours, lines that are not ours are dropped.

    Wix keeps no time of a fulfillment's last change: the order's own is later and never goes back.
    """
    return SupplierShipment(
        external_id=ids.within_order(guid(order, "id"), guid(fulfillment, "id")),
        quantities=in_our_lines(shipped_quantities(fulfillment), references),
        tracking=tracking_from(node(fulfillment, "trackingInfo")),
        shipped_at=required_moment(fulfillment, "createdDate"),
        updated_at=required_moment(order, "updatedDate"),
    )


def placed_order_from(order: Node) -> PlacedOrder:
    """Read a purchase order as the supplier's store knows it."""
    canceled = text(order, "status") in _ENDED
    return PlacedOrder(external_id=guid(order, "id"), number=text_or_number(order, "number"), canceled=canceled)


def is_paid(order: Node) -> bool:
    """Whether the supplier's store counts the order as paid; one that costs nothing is."""
    total = price(node(order, "priceSummary"), "total", text(order, "currency"))
    return text(order, "paymentStatus") in _PAID or (total is not None and not total)


def carries(order: Node, reference: str) -> bool:
    """Whether an order was placed by us under exactly this reference."""
    channel = node(order, "channelInfo")
    return text(channel, "type") == "OTHER_PLATFORM" and text(channel, "externalOrderId") == reference


def line_references(order: Node) -> dict[str, str]:
    """Find our reference on each line of a placed order: the line's own id → reference."""
    return {
        _line_id(line): text(node(described, "plainText"), "original")
        for line in nodes(order, "lineItems")
        for described in nodes(line, "descriptionLines")
        if text(node(described, "name"), "original") == LINE_REFERENCE
    }


def has_our_payment(answer: Node, reference: str) -> bool:
    """Whether an order's transactions hold the payment we recorded under ``reference``."""
    return any(
        text(node(payment, "regularPaymentDetails"), "providerTransactionId") == reference
        and (text(payment, "status") or text(node(payment, "regularPaymentDetails"), "status")) == "APPROVED"
        for payment in nodes(node(answer, "orderTransactions"), "payments")
    )


def good_from(variant: Node, stock: Mapping[str, int | None]) -> ChannelGood:
    """Read one variant of Catalog V3 at its price in the store; ``stock`` is by variant, absent when not known."""
    product = node(variant, "productData")
    variant_id = ids.variant_of(guid(product, "productId"), text(variant, "variantId") or text(variant, "id"))
    money = price(node(variant, "price"), "actualPrice", text(product, "currency"))
    if money is None:
        raise unreadable("actualPrice")
    chosen = nodes(variant, "optionChoices") or nodes(variant, "choices")
    choices = [text(node(choice, "optionChoiceNames"), "choiceName") for choice in chosen]
    return ChannelGood(
        variant_id=variant_id,
        sku=text(variant, "sku"),
        title=text(product, "name"),
        variant_title=", ".join(filter(None, choices)),
        price=money,
        stock=stock.get(variant_id),
        ean=text(variant, "barcode"),
        picture_url=web_url(text(node(node(variant, "media"), "image"), "url")),
        product_url=web_url(text(node(product, "url"), "url")),
    )


def stock_from(items: Sequence[Node]) -> dict[str, int | None]:
    """Add up the inventory of each variant over the site's locations; None where pieces are not counted."""
    stock: dict[str, int | None] = {}
    for item in items:
        variant = ids.variant_of(guid(item, "productId"), text(item, "variantId"))
        if item.get("trackQuantity") is True:
            found = item.get("quantity")
            # Pre-orders drive a count below zero: nothing is on hand then.
            counted = max(0, found) if type(found) is int else 0
            before = stock.get(variant, 0)
            stock[variant] = None if before is None else before + counted
        else:
            stock[variant] = None if item.get("inStock") is True else 0
    return stock


def _destination(order: Node) -> Node:
    """Where the parcel goes. A pick-up order names the pick-up point there: that is nobody's home, so nothing."""
    logistics = node(node(order, "shippingInfo"), "logistics")
    if node(logistics, "pickupDetails"):
        return {}
    chosen = node(logistics, "shippingDestination")
    return chosen if node(chosen, "address") else node(order, "recipientInfo")


def _canceled_at(order: Node) -> datetime | None:
    """Wix keeps the time of a cancellation only among the activities."""
    if text(order, "status") not in _ENDED:
        return None
    ends = ("ORDER_CANCELED", "ORDER_REJECTED")
    times = [
        moment(activity, "createdDate")
        for activity in nodes(order, "activities")
        if (text(activity, "activityType") or text(activity, "type")) in ends
    ]
    known = [at for at in times if at is not None]
    return max(known) if known else required_moment(order, "updatedDate")


def _line_id(line: Node) -> str:
    """A line's own id: a GUID in every example, though the types of orders only say text."""
    found = text(line, "id")
    if not found or "/" in found:
        raise unreadable("id")
    return found


def _description(line: Node) -> str:
    if text(node(line, "name"), "original") == LINE_REFERENCE:
        return ""
    return text(node(line, "plainText"), "original") or text(node(line, "colorInfo"), "original")


def _name(holder: Node) -> str:
    contact = node(holder, "contactDetails")
    return f"{text(contact, 'firstName')} {text(contact, 'lastName')}".strip()
