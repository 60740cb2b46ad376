"""Runs the installation's processes as one tree: in order, all or none, and nothing left behind.

A child that ends by itself ends the tree, with its last lines; nothing is restarted in silence. Children are
told to stop in reverse order. Should the supervisor itself be killed, Linux stops them for it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
LOG_LIMIT_BYTES = 20 * 1024 * 1024
_PR_SET_PDEATHSIG = 1

Say = Callable[[str], None]


class ChildFailed(RuntimeError):
    """A child ended before it was ready, took too long, or ended while it should have run on."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process of the tree."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    """Asked again and again until it says yes."""


class Supervisor:
    """Starts children one after the other and keeps them together; use as a context manager, from the main thread."""

    def __init__(self, logs: Path, say: Say) -> None:
        self._logs = logs
        self._say = say
        self._running: list[tuple[Child, subprocess.Popen[bytes]]] = []
        self._stop_asked = threading.Event()
        self._former: dict[int, object] = {}

    def __enter__(self) -> Supervisor:
        self._logs.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._former[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        for number, handler in self._former.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() gave us, it takes back

    @property
    def stop_asked(self) -> bool:
        """Whether Ctrl-C or a stop signal has arrived."""
        return self._stop_asked.is_set()

    def run(self, child: Child) -> str:
        """Run ``child`` to its end and return what it printed; raises :class:`ChildFailed` unless it ended well."""
        process = self._spawn(child)
        while process.poll() is None:
            if self.stop_asked:
                raise KeyboardInterrupt
            sleep(0.02)
        self._running.pop()
        if process.returncode:
            raise ChildFailed(self._obituary(child, process.returncode))
        return self._log(child).read_text(encoding="utf-8", errors="replace")

    def start(self, child: Child, seconds: float = READY_SECONDS) -> None:
        """Start ``child`` and wait until it is ready; raises :class:`ChildFailed`."""
        process = self._spawn(child)
        deadline = monotonic() + seconds
        while not child.ready():
            if self.stop_asked:
                raise KeyboardInterrupt
            if process.poll() is not None:
                raise ChildFailed(self._obituary(child, process.returncode))
            if monotonic() > deadline:
                raise ChildFailed(f"{child.name} was not ready after {seconds:.0f} s.\n{self._last_lines(child)}")
            sleep(0.05)

    def wait(self) -> None:
        """Wait for Ctrl-C or a stop signal; raises :class:`ChildFailed` when a child ends before that."""
        while not self._stop_asked.wait(0.2):
            for child, process in self._running:
                if process.poll() is not None:
                    raise ChildFailed(self._obituary(child, process.returncode))

    def stop(self) -> None:
        """Stop every child, last started first; one that does not go within its time is killed with its whole group."""
        while self._running:
            child, process = self._running.pop()
            if process.poll() is None:
                self._say(f"stopping {child.name}")
                process.terminate()
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    self._say(f"{child.name} did not stop within {STOP_SECONDS:.0f} s and was killed")
            # The group, also after a clean end: a grandchild must not live on.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        path = self._log(child)
        if path.exists():
            path.replace(path.with_suffix(".previous.log"))
        with path.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - commands of our own making
                list(child.command),
                env={**os.environ, "PYTHONUNBUFFERED": "1", **child.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own session: Ctrl-C reaches only us, and we stop the children in order.
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )
        self._running.append((child, process))
        return process

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop_asked.set()

    def _log(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"

    def _obituary(self, child: Child, status: int) -> str:
        how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        return f"{child.name} {how}.\n{self._last_lines(child)}"

    def _last_lines(self, child: Child, count: int = 20) -> str:
        path = self._log(child)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
        return "\n".join([f"Its last lines ({path}):", *(f"  {line}" for line in lines)])


def http_ready(port: int, path: str, host: str = "127.0.0.1") -> Callable[[], bool]:
    """Return a check that the server at ``host``:``port`` answers ``path`` with a success or a redirect."""

    def answers() -> bool:
        connection = HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 400
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return answers


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nothing listens on ``host``:``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(wanted: int, taken: frozenset[int] = frozenset(), host: str = "127.0.0.1") -> int:
    """Return ``wanted`` when it is free, else the next free port above it."""
    for port in range(wanted, min(wanted + 200, 65536)):
        if port not in taken and port_is_free(port, host):
            return port
    raise ChildFailed(f"no free port from {wanted} to {wanted + 199}")


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """Return what a new child runs so that the kernel sends it SIGTERM when its supervisor dies (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    # Loaded here, before the fork: after it, nothing may be imported safely.
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def arrange() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange
