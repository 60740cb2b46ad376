"""Sends signed webhooks in the background, with each platform's own retry schedule."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.core.faults import Faults, Mode
from sandbox.core.journal import Journal


def _ignore(_status: int | None) -> None:
    return None


def _any_success(status: int) -> bool:
    return 200 <= status < 300


@dataclass
class Delivery:
    """One webhook to deliver: the body never changes between tries, the signature is computed at each try.

    `gaps` are the seconds before each retry (so tries = 1 + len(gaps)); `facts` go into the journal with every try.
    `accepted` says which codes count as received, where a platform is choosy.
    `on_try` hears every status code (None: no answer); `on_give_up` is called once, when the last retry has failed.
    """

    system: str
    topic: str
    url: str
    body: bytes
    headers: Callable[[bytes], dict[str, str]]
    gaps: tuple[float, ...] = ()
    timeout: float = 5.0
    facts: dict[str, Any] = field(default_factory=dict)
    accepted: Callable[[int], bool] = _any_success
    on_try: Callable[[int | None], None] = _ignore
    on_give_up: Callable[[], None] = lambda: None
    still_wanted: Callable[[], bool] = lambda: True


class WebhookSender:
    """Background deliveries of one sandbox; operation names for faults are `webhook:<topic>`."""

    def __init__(self, journal: Journal, faults: Faults, speed: float) -> None:
        self._journal = journal
        self._faults = faults
        self._speed = speed
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def send(self, delivery: Delivery) -> None:
        """Start delivering; returns at once. Must be called on the sandbox's event loop."""
        copies = 1
        delay = 0.0
        for fault in self._faults.take(
            delivery.system, f"webhook:{delivery.topic}", Mode.DELAY, Mode.DUPLICATE, Mode.DROP
        ):
            if fault.mode is Mode.DROP:
                self._journal.write(delivery.system, "webhook.dropped", topic=delivery.topic, **delivery.facts)
                return
            if fault.mode is Mode.DUPLICATE:
                copies = 2
            else:
                delay = fault.seconds
        for _ in range(copies):
            task = asyncio.get_running_loop().create_task(self._deliver(delivery, delay))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @property
    def pending(self) -> int:
        """Deliveries on their way or waiting for a retry."""
        return len(self._tasks)

    async def _deliver(self, delivery: Delivery, delay: float) -> None:
        await asyncio.sleep(delay)
        for attempt, gap in enumerate((*delivery.gaps, None), start=1):
            if not delivery.still_wanted():
                return
            status, problem = await self._try(delivery)
            self._journal.write(
                delivery.system,
                "webhook.tried",
                topic=delivery.topic,
                url=delivery.url,
                attempt=attempt,
                status=status,
                problem=problem,
                digest=hashlib.sha256(delivery.body).hexdigest(),
                **delivery.facts,
            )
            delivery.on_try(status)
            if status is not None and delivery.accepted(status):
                return
            if gap is not None:
                await asyncio.sleep(gap / self._speed)
        delivery.on_give_up()
        self._journal.write(delivery.system, "webhook.given_up", topic=delivery.topic, **delivery.facts)

    async def _try(self, delivery: Delivery) -> tuple[int | None, str]:
        if self._client is None:
            limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
            self._client = httpx.AsyncClient(limits=limits, follow_redirects=False, trust_env=False)
        try:
            answer = await self._client.post(
                delivery.url,
                content=delivery.body,
                headers=delivery.headers(delivery.body),
                timeout=httpx.Timeout(delivery.timeout, connect=1.0),
            )
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            return None, type(problem).__name__
        return answer.status_code, ""

    def reset(self) -> None:
        """Forget every delivery under way."""
        for task in list(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """Stop and let go of connections."""
        self.reset()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None
