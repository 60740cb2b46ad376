"""How one connected account is described to a connector, and what a connector declares about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from orderlane.kernel.errors import OrderlaneError


class Environment(StrEnum):
    """Whether money and orders are real."""

    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Account:
    """One connected account: who it is over there, where its API lives, and the secrets that open it."""

    external_id: str
    api_url: str
    secrets: Mapping[str, str] = field(repr=False)
    environment: Environment = Environment.LIVE


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


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """What a verified webhook tells us: that something happened to a thing we should now fetch. Never facts."""

    external_id: str
    """The sender's id of this delivery: the inbox stores it once."""
    topic: str
    resource_id: str = ""
    """The thing to fetch, in the connector's own id form; empty when the topic names none."""
    occurred_at: datetime | None = None


class ForgedWebhook(OrderlaneError):
    """The signature, age, sender or environment of a webhook is not what it must be: store nothing, answer 401."""

    reason = "forged_webhook"


class UnreadableWebhook(OrderlaneError):
    """A well-signed webhook whose body we do not understand: keep it, quarantine it, show it."""

    reason = "unreadable_webhook"
