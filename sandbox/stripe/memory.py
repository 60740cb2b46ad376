"""What Stripe remembers of an `Idempotency-Key`: the first status and body, whatever they were, for 24 hours.

https://docs.stripe.com/api/idempotent_requests
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.stripe.errors import StripeError

KEPT = timedelta(hours=24)
Scope = tuple[str, str]
"""Account id and key."""


@dataclass(frozen=True)
class Remembered:
    """The first answer under a key, and a fingerprint of the request that got it."""

    fingerprint: str
    status: int
    body: bytes
    at: datetime


class IdempotencyMemory:
    """Keys of all accounts."""

    def __init__(self) -> None:
        self._known: dict[Scope, Remembered] = {}
        self._busy: set[Scope] = set()

    def find(self, scope: Scope, fingerprint: str, now: datetime) -> Remembered | None:
        """The first answer under this key; raises StripeError when the request was another one then."""
        known = self._known.get(scope)
        if known is None:
            return None
        if known.at + KEPT <= now:
            del self._known[scope]
            return None
        if known.fingerprint != fingerprint:
            raise StripeError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{scope[1]}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return known

    def keep(self, scope: Scope, answer: Remembered) -> None:
        """Remember an answer."""
        self._known[scope] = answer

    def begin(self, scope: Scope) -> None:
        """Claim a key for a request under way; a second one at the same time is a 409."""
        if scope in self._busy:
            raise StripeError(
                409,
                "There is currently another in-progress request using this Idempotency Key. "
                "Please retry your request after some time.",
                kind="idempotency_error",
                code="idempotency_key_in_use",
            )
        self._busy.add(scope)

    def end(self, scope: Scope) -> None:
        """Let go of a claimed key."""
        self._busy.discard(scope)
