"""What a simulated store holds. Plain rows; the verbs that change them are in orders, work and parcels."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.core.shopping import Refusal


def gid(kind: str, number: int) -> str:
    """Shopify's global id, for instance `gid://shopify/Order/1`."""
    return f"gid://shopify/{kind}/{number}"


def number_of(kind: str, global_id: str) -> int | None:
    """The number inside a global id of this kind; None when it is not one."""
    prefix = f"gid://shopify/{kind}/"
    tail = global_id[len(prefix) :] if global_id.startswith(prefix) else ""
    return int(tail) if tail.isascii() and tail.isdigit() else None


@dataclass(eq=False)
class Product:
    """A product of the store's catalogue."""

    id: int
    title: str
    vendor: str
    kind: str
    picture: str
    created_at: datetime
    variants: "list[Variant]" = field(default_factory=list)


@dataclass(eq=False)
class Variant:
    """One variant; stocked at exactly one location here."""

    id: int
    product: Product
    title: str
    sku: str
    barcode: str
    price: Decimal
    inventory_item_id: int
    location_id: int
    stock: int = 500
    position: int = 1


@dataclass
class PostalAddress:
    """A customer's address as Shopify keeps it."""

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

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(eq=False)
class Line:
    """One line of an order; `quantity` as sold, `current_quantity` after edits and refunds."""

    id: int
    title: str
    variant_title: str
    sku: str
    vendor: str
    quantity: int
    price: Decimal
    requires_shipping: bool
    variant: Variant | None = None
    product_id: int | None = None
    picture: str = ""
    taxable: bool = True
    gift_card: bool = False
    attributes: list[tuple[str, str]] = field(default_factory=list)
    current_quantity: int = 0
    fulfilled: int = 0

    @property
    def to_ship(self) -> int:
        """Pieces still to be shipped."""
        return max(0, self.current_quantity - self.fulfilled) if self.requires_shipping else 0


@dataclass(eq=False)
class ShippingCharge:
    """What the customer pays for shipping."""

    id: int
    title: str
    code: str
    price: Decimal
    source: str = "shopify"


@dataclass(eq=False)
class Payment:
    """A transaction of an order."""

    id: int
    kind: str
    status: str
    gateway: str
    amount: Decimal
    created_at: datetime


@dataclass(eq=False)
class Order:
    """What a customer bought."""

    id: int
    name: str
    number: int
    currency: str
    created_at: datetime
    processed_at: datetime
    updated_at: datetime
    lines: list[Line]
    shipping: list[ShippingCharge] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    ship_to: PostalAddress | None = None
    bill_to: PostalAddress | None = None
    email: str = ""
    phone: str = ""
    note: str = ""
    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str]] = field(default_factory=list)
    source_identifier: str | None = None
    source_name: str = "web"
    tax: Decimal = Decimal(0)
    taxes_included: bool = False
    test: bool = False
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    edited: bool = False
    stated_financial_status: str | None = None
    routed: bool = False
    works: "list[Work]" = field(default_factory=list)
    parcels: "list[Parcel]" = field(default_factory=list)
    original_total: Decimal = Decimal(0)

    @property
    def subtotal(self) -> Decimal:
        """Goods as the order stands now."""
        return sum((line.price * line.current_quantity for line in self.lines), Decimal(0))

    @property
    def sold_subtotal(self) -> Decimal:
        """Goods before removals."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @property
    def shipping_price(self) -> Decimal:
        """All shipping charges."""
        return sum((charge.price for charge in self.shipping), Decimal(0))

    @property
    def current_shipping(self) -> Decimal:
        """Shipping charges as the order stands now."""
        return Decimal(0) if self.cancelled_at else self.shipping_price

    @property
    def current_tax(self) -> Decimal:
        """Tax as the order stands now."""
        return Decimal(0) if self.cancelled_at else self.tax

    @property
    def total(self) -> Decimal:
        """Total before removals."""
        return self.sold_subtotal + self.shipping_price + (Decimal(0) if self.taxes_included else self.tax)

    @property
    def current_total(self) -> Decimal:
        """Total as the order stands now."""
        return self.subtotal + self.current_shipping + (Decimal(0) if self.taxes_included else self.current_tax)

    @property
    def received(self) -> Decimal:
        """Money received, before refunds."""
        taken = (p.amount for p in self.payments if p.kind in ("SALE", "CAPTURE") and p.status == "SUCCESS")
        return sum(taken, Decimal(0))

    @property
    def refunded(self) -> Decimal:
        """Money given back."""
        return sum((p.amount for p in self.payments if p.kind == "REFUND" and p.status == "SUCCESS"), Decimal(0))

    @property
    def outstanding(self) -> Decimal:
        """What the customer still owes."""
        return max(Decimal(0), self.current_total - (self.received - self.refunded))

    @property
    def financial_status(self) -> str:
        """Shopify's displayFinancialStatus."""
        if self.refunded and self.refunded >= self.received:
            return "REFUNDED"
        if self.refunded:
            return "PARTIALLY_REFUNDED"
        if self.received:
            return "PAID" if self.outstanding == 0 else "PARTIALLY_PAID"
        if self.cancelled_at:
            return "VOIDED"
        if self.stated_financial_status:
            return self.stated_financial_status
        return "PAID" if self.current_total == 0 else "PENDING"

    @property
    def fulfillment_status(self) -> str:
        """Shopify's displayFulfillmentStatus; the order of the rules is inferred where it is not documented."""
        shipped = sum(line.fulfilled for line in self.lines)
        waiting = sum(line.to_ship for line in self.lines)
        if shipped:
            return "PARTIALLY_FULFILLED" if waiting else "FULFILLED"
        if not waiting:
            return "FULFILLMENT_NOT_REQUIRED"
        open_works = [work for work in self.works if work.is_open]
        if any(work.status == "IN_PROGRESS" for work in open_works):
            return "IN_PROGRESS"
        # The enum's own text: in progress when all items have been requested from their service.
        if open_works and all(work.request_status == "SUBMITTED" for work in open_works):
            return "IN_PROGRESS"
        if any(work.request_status == "REJECTED" for work in open_works):
            return "REQUEST_DECLINED"
        return "UNFULFILLED"


@dataclass(eq=False)
class WorkLine:
    """A line of a fulfillment order."""

    id: int
    line: Line
    total: int
    remaining: int


@dataclass
class MerchantRequest:
    """What the merchant asked of the fulfillment service."""

    id: int
    kind: str
    message: str
    sent_at: datetime
    options: dict[str, Any] = field(default_factory=dict)
    response: dict[str, Any] | None = None


@dataclass(eq=False)
class Work:
    """A fulfillment order: work to do at one location."""

    id: int
    order: Order
    location_id: int
    created_at: datetime
    updated_at: datetime
    lines: list[WorkLine]
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    requests: list[MerchantRequest] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether something may still be shipped from it."""
        return self.status in ("OPEN", "IN_PROGRESS") and any(line.remaining for line in self.lines)


@dataclass
class Tracking:
    """Carrier, numbers and links of one parcel."""

    company: str = ""
    numbers: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Parcel:
    """A fulfillment: pieces that were shipped together."""

    id: int
    name: str
    order: Order
    location_id: int
    created_at: datetime
    updated_at: datetime
    lines: list[tuple[int, Line, int]]
    tracking: Tracking
    works: list[Work]
    status: str = "SUCCESS"
    notified: bool = False


@dataclass(eq=False)
class Location:
    """A place goods are shipped from."""

    id: int
    name: str
    country_code: str
    created_at: datetime
    service: "Service | None" = None


@dataclass(eq=False)
class Service:
    """A fulfillment service: an app that ships."""

    id: int
    name: str
    handle: str
    callback_url: str
    tracking_support: bool
    inventory_management: bool
    requires_shipping_method: bool
    location: Location


@dataclass(eq=False)
class Subscription:
    """A webhook subscription made by the app in this shop."""

    id: int
    topic: str
    uri: str
    created_at: datetime
    updated_at: datetime
    name: str | None = None
    filter: str | None = None
    format: str = "JSON"
    include_fields: list[str] = field(default_factory=list)


class Refused(Refusal):
    """A business error, answered in `userErrors`."""

    def __init__(self, message: str, path: list[str] | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.field = path
        self.code = code
