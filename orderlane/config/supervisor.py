"""Runs the installation's processes as one tree: in order, all or none, and nothing left behind.

A role that ends by itself is started again after a growing pause, and a line says so; one that cannot stay up
ends the tree, and so does any other child, with its last lines. Children are told to stop in reverse order.
Should the supervisor itself be killed, Linux stops them for it.
"""

from __future__ import annotations

import ctypes
import errno
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
QUICK_SECONDS = 10.0
"""A child that ends sooner after its start than this did not come up."""
QUICK_ENDS = 6
"""So many of them in a row, and the child is given up."""
FIRST_PAUSE_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1

Say = Callable[[str], None]


class ChildFailed(RuntimeError):
    """A child ended before it was ready, took too long, or ended while it should have run on."""


class PortUnusable(RuntimeError):
    """Something else listens where we should, or nobody may."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process of the tree."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    """Asked again and again until it says yes."""
    lasting: bool = False
    """Started again when it ends by itself: it keeps nothing in memory that would be missed."""


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    started_at: float
    """Seconds on the monotonic clock."""
    quick_ends: int = 0
    """How often in a row it ended soon after its start."""
    again_at: float | None = None
    """When it is started again; only while it is down."""


class Supervisor:
    """Starts children one after the other and keeps them together; use as a context manager, from the main thread."""

    def __init__(self, logs: Path, say: Say, first_pause: float = FIRST_PAUSE_SECONDS) -> None:
        self._logs = logs
        self._say = say
        self._first_pause = first_pause
        self._running: list[_Running] = []
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
        process = self._add(child)
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
        process = self._add(child)
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
        """Wait for Ctrl-C or a stop signal, and keep lasting children up.

        Raises :class:`ChildFailed` when another child ends before that, or a lasting one again and again.
        """
        while not self._stop_asked.wait(0.2):
            for running in self._running:
                if running.again_at is not None:
                    if monotonic() >= running.again_at:
                        self._start_again(running)
                elif running.process.poll() is not None:
                    self._plan_again(running)

    def stop(self) -> None:
        """Stop every child, last started first; one that does not go within its time is killed with its whole group."""
        while self._running:
            running = self._running.pop()
            child, process = running.child, running.process
            if process.poll() is None:
                self._say(f"stopping {child.name}")
                process.terminate()
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    self._say(f"{child.name} did not stop within {STOP_SECONDS:.0f} s and was killed")
            _end_group(process)

    def _plan_again(self, running: _Running) -> None:
        """Arrange that a child that ended is started again; raises :class:`ChildFailed` when that makes no sense."""
        child = running.child
        # What it had started holds its port and its place in the database.
        _end_group(running.process)
        quick = monotonic() - running.started_at < QUICK_SECONDS
        running.quick_ends = running.quick_ends + 1 if quick else 0
        if not child.lasting:
            raise ChildFailed(self._obituary(child, running.process.returncode))
        if running.quick_ends >= QUICK_ENDS:
            raise ChildFailed(
                f"{child.name} ended {QUICK_ENDS} times in a row within {QUICK_SECONDS:.0f} s of its start "
                f"and is given up.\n{self._obituary(child, running.process.returncode)}"
            )
        pause = self._first_pause * 2**running.quick_ends
        running.again_at = monotonic() + pause
        self._say(f"{_how_it_ended(child, running.process.returncode)}; started again in {pause:.1f} s")

    def _start_again(self, running: _Running) -> None:
        running.process, running.again_at = self._spawn(running.child, "ab"), None
        running.started_at = monotonic()

    def _add(self, child: Child) -> subprocess.Popen[bytes]:
        path = self._log(child)
        if path.exists():
            path.replace(path.with_suffix(".previous.log"))
        process = self._spawn(child, "wb")
        self._running.append(_Running(child, process, monotonic()))
        return process

    def _spawn(self, child: Child, log_mode: str) -> subprocess.Popen[bytes]:
        with self._log(child).open(log_mode) as log:
            return subprocess.Popen(  # noqa: S603 - commands of our own making
                list(child.command),
                env={**os.environ, "PYTHONUNBUFFERED": "1", **child.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own session: Ctrl-C reaches only us, and we stop the children in order.
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop_asked.set()

    def _log(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"

    def _obituary(self, child: Child, status: int) -> str:
        return f"{_how_it_ended(child, status)}.\n{self._last_lines(child)}"

    def _last_lines(self, child: Child, count: int = 20) -> str:
        path = self._log(child)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
        return "\n".join([f"Its last lines ({path}):", *(f"  {line}" for line in lines)])


def _how_it_ended(child: Child, status: int) -> str:
    how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    return f"{child.name} {how}"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child and of all it started, also after a clean end: a grandchild must not live on."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


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


def require_port(port: int, host: str) -> None:
    """Raise :class:`PortUnusable`, with a sentence for the operator, when nothing could listen on ``host``:``port``."""
    try:
        _try_to_listen(port, host)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = "is already in use by another program. Stop that program, or choose another port with --port."
        else:
            reason = f"cannot be listened on: {error.strerror}. Choose others with --host and --port."
        raise PortUnusable(f"Port {port} on {host} {reason}") from error


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nothing listens on ``host``:``port``."""
    try:
        _try_to_listen(port, host)
    except OSError:
        return False
    return True


def _try_to_listen(port: int, host: str) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


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
