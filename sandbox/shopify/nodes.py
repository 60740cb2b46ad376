"""GraphQL's view of the rows: what is not found here is read from the row itself, by its snake_case name."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.shopify.connections import Connection, Paging, connect
from sandbox.shopify.model import Line, Order, PostalAddress, Refused, Variant, gid
from sandbox.shopify.store import Store

# MoneyBag fields of an order, and the amount each shows.
MONEY_FIELDS = {
    "current_subtotal_price_set": "subtotal",
    "current_total_price_set": "current_total",
    "current_total_tax_set": "current_tax",
    "subtotal_price_set": "sold_subtotal",
    "total_price_set": "total",
    "original_total_price_set": "original_total",
    "total_outstanding_set": "outstanding",
    "total_received_set": "received",
    "total_refunded_set": "refunded",
    "total_tax_set": "tax",
    "current_shipping_price_set": "current_shipping",
    "total_shipping_price_set": "shipping_price",
}


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """A MoneyBag; both currencies are the same here. The Admin API writes at least one decimal, and no more zeros."""
    text = f"{amount.normalize():f}"
    value = {"amount": text if "." in text else f"{text}.0", "currency_code": currency}
    return {"shop_money": value, "presentment_money": value}


def attributes(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Key-value pairs."""
    return [{"key": key, "value": value} for key, value in pairs]


def user_errors(refused: Refused | None) -> list[dict[str, Any]]:
    """The `userErrors` of a payload."""
    return [{"message": refused.message, "field": refused.field, "code": refused.code}] if refused else []


class Node:
    """A row with its store; its kind names the global id."""

    kind = ""

    def __init__(self, store: Store, it: Any) -> None:
        self.store = store
        self.it = it

    def __getattr__(self, name: str) -> Any:
        return getattr(self.it, name)

    @property
    def id(self) -> str:
        """The global id."""
        return gid(self.kind, self.it.id)

    @property
    def legacy_resource_id(self) -> str:
        """The number in the global id."""
        return str(self.it.id)

    @property
    def type_name(self) -> str:
        """The GraphQL type, for interfaces."""
        return self.kind


class AddressNode(Node):
    """MailingAddress; it belongs to an order, which lends its number to the id."""

    kind = "MailingAddress"

    def __init__(self, store: Store, it: PostalAddress, owner: Order) -> None:
        super().__init__(store, it)
        self.owner = owner

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.it, name)
        return None if value == "" else value

    @property
    def id(self) -> str:
        """The global id."""
        return gid(self.kind, self.owner.id)

    @property
    def country_code_v2(self) -> str | None:
        """ISO country code."""
        return self.it.country_code or None


class DestinationNode(AddressNode):
    """FulfillmentOrderDestination: the same address, with the e-mail of the order."""

    kind = "FulfillmentOrderDestination"

    @property
    def email(self) -> str | None:
        """The customer's e-mail."""
        return self.owner.email or None


class ProductNode(Node):
    """Product."""

    kind = "Product"
    status = "ACTIVE"
    is_gift_card = False
    online_store_url = None
    description = ""

    @property
    def tags(self) -> list[str]:
        """Tags; none are seeded."""
        return []

    @property
    def handle(self) -> str:
        """The product's name in addresses."""
        return "-".join("".join(c if c.isalnum() else " " for c in self.it.title.casefold()).split())

    @property
    def product_type(self) -> str:
        """Kind of goods."""
        return str(self.it.kind)

    @property
    def updated_at(self) -> datetime:
        """The seeded catalogue never changes."""
        created: datetime = self.it.created_at
        return created

    @property
    def total_inventory(self) -> int:
        """Stock of all variants."""
        return sum(variant.stock for variant in self.it.variants)

    @property
    def featured_media(self) -> "PictureNode":
        """The product's picture."""
        return PictureNode(self.store, self.it)

    def variants(self, sort_key: str = "POSITION", **paging: Any) -> Connection:
        """Its variants."""
        return connect(self.it.variants, lambda row: VariantNode(self.store, row), Paging(**paging))


class PictureNode(Node):
    """MediaImage of a product."""

    kind = "MediaImage"

    @property
    def alt(self) -> str:
        """What is to be seen."""
        return str(self.it.title)

    @property
    def preview(self) -> dict[str, Any]:
        """The picture itself."""
        return {"image": image(self.store, self.it.picture, self.it.title)}


def image(store: Store, picture: str, alt: str) -> dict[str, Any] | None:
    """An Image drawn by the sandbox."""
    if not picture:
        return None
    url = f"{store.world.settings.base_url}/pictures/{picture}.svg"
    return {"id": None, "url": url, "alt_text": alt, "width": 400, "height": 400}


class VariantNode(Node):
    """ProductVariant."""

    kind = "ProductVariant"
    taxable = True
    inventory_policy = "DENY"

    @property
    def product(self) -> ProductNode:
        """Its product."""
        return ProductNode(self.store, self.it.product)

    @property
    def price(self) -> str:
        """Price in the shop's currency."""
        return f"{self.it.price:.2f}"

    @property
    def display_name(self) -> str:
        """Product and variant title."""
        return f"{self.it.product.title} - {self.it.title}"

    @property
    def inventory_quantity(self) -> int:
        """Stock."""
        return int(self.it.stock)

    @property
    def available_for_sale(self) -> bool:
        """Whether any is left."""
        return bool(self.it.stock > 0)

    @property
    def selected_options(self) -> list[dict[str, str]]:
        """Its one option."""
        return [{"name": "Title", "value": self.it.title}]

    @property
    def created_at(self) -> datetime:
        """When the product was made."""
        created: datetime = self.it.product.created_at
        return created

    updated_at = created_at

    @property
    def inventory_item(self) -> dict[str, Any]:
        """Its InventoryItem."""
        number = self.it.inventory_item_id
        return {
            "id": gid("InventoryItem", number),
            "legacy_resource_id": str(number),
            "sku": self.it.sku,
            "requires_shipping": True,
            "tracked": True,
        }


def variant_node(store: Store, variant: Variant | None) -> VariantNode | None:
    """A variant, if the line has one."""
    return VariantNode(store, variant) if variant else None


class LineNode(Node):
    """LineItem."""

    kind = "LineItem"

    def __init__(self, store: Store, it: Line, order: Order) -> None:
        super().__init__(store, it)
        self.order = order

    @property
    def variant_title(self) -> str | None:
        """Variant title, null when there is none."""
        return self.it.variant_title or None

    @property
    def sku(self) -> str | None:
        """SKU, null when there is none."""
        return self.it.sku or None

    @property
    def vendor(self) -> str | None:
        """Vendor, null when unknown."""
        return self.it.vendor or None

    @property
    def name(self) -> str:
        """Title and variant title."""
        return f"{self.it.title} - {self.it.variant_title}" if self.it.variant_title else str(self.it.title)

    @property
    def unfulfilled_quantity(self) -> int:
        """Pieces not yet shipped."""
        line: Line = self.it
        return max(0, line.current_quantity - line.fulfilled)

    @property
    def non_fulfillable_quantity(self) -> int:
        """Pieces that need no shipping any more."""
        return int(self.it.quantity) - self.unfulfilled_quantity

    @property
    def refundable_quantity(self) -> int:
        """Pieces that could be refunded."""
        return int(self.it.current_quantity)

    @property
    def is_gift_card(self) -> bool:
        """Whether it is a gift card."""
        return bool(self.it.gift_card)

    @property
    def custom_attributes(self) -> list[dict[str, str]]:
        """Line properties."""
        return attributes(self.it.attributes)

    @property
    def image(self) -> dict[str, Any] | None:
        """Picture of the goods."""
        return image(self.store, self.it.picture, self.it.title)

    @property
    def product(self) -> ProductNode | None:
        """The product, if it still exists."""
        return ProductNode(self.store, self.it.variant.product) if self.it.variant else None

    @property
    def variant(self) -> VariantNode | None:
        """The variant, if it still exists."""
        return variant_node(self.store, self.it.variant)

    def _unit(self) -> dict[str, Any]:
        return money(self.it.price, self.order.currency)

    # There are no discounts in the sandbox: all unit prices are one.
    original_unit_price_set = property(_unit)
    discounted_unit_price_set = property(_unit)
    discounted_unit_price_after_all_discounts_set = property(_unit)

    @property
    def original_total_set(self) -> dict[str, Any]:
        """Unit price times quantity."""
        return money(self.it.price * self.it.quantity, self.order.currency)

    def discounted_total_set(self) -> dict[str, Any]:
        """The same: no discounts here."""
        return self.original_total_set

    @property
    def total_discount_set(self) -> dict[str, Any]:
        """Nothing."""
        return money(Decimal(0), self.order.currency)
