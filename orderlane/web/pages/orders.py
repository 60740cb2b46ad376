"""The retailer's Orders list: one row per purchase order, opening to its products."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django import forms

from orderlane.kernel.money import Money
from orderlane.web.pages.shell import Filter, Pages
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a list with how many rows it holds."""

    name: str
    label: Text
    count: int
    current: bool = False
    alert: bool = False
    url: str = ""
    """Set when the tab leads to a page of its own."""
    more: bool = False
    """There are more rows than were counted."""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product of a purchase order."""

    id: str
    title: str
    quantity: int
    cost: Money | None
    variant: str = ""
    sku: str = ""
    image_url: str = ""
    product_url: str = ""
    match: str = ""
    """Why no purchase order covers it, a word of the ``match`` axis; empty when one does."""


@dataclass(frozen=True, slots=True)
class ShippableLine:
    """A line that still has pieces to ship; ``field`` is the bound form field for the quantity."""

    product: ProductRow
    left: int
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class TrackingRow:
    """One tracking number; ``url`` may be empty."""

    number: str
    carrier: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseOrderRow:
    """One purchase order in the list. ``cost`` is goods, shipping and VAT in the currency it is settled in."""

    number: str
    url: str
    store_number: str
    store_name: str
    platform: str
    placed_at: datetime
    customer: str
    supplier_id: str
    supplier: str
    auto_order: bool
    payment: str
    forwarding: str
    fulfillment: str
    products: Sequence[ProductRow] = field(default_factory=tuple)
    cost: Money | None = None
    customer_paid: Money | None = None
    margin: Money | None = None
    tracking: Sequence[TrackingRow] = field(default_factory=tuple)
    supplier_url: str = ""
    flags: Sequence[tuple[Text, str]] = field(default_factory=tuple)
    """Words and tone: (``On hold``, ``alert``)."""
    unpayable: Text = ""
    """Why it cannot be paid now, in a few words; empty when it can."""

    @property
    def payable(self) -> bool:
        """Whether the retailer may pay it now."""
        return not self.unpayable

    @property
    def piece_count(self) -> int:
        """How many pieces in all."""
        return sum(product.quantity for product in self.products)

    @property
    def at_a_loss(self) -> bool:
        """Whether the customer paid less than this costs."""
        return self.margin is not None and self.margin.minor < 0


@dataclass(frozen=True, slots=True)
class ApartRow:
    """An order of which no supplier gets anything; it is shown so that nobody has to wonder where it is."""

    store_number: str
    store_name: str
    placed_at: datetime
    customer: str
    products: Sequence[ProductRow]
    customer_paid: Money
    canceled: bool = False
    apart: bool = True

    @property
    def piece_count(self) -> int:
        """How many pieces in all."""
        return sum(product.quantity for product in self.products)

    @property
    def matches(self) -> Sequence[str]:
        """Why no supplier gets it: each word of the ``match`` axis once."""
        return list(dict.fromkeys(product.match for product in self.products))


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """The list with its tabs, filters and where it stands. ``stores_connected`` tells the two empty states apart."""

    rows: Sequence[PurchaseOrderRow | ApartRow]
    tabs: Sequence[Tab]
    filters: Sequence[Filter]
    pages: Pages
    query: str = ""
    since: str = ""
    until: str = ""
    stores_connected: bool = True
    may_pay: bool = True
    synced_at: datetime | None = None
    error: Text = ""
    what_comes: Text = ""
    """Said in an empty tab: what will appear there, and how it gets there."""
    ticked: Collection[str] = ()
    """Numbers of purchase orders and ids of products that are ticked when the page opens."""

    @property
    def narrowed(self) -> bool:
        """Whether any filter or search hides rows."""
        return bool(self.query or self.since or self.until or any(f.active for f in self.filters))

    @property
    def current_tab(self) -> str:
        """Name of the chosen tab."""
        return next((tab.name for tab in self.tabs if tab.current), "all")
