"""How one connected account is described to a connector, and what a connector declares about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from orderlane.kernel.errors import OrderlaneError
from orderlane.ports.budgets import RateBudget, Unlimited


def gettext_noop(message: str) -> str:
    """Mark a text for the message catalogues, where it is declared: connectors know nothing of Django."""
    return message


class Environment(StrEnum):
    """Whether money and orders are real."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class PlatformApp:
    """The installation's own app at a platform, from the operator's settings: never in the database.

    All empty when the operator has registered none; accounts are then connected by pasted credentials alone.
    """

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    auth_url: str = ""
    """Where the platform's install flow and its tokens live."""
    public_keys: Sequence[str] = ()
    """PEM keys that sign the platform's webhooks, where it signs with a key pair; two while one is replaced."""


@dataclass(frozen=True, slots=True)
class Account:
    """One connected account: who it is over there, where its API lives, and the secrets that open it."""

    external_id: str
    api_url: str
    secrets: Mapping[str, str] = field(repr=False)
    environment: Environment = Environment.LIVE
    app: PlatformApp = field(default_factory=PlatformApp)
    budget: RateBudget = field(default_factory=Unlimited, compare=False)


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing a person types to connect an account; the connect page is generated from these.

    ``label`` and ``hint`` are message ids of the catalogue.
    """

    name: str
    label: str
    hint: str = ""
    secret: bool = True
    required: bool = True
    pattern: str = ""
    tidy: Callable[[str], str] = str.strip
    """Makes what people paste (a whole address, capital letters) into what is meant, before ``pattern`` judges it."""


class WebhookSubject(StrEnum):
    """What kind of thing a webhook is about: it decides which job looks."""

    ORDER = "order"
    """An order, its payment, refund, edit or fulfillment: fetch that order."""
    FULFILLMENT_REQUEST = "fulfillment_request"
    CONNECTION = "connection"
    """The app was removed, its scopes or plan changed: ask the store who we are to it."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a verified webhook tells us: that something happened to a thing we should now fetch. Never facts."""

    external_id: str
    """The sender's id of this delivery: the inbox stores it once."""
    topic: str
    resource_id: str = ""
    """The thing to fetch, in the connector's own id form; empty when the topic names none."""
    occurred_at: datetime | None = None
    subject: WebhookSubject = WebhookSubject.ORDER


class ForgedWebhook(OrderlaneError):
    """The signature, age, sender or environment of a webhook is not what it must be: store nothing, answer 401."""

    reason = "forged_webhook"


class UnreadableWebhook(OrderlaneError):
    """A well-signed webhook whose body we do not understand: keep it, quarantine it, show it."""

    reason = "unreadable_webhook"
