"""What PayPal remembers of a `PayPal-Request-Id`: the object it made, for a while, never a refusal."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class _Remembered:
    target: str
    until: datetime


class RequestMemory:
    """Keys of one account and operation; 6 hours for orders, 45 days for refunds (Orders v2 and Payments v2 docs)."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], _Remembered] = {}
        self._busy: set[tuple[str, str, str]] = set()

    def find(self, scope: tuple[str, str, str], now: datetime) -> str | None:
        """The id of what this key made earlier, unless it was forgotten."""
        known = self._known.get(scope)
        if known is None or not scope[2]:
            return None
        if known.until <= now:
            del self._known[scope]
            return None
        return known.target

    def keep(self, scope: tuple[str, str, str], target: str, now: datetime, seconds: float) -> None:
        """Remember that this key made `target`; an empty key is nobody's."""
        if scope[2]:
            self._known[scope] = _Remembered(target, now + timedelta(seconds=seconds))

    def begin(self, scope: tuple[str, str, str]) -> bool:
        """Claim a key for a request under way; False when another one with the same key is still at work."""
        if scope[2] and scope in self._busy:
            return False
        self._busy.add(scope)
        return True

    def end(self, scope: tuple[str, str, str]) -> None:
        """Let go of a claimed key."""
        self._busy.discard(scope)
