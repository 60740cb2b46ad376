"""BigCommerce's words to ours. Pure: answers of the V2 and V3 APIs in, port values out.

Everything here raises ``NeedsAttention(reason="unreadable_answer")`` for an answer that breaks the schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from orderlane.connectors.parcels import in_our_lines
from orderlane.connectors.reading import Node, node, nodes, text, unreadable, web_url
from orderlane.connectors.stores.bigcommerce.carriers import carrier_name
from orderlane.connectors.stores.bigcommerce.reading import (
    as_money,
    decimal,
    identifier,
    moment,
    money,
    quantity,
    required_identifier,
)
from orderlane.connectors.stores.bigcommerce.states import region_code
from orderlane.kernel.address import Address
from orderlane.ports.accounts import Environment
from orderlane.ports.references import number_in_note, purchase_order_number
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

INCOMPLETE: Final = 0
"""An abandoned checkout. It has an id and sends webhooks, and is no order."""

# By number: retailers rename the labels. https://docs.bigcommerce.com/developer (order statuses)
_FINANCIAL: Final = {
    1: FinancialState.PENDING,
    2: FinancialState.PAID,
    3: FinancialState.PAID,
    4: FinancialState.REFUNDED,
    5: FinancialState.CANCELED,
    6: FinancialState.CANCELED,
    7: FinancialState.PENDING,
    8: FinancialState.PAID,
    9: FinancialState.PAID,
    10: FinancialState.PAID,
    11: FinancialState.PAID,
    # Paid, and somebody has to look first; disputed, so the money may go back. Neither may be bought for yet.
    12: FinancialState.PENDING,
    13: FinancialState.PENDING,
    # What was refunded is already counted on the lines; the rest is paid for.
    14: FinancialState.PAID,
}
_CANCELED: Final = frozenset({5, 6})
_NOTHING_TO_SHIP: Final = frozenset({INCOMPLETE, 4, 5, 6})
# The whole order has left, whatever its lines say: a retailer may have chosen the status by hand.
_SHIPPED: Final = frozenset({2, 10})
_DONE: Final = frozenset({2, 4, 5, 6, 10})
_TEST_PAYMENT: Final = "test payment gateway"

# Beside several tracking numbers that do not fit into their field, all of them stand in the comments.
ALL_NUMBERS: Final = "Tracking numbers: "
_REFERENCE_OPENS: Final = " ["


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """One line of an order with the place it goes to."""

    told: Node
    external_id: str
    address_id: str
    """Empty for what needs no parcel."""
    ship_to: Address
    """Empty for what needs no parcel."""

    @property
    def shipped(self) -> int:
        """Pieces that are in a parcel."""
        return quantity(self.told, "quantity_shipped")

    @property
    def left(self) -> int:
        """Pieces that still wait for a parcel."""
        done = self.shipped + quantity(self.told, "quantity_refunded")
        return max(0, quantity(self.told, "quantity") - done) if self.address_id else 0


def identity_from(store: Node) -> StoreIdentity:
    """Read who answered; a partner's sandbox is a test environment."""
    external_id = text(store, "id")
    if not external_id:
        raise unreadable("id")
    return StoreIdentity(
        external_id=external_id,
        name=text(store, "name") or external_id,
        domain=text(store, "domain") or external_id,
        currency=text(store, "currency"),
        environment=Environment.TEST if "sandbox" in text(store, "plan_name").casefold() else Environment.LIVE,
    )


def order_ref_from(order: Node) -> OrderRef:
    """Read one row of the polling list."""
    return OrderRef(required_identifier(order, "id"), changed_at(order))


def changed_at(order: Node) -> datetime:
    """Read when an order last changed, in whole seconds."""
    return moment(order, "date_modified")


def status_of(order: Node) -> int:
    """Read the status number."""
    found = order.get("status_id")
    if type(found) is not int:
        raise unreadable("status_id")
    return found


def lines_from(order: Node) -> list[PlacedLine]:
    """Read the lines of an order that was asked for with its consignments, in the order in which they were sold."""
    consignments = node(order, "consignments")
    if not consignments or "url" in consignments:
        raise unreadable("consignments")
    lines = []
    for consignment in nodes(consignments, "shipping"):
        address = address_from(consignment)
        lines += [_placed(line, address) for line in nodes(consignment, "line_items")]
    # Picked up, downloaded or mailed: nothing for a supplier to send.
    elsewhere = [*nodes(consignments, "pickups"), *nodes(consignments, "downloads")]
    elsewhere += nodes(node(consignments, "email"), "gift_certificates")
    lines += [_placed(line, None) for consignment in elsewhere for line in nodes(consignment, "line_items")]
    return sorted(lines, key=lambda line: int(line.external_id))


def lines_placed(order: Node, products: Sequence[Node]) -> list[PlacedLine]:
    """Place the lines of the separate list at the order's addresses."""
    shipping = nodes(node(order, "consignments"), "shipping")
    addresses = {required_identifier(consignment, "id"): address_from(consignment) for consignment in shipping}
    return [_placed(line, addresses.get(identifier(line, "order_address_id"))) for line in products]


def lacks_lines(order: Node, lines: Sequence[PlacedLine]) -> bool:
    """Whether the order counts more pieces than its lines: then they have to be read from their own list."""
    return sum(quantity(line.told, "quantity") for line in lines) < quantity(order, "items_total")


def order_from(order: Node, lines: Sequence[PlacedLine]) -> StoreOrder:
    """Read an order with all its lines."""
    currency = currency_of(order)
    billing = node(order, "billing_address")
    main = next((line for line in lines if line.address_id), None)
    ship_to = main.ship_to if main else Address()
    inclusive = order.get("is_tax_inclusive_pricing") is True
    status = status_of(order)
    return StoreOrder(
        external_id=required_identifier(order, "id"),
        number=required_identifier(order, "id"),
        placed_at=moment(order, "date_created"),
        updated_at=moment(order, "date_modified"),
        financial_state=financial_state_from(order),
        total=money(order, "total_inc_tax", currency),
        lines=[
            order_line_from(
                line,
                currency,
                inclusive=inclusive,
                elsewhere=main is not None and line.address_id != main.address_id,
                all_shipped=status in _SHIPPED,
            )
            for line in lines
        ],
        ship_to=ship_to,
        customer_name=_name(billing) or ship_to.name,
        customer_email=text(billing, "email"),
        canceled_at=moment(order, "date_modified") if status in _CANCELED else None,
        is_test=text(order, "payment_method").casefold() == _TEST_PAYMENT,
        purchase_order=purchase_order_number(
            text(order, "external_order_id"), number_in_note(text(order, "staff_notes"))
        ),
        language=text(order, "customer_locale"),
    )


def currency_of(order: Node) -> str:
    """Read the currency the order is settled in; ``currency_code`` is only what prices were shown in."""
    return text(order, "default_currency_code") or text(order, "currency_code")


def financial_state_from(order: Node) -> FinancialState:
    """Read the status number; an order that was archived before it was done is for a person to judge."""
    status = status_of(order)
    if order.get("is_deleted") is True and status not in _DONE:
        return FinancialState.UNKNOWN
    return _FINANCIAL.get(status, FinancialState.UNKNOWN)


def order_line_from(
    line: PlacedLine, currency: str, *, inclusive: bool, elsewhere: bool, all_shipped: bool = False
) -> StoreOrderLine:
    """Read a line; ``inclusive`` says that prices were shown with tax, ``elsewhere`` that it has its own address."""
    options = [text(option, "display_value") for option in nodes(line.told, "product_options")]
    ordered = quantity(line.told, "quantity")
    each = decimal(line.told, "price_inc_tax" if inclusive else "price_ex_tax")
    if ordered:
        discounts = sum((decimal(one, "amount") for one in nodes(line.told, "applied_discounts")), Decimal(0))
        whole = decimal(line.told, "total_inc_tax" if inclusive else "total_ex_tax")
        each = max(Decimal(0), whole - discounts) / ordered
    left = max(0, ordered - quantity(line.told, "quantity_refunded"))
    shipped = left if all_shipped else min(left, quantity(line.told, "quantity_shipped"))
    return StoreOrderLine(
        external_id=line.external_id,
        title=text(line.told, "name"),
        quantity=left,
        unit_price=as_money(each, currency, "price", approximate=True),
        variant_id=variant_id_from(line.told),
        variant_title=" / ".join(option for option in options if option),
        sku=text(line.told, "sku"),
        requires_shipping=bool(line.address_id),
        fulfilled=shipped if line.address_id else 0,
        ship_to=line.ship_to if elsewhere and line.address_id else None,
    )


def variant_id_from(line: Node) -> str:
    """Write ``product/variant``, because an order has to name both; a custom product has neither."""
    product, variant = identifier(line, "product_id"), identifier(line, "variant_id")
    return f"{product}/{variant}" if product and variant else ""


def address_from(address: Node) -> Address:
    """Read a postal address; the state becomes a code where it is one we know."""
    country = text(address, "country_iso2").upper()
    return Address(
        name=_name(address),
        company=text(address, "company"),
        line1=text(address, "street_1"),
        line2=text(address, "street_2"),
        city=text(address, "city"),
        region=region_code(country, text(address, "state")),
        postcode=text(address, "zip"),
        country=country,
        phone=text(address, "phone"),
        email=text(address, "email"),
    )


def works_from(order: Node, lines: Sequence[PlacedLine]) -> list[FulfillmentWork]:
    """Read what is left to ship, per address: one shipment serves one address."""
    order_id = required_identifier(order, "id")
    left: dict[str, dict[str, tuple[str, int]]] = {}
    for line in lines:
        if line.left:
            left.setdefault(line.address_id, {})[line.external_id] = (line.external_id, line.left)
    takes_parcels = status_of(order) not in _NOTHING_TO_SHIP and order.get("is_deleted") is not True
    return [
        FulfillmentWork(f"{order_id}/{address_id}", order_id, address_id, takes_parcels, RequestState.NONE, remaining)
        for address_id, remaining in left.items()
    ]


def fulfillment_from(shipment: Node) -> StoreFulfillment:
    """Read a shipment. A deleted one is gone from every list, so none is ever read as canceled."""
    return StoreFulfillment(
        external_id=f"{required_identifier(shipment, 'order_id')}/{required_identifier(shipment, 'id')}",
        quantities=shipped_quantities(shipment),
        tracking=tracking_from(shipment),
    )


def shipment_from(shipment: Node, references: Mapping[str, str], order: Node) -> SupplierShipment:
    """Read a supplier's shipment; ``references`` maps line ids to ours, lines that are not ours are dropped.

    A shipment does not say when its tracking was corrected: the order's last change stands for it.
    """
    return SupplierShipment(
        external_id=fulfillment_from(shipment).external_id,
        quantities=in_our_lines(shipped_quantities(shipment), references),
        tracking=tracking_from(shipment),
        shipped_at=moment(shipment, "date_created"),
        updated_at=moment(order, "date_modified"),
    )


def shipped_quantities(shipment: Node) -> dict[str, int]:
    """Add up a shipment's items: line id → pieces. Items name lines (``order_product_id``), never products."""
    quantities: dict[str, int] = {}
    for item in nodes(shipment, "items"):
        line_id = required_identifier(item, "order_product_id")
        quantities[line_id] = quantities.get(line_id, 0) + quantity(item, "quantity")
    return quantities


def tracking_from(shipment: Node) -> Tracking:
    """Read tracking numbers with their link. Several numbers share one field, or stand in the comments."""
    written = text(shipment, "tracking_number")
    comments = text(shipment, "comments")
    if comments.startswith(ALL_NUMBERS):
        written = comments.removeprefix(ALL_NUMBERS).partition("\n")[0]
    numbers = tuple(number.strip() for number in written.split(",") if number.strip())
    word = text(shipment, "shipping_provider") or text(shipment, "tracking_carrier")
    url = web_url(text(shipment, "tracking_link")) or web_url(text(shipment, "generated_tracking_link"))
    return Tracking(
        carrier=carrier_name(word),
        numbers=numbers,
        urls=(url, *("" for _ in numbers[1:])) if url or numbers else (),
    )


def placed_order_from(order: Node) -> PlacedOrder:
    """Read a purchase order as the supplier's store knows it; archived before anything shipped means canceled."""
    status = status_of(order)
    dropped = order.get("is_deleted") is True and status not in _DONE and not quantity(order, "items_shipped")
    order_id = required_identifier(order, "id")
    return PlacedOrder(order_id, order_id, canceled=status in _CANCELED or dropped)


def line_references(lines: Sequence[PlacedLine]) -> dict[str, str]:
    """Find our reference on each line of a placed order: line id → reference."""
    found = {}
    for line in lines:
        name = text(line.told, "name_merchant")
        if name.endswith("]") and _REFERENCE_OPENS in name:
            found[line.external_id] = name[name.rindex(_REFERENCE_OPENS) + len(_REFERENCE_OPENS) : -1]
    return found


def with_reference(title: str, reference: str) -> str:
    """Write the name a line has in the supplier's control panel: its title, then our reference in brackets."""
    return f"{title[:180]}{_REFERENCE_OPENS}{reference}]"


def goods_from(product: Node, currency: str, shop_url: str) -> list[ChannelGood]:
    """Read the variants of one physical product at their prices in the store."""
    if text(product, "type") == "digital":
        return []
    tracked = text(product, "inventory_tracking")
    path = text(node(product, "custom_url"), "url")
    picture = web_url(text(node(product, "primary_image"), "url_standard"))
    goods = []
    for variant in nodes(product, "variants"):
        own_price = variant.get("price") is not None
        counted = {"product": product, "variant": variant}.get(tracked)
        options = [text(option, "label") for option in nodes(variant, "option_values")]
        goods.append(
            ChannelGood(
                variant_id=variant_id_from({**variant, "variant_id": variant.get("id")}),
                sku=text(variant, "sku"),
                title=text(product, "name"),
                variant_title=" / ".join(option for option in options if option),
                price=as_money(
                    decimal(variant, "price") if own_price else decimal(product, "price"), currency, "price"
                ),
                stock=quantity(counted, "inventory_level") if counted is not None else None,
                ean=text(variant, "upc") or text(product, "upc"),
                picture_url=web_url(text(variant, "image_url")) or picture,
                product_url=f"{shop_url}{path}" if shop_url and path.startswith("/") else "",
            )
        )
    return goods


def _placed(line: Node, address: Address | None) -> PlacedLine:
    ships = address is not None and text(line, "type") not in ("digital", "giftcertificate")
    return PlacedLine(
        told=line,
        external_id=required_identifier(line, "id"),
        address_id=required_identifier(line, "order_address_id") if ships else "",
        ship_to=address if ships and address is not None else Address(),
    )


def _name(address: Node) -> str:
    return f"{text(address, 'first_name')} {text(address, 'last_name')}".strip()
