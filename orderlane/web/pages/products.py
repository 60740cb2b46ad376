"""The retailer's products: what waits for a supplier product, what is tied to one, and files of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orderlane.kernel.money import Money
from orderlane.ports.rates import Rate
from orderlane.web.pages.orders import Tab
from orderlane.web.pages.shell import Filter
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left of the price after the wholesale cost; ``rate`` is set when the two are in different currencies."""

    amount: Money
    basis_points: int | None
    """Of the price, rounded to a whole percent; None for a price of nothing."""
    rate: Rate | None = None


@dataclass(frozen=True, slots=True)
class ProductChoice:
    """A supplier product that a listing is or may be tied to."""

    id: str
    title: str
    sku: str
    supplier: str
    price: Money
    variant: str = ""
    ean: str = ""
    image_url: str = ""
    product_url: str = ""
    stock: int | None = None
    margin: Margin | None = None
    no_rate: bool = False
    """The margin is missing because nobody publishes a rate between the two currencies."""
    why: Text = ""
    """Why it is suggested; empty when it was searched for."""
    sure: bool = False
    effects: Sequence[Text] = field(default_factory=tuple)
    """What happens to the waiting orders when it is chosen."""


@dataclass(frozen=True, slots=True)
class WaitingBox:
    """The orders that wait for an answer: how many, and where the oldest are."""

    count: int
    orders: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """Number and address."""

    @property
    def unnamed(self) -> int:
        """How many more there are than those named."""
        return self.count - len(self.orders)


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A variant of a store: with its product, as the retailer's own goods, or with what it may be."""

    id: str
    store_id: str
    store_name: str
    variant_id: str
    title: str
    variant: str
    sku: str
    image_url: str
    price: Money | None
    product: ProductChoice | None
    own_goods: bool
    decided: bool
    choose_url: str
    cost_before: Money | None = None
    """What the product cost when it was last seen; None when that is what it costs now."""
    suggestions: Sequence[ProductChoice] = field(default_factory=tuple)
    waiting: WaitingBox = WaitingBox(0)

    @property
    def waits(self) -> bool:
        """Whether nobody has said yet what it is."""
        return self.product is None and not self.own_goods


@dataclass(frozen=True, slots=True)
class CustomRow:
    """A custom item of an order: it has no variant, so that no listing can tie it to a product."""

    store_id: str
    store_name: str
    title: str
    waiting_count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class ProductsPage:
    """One page of the listings, and the custom items that wait."""

    rows: Sequence[ListingRow]
    tabs: Sequence[Tab]
    filters: Sequence[Filter]
    customs: Sequence[CustomRow] = field(default_factory=tuple)
    before: str = ""
    after: str = ""
    query: str = ""
    may_write: bool = True
    stores_connected: bool = True
    changed_shown: bool = False
    """Whether any row shows a cost that has changed since it was last seen."""

    @property
    def narrowed(self) -> bool:
        """Whether any filter or search hides rows."""
        return bool(self.query or any(f.active for f in self.filters))

    @property
    def tab(self) -> str:
        """Name of the chosen tab."""
        return next(tab.name for tab in self.tabs if tab.current)


@dataclass(frozen=True, slots=True)
class ChoosePage:
    """The search for one listing's product."""

    row: ListingRow
    choices: Sequence[ProductChoice]
    own_effects: Sequence[Text] = field(default_factory=tuple)
    query: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row of a file that was not applied."""

    line: int
    what: str
    why: Text


@dataclass(frozen=True, slots=True)
class FileReport:
    """How far a file is applied; ``status`` is a word of the import's states."""

    id: str
    name: str
    status: str
    at: datetime
    read_count: int
    changed_count: int
    same_count: int
    refused_count: int
    percent: int
    problem: Text = ""
    refused: Sequence[RefusedRow] = field(default_factory=tuple)

    @property
    def under_way(self) -> bool:
        """Whether the page is worth looking at again by itself."""
        return self.status in {"waiting", "running"}


@dataclass(frozen=True, slots=True)
class FilePage:
    """Answers by spreadsheet: download, upload, and what became of the last file."""

    filters: str
    """The filters of the list it was opened from, as they stand in the address."""
    narrowed: bool
    most_megabytes: int
    may_write: bool = True
    report: FileReport | None = None
