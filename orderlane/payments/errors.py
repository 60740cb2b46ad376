"""What can go wrong when paying, by name."""

from __future__ import annotations

from orderlane.kernel.errors import Refused


class QuoteRefused(Refused):
    """These purchase orders cannot be quoted together; ``reason`` says why."""

    reason = "quote_refused"


class QuoteExpired(Refused):
    """The quote is past its expiry: a new one must be shown."""

    reason = "quote_expired"


class QuoteOutdated(Refused):
    """Something the quote showed has changed meanwhile: a new one must be shown."""

    reason = "quote_outdated"


class AlreadyBeingPaid(Refused):
    """Another payment of one of these purchase orders is under way."""

    reason = "already_being_paid"


class ProviderNotOffered(Refused):
    """The supplier has no active account at this payment provider."""

    reason = "provider_not_offered"
