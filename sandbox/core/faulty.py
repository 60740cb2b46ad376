"""Carries out HTTP faults around one call of a simulator."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.core.faults import Fault, Faults, Mode

_BEFORE = (Mode.TOO_MANY, Mode.BROKEN, Mode.UNAVAILABLE, Mode.TIMEOUT, Mode.RESET)
_AFTER = (
    Mode.BROKEN_AFTER,
    Mode.TIMEOUT_AFTER,
    Mode.RESET_AFTER,
    Mode.HTML,
    Mode.TRUNCATED,
    Mode.EMPTY,
    Mode.NOT_FOUND,
)
_HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class NeverAnswered(Response):
    """Holds the connection silently until the caller hangs up or `seconds` pass, then closes it."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the caller to hang up."""
        try:
            await asyncio.wait_for(_disconnected(receive), self._seconds)
        except TimeoutError:
            await _close(receive)


class ConnectionDropped(Response):
    """Closes the connection without a single byte of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cut the line."""
        await _close(receive)


class CutAnswer(Response):
    """Announces the whole answer, sends half of it, and closes the connection."""

    def __init__(self, whole: Response) -> None:
        super().__init__(bytes(whole.body), whole.status_code, dict(whole.headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: max(1, len(self.body) // 2)]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await _close(receive, gently=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _close(receive: Receive, gently: bool = False) -> None:
    # ASGI has no word for "hang up": uvicorn's `receive` is a method of the object that holds the transport.
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("this fault needs the sandbox to be served by uvicorn")
    if gently:
        transport.close()
    else:
        transport.abort()
    await _disconnected(receive)


def plain_error(status: int) -> Response:
    """The error body of a platform that has none of its own."""
    words = {429: "Too many requests", 500: "Internal Server Error", 503: "Service Unavailable"}
    return JSONResponse({"errors": words[status]}, status)


async def answer_with_faults(
    faults: Faults,
    system: str,
    operation: str | tuple[str, ...],
    work: Callable[[], Awaitable[Response]],
    error: Callable[[int], Response] = plain_error,
) -> Response:
    """Do `work` as `operation` of `system` under the faults that strike now; returns the answer to send.

    `error` writes the body of a 429, 500 or 503 in the platform's own shape.
    """
    fired = faults.take(system, operation, Mode.DELAY, *_BEFORE, *_AFTER)
    for fault in fired:
        if fault.mode is Mode.DELAY:
            await asyncio.sleep(fault.seconds)
    for fault in fired:
        if fault.mode in _BEFORE:
            return _instead(fault, error)
    answer = await work()
    for fault in fired:
        if fault.mode in _AFTER:
            return _spoiled(fault, answer, error)
    return answer


def _instead(fault: Fault, error: Callable[[int], Response]) -> Response:
    status = {Mode.TOO_MANY: 429, Mode.BROKEN: 500, Mode.UNAVAILABLE: 503}.get(fault.mode)
    if status is not None:
        answer = error(status)
        if status != 500:
            answer.headers["Retry-After"] = f"{fault.seconds:.1f}"
        return answer
    if fault.mode is Mode.TIMEOUT:
        return NeverAnswered(max(fault.seconds, 60.0))
    return ConnectionDropped()


def _spoiled(fault: Fault, answer: Response, error: Callable[[int], Response]) -> Response:
    if fault.mode is Mode.BROKEN_AFTER:
        return error(500)
    if fault.mode is Mode.TIMEOUT_AFTER:
        return NeverAnswered(max(fault.seconds, 60.0))
    if fault.mode is Mode.HTML:
        return HTMLResponse(_HTML, 502)
    if fault.mode is Mode.TRUNCATED:
        return CutAnswer(answer)
    if fault.mode is Mode.EMPTY:
        return _emptied(answer)
    if fault.mode is Mode.NOT_FOUND:
        return HTMLResponse(_HTML.replace("502 Bad Gateway", "404 Not Found"), 404)
    return ConnectionDropped()


def _emptied(answer: Response) -> Response:
    """The same answer without what its lists hold."""
    try:
        told = json.loads(bytes(answer.body))
    except ValueError:
        return answer
    return JSONResponse(_without_entries(told), answer.status_code)


def _without_entries(told: Any) -> Any:
    if isinstance(told, list):
        return []
    return {key: _without_entries(value) for key, value in told.items()} if isinstance(told, dict) else told
