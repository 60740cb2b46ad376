"""What a simulated shop holds. Plain rows; the verbs that change them are in orders and shipping."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sandbox.core.shopping import Refusal

UNPAID = ("pending", "on-hold", "failed", "checkout-draft")
KEYS = {"Colissimo": "la-poste-colissimo", "DHL": "dhl", "DPD": "dpd", "FedEx": "fedex", "UPS": "ups", "USPS": "usps"}
"""How the admin names a carrier, and the key the shop keeps."""
STATUSES = (
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
    # What an extension of this shop adds.
    "in-production",
)


class Way(StrEnum):
    """How a shop shows parcels."""

    FULFILLMENTS = "fulfillments"
    EXTENSION = "extension"
    NOTES = "notes"


class Wrong(Refusal):
    """What the API answers: `status`, `code` and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(eq=False)
class Product:
    """A product; with more than one variant it is a *variable* one, whose variations are sold."""

    id: int
    title: str
    vendor: str
    kind: str
    picture: str
    virtual: bool
    variants: "list[Variant]" = field(default_factory=list)

    @property
    def variable(self) -> bool:
        """Whether its variations are sold instead of itself."""
        return len(self.variants) > 1


@dataclass(eq=False)
class Variant:
    """What is sold: a variation, or a product without any (then it has the product's id)."""

    id: int
    product: Product
    title: str
    sku: str
    ean: str
    price: Decimal
    stock: int = 500


@dataclass
class PostalAddress:
    """An address with the same names as in the other simulators."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    province: str = ""
    province_code: str = ""
    zip: str = ""
    country: str = ""
    country_code: str = ""
    phone: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(eq=False)
class Meta:
    """One entry of meta data."""

    id: int
    key: str
    value: Any


@dataclass(eq=False)
class Line:
    """One line of an order; totals are without tax and for all its pieces, as the platform keeps them."""

    id: int
    title: str
    quantity: int
    subtotal: Decimal
    total: Decimal
    total_tax: Decimal = Decimal(0)
    variant: Variant | None = None
    sku: str = ""
    meta: list[Meta] = field(default_factory=list)
    refunded: int = 0
    shipped: int = 0

    @property
    def current_quantity(self) -> int:
        """Pieces left after refunds."""
        return self.quantity - self.refunded

    @property
    def virtual(self) -> bool:
        """Whether nothing is to be shipped."""
        return bool(self.variant and self.variant.product.virtual)

    @property
    def to_ship(self) -> int:
        """Pieces that wait for a parcel, where the shop counts them."""
        return 0 if self.virtual else max(0, self.current_quantity - self.shipped)

    @property
    def price(self) -> Decimal:
        """What one piece cost, with tax."""
        return ((self.total + self.total_tax) / max(self.quantity, 1)).quantize(Decimal("0.01"))


@dataclass(eq=False)
class Charge:
    """A shipping line or a fee."""

    id: int
    title: str
    total: Decimal
    method: str = ""


@dataclass(eq=False)
class Refund:
    """Money given back, for pieces or for nothing in particular."""

    id: int
    amount: Decimal
    reason: str
    created_at: datetime
    items: list[tuple[int, Line, int]]


@dataclass(eq=False)
class Fulfillment:
    """A parcel as the shop's own feature keeps it: everything is meta data."""

    id: int
    status: str
    updated_at: datetime
    meta: list[Meta]
    fulfilled_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def is_fulfilled(self) -> bool:
        """Whether it has left."""
        return self.status == "fulfilled"


@dataclass(eq=False)
class Tracker:
    """A tracking number of the extension: of an order, not of lines."""

    id: str
    provider: str
    number: str
    link: str
    shipped_on: str


@dataclass(eq=False)
class Note:
    """A note on an order; one to the customer was mailed."""

    id: int
    text: str
    to_customer: bool
    created_at: datetime


@dataclass(eq=False)
class Order:
    """What a customer bought, or an app placed."""

    id: int
    status: str
    currency: str
    created_at: datetime
    modified_at: datetime
    lines: list[Line]
    shipping: list[Charge] = field(default_factory=list)
    fees: list[Charge] = field(default_factory=list)
    ship_to: PostalAddress | None = None
    bill_to: PostalAddress = field(default_factory=PostalAddress)
    payment_method: str = "stripe"
    payment_title: str = "Carte bancaire"
    transaction_id: str = ""
    created_via: str = "checkout"
    note: str = ""
    meta: list[Meta] = field(default_factory=list)
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    trackers: list[Tracker] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    noted: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What Orderlane has noted about its parcels, as last journaled."""

    @property
    def shipping_total(self) -> Decimal:
        """What the customer pays for shipping."""
        return sum((charge.total for charge in self.shipping), Decimal(0))

    @property
    def total_tax(self) -> Decimal:
        """Tax of all lines."""
        return sum((line.total_tax for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Total with tax, before refunds."""
        goods = sum((line.total for line in self.lines), Decimal(0))
        return goods + self.total_tax + self.shipping_total + sum((fee.total for fee in self.fees), Decimal(0))

    @property
    def refunded(self) -> Decimal:
        """Money given back."""
        return sum((refund.amount for refund in self.refunds), Decimal(0))

    @property
    def financial_status(self) -> str:
        """The status in the words of the other simulators."""
        if self.status in ("cancelled", "trash"):
            return "VOIDED"
        if self.status == "refunded":
            return "REFUNDED"
        if self.paid_at is None:
            return "PENDING"
        return "PARTIALLY_REFUNDED" if self.refunds else "PAID"

    @property
    def fulfillment_status(self) -> str:
        """How far it has shipped, in the words of the other simulators."""
        if self.status == "completed":
            return "FULFILLED"
        if any(line.shipped for line in self.lines):
            return "PARTIALLY_FULFILLED" if any(line.to_ship for line in self.lines) else "FULFILLED"
        return "UNFULFILLED" if any(line.to_ship for line in self.lines) else "FULFILLMENT_NOT_REQUIRED"

    @property
    def live_fulfillments(self) -> list[Fulfillment]:
        """Those that were not deleted."""
        return [each for each in self.fulfillments if each.deleted_at is None]


@dataclass(eq=False)
class Webhook:
    """A webhook of the shop; anybody with keys of a manager sees all of them, but never a secret."""

    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    created_at: datetime
    modified_at: datetime
    status: str = "active"
    failures: int = 0


def meta_value(entries: list[Meta], key: str) -> Any:
    """The value under a key; None when there is none."""
    return next((entry.value for entry in reversed(entries) if entry.key == key), None)
