"""One purchase order in full, for the retailer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django import forms

from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.web.pages.orders import ProductRow, PurchaseOrderRow, ShippableLine, TrackingRow
from orderlane.web.pages.shell import Button
from orderlane.web.pages.states import Text
from orderlane.web.pages.tracking import TrackingLinkBox


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened: what, who did it, when. ``raw`` is the message behind it, shown on demand."""

    what: Text
    who: Text
    at: datetime
    icon: str = "clock"
    tone: str = ""
    detail: Text = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class CostRow:
    """One amount of the cost box."""

    label: Text
    amount: Money | None
    note: Text = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """How many of one product are in a parcel."""

    title: str
    quantity: int
    sku: str = ""
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentBox:
    """One parcel: what is in it, how it is followed, and whether the store knows."""

    id: str
    title: Text
    shipped_at: datetime | None
    tracking: Sequence[TrackingRow]
    lines: Sequence[ParcelLine]
    writeback: str = ""
    writeback_note: Text = ""
    own_store: str = ""
    """What the supplier's own store knows of a parcel typed in here; shown to the supplier alone."""
    own_store_note: Text = ""
    form: forms.Form | None = None
    form_url: str = ""
    buttons: Sequence[Button] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class PaymentBox:
    """How it was paid: enough to find it at the provider."""

    url: str
    status: str
    provider: str
    amount: Money
    """All of it."""
    share: Money
    """The part of it that is for this purchase order."""
    order_count: int
    """For how many purchase orders it is."""
    reference: str
    paid_at: datetime | None
    refunded: Money | None = None
    """What was given back of all of it; which purchase order it was for, no provider says."""


@dataclass(frozen=True, slots=True)
class ForwardingBox:
    """How the supplier got it."""

    status: str
    channel: Text
    external_number: str = ""
    attempt_count: int = 0
    last_at: datetime | None = None
    note: Text = ""
    next_at: datetime | None = None
    buttons: Sequence[Button] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stops this order, with what can be done about it."""

    title: Text
    meaning: Text
    tone: str = "amber"
    buttons: Sequence[Button] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class CancellationBox:
    """The retailer's wish to cancel what the supplier has, and the supplier's answer."""

    asked_at: datetime
    status: str
    message: str = ""
    answer: str = ""
    answered_at: datetime | None = None
    answer_url: str = ""
    """Where the supplier answers; empty for everybody else, and once it has."""


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """One product of which fewer pieces are wanted than were bought."""

    title: str
    bought: int
    wanted: int


@dataclass(frozen=True, slots=True)
class StoreChangeBox:
    """What the store changed about what is paid for: both versions, and what can be done."""

    title: Text
    meaning: Text
    agreed_label: Text
    agreed: Address | None = None
    told: Address | None = None
    """The address the store tells now; None when the place is the same."""
    quantities: Sequence[QuantityChange] = field(default_factory=tuple)
    buttons: Sequence[Button] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Everything the order page shows; forms are None when the member may not or the order no longer allows it."""

    row: PurchaseOrderRow
    address: Address
    costs: Sequence[CostRow]
    timeline: Sequence[TimelineEntry]
    problems: Sequence[Problem] = field(default_factory=tuple)
    change: StoreChangeBox | None = None
    told_address: Address | None = None
    """What the store tells now, where that is another place than the one paid for."""
    shipments: Sequence[ShipmentBox] = field(default_factory=tuple)
    cancellations: Sequence[CancellationBox] = field(default_factory=tuple)
    payment: PaymentBox | None = None
    forwarding: ForwardingBox | None = None
    siblings: Sequence[PurchaseOrderRow] = field(default_factory=tuple)
    """Other purchase orders of the same customer order."""
    apart: Sequence[ProductRow] = field(default_factory=tuple)
    """Products of the same customer order that no supplier gets."""
    frozen: bool = False
    tracking_form: forms.Form | None = None
    tracking_url: str = ""
    shippable: Sequence[ShippableLine] = field(default_factory=tuple)
    """The lines of the tracking form that still have pieces to ship."""
    ordered_form: forms.Form | None = None
    """For a purchase order without auto-order that has not been ordered at the supplier yet."""
    ordered_url: str = ""
    cancel_form: forms.Form | None = None
    """Where it may be asked for that the supplier cancels."""
    cancel_url: str = ""
    address_form: forms.Form | None = None
    address_url: str = ""
    note_form: forms.Form | None = None
    note_url: str = ""
    tracking_link: TrackingLinkBox | None = None
    """The customer's own page."""
    store_admin_url: str = ""
    checkout_url: str = ""
    may_write: bool = True
