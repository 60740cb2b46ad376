"""What a simulated Wix site holds. Plain rows; the verbs that change them are in orders and parcels."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.core.shopping import Refusal

STORES_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
NO_VARIANT = "00000000-0000-0000-0000-000000000000"


class Refused(Refusal):
    """A firm no, with the code of Wix's error body."""

    def __init__(self, message: str, code: str = "INVALID_ARGUMENT", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(eq=False)
class Variant:
    """One variant of Catalog V3."""

    id: str
    product_id: str
    title: str
    name: str
    sku: str
    barcode: str
    price: Decimal
    picture: str
    brand: str
    stock: int = 500

    @property
    def key(self) -> str:
        """Product and variant together: a variant's id alone is not unique."""
        return f"{self.product_id}:{self.id}"


@dataclass
class PostalAddress:
    """A customer's address; ``subdivision`` is ISO 3166-2 (``US-NY``)."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    subdivision: str = ""
    zip: str = ""
    country_code: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def province_code(self) -> str:
        """The subdivision without its country."""
        return self.subdivision.removeprefix(f"{self.country_code}-")


@dataclass(eq=False)
class Line:
    """One line of an order; ``quantity`` after edits, ``refunded`` of them given back."""

    id: str
    title: str
    variant_title: str
    sku: str
    quantity: int
    price: Decimal
    kind: str = "PHYSICAL"
    shippable: bool = True
    variant: Variant | None = None
    app: str = ""
    refunded: int = 0
    discount: Decimal = Decimal(0)
    descriptions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """The whole line after its discount."""
        return self.price * self.quantity - self.discount

    @property
    def left(self) -> int:
        """Pieces neither refunded nor removed."""
        return self.quantity - self.refunded


@dataclass(eq=False)
class Payment:
    """A recorded payment."""

    id: str
    amount: Decimal
    transaction: str
    created_at: datetime


@dataclass
class Tracking:
    """Provider, number and link of one fulfillment."""

    provider: str = ""
    number: str = ""
    link: str = ""


@dataclass(eq=False)
class Fulfillment:
    """Pieces that were shipped together."""

    id: str
    created_at: datetime
    pieces: dict[str, int]
    tracking: Tracking


@dataclass(eq=False)
class Order:
    """What a customer bought."""

    id: str
    number: str
    currency: str
    created_at: datetime
    updated_at: datetime
    lines: list[Line]
    shipping: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    ship_to: PostalAddress | None = None
    pickup: bool = False
    email: str = ""
    note: str = ""
    status: str = "APPROVED"
    channel: str = "WEB"
    source_identifier: str | None = None
    fields: list[tuple[str, str]] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunded: Decimal = Decimal(0)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    canceled_at: datetime | None = None
    imported: bool = False
    notified: bool = False
    sequence: int = 0

    @property
    def subtotal(self) -> Decimal:
        """Goods after discounts."""
        return sum((line.total for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What the customer owes or has paid, before refunds."""
        return self.subtotal + self.shipping + self.tax

    @property
    def paid(self) -> Decimal:
        """Money recorded as received."""
        return sum((payment.amount for payment in self.payments), Decimal(0))

    @property
    def outstanding(self) -> Decimal:
        """What is still owed."""
        return max(Decimal(0), self.total - self.paid)

    @property
    def payment_status(self) -> str:
        """Wix's paymentStatus."""
        if self.refunded:
            return "FULLY_REFUNDED" if self.refunded >= self.paid else "PARTIALLY_REFUNDED"
        if self.paid or not self.total:
            return "PAID" if not self.outstanding else "PARTIALLY_PAID"
        return "NOT_PAID"

    @property
    def fulfillment_status(self) -> str:
        """Wix's fulfillmentStatus."""
        shipped = sum(sum(one.pieces.values()) for one in self.fulfillments)
        waiting = sum(self.to_ship(line) for line in self.lines)
        if not shipped:
            return "NOT_FULFILLED"
        return "PARTIALLY_FULFILLED" if waiting else "FULFILLED"

    def fulfilled(self, line: Line) -> int:
        """Pieces of a line that have shipped."""
        return sum(one.pieces.get(line.id, 0) for one in self.fulfillments)

    def to_ship(self, line: Line) -> int:
        """Pieces of a line that are still to be shipped."""
        return max(0, line.left - self.fulfilled(line))

    def line(self, wanted: str) -> Line | None:
        """By id, by id within the order, or by SKU."""
        key = wanted.rsplit("/", 1)[-1]
        return next((line for line in self.lines if key == line.id or (line.sku and wanted == line.sku)), None)
