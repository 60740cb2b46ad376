"""Whether rate limits hold, and a tally of what was asked for: the truth that claims about them are checked against."""

from collections import deque
from typing import Any

from sandbox.core.clock import Clock

REMEMBERED = 100_000
POINTS, POINTS_A_SECOND = 2000.0, 100.0
"""What a bucket holds and gains where a platform counts points. It depends on a shop's plan: a test may choose."""


class Limits:
    """One switch for all simulators, and each system's calls: when, at what cost, and how many were turned away."""

    def __init__(self, clock: Clock, on: bool) -> None:
        self._clock = clock
        self.on = on
        self.points, self.points_a_second = POINTS, POINTS_A_SECOND
        self._began_on = on
        self._calls: dict[str, deque[tuple[float, float]]] = {}
        self._refused: dict[str, int] = {}

    def now(self) -> float:
        """The moment in seconds, by the sandbox's clock: a test need not wait for a limit to come back."""
        return self._clock.now().timestamp()

    def spend(self, system: str, cost: float = 1.0) -> None:
        """Note a call that was let in; `cost` is 1, or the points of a platform that counts points."""
        self._calls.setdefault(system, deque(maxlen=REMEMBERED)).append((self.now(), cost))

    def refuse(self, system: str) -> None:
        """Note a call that came too early."""
        self._refused[system] = self._refused.get(system, 0) + 1

    def switch(self, on: bool) -> None:
        """Make limits hold, or not, from now on; the tally begins anew."""
        self.on = on
        self._calls.clear()
        self._refused.clear()

    def told(self) -> dict[str, Any]:
        """Of each system: its calls as pairs of a moment (seconds since 1970) and a cost, and refusals."""
        return {
            system: {"calls": list(self._calls.get(system, ())), "refused": self._refused.get(system, 0)}
            for system in sorted({*self._calls, *self._refused})
        }

    def reset(self) -> None:
        """As at the start."""
        self.points, self.points_a_second = POINTS, POINTS_A_SECOND
        self.switch(self._began_on)
