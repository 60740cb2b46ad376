"""The supplier's own pages: orders settled to it, and its products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django import forms

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.web.pages.order import CancellationBox, CostRow, Problem, ShipmentBox, TimelineEntry
from orderlane.web.pages.orders import ProductRow, ShippableLine, Tab
from orderlane.web.pages.shell import Filter, Pages
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class SupplierOrderRow:
    """One purchase order as its supplier sees it."""

    number: str
    url: str
    store_number: str
    retailer: str
    item_count: int
    payment: str
    fulfillment: str
    paid_at: datetime
    subtotal: Money
    country: str = ""
    own_number: str = ""
    """The supplier's own order number in its own store."""
    flags: Sequence[tuple[Text, str]] = field(default_factory=tuple)
    """Words and tone, as in the retailer's list."""


@dataclass(frozen=True, slots=True)
class SupplierOrdersPage:
    """The supplier's list."""

    rows: Sequence[SupplierOrderRow]
    tabs: Sequence[Tab]
    filters: Sequence[Filter]
    pages: Pages
    query: str = ""
    since: str = ""
    until: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether any filter or search hides rows."""
        return bool(self.query or self.since or self.until or any(f.active for f in self.filters))


@dataclass(frozen=True, slots=True)
class SupplierOrderPage:
    """One purchase order in full, for its supplier."""

    row: SupplierOrderRow
    address: Address
    products: Sequence[ProductRow]
    costs: Sequence[CostRow]
    shipments: Sequence[ShipmentBox]
    timeline: Sequence[TimelineEntry]
    problems: Sequence[Problem] = field(default_factory=tuple)
    cancellations: Sequence[CancellationBox] = field(default_factory=tuple)
    ship_form: forms.Form | None = None
    ship_url: str = ""
    shippable: Sequence[ShippableLine] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One product (variant) the supplier sells."""

    id: str
    title: str
    sku: str
    price: Money
    variant: str = ""
    image_url: str = ""
    product_url: str = ""
    from_store: bool = False
    stock: int | None = None
    """Pieces in the supplier's store; None when nobody counts them."""
    """Whether it follows the supplier's store, price included."""
    price_form: forms.Form | None = None


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far the reading of the supplier's store has come; ``status`` is a word of the import's states."""

    status: str
    store: str
    read_count: int
    left_out_count: int
    reason: str = ""
    at: datetime | None = None
    """When it ended, or when it is tried again."""

    @property
    def under_way(self) -> bool:
        """Whether the page is worth looking at again by itself."""
        return self.status in {"waiting", "running"}


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """The supplier's products."""

    rows: Sequence[CatalogRow]
    pages: Pages
    query: str = ""
    may_import: bool = False
    progress: ImportProgress | None = None
