"""What a person asked of the Orders list: read from the address, with nonsense ignored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState

STUCK = Q(forwarding_state__in=[ForwardingState.NEEDS_ATTENTION, ForwardingState.OUTCOME_UNKNOWN]) | Q(
    changed_in_store_at__isnull=False
)
_UNPAID = Q(payment_state__in=[PaymentState.UNPAID, PaymentState.PAYING])
_FULFILLED = Q(fulfillment_state=FulfillmentState.FULFILLED)

TABS: dict[str, Q] = {
    "all": Q(archived_at__isnull=True),
    "unpaid": Q(archived_at__isnull=True) & _UNPAID,
    "paid": Q(archived_at__isnull=True) & Q(payment_state=PaymentState.PAID),
    "unfulfilled": Q(archived_at__isnull=True) & ~_FULFILLED,
    "fulfilled": Q(archived_at__isnull=True) & _FULFILLED,
    "attention": Q(archived_at__isnull=True) & STUCK,
    "archived": Q(archived_at__isnull=False),
}
AXES = {"payment": "payment_state", "forwarding": "forwarding_state", "fulfillment": "fulfillment_state"}
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class OrdersQuery:
    """The filters of the list; an empty value filters nothing."""

    tab: str = "all"
    words: str = ""
    supplier: UUID | None = None
    store: UUID | None = None
    state: str = ""
    """``<axis>.<status>``."""
    channel: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1

    @classmethod
    def read(cls, asked: QueryDict) -> OrdersQuery:
        """Read the address; a value that cannot be one is as if it were not there."""
        tab = asked.get("tab", "all")
        channel = asked.get("channel", "")
        return cls(
            tab=tab if tab in TABS else "all",
            words=asked.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            supplier=_uuid(asked.get("supplier", "")),
            store=_uuid(asked.get("store", "")),
            state=asked.get("state", ""),
            channel=channel if channel in {"auto", "manual"} else "",
            since=_day(asked.get("since", "")),
            until=_day(asked.get("until", "")),
            page=_page(asked.get("page", "")),
        )

    def narrow(self, rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
        """Apply everything but the tab, so that each tab's count says what it would show."""
        if self.words:
            rows = rows.filter(pk__in=_found(self.words))
        if self.supplier:
            rows = rows.filter(supplier_id=self.supplier)
        if self.store:
            rows = rows.filter(order__store_id=self.store)
        axis, _, status = self.state.partition(".")
        if axis in AXES and status:
            rows = rows.filter(**{AXES[axis]: status})
        if self.channel:
            rows = rows.filter(auto_order=self.channel == "auto")
        if self.since:
            rows = rows.filter(order__placed_at__gte=_start(self.since))
        if self.until:
            rows = rows.filter(order__placed_at__lt=_start(self.until) + timedelta(days=1))
        return rows


def _found(words: str) -> QuerySet[PurchaseOrder]:
    """Purchase orders by Orderlane number, store number, customer, SKU or tracking number."""
    matching = (
        Q(number__iexact=words)
        | Q(number__icontains=words)
        | Q(store_number__iexact=words)
        | Q(store_number__iexact=f"#{words}")
        | Q(order__customer_name__icontains=words)
        | Q(lines__sku__iexact=words)
        | Q(shipments__tracking_numbers__contains=[words])
    )
    return PurchaseOrder.objects.filter(matching).values("pk")  # type: ignore[return-value]  # used as a subquery


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text[:6]) > 0 and len(text) <= 6 else 1


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
