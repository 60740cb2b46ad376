"""What a simulated Ecwid store holds. Plain rows; the verbs that change them are in orders and parcels."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

PAYMENT_STATUSES = (
    "AWAITING_PAYMENT PAID CANCELLED REFUNDED PARTIALLY_REFUNDED INCOMPLETE "
    "CUSTOM_PAYMENT_STATUS_1 CUSTOM_PAYMENT_STATUS_2 CUSTOM_PAYMENT_STATUS_3"
).split()
FULFILLMENT_STATUSES = (
    "AWAITING_PROCESSING PROCESSING SHIPPED DELIVERED WILL_NOT_DELIVER RETURNED READY_FOR_PICKUP OUT_FOR_DELIVERY "
    "CUSTOM_FULFILLMENT_STATUS_1 CUSTOM_FULFILLMENT_STATUS_2 CUSTOM_FULFILLMENT_STATUS_3"
).split()
SHIPPED = ("SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED")

Person = dict[str, str]


@dataclass(eq=False)
class Variation:
    """A combination of a product's options, with a SKU and a price of its own."""

    id: int
    value: str
    sku: str
    price: Decimal
    ean: str
    stock: int = 500


@dataclass(eq=False)
class Product:
    """A product; it has its own SKU and stock when it has no variations."""

    id: int
    name: str
    kind: str
    vendor: str
    picture: str
    sku: str
    price: Decimal
    ean: str
    stock: int = 500
    variations: list[Variation] = field(default_factory=list)

    @property
    def choices(self) -> list[Variation | None]:
        """What can be put into the cart: each variation, or the product itself."""
        return list(self.variations) or [None]

    def goods_id(self, variation: Variation | None) -> str:
        """How a good is named in forms and journals: `product` or `product-variation`."""
        return f"{self.id}-{variation.id}" if variation else str(self.id)


@dataclass(eq=False)
class Item:
    """A line of an order. There is no shipped quantity: Ecwid keeps none."""

    id: int
    name: str
    sku: str
    quantity: int
    price: Decimal
    requires_shipping: bool = True
    product: Product | None = None
    variation: Variation | None = None
    gift_card: bool = False
    options: list[dict[str, Any]] = field(default_factory=list)

    @property
    def goods_id(self) -> str:
        """The good's name, empty for a line typed in by hand."""
        return self.product.goods_id(self.variation) if self.product else ""


@dataclass
class Parcel:
    """A box somebody in this store handed to a carrier: what really happened, which Ecwid itself does not record."""

    id: str
    lines: dict[int, int]
    company: str
    numbers: list[str]
    canceled: bool = False


@dataclass(eq=False)
class Order:
    """What a customer bought, or what an app placed."""

    id: str
    internal_id: int
    created_at: datetime
    updated_at: datetime
    items: list[Item]
    payment_status: str
    fulfillment_status: str
    email: str
    subtotal: Decimal
    total: Decimal
    tax: Decimal = Decimal(0)
    shipping_rate: Decimal = Decimal(0)
    shipping_method: str = "Livraison standard"
    picked_up: bool = False
    payment_method: str = "Carte bancaire"
    shipping_person: Person | None = None
    billing_person: Person | None = None
    tracking_number: str = ""
    tracking_url: str = ""
    extra_fields: list[dict[str, Any]] = field(default_factory=list)
    private_notes: str = ""
    comments: str = ""
    reference: str = ""
    external_transaction: str = ""
    external_fulfillment: bool = False
    notifications_off: bool = False
    refunds: list[tuple[datetime, str, Decimal]] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    noted: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Parcels an app has noted in the extra fields, as last journaled."""
    by_hand: dict[str, list[str]] = field(default_factory=dict)
    """The numbers that people here have given such a parcel since; none for one they have taken back."""

    @property
    def refunded(self) -> Decimal:
        """Money given back."""
        return sum((amount for _, _, amount in self.refunds), Decimal(0))

    @property
    def canceled(self) -> bool:
        """Whether the order was given up."""
        return self.payment_status == "CANCELLED" or self.fulfillment_status == "WILL_NOT_DELIVER"

    def left(self, item: Item) -> int:
        """Pieces that no parcel holds yet, neither one of the store's own people nor one that an app has noted."""
        sent = sum(parcel.lines.get(item.id, 0) for parcel in self.parcels if not parcel.canceled)
        sent += sum(told["lines"].get(str(item.id), 0) for told in self.noted.values() if told["status"] == "SUCCESS")
        return max(0, item.quantity - sent) if item.requires_shipping else 0
