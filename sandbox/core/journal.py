"""The append-only truth of what happened outside; invariants are checked against it alone."""

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.core.clock import Clock


@dataclass(frozen=True)
class Entry:
    """One thing that happened: where, what, when, and the facts of it (plain JSON values)."""

    seq: int
    at: str
    system: str
    kind: str
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The entry as plain JSON values."""
        return asdict(self)


class Journal:
    """A thread-safe list that only grows, until the sandbox is reset."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def write(self, system: str, kind: str, /, **facts: Any) -> Entry:
        """Append one entry; `system` is such as `shopify:north.myshopify.com`, `kind` such as `order.created`."""
        with self._lock:
            entry = Entry(len(self._entries) + 1, self._clock.now().isoformat(), system, kind, facts)
            self._entries.append(entry)
            return entry

    def entries(self, after: int = 0, system: str = "", kind: str = "") -> list[Entry]:
        """Entries with a number above `after`, optionally of one system (or family, as `shopify`) and one kind."""
        with self._lock:
            found: Iterable[Entry] = self._entries[after:]
        if system:
            found = (e for e in found if e.system == system or e.system.startswith(system + ":"))
        if kind:
            found = (e for e in found if e.kind == kind)
        return list(found)

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
