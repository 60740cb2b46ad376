"""One sandbox: everything the simulators of one running process share."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from starlette.responses import Response
from starlette.types import ASGIApp

from sandbox.core.clock import Clock, Ids
from sandbox.core.faults import Faults
from sandbox.core.faulty import answer_with_faults, plain_error
from sandbox.core.journal import Journal
from sandbox.core.limits import Limits
from sandbox.core.pages import Pages
from sandbox.core.settings import SandboxSettings
from sandbox.core.webhooks import WebhookSender


class Link(NamedTuple):
    """An address on the home page, and what stands behind its name: the role of a store."""

    label: str
    address: str
    role: str = ""


@dataclass
class System:
    """One simulated platform or provider: where it is mounted, what it shows on the home page, how it is reset."""

    key: str
    title: str
    summary: str
    app: ASGIApp
    reset: Callable[[], None]
    links: list[Link] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    seed: Callable[[], dict[str, Any]] = dict
    running: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    """What it keeps open while the sandbox runs, besides its address."""


class World:
    """The shared frame handed to every simulator."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.ids = Ids(settings.epoch)
        self.journal = Journal(self.clock)
        self.limits = Limits(self.clock, on=not settings.instant)
        self.faults = Faults(self.journal, settings.seed)
        self.webhooks = WebhookSender(self.journal, self.faults, settings.speed)
        self.pages = Pages()
        self.systems: list[System] = []
        self._timers: set[asyncio.TimerHandle] = set()

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do `work` after `seconds` (at once when 0); forgotten by a reset. Must be called on the event loop."""
        if seconds <= 0:
            work()
            return

        def run() -> None:
            self._timers.discard(handle)
            work()

        handle = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(handle)

    async def answer(
        self,
        system: str,
        operation: str | tuple[str, ...],
        work: Callable[[], Awaitable[Response]],
        error: Callable[[int], Response] = plain_error,
    ) -> Response:
        """Do `work` under the faults switched on for this operation; `error` writes bodies in the platform's shape."""
        return await answer_with_faults(self.faults, system, operation, work, error)

    def reset(self) -> None:
        """Back to the seed: journal, faults, limits, deliveries, ids, clock and every system."""
        for handle in self._timers:
            handle.cancel()
        self._timers.clear()
        self.webhooks.reset()
        self.faults.reset()
        self.journal.reset()
        self.limits.reset()
        self.ids.reset()
        self.clock.reset()
        for system in self.systems:
            system.reset()
