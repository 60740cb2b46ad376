"""Shopify's words to ours. Pure: nodes of our own documents in, port values out.

Everything here raises ``NeedsAttention(reason="unreadable_answer")`` for an answer that breaks the schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from orderlane.connectors.parcels import in_our_lines
from orderlane.connectors.reading import Node, moment, required_moment, text, unreadable, web_url
from orderlane.connectors.stores.shopify.reading import gid, node, nodes, quantity, shop_money, texts
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money, MoneyError
from orderlane.ports.accounts import Environment
from orderlane.ports.references import purchase_order_number
from orderlane.ports.stores import (
    ChannelGood,
    FinancialState,
    FulfillmentWork,
    OrderRef,
    PlacedOrder,
    RequestState,
    StoreFulfillment,
    StoreIdentity,
    StoreOrder,
    StoreOrderLine,
    SupplierShipment,
    Tracking,
)

TAG = "orderlane"
"""Every order of ours in a supplier's shop has it, beside its reference."""

LINE_REFERENCE = "_orderlane_line"
"""The line property that carries our reference. A leading underscore hides it from customers."""

_FINANCIAL = {
    "AUTHORIZED": FinancialState.PENDING,
    "PENDING": FinancialState.PENDING,
    "PARTIALLY_PAID": FinancialState.PENDING,
    "EXPIRED": FinancialState.PENDING,
    "PAID": FinancialState.PAID,
    # What was refunded is already gone from every line's currentQuantity; the rest is paid for.
    "PARTIALLY_REFUNDED": FinancialState.PAID,
    "REFUNDED": FinancialState.REFUNDED,
    "VOIDED": FinancialState.CANCELED,
}

_REQUEST = {
    "UNSUBMITTED": RequestState.NONE,
    "CLOSED": RequestState.NONE,
    "CANCELLATION_ACCEPTED": RequestState.NONE,
    "SUBMITTED": RequestState.REQUESTED,
    "ACCEPTED": RequestState.ACCEPTED,
    # The cancellation was refused, so the accepted work goes on.
    "CANCELLATION_REJECTED": RequestState.ACCEPTED,
    "REJECTED": RequestState.REJECTED,
    "CANCELLATION_REQUESTED": RequestState.CANCELLATION_REQUESTED,
}

_OPEN_WORK = frozenset({"OPEN", "IN_PROGRESS"})
_WAITING_WORK = frozenset({"ON_HOLD", "SCHEDULED"})
_NOT_SHIPPED = ("CANCELLED", "ERROR", "FAILURE")


def identity_from(shop: Node) -> StoreIdentity:
    """Read who answered; a development store is a test environment."""
    primary = node(shop, "primaryDomain") or {}
    plan = node(shop, "plan") or {}
    external_id = text(shop, "myshopifyDomain").lower()
    if not external_id:
        raise unreadable("myshopifyDomain")
    return StoreIdentity(
        external_id=external_id,
        name=text(shop, "name") or external_id,
        domain=text(primary, "host") or external_id,
        currency=text(shop, "currencyCode"),
        environment=Environment.TEST if plan.get("partnerDevelopment") is True else Environment.LIVE,
    )


def order_ref_from(order: Node) -> OrderRef:
    """Read one row of the polling page."""
    return OrderRef(gid(order, "id", "Order"), required_moment(order, "updatedAt"))


def order_from(order: Node, line_nodes: Sequence[Node]) -> StoreOrder:
    """Read an order, with all its lines already paged in."""
    total = shop_money(order, "currentTotalPriceSet")
    lines = [order_line_from(line) for line in line_nodes]
    if any(line.unit_price.currency != total.currency for line in lines):
        raise unreadable("currencyCode")
    canceled_at = moment(order, "cancelledAt")
    shipping = node(order, "shippingAddress") or {}
    return StoreOrder(
        external_id=gid(order, "id", "Order"),
        number=text(order, "name"),
        placed_at=moment(order, "processedAt") or required_moment(order, "createdAt"),
        updated_at=required_moment(order, "updatedAt"),
        financial_state=financial_state_from(text(order, "displayFinancialStatus"), canceled_at),
        total=total,
        lines=lines,
        ship_to=address_from(shipping, phone=text(order, "phone"), email=text(order, "email")),
        customer_name=_name(shipping) or _name(node(order, "billingAddress") or {}),
        customer_email=text(order, "email"),
        canceled_at=canceled_at,
        is_test=order.get("test") is True,
        purchase_order=_purchase_order(order),
        language=text(order, "customerLocale"),
    )


def _purchase_order(order: Node) -> str:
    """The number of a purchase order of ours; a copy that the shop's people made of it has the tags alone."""
    tags = texts(order, "tags")
    return purchase_order_number(text(order, "sourceIdentifier"), *(tags if TAG in tags else ()))


def financial_state_from(status: str, canceled_at: datetime | None) -> FinancialState:
    """Read ``displayFinancialStatus``; a canceled order is canceled whatever has happened to its money."""
    if canceled_at is not None:
        return FinancialState.CANCELED
    return _FINANCIAL.get(status, FinancialState.UNKNOWN)


def order_line_from(line: Node) -> StoreOrderLine:
    """Read a line as it stands after edits and refunds; a deleted or custom variant has no id."""
    variant = node(line, "variant")
    image = node(line, "image") or {}
    return StoreOrderLine(
        external_id=gid(line, "id", "LineItem"),
        title=text(line, "title"),
        quantity=quantity(line, "currentQuantity"),
        fulfilled=max(quantity(line, "currentQuantity") - quantity(line, "unfulfilledQuantity"), 0),
        unit_price=shop_money(line, "discountedUnitPriceAfterAllDiscountsSet", approximate=True),
        variant_id=gid(variant, "id", "ProductVariant") if variant else "",
        variant_title=text(line, "variantTitle"),
        sku=text(line, "sku"),
        image_url=web_url(text(image, "url")),
        requires_shipping=line.get("requiresShipping") is not False and line.get("isGiftCard") is not True,
    )


def address_from(address: Node, phone: str = "", email: str = "") -> Address:
    """Read a postal address; ``phone`` and ``email`` are the order's own, used where the address has none.

    Without a street there is no address at all: an order for local pickup has no ``shippingAddress``, and
    its billing address must never become a parcel's destination.
    """
    return Address(
        name=_name(address),
        company=text(address, "company"),
        line1=text(address, "address1"),
        line2=text(address, "address2"),
        city=text(address, "city"),
        region=text(address, "provinceCode"),
        postcode=text(address, "zip"),
        country=text(address, "countryCodeV2"),
        phone=text(address, "phone") or phone,
        email=email,
        region_name=text(address, "province"),
    )


def work_from(work: Node, line_nodes: Sequence[Node]) -> FulfillmentWork:
    """Read a fulfillment order, with all its lines already paged in; lines with nothing left are dropped."""
    remaining: dict[str, tuple[str, int]] = {}
    for line in line_nodes:
        left = quantity(line, "remainingQuantity")
        sold = node(line, "lineItem")
        if left and sold:
            remaining[gid(sold, "id", "LineItem")] = (gid(line, "id", "FulfillmentOrderLineItem"), left)
    location = node(node(work, "assignedLocation") or {}, "location") or {}
    asked = _last_request(work)
    return FulfillmentWork(
        external_id=gid(work, "id", "FulfillmentOrder"),
        order_external_id=gid(work, "orderId", "Order"),
        # A location we may not see, or a deleted one, has no id: such work is its own location.
        location_id=text(location, "id") or text(work, "id"),
        open=text(work, "status") in _OPEN_WORK,
        request_state=_REQUEST.get(text(work, "requestStatus"), RequestState.UNKNOWN),
        remaining=remaining,
        requested_at=moment(asked, "sentAt"),
        request_message=text(asked, "message"),
    )


def _last_request(work: Node) -> Node:
    """What the retailer asked for last; the document reads only that."""
    asked = nodes(node(work, "merchantRequests") or {"nodes": []}, "nodes")
    return asked[-1] if asked else {}


def is_waiting(work: Node) -> bool:
    """Whether a fulfillment order is on hold or scheduled: it cannot ship now but may later."""
    return text(work, "status") in _WAITING_WORK


def fulfillment_from(fulfillment: Node, line_nodes: Sequence[Node]) -> StoreFulfillment:
    """Read a fulfillment, with all its lines already paged in."""
    return StoreFulfillment(
        external_id=gid(fulfillment, "id", "Fulfillment"),
        quantities=shipped_quantities(line_nodes),
        tracking=tracking_from(fulfillment),
        canceled=not_shipped(fulfillment),
    )


def shipment_from(fulfillment: Node, line_nodes: Sequence[Node], references: Mapping[str, str]) -> SupplierShipment:
    """Read a supplier's fulfillment; ``references`` maps its line ids to ours, lines that are not ours are dropped."""
    return SupplierShipment(
        external_id=gid(fulfillment, "id", "Fulfillment"),
        quantities=in_our_lines(shipped_quantities(line_nodes), references),
        tracking=tracking_from(fulfillment),
        shipped_at=required_moment(fulfillment, "createdAt"),
        updated_at=required_moment(fulfillment, "updatedAt"),
        canceled=not_shipped(fulfillment),
    )


def not_shipped(fulfillment: Node) -> bool:
    """Whether a fulfillment was canceled or never came about; a status we do not know counts as shipped."""
    return fulfillment.get("status") in _NOT_SHIPPED


def shipped_quantities(line_nodes: Sequence[Node]) -> dict[str, int]:
    """Add up the lines of a fulfillment: order line id → pieces."""
    quantities: dict[str, int] = {}
    for line in line_nodes:
        sold = node(line, "lineItem")
        if sold:
            line_id = gid(sold, "id", "LineItem")
            quantities[line_id] = quantities.get(line_id, 0) + quantity(line, "quantity")
    return quantities


def tracking_from(fulfillment: Node) -> Tracking:
    """Read tracking numbers with their links; a fulfillment has one carrier."""
    parts = [part for part in nodes(fulfillment, "trackingInfo") if text(part, "number") or text(part, "url")]
    carriers = [text(part, "company") for part in nodes(fulfillment, "trackingInfo") if text(part, "company")]
    return Tracking(
        carrier=carriers[0] if carriers else "",
        numbers=tuple(text(part, "number") for part in parts),
        urls=tuple(web_url(text(part, "url")) for part in parts),
    )


def placed_order_from(order: Node) -> PlacedOrder:
    """Read a purchase order as the supplier's shop knows it."""
    return PlacedOrder(
        external_id=gid(order, "id", "Order"),
        number=text(order, "name"),
        canceled=moment(order, "cancelledAt") is not None,
    )


def line_references(line_nodes: Sequence[Node]) -> dict[str, str]:
    """Find our reference on each line of a placed order: line id → reference."""
    return {
        gid(line, "id", "LineItem"): text(attribute, "value")
        for line in line_nodes
        for attribute in nodes(line, "customAttributes")
        if text(attribute, "key") == LINE_REFERENCE
    }


def orders_placed_under(reference: str, found: Sequence[Node]) -> Sequence[Node]:
    """Keep the orders really placed under ``reference``, oldest first.

    Search is fuzzy, so each is checked. The tag is only a second chance for an order that lost its source
    identifier: a shop's own copy of an order inherits tags, and must not pass for a second placing.
    """
    placed = [order for order in found if text(order, "sourceIdentifier") == reference]
    if not placed:
        placed = [order for order in found if {TAG, reference} <= set(texts(order, "tags"))]
    return sorted(placed, key=lambda order: required_moment(order, "createdAt"))


def good_from(variant: Node, currency: str) -> ChannelGood:
    """Read one variant of a supplier's store at its price there."""
    product = node(variant, "product") or {}
    preview = node(node(product, "featuredMedia") or {}, "preview") or {}
    try:
        price = Money.parse(text(variant, "price"), currency)
    except MoneyError as error:
        raise unreadable("price") from error
    if price.minor < 0:
        raise unreadable("price")
    own_title = text(variant, "title")
    return ChannelGood(
        variant_id=gid(variant, "id", "ProductVariant"),
        sku=text(variant, "sku"),
        title=text(product, "title"),
        # What Shopify calls the only variant of a product without options.
        variant_title="" if own_title == "Default Title" else own_title,
        price=price,
        stock=_stock(variant),
        ean=text(variant, "barcode"),
        picture_url=web_url(text(node(preview, "image") or {}, "url")),
        product_url=web_url(text(product, "onlineStoreUrl")),
    )


def _stock(variant: Node) -> int | None:
    """Pieces that can be sold; None when the shop does not count them, or sells on when there are none."""
    item = node(variant, "inventoryItem") or {}
    count = variant.get("inventoryQuantity")
    if item.get("tracked") is not True or variant.get("inventoryPolicy") == "CONTINUE" or type(count) is not int:
        return None
    # Oversold goods count below zero.
    return max(count, 0)


def _name(address: Node) -> str:
    return text(address, "name").strip() or f"{text(address, 'firstName')} {text(address, 'lastName')}".strip()
