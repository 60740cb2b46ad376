"""``orderlane up`` as an operator runs it: what is killed comes back, and the pages stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from orderlane.config.supervisor import free_port, http_ready

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the processes from /proc")


@contextmanager
def running(home: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run the installation until the block ends; yields it and the file of what it said."""
    said = home / "said"
    home.mkdir()
    with said.open("w") as out:
        tree = subprocess.Popen(
            [sys.executable, "-m", "orderlane.config.cli", "up", "--port", str(port)],
            env={**os.environ, "ORDERLANE_HOME": str(home), "DATABASE_URL": ""},
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        until(lambda: "Press Ctrl-C" in said.read_text(), 120)
        yield tree, said
    finally:
        tree.send_signal(signal.SIGINT)
        tree.wait(60)


def until(holds: Callable[[], bool], seconds: float = 40) -> None:
    """Wait until ``holds()`` is true."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline
        sleep(0.1)


def children(pid: int) -> dict[int, str]:
    """The living children of a process and their command lines."""
    found = {}
    for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found[int(each)] = Path(f"/proc/{each}/cmdline").read_text().replace("\0", " ")
    return found


def role(tree: int, name: str) -> list[int]:
    """The processes of one role."""
    return [pid for pid, command in children(tree).items() if f"orderlane.config.cli {name}" in command]


def test_whatever_is_killed_comes_back(tmp_path: Path) -> None:
    port = free_port(24_000 + os.getpid() % 4000)
    answers = http_ready(port, "/healthz")
    with running(tmp_path / "home", port) as (tree, said):
        web, worker = role(tree.pid, "web")[0], role(tree.pid, "worker")[0]
        serving = sorted(children(web))
        assert len(serving) == 2

        # One of the web server's own processes: the server replaces it by itself.
        os.kill(serving[0], signal.SIGKILL)
        until(lambda: len(children(web)) == 2 and serving[0] not in children(web))
        until(answers)
        assert role(tree.pid, "web") == [web]

        # The web server as a whole, and a worker.
        os.kill(web, signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)
        until(lambda: role(tree.pid, "web") not in ([], [web]) and len(set(role(tree.pid, "worker")) - {worker}) == 2)
        until(answers)
        assert tree.poll() is None
        assert "web was killed by SIGKILL; started again in" in said.read_text()
        assert "worker-1 was killed by SIGKILL; started again in" in said.read_text()
    assert tree.returncode in {0, 130}
    assert not answers()
