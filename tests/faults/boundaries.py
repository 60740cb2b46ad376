"""Where a process can die: before and after every commit and every outgoing call, counted in order.

The counting hooks sit in libraries, never in our own modules: a database engine of the tests, and the pool of the
HTTP library. A process that was told a number kills itself, for real, when it reaches that boundary.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import httpcore
from django.db import connections

ENGINE = "tests.faults.crashing_backend"


class _Count:
    """The boundaries reached by this process so far; the one to die at; where to write what was reached."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reached = 0
        self.fatal = 0
        self.trace: Path | None = None
        self.sleep_at = ""
        self.times = 0


_count = _Count()


def watch(*, fatal: int = 0, trace: Path | None = None, sleep_at: str = "", times: int = 1) -> None:
    """Count from here on in this process; die at boundary number ``fatal`` (from 1), write labels to ``trace``.

    Or freeze, as a machine under load may, at the ``times``-th boundary whose label begins with ``sleep_at``.
    """
    _count.sleep_at, _count.times = sleep_at, times
    _count.reached, _count.fatal, _count.trace = 0, fatal, trace
    _use_engine()
    _hook_calls()


def reach(label: str) -> None:
    """One more boundary; the process may not survive this call."""
    with _count.lock:
        _count.reached += 1
        if _count.trace is not None:
            with _count.trace.open("a", encoding="utf-8") as out:
                out.write(f"{label}\n")
        if _count.reached == _count.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        if _count.sleep_at and label.startswith(_count.sleep_at):
            _count.times -= 1
            if _count.times == 0:
                os.kill(os.getpid(), signal.SIGSTOP)


def _use_engine() -> None:
    current = connections["default"]
    params = current.get_connection_params()
    current.close()
    settings = connections.settings["default"]
    settings["ENGINE"] = ENGINE
    settings["HOST"] = str(params.get("host", ""))
    del connections["default"]


def _hook_calls() -> None:
    original = httpcore.ConnectionPool.handle_request

    def counted(pool: httpcore.ConnectionPool, request: httpcore.Request) -> Any:
        where = f"{request.method.decode()} {request.url.target.decode().partition('?')[0]}"
        reach(f"before {where}")
        response = original(pool, request)
        reach(f"after {where}")
        return response

    httpcore.ConnectionPool.handle_request = counted  # type: ignore[method-assign, assignment]  # a library's method, for tests
