"""The retailer's products: what waits for a supplier product, and what is tied to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orderlane.kernel.money import Money
from orderlane.web.pages.shell import Pages


@dataclass(frozen=True, slots=True)
class ProductChoice:
    """A supplier product that a variant may be tied to."""

    id: str
    title: str
    sku: str
    supplier: str
    price: Money
    variant: str = ""
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class UnmatchedRow:
    """A variant whose order lines wait; without a ``variant_id`` it is a custom item that cannot be tied."""

    store_id: str
    store_name: str
    variant_id: str
    title: str
    variant: str
    sku: str
    waiting_count: int
    since: datetime
    choices: Sequence[ProductChoice]
    choose_url: str


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A variant and its supplier product; none means the retailer's own goods."""

    title: str
    variant: str
    sku: str
    image_url: str
    store_name: str
    product: ProductChoice | None
    change_url: str


@dataclass(frozen=True, slots=True)
class ProductsPage:
    """Everything that is tied and everything that waits for it."""

    unmatched: Sequence[UnmatchedRow]
    unmatched_count: int
    rows: Sequence[ListingRow]
    pages: Pages
    query: str = ""
    may_write: bool = True
    stores_connected: bool = True


@dataclass(frozen=True, slots=True)
class ChoosePage:
    """The search for one variant's product."""

    store_id: str
    store_name: str
    variant_id: str
    title: str
    variant: str
    sku: str
    choices: Sequence[ProductChoice]
    query: str = ""
