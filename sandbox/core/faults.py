"""Named fault switches: what goes wrong, where, how often; every firing is journaled."""

import random
import threading
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sandbox.core.journal import Journal


class Mode(StrEnum):
    """Ways an outside system can misbehave."""

    DELAY = "delay"
    DUPLICATE = "duplicate"
    DROP = "drop"
    TOO_MANY = "429"
    BROKEN = "500"
    BROKEN_AFTER = "500_after"
    UNAVAILABLE = "503"
    TIMEOUT = "timeout"
    TIMEOUT_AFTER = "timeout_after"
    RESET = "reset"
    RESET_AFTER = "reset_after"
    HTML = "html"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    NOT_FOUND = "404"
    SEARCH_LAG = "search_lag"


EXPLAINED: dict[Mode, str] = {
    Mode.DELAY: "answer (or deliver) only after some seconds",
    Mode.DUPLICATE: "deliver the webhook twice",
    Mode.DROP: "never deliver the webhook",
    Mode.TOO_MANY: "answer 429 with Retry-After, do nothing",
    Mode.BROKEN: "answer 500, do nothing",
    Mode.BROKEN_AFTER: "do the work, then answer 500",
    Mode.UNAVAILABLE: "answer 503, do nothing",
    Mode.TIMEOUT: "do nothing and never answer",
    Mode.TIMEOUT_AFTER: "do the work and never answer",
    Mode.RESET: "close the connection without doing anything",
    Mode.RESET_AFTER: "do the work, then close the connection without an answer",
    Mode.HTML: "do the work, then answer with an HTML error page",
    Mode.TRUNCATED: "do the work, then cut the answer in the middle",
    Mode.EMPTY: "do the work, then answer with every list empty",
    Mode.NOT_FOUND: "do the work, then answer 404 with the page of something in between",
    Mode.SEARCH_LAG: "searches see changes only after some seconds",
}


@dataclass
class Fault:
    """One switch. `count` None means until removed; `seconds` is for delay, search_lag, timeouts and Retry-After."""

    id: int
    system: str
    operation: str
    mode: Mode
    count: int | None = 1
    probability: float = 1.0
    seconds: float = 2.0
    skip: int = 0
    fired: int = 0

    def as_json(self) -> dict[str, Any]:
        """The switch as plain JSON values."""
        return asdict(self)

    def matches(self, system: str, names: tuple[str, ...]) -> bool:
        """Whether this switch is for one of `names` of `system`; `*`, `webhook:*` and `shopify` match widely."""
        same_system = self.system in ("*", system) or system.startswith(self.system + ":")
        if self.operation.endswith("*"):
            return same_system and any(name.startswith(self.operation[:-1]) for name in names)
        return same_system and self.operation in names


class Faults:
    """The board of switches; draws by probability come from one seeded source."""

    def __init__(self, journal: Journal, seed: int) -> None:
        self._journal = journal
        self._seed = seed
        self._lock = threading.Lock()
        self._switches: list[Fault] = []
        self._last_id = 0
        self._random = random.Random(seed)  # noqa: S311 - rehearsed bad luck, not a secret

    def add(self, system: str, operation: str, mode: str, **choices: Any) -> Fault:
        """Switch a fault on; choices are count, probability, seconds, skip (let that many calls pass first)."""
        unknown = set(choices) - {"count", "probability", "seconds", "skip"}
        if unknown:
            raise ValueError(f"unknown choices: {', '.join(sorted(unknown))}")
        with self._lock:
            self._last_id += 1
            fault = Fault(self._last_id, system, operation, Mode(mode), **choices)
            self._switches.append(fault)
        self._journal.write(system, "fault.armed", **fault.as_json())
        return fault

    def remove(self, fault_id: int) -> None:
        """Switch one fault off; unknown ids are ignored."""
        with self._lock:
            self._switches = [f for f in self._switches if f.id != fault_id]

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._switches.clear()

    def listed(self) -> list[Fault]:
        """All switches that are on, oldest first."""
        with self._lock:
            return list(self._switches)

    def take(self, system: str, operation: str | tuple[str, ...], *modes: Mode) -> list[Fault]:
        """The faults that strike this call now (each firing is counted and journaled); only `modes` when given.

        An operation that goes by several names (an operation name and its root fields) is given as a tuple.
        """
        if not self._switches:  # the common case must cost nothing: benchmarks run through here
            return []
        names = (operation,) if isinstance(operation, str) else operation
        fired = []
        with self._lock:
            for fault in list(self._switches):
                if fault.matches(system, names) and (not modes or fault.mode in modes) and self._strikes(fault):
                    fired.append(fault)
        for fault in fired:
            self._journal.write(system, "fault.fired", operation=names[0], mode=fault.mode.value, fault_id=fault.id)
        return fired

    def peek(self, system: str, operation: str, mode: Mode) -> Fault | None:
        """A standing fault (as search_lag) without using it up."""
        for fault in self._switches:
            if fault.mode is mode and fault.matches(system, (operation,)):
                return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if fault.probability < 1.0 and self._random.random() >= fault.probability:
            return False
        fault.fired += 1
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self._switches.remove(fault)
        return True

    def reset(self) -> None:
        """All off, and the source of luck starts anew."""
        with self._lock:
            self._switches.clear()
            self._last_id = 0
            self._random = random.Random(self._seed)  # noqa: S311 - rehearsed bad luck, not a secret
