"""A shop's words to ours, for the retailer's side and the catalogue. Pure: JSON in, port values out.

Everything here raises ``NeedsAttention(reason="unreadable_answer")`` for an answer that breaks the API's schema.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final

from orderlane.connectors.reading import Node, as_nodes, nodes, unreadable, web_url
from orderlane.connectors.stores.woocommerce.reading import (
    amount,
    gmt,
    meta,
    node,
    number_id,
    quantity,
    required_gmt,
    rounded,
    text,
)
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money, MoneyError
from orderlane.ports.references import purchase_order_number
from orderlane.ports.stores import (
    ChannelGood,
    FinancialState,
    FulfillmentWork,
    OrderRef,
    RequestState,
    StoreOrder,
    StoreOrderLine,
)

REFERENCE: Final = "_orderlane_reference"
SHOWN_REFERENCE: Final = "Orderlane"
"""Without an underscore at the beginning, the shop's admin shows it."""

NOT_ORDERS: Final = frozenset({"checkout-draft", "auto-draft", "draft", "new"})
"""Carts on their way through the checkout: no order yet."""

COMPLETED: Final = "completed"
GONE: Final = frozenset({"cancelled", "trash"})

_FINANCIAL: Final = {
    "pending": FinancialState.PENDING,
    "on-hold": FinancialState.PENDING,
    # A payment that failed can be tried again.
    "failed": FinancialState.PENDING,
    "processing": FinancialState.PAID,
    COMPLETED: FinancialState.PAID,
    "refunded": FinancialState.REFUNDED,
    "cancelled": FinancialState.CANCELED,
    # In the bin: nobody is to be paid for it, and it may yet be restored.
    "trash": FinancialState.CANCELED,
}

_REFUNDED_LINE: Final = "_refunded_item_id"


def order_ref_from(order: Node) -> OrderRef:
    """Read one row of the polling page."""
    return OrderRef(number_id(order, "id"), required_gmt(order, "date_modified_gmt"))


def is_order(order: Node) -> bool:
    """Whether this is an order, and not a cart on its way through the checkout."""
    return text(order, "status") not in NOT_ORDERS


def order_from(
    order: Node, refunds: Sequence[Node], shipped: Mapping[str, int], virtual: Collection[str]
) -> StoreOrder:
    """Read an order.

    ``shipped`` says how many pieces of each line the parcels on record hold, ``virtual`` which goods are none.
    """
    currency = text(order, "currency")
    status = text(order, "status")
    back = refunded_quantities(refunds)
    updated_at = required_gmt(order, "date_modified_gmt")
    shipping, billing = node(order, "shipping"), node(order, "billing")
    lines = [order_line_from(order, line, back, shipped, virtual) for line in nodes(order, "line_items")]
    refunded = sum((amount(refund, "total") for refund in nodes(order, "refunds")), Decimal(0))
    email = text(billing, "email")
    return StoreOrder(
        external_id=number_id(order, "id"),
        number=text(order, "number") or number_id(order, "id"),
        placed_at=required_gmt(order, "date_created_gmt"),
        updated_at=updated_at,
        financial_state=financial_state_from(order),
        total=rounded(max(amount(order, "total") + refunded, Decimal(0)), currency),
        lines=lines,
        ship_to=address_from(shipping, phone=text(billing, "phone"), email=email),
        customer_name=_name(shipping) or _name(billing),
        customer_email=email,
        # What was never paid is canceled by the shop itself after a while, and revived when the money does arrive.
        canceled_at=updated_at if status in GONE and gmt(order, "date_paid_gmt") else None,
        purchase_order=purchase_order_number(
            str(meta(order, REFERENCE) or ""), str(meta(order, SHOWN_REFERENCE) or ""), text(order, "transaction_id")
        ),
    )


def financial_state_from(order: Node) -> FinancialState:
    """Read the status; a word that an extension added stays unknown.

    An order that is being worked on although nothing was paid is *cash on delivery*: it has no payment date.
    """
    status = text(order, "status")
    if status == "processing" and gmt(order, "date_paid_gmt") is None:
        return FinancialState.PENDING
    return _FINANCIAL.get(status, FinancialState.UNKNOWN)


def order_line_from(
    order: Node, line: Node, back: Mapping[str, int], shipped: Mapping[str, int], virtual: Collection[str]
) -> StoreOrderLine:
    """Read a line as it stands after refunds. A product that was deleted since has the id 0, as has a typed one."""
    line_id = number_id(line, "id")
    sold = quantity(line, "quantity")
    left = max(sold - back.get(line_id, 0), 0)
    return StoreOrderLine(
        external_id=line_id,
        title=text(line, "parent_name") or text(line, "name"),
        quantity=left,
        unit_price=unit_price(order, line, sold),
        variant_id=variant_of(line),
        variant_title=_variant_title(line),
        sku=text(line, "sku"),
        image_url=web_url(text(node(line, "image"), "src")),
        requires_shipping=variant_of(line) not in virtual,
        fulfilled=left if text(order, "status") == COMPLETED else min(shipped.get(line_id, 0), left),
    )


def unit_price(order: Node, line: Node, sold: int) -> Money:
    """What the customer pays for one piece after discounts, with tax where the shop's prices hold it."""
    total = amount(line, "total")
    if order.get("prices_include_tax") is True:
        total += amount(line, "total_tax")
    return rounded(max(total, Decimal(0)) / max(sold, 1), text(order, "currency"))


def variant_of(line: Node) -> str:
    """The variation's id, or the product's own: both come from one series, so one of them names the goods."""
    found = line.get("variation_id") or line.get("product_id") or 0
    if type(found) is not int or found < 0:
        raise unreadable("product_id")
    return str(found) if found else ""


def refunded_quantities(refunds: Sequence[Node]) -> dict[str, int]:
    """Add up what refunds took back: order line id → pieces. Refunds of money alone name no pieces."""
    back: dict[str, int] = {}
    for refund in refunds:
        for line in nodes(refund, "line_items"):
            count = line.get("quantity")
            if type(count) is not int:
                raise unreadable("quantity")
            line_id = str(meta(line, _REFUNDED_LINE) or "")
            if line_id:
                back[line_id] = back.get(line_id, 0) + abs(count)
    return back


def address_from(address: Node, phone: str = "", email: str = "") -> Address:
    """Read a postal address; ``phone`` and ``email`` are the customer's own, used where the address has none.

    The billing address never stands in: an order for local pickup has no shipping address.
    """
    return Address(
        name=_name(address),
        company=text(address, "company"),
        line1=text(address, "address_1"),
        line2=text(address, "address_2"),
        city=text(address, "city"),
        region=text(address, "state"),
        postcode=text(address, "postcode"),
        country=text(address, "country").upper(),
        phone=text(address, "phone") or phone,
        email=email,
    )


def work_from(order: Node, left: Mapping[str, int]) -> FulfillmentWork:
    """Describe what is left to ship of an order as one piece of work; a shop knows no locations."""
    order_id = number_id(order, "id")
    return FulfillmentWork(
        external_id=order_id,
        order_external_id=order_id,
        location_id="shop",
        open=bool(left),
        request_state=RequestState.NONE,
        remaining={line: (line, count) for line, count in left.items()},
    )


def goods_from(product: Node, variations: Sequence[Node], currency: str) -> Sequence[ChannelGood]:
    """Read what can be ordered of one product: itself, or each of its variations. Without a price nothing can."""
    if text(product, "type") == "variable":
        found = [_good(product, variation, currency) for variation in variations if text(variation, "price")]
        return [good for good in found if good is not None]
    good = _good(product, product, currency) if text(product, "price") else None
    return [] if good is None else [good]


def stock_of(sold: Node, parent: Node) -> int | None:
    """Pieces on hand; None when the shop does not count them, or goes on selling without."""
    counted = sold.get("manage_stock")
    holder = parent if counted == "parent" else sold
    if counted in (True, "parent"):
        if text(holder, "backorders") in ("yes", "notify"):
            return None
        count = holder.get("stock_quantity")
        return max(count, 0) if type(count) is int else 0
    return 0 if text(sold, "stock_status") == "outofstock" else None


def _good(product: Node, sold: Node, currency: str) -> ChannelGood | None:
    if sold.get("purchasable") is False or text(sold, "status") not in ("publish", ""):
        return None
    try:
        price = Money.parse(text(sold, "price"), currency)
    except MoneyError as error:
        raise unreadable("price") from error
    if price.minor < 0:
        raise unreadable("price")
    images = nodes(product, "images")
    picture = text(node(sold, "image"), "src") or (text(images[0], "src") if images else "")
    return ChannelGood(
        variant_id=number_id(sold, "id"),
        sku=text(sold, "sku"),
        title=text(product, "name"),
        variant_title="" if sold is product else " / ".join(_options(sold)),
        price=price,
        stock=stock_of(sold, product),
        ean=text(sold, "global_unique_id"),
        picture_url=web_url(picture),
        product_url=web_url(text(sold, "permalink") or text(product, "permalink")),
    )


def _options(variation: Node) -> Sequence[str]:
    return [option for attribute in nodes(variation, "attributes") if (option := text(attribute, "option"))]


def _variant_title(line: Node) -> str:
    """A variation's options: what a line shows of its own data, or the rest of its name after the product's."""
    shown = [
        str(entry["display_value"])
        for entry in as_nodes(line.get("meta_data") or [], "meta_data")
        if isinstance(entry.get("display_value"), str) and str(entry.get("key") or "").startswith("pa_")
    ]
    if shown:
        return " / ".join(shown)[:300]
    name, parent = text(line, "name"), text(line, "parent_name")
    return name.removeprefix(parent).removeprefix(" - ").strip() if parent and name != parent else ""


def _name(address: Node) -> str:
    return f"{text(address, 'first_name')} {text(address, 'last_name')}".strip()
