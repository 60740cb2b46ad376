"""Time and identifiers of the simulated outside."""

import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta


class Clock:
    """The wall clock, which a test may push forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The present moment of the sandbox, in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        """Push the clock forward by `seconds`; it never goes back."""
        if seconds < 0:
            raise ValueError("the sandbox clock only goes forward")
        self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Return to the wall clock."""
        self._ahead = timedelta()


class Ids:
    """Deterministic identifiers: the same actions after a reset give the same ids."""

    def __init__(self, epoch: int = 0) -> None:
        self._epoch = epoch
        self._last: defaultdict[str, int] = defaultdict(int)

    def count(self, kind: str) -> int:
        """1, 2, 3 ... for each kind; the epoch is not part of it."""
        self._last[kind] += 1
        return self._last[kind]

    def number(self, kind: str, base: int = 0) -> int:
        """A number unique within `kind` and across restarts with different epochs."""
        return base + self._epoch * 100_000 + self.count(kind)

    def uuid(self, kind: str) -> str:
        """A UUID derived from kind, epoch and a counter."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox:{kind}:{self._epoch}:{self.count('uuid:' + kind)}"))

    def code(self, kind: str, length: int = 17) -> str:
        """An upper-case code in the manner of payment providers' ids."""
        return self.uuid(kind).replace("-", "").upper()[:length]

    def reset(self) -> None:
        """Start counting again."""
        self._last.clear()
