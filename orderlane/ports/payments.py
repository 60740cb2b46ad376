"""What we ask of a payment provider: open, look, capture, close. Money goes to the supplier's own account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, CredentialField, Environment, WebhookEvent


class ProviderStatus(StrEnum):
    """Where a payment stands at the provider. A word we do not know stays UNKNOWN and settles nothing."""

    OPEN = "open"
    """Waiting for the payer."""
    APPROVED = "approved"
    """The payer agreed; the money moves when we capture."""
    PENDING = "pending"
    """The provider is still deciding (review, bank debit): not paid."""
    CAPTURED = "captured"
    """The money has moved. What was given back of it since is in :attr:`ProviderPayment.refunds`."""
    DECLINED = "declined"
    CLOSED = "closed"
    """Expired or canceled: it can no longer be paid."""
    REFUNDED = "refunded"
    """Captured, then given back in full."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One row the payer reads at the provider; rows add up to the amount."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A payment to open. ``key`` makes a repeat harmless, ``reference`` is how we recognize it later."""

    key: str
    reference: str
    description: str
    goods: Sequence[PaymentLine]
    shipping: Money
    tax: Money
    amount: Money
    return_url: str
    cancel_url: str
    expires_at: datetime
    language: str = "en"


@dataclass(frozen=True, slots=True)
class OpenedPayment:
    """Where to send the payer. ``redirect_url`` comes from the provider's API, never from a browser."""

    external_id: str
    redirect_url: str


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """Money that the provider has given back out of one payment."""

    external_id: str
    amount: Money
    refunded_at: datetime | None = None
    """The provider's own time of it, when it tells one."""


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as fetched from the provider: the only thing a payment is ever settled from."""

    external_id: str
    status: ProviderStatus
    amount: Money
    payee: str
    reference: str
    environment: Environment
    capture_id: str = ""
    """The provider's id of the moved money; empty until captured."""
    detail: str = ""
    """The provider's own word for the state, kept in the history for support; never shown as a reason."""
    reason: str = ""
    """Why it is pending, as a word of ours; empty when the provider does not say, or in a word we do not know."""
    refunds: Sequence[ProviderRefund] = ()
    """What was given back and is done; a refund that is still under way, or failed, is not among them."""
    refunds_complete: bool = True
    """False when the provider says that more was given back than it lists."""


class PaymentConnector(Protocol):
    """A payment provider on one supplier's account. Every method may raise the four kinds."""

    provider: ClassVar[str]
    label: ClassVar[str]
    credential_fields: ClassVar[Sequence[CredentialField]]
    captures_itself: ClassVar[bool]
    """True when the money moves on the provider's page and :meth:`capture_payment` is never called."""

    def __init__(self, account: Account) -> None: ...

    def identify(self) -> str:
        """Call the provider and return the payee id of the account. Reads only."""
        ...

    def decimals(self, currency: str) -> int:
        """How many decimals the provider writes for ``currency`` (its own table, not ISO's)."""
        ...

    def verify_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> WebhookEvent:
        """Check signature, account, environment and age; raise ForgedWebhook or UnreadableWebhook.

        ``resource_id`` is the external id of the *payment*, so that the caller can fetch it. The only
        network allowed is fetching the provider's signing certificate.
        """
        ...

    def open_payment(self, request: PaymentRequest) -> OpenedPayment:
        """Create the payment page. Safe to repeat with the same key; the look-up of a lost answer is that repeat."""
        ...

    def fetch_payment(self, external_id: str) -> ProviderPayment:
        """Read a payment as it stands now: the look-up of :meth:`capture_payment`. Reads only."""
        ...

    def capture_payment(self, external_id: str, key: str) -> ProviderPayment:
        """Take the approved money. Safe to repeat with the same key; after OutcomeUnknown look up first."""
        ...

    def close_payment(self, external_id: str) -> ProviderPayment:
        """Make an open payment unpayable where the provider can, and return how it then stands. Safe to repeat.

        A provider that cannot close (PayPal) returns the payment as it is; the caller then never captures it.
        """
        ...
