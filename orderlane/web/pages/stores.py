"""Stores, suppliers and payment accounts: what is connected and how it is doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django import forms

from orderlane.web.pages.shell import Button
from orderlane.web.pages.states import Text


@dataclass(frozen=True, slots=True)
class Connectable:
    """A platform or provider that can be connected."""

    name: str
    label: str
    url: str
    text: Text = ""


@dataclass(frozen=True, slots=True)
class ConnectionCard:
    """One connected store or account and its health."""

    name: str
    platform: str
    address: str
    health: str
    facts: Sequence[tuple[Text, datetime | str | int | None]]
    note: Text = ""
    webhook: str = ""
    """The address that the other side has to be told by hand."""
    test: bool = False
    buttons: Sequence[Button] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ConnectionsPage:
    """What is connected, and what can be."""

    cards: Sequence[ConnectionCard]
    connectable: Sequence[Connectable]
    may_write: bool = True


@dataclass(frozen=True, slots=True)
class InstallBox:
    """The platform's own way to connect: what it must be told first, and the button that leads there."""

    form: forms.Form
    action: str
    again: str
    """The store that is to be connected again; empty when it is a new one."""
    return_url: str
    """What the operator has to register in the app's settings over there."""
    webhook_url: str
    """The same, where the platform sends the webhooks of all stores to one address; else empty."""


@dataclass(frozen=True, slots=True)
class ConnectPage:
    """The form to connect one account, made from what its connector declares."""

    label: str
    form: forms.Form
    action: str
    back_url: str
    steps: Sequence[Text] = field(default_factory=tuple)
    callback_url: str = ""
    install: InstallBox | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The import of a store's earlier orders and how far it has come."""

    store_id: str
    store: str
    form: forms.Form
    may_start: bool
    status: str
    since: datetime | None
    seen: int
    received: int
    note: Text
    running: bool

    @property
    def version(self) -> str:
        """What the progress shows, so that the page is left alone while nothing has changed."""
        return f"{self.status}-{self.seen}-{self.received}"


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """The question before something that is not easily undone."""

    question: Text
    consequences: Sequence[Text]
    label: Text
    action: str
    back_url: str


@dataclass(frozen=True, slots=True)
class AutoOrderBox:
    """Whether paid orders are placed by themselves, and what is missing for it."""

    on: bool
    missing: Sequence[Button]
    """What to do first, each with a link to where."""
    may_manage: bool = True


@dataclass(frozen=True, slots=True)
class SupplierCard:
    """A supplier as its retailer sees it."""

    id: str
    name: str
    country: str
    auto_order: bool
    role: Text
    terms: Sequence[tuple[Text, Text]]
    email: str = ""
    phone: str = ""
    website: str = ""
    payment: Text = ""
    open_count: int = 0
    orders_url: str = ""
    warning: Text = ""


@dataclass(frozen=True, slots=True)
class SuppliersPage:
    """The retailer's suppliers."""

    cards: Sequence[SupplierCard]
