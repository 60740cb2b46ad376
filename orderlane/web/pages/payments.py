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
    started_by: str = ""
    note: Text = ""
    buttons: Sequence[Button] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ResultPage:
    """What became of a payment; ``verdict`` is paid, checking, declined, unknown, mismatch or open."""

    verdict: str
    row: PaymentRow
    check_url: str
    cancel_url: str = ""
    """Where the payment is given up, while nobody has paid it."""
    provider_url: str = ""
    """The payer's page at the provider while it can still be paid."""
    retry_url: str = ""
    reason: Text = ""
    next_checkout_url: str = ""
    next_supplier: str = ""
    may_write: bool = True

    @property
    def waiting(self) -> bool:
        """Whether the answer is still to come, so that the page asks again by itself."""
        return self.verdict in {"checking", "unknown", "open"}
