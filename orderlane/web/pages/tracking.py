"""The page on which a customer follows an order, and how the retailer chooses its looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django import forms

from orderlane.web.pages.orders import TrackingRow
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class Appearance:
    """Whose page it is, for the customer's eye."""

    name: str
    color: str
    text_color: str
    contact_email: str = ""
    logo_base64: str = ""

    @property
    def style(self) -> str:
        """The one rule that differs between retailers; its two values are colors and nothing else."""
        return f":root{{--brand:{self.color};--brand-text:{self.text_color}}}"


@dataclass(frozen=True, slots=True)
class Goods:
    """So many of one product."""

    title: str
    quantity: int
    variant: str = ""


@dataclass(frozen=True, slots=True)
class CustomerParcel:
    """One parcel as its receiver needs it."""

    shipped_at: datetime
    tracking: Sequence[TrackingRow]
    lines: Sequence[Goods]


@dataclass(frozen=True, slots=True)
class TrackingPage:
    """An order on its way: no prices, no address but the place, nobody's name but the store's."""

    appearance: Appearance
    number: str
    state: str
    """``preparing``, ``partly_shipped``, ``shipped`` or ``canceled``."""
    title: Text
    meaning: Text
    placed_at: datetime
    place: str
    parcels: Sequence[CustomerParcel] = field(default_factory=tuple)
    elsewhere: Sequence[Goods] = field(default_factory=tuple)
    """Shipped, as the store says, without a parcel that could be followed here."""
    waiting: Sequence[Goods] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class TrackingLinkBox:
    """The link of one order, for the retailer to hand on; ``url`` is empty once it was withdrawn."""

    url: str
    make_url: str
    withdraw_url: str


@dataclass(frozen=True, slots=True)
class TrackingSettingsPage:
    """The retailer's choices, beside a sample that shows them."""

    form: forms.Form
    form_url: str
    preview_url: str
    has_logo: bool
    may_write: bool
