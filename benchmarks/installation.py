"""A fresh installation to measure: database, instant simulators, worker, web server, seeded; all on loopback."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from orderlane.config import environment
from orderlane.config.cluster import Cluster
from orderlane.config.demo import LOOPBACK, apps_environment, demo_environment
from orderlane.config.serving import own_command, start_database, start_roles, stop_database
from orderlane.config.supervisor import Child, Supervisor, free_port, http_ready

WEB_PORT = 18_000
SANDBOX_PORT = 18_900


@dataclass(frozen=True, slots=True)
class Installation:
    """Where everything is."""

    home: Path
    web_port: int
    sandbox_port: int
    cluster: Cluster

    def pids(self) -> dict[str, list[int]]:
        """The process ids of each role, its own children included."""
        words = {"web": " web --host", "worker": "orderlane.config.cli worker", "sandbox": "-m sandbox"}
        found: dict[str, list[int]] = {role: [] for role in words}
        commands = _children_of(os.getpid())
        for role, word in words.items():
            heads = [pid for pid, command in commands.items() if word in command]
            found[role] = sorted({*heads, *(below for pid in heads for below in _children_of(pid))})
        postmaster = int((self.cluster.data_folder / "postmaster.pid").read_text().split()[0])
        found["database"] = [postmaster, *_children_of(postmaster)]
        return found

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the simulators something, or press a button there."""
        connection = HTTPConnection(LOOPBACK, self.sandbox_port, timeout=120)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status < 300, f"{method} {path}: {answer.status} {text[:200]!r}"
            return json.loads(text)
        finally:
            connection.close()

    def memory(self) -> dict[str, dict[str, float]]:
        """What each role holds, and in how many processes."""
        return {role: {"mib": resident_mib(pids), "processes": len(pids)} for role, pids in self.pids().items()}

    def cpu_seconds(self, *roles: str) -> float:
        """What these roles have used of the processors so far: comparable even on a machine that is shared."""
        ticks = 0
        for role, pids in self.pids().items():
            for pid in pids if role in roles else ():
                with suppress(OSError):
                    ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def without_worker(self) -> Iterator[None]:
        """Hold the worker still inside the block."""
        workers = self.pids()["worker"]
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)


def say(line: str) -> None:
    """Progress, on standard error: the table alone goes to standard output."""
    sys.stderr.write(line + "\n")


@contextmanager
def running(home: Path) -> Iterator[Installation]:
    """Start it, seed it, and stop it again; this process's own Django then uses the same database."""
    web = free_port(WEB_PORT, frozenset(), LOOPBACK)
    sandbox = free_port(SANDBOX_PORT, frozenset({web}), LOOPBACK)
    os.environ.update(demo_environment(home, web, sandbox))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderlane.config.settings")
    cluster = None
    try:
        with Supervisor(home / "logs", say) as tree:
            Cluster(environment.read().home).remove()
            cluster = start_database(say)
            assert cluster is not None
            command = [sys.executable, "-m", "sandbox", "--port", str(sandbox), "--instant", "--no-webhooks"]
            tree.start(Child("sandbox", command, ready=http_ready(sandbox, "/health")))
            os.environ.update(apps_environment(home, f"http://{LOOPBACK}:{sandbox}"))
            tree.run(Child("migrate", own_command("migrate")))
            start_roles(tree, LOOPBACK, web, {}, say)
            tree.run(Child("seed", own_command("seed-demo")))
            yield Installation(home, web, sandbox, cluster)
    finally:
        stop_database(cluster, say)


def resident_mib(pids: list[int]) -> float:
    """Memory of these processes together; pages they share are counted once per process that uses them, divided."""
    total = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def _children_of(parent: int) -> dict[int, str]:
    """Every process below ``parent``, with its command line."""
    below: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if int(stat[1]) == parent and stat[0] != "Z":
            below[int(entry.name)] = command
            below |= _children_of(int(entry.name))
    return below
