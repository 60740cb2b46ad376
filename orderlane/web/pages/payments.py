"""Payments: the list, one payment, and the page the payer comes back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orderlane.kernel.money import Money
from orderlane.web.pages.order import CostRow, TimelineEntry
from orderlane.web.pages.orders import Tab
from orderlane.web.pages.shell import Button, Filter, Pages
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment in the list."""

    url: str
    reference: str
    supplier: str
    provider: str
    amount: Money
    status: str
    started_at: datetime
    orders: Sequence[tuple[str, str]]
    """Orderlane number and address of each purchase order."""
    external_id: str = ""
    test: bool = False
    refunded: Money | None = None
    """What was given back so far; None for nothing."""


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money given back: how much, when, and how the provider calls it."""

    amount: Money
    refunded_at: datetime
    external_id: str


@dataclass(frozen=True, slots=True)
class PaymentsPage:
    """The list of payments."""

    rows: Sequence[PaymentRow]
    tabs: Sequence[Tab]
    filters: Sequence[Filter]
    pages: Pages
    query: str = ""


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One payment in full."""

    row: PaymentRow
    costs: Sequence[CostRow]
    timeline: Sequence[TimelineEntry]
    facts: Sequence[tuple[Text, str]]
    refunds: Sequence[RefundRow] = field(default_factory=tuple)
    left: Money | None = None
    """What the supplier keeps after the refunds."""
    spread_over: int = 1
    """How many purchase orders the refunds are spread over, as the provider does not say which they are for."""
    started_by: str = ""
    note: Text = ""
    problem: Text = ""
    """What does not add up about the refunds."""
    buttons: Sequence[Button] = field(default_factory=tuple)


POLL_SECONDS = {"checking": 3, "unknown": 10, "open": 20, "refused": 20, "pending": 60}
"""Verdicts that may still change by themselves: often where seconds matter, rarely where a person or a bank acts."""


@dataclass(frozen=True, slots=True)
class ResultPage:
    """What became of a payment; ``verdict`` is one of the keys of ``POLL_SECONDS`` or a word for the end."""

    verdict: str
    row: PaymentRow
    check_url: str
    cancel_url: str = ""
    """Where the payment is given up, while nobody has paid it."""
    provider_url: str = ""
    """The payer's page at the provider while it can still be paid."""
    retry_url: str = ""
    reason: Text = ""
    next_look_at: datetime | None = None
    """When the provider is asked again by itself, if it will be."""
    next_checkout_url: str = ""
    next_supplier: str = ""
    attention: Sequence[tuple[str, str, Text]] = field(default_factory=tuple)
    """Number, address and reason of each purchase order of it that waits for a decision."""
    on_its_way: bool = False
    """Whether something of it is still being given to the supplier."""
    left: bool = False
    """Whether the payer came back from the provider's page without paying, as far as the address tells."""
    may_write: bool = True

    @property
    def poll_seconds(self) -> int:
        """How often the page asks again by itself; 0 for never."""
        return POLL_SECONDS.get(self.verdict, 5 if self.on_its_way else 0)

    @property
    def version(self) -> str:
        """A word that is another one as soon as the page would read otherwise."""
        going = ["going"] if self.on_its_way else []
        return "-".join([self.verdict, *going, *(number for number, _url, _why in self.attention)])
