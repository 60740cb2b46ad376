"""What a connector asks before it calls: whether the platform's rate limit still has room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Urgency(StrEnum):
    """Who goes first when the room is short."""

    PROMPT = "prompt"
    """A webhook, a person or a parcel waits for it."""
    ROUTINE = "routine"
    """Polls, imports and repairs: they leave the last part of a budget to what is prompt."""


@dataclass(frozen=True, slots=True)
class BudgetReport:
    """What a platform said about its own limit in an answer: calls or cost points, whichever it counts."""

    limit: float
    """The most that fits at once."""
    remaining: float
    """What is left right now, as the platform counts it, other apps' calls included."""
    restores_per_second: float = 0.0
    """A leaky bucket refills by so much; 0 for a window that refills all at once."""
    resets_in_seconds: float = 0.0
    """When a window refills; 0 for a leaky bucket."""


@dataclass(frozen=True, slots=True)
class DocumentedLimit:
    """What a platform promises in its documentation and never says in an answer: so many calls in any such span."""

    calls: int
    seconds: float


class RateBudget(Protocol):
    """The shared rate limit of one connected account, kept for all workers together."""

    def take(self, cost: float = 1.0) -> None:
        """Reserve ``cost`` before a call; raise Unavailable (``budget_spent``, with ``retry_after``) without it.

        A call is never sent into a bucket that is known to be empty.
        """
        ...

    def report(self, told: BudgetReport) -> None:
        """Take over what the platform has just said; its word replaces our own count."""
        ...

    def exhausted(self, retry_after: float) -> None:
        """The platform refused a call (429): nobody calls again before ``retry_after`` seconds have passed."""
        ...


class Unlimited:
    """No budget: for tests of a connector alone, and for platforms without a documented limit."""

    def take(self, cost: float = 1.0) -> None:
        """There is always room."""

    def report(self, told: BudgetReport) -> None:
        """Nothing is counted."""

    def exhausted(self, retry_after: float) -> None:
        """Nothing is counted."""
