"""The checkout: exactly what will be paid, to whom, and what comes after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.web.pages.orders import ProductRow
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class QuotedPurchaseOrder:
    """One purchase order in the quote."""

    number: str
    url: str
    store_number: str
    address: Address
    products: Sequence[ProductRow]
    goods: Money
    shipping: Money
    tax: Money
    shipping_method: Text = ""


@dataclass(frozen=True, slots=True)
class RateNote:
    """The exchange rate frozen in the quote: one unit of ``base`` in ``target``."""

    base: str
    target: str
    value: Decimal
    source: Text
    published_on: date


@dataclass(frozen=True, slots=True)
class TermsNote:
    """What the supplier promises."""

    label: Text
    text: Text


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """A way to pay that this supplier has connected."""

    provider: str
    label: Text
    hint: Text
    icon: str
    test: bool = False
    selected: bool = False


@dataclass(frozen=True, slots=True)
class CheckoutWarning:
    """Something to know before money moves."""

    title: Text
    text: Text
    tone: str = "amber"


@dataclass(frozen=True, slots=True)
class QuoteChange:
    """One thing that a new quote says otherwise; ``number`` is empty for what concerns all of it."""

    what: Text
    number: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class QueuedCheckout:
    """Another supplier of the same selection: paid separately, after this one."""

    supplier: str
    count: int
    state: str
    """``done``, ``current`` or ``waiting``."""


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """The quote as a person reads it. A stale one leaves the figures visible and the pay button away."""

    quote_id: str
    supplier: str
    supplier_url: str
    orders: Sequence[QuotedPurchaseOrder]
    goods: Money
    shipping: Money
    tax: Money
    tax_label: Text
    tax_reason: Text
    total: Money
    providers: Sequence[ProviderChoice]
    quoted_at: datetime
    expires_at: datetime
    seconds_left: int
    rates: Sequence[RateNote] = field(default_factory=tuple)
    terms: Sequence[TermsNote] = field(default_factory=tuple)
    warnings: Sequence[CheckoutWarning] = field(default_factory=tuple)
    queue: Sequence[QueuedCheckout] = field(default_factory=tuple)
    pay_url: str = ""
    requote_url: str = ""
    must_confirm: bool = False
    refusal: Text = ""
    """Why the press of Pay was not obeyed."""
    stale: Text = ""
    """Why this quote can no longer be paid; empty while it can."""
    renewed: bool = False
    """Whether it stands in place of a stale one."""
    changes: Sequence[QuoteChange] = field(default_factory=tuple)
    """What a new quote says otherwise than a stale one; of a renewed quote, than the one before."""

    @property
    def piece_count(self) -> int:
        """How many pieces in all."""
        return sum(product.quantity for order in self.orders for product in order.products)
