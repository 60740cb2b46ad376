"""The tree of processes: all or none, and nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import pytest

from orderlane.config.cli import main
from orderlane.config.supervisor import QUICK_ENDS, Child, ChildFailed, Supervisor, free_port, http_ready

SLEEPER = "import time; print('asleep', flush=True); time.sleep(60)"
REPORTER = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
TREE = """
import sys
from pathlib import Path
from orderlane.config.supervisor import Child, Supervisor
with Supervisor(Path(sys.argv[1]), lambda line: print(line, flush=True)) as tree:
    for name in ("one", "two"):
        tree.start(Child(name, [sys.executable, "-c", sys.argv[2]]))
    print("up", flush=True)
    tree.wait()
"""


def python(name: str, code: str, ready: Callable[[], bool] = lambda: True, *, lasting: bool = False) -> Child:
    """A child that runs ``code``."""
    return Child(name, [sys.executable, "-c", code], ready=ready, lasting=lasting)


def quiet(line: str) -> None:
    """Say nothing."""


def gone(pid: int, seconds: float = 5) -> bool:
    """Whether a process ends soon; one that only waits to be reaped has ended."""
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        sleep(0.02)
    return False


def pids_in(log: Path, count: int, seconds: float = 20) -> list[int]:
    """Wait until ``count`` lives of a child have written their ids into its log."""
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        pids = [int(line) for line in log.read_text().splitlines() if line.isdigit()]
        if len(pids) == count:
            return pids
        sleep(0.02)
    raise AssertionError(f"{log} never showed {count} lives:\n{log.read_text()}")


def start_tree(logs: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a supervisor with two children in a process of its own; return it and the children's ids."""
    tree = subprocess.Popen([sys.executable, "-c", TREE, str(logs), REPORTER], stdout=subprocess.PIPE, text=True)
    assert tree.stdout is not None
    assert tree.stdout.readline() == "up\n"
    pids = []
    for name in ("one", "two"):
        while not (text := (logs / f"{name}.log").read_text()):
            sleep(0.02)
        pids.append(int(text))
    return tree, pids


def test_what_a_one_time_child_printed_is_returned(tmp_path: Path) -> None:
    with Supervisor(tmp_path, quiet) as tree:
        assert tree.run(python("seed", "print('hello')")) == "hello\n"


def test_a_failing_step_shows_its_last_lines(tmp_path: Path) -> None:
    with Supervisor(tmp_path, quiet) as tree, pytest.raises(ChildFailed) as failed:
        tree.run(python("migrate", "print('no such column'); raise SystemExit(3)"))
    assert "migrate ended with status 3" in str(failed.value)
    assert "no such column" in str(failed.value)


def test_a_child_that_crashes_ends_the_tree(tmp_path: Path) -> None:
    with Supervisor(tmp_path, quiet) as tree:
        tree.start(python("web", REPORTER, lasting=True))
        tree.start(python("sandbox", "import os, time; time.sleep(0.3); os.kill(os.getpid(), 9)"))
        with pytest.raises(ChildFailed, match="sandbox was killed by SIGKILL"):
            tree.wait()
    assert gone(int((tmp_path / "web.log").read_text()))


def test_a_lasting_child_that_is_killed_is_started_again_and_said_so(tmp_path: Path) -> None:
    said: list[str] = []
    lives = tmp_path / "web.log"
    with Supervisor(tmp_path, said.append, first_pause=0.05) as tree, ThreadPoolExecutor() as beside:
        tree.start(python("web", REPORTER, lasting=True))

        def kill_twice() -> list[int]:
            for life in (1, 2):
                os.kill(pids_in(lives, life)[-1], signal.SIGKILL)
            pids = pids_in(lives, 3)
            os.kill(pids[-1], 0)
            os.kill(os.getpid(), signal.SIGTERM)
            return pids

        killing = beside.submit(kill_twice)
        tree.wait()
        pids = killing.result()
    assert len(set(pids)) == 3
    assert said == [
        "web was killed by SIGKILL; started again in 0.1 s",
        "web was killed by SIGKILL; started again in 0.2 s",
        "stopping web",
    ]
    assert all(gone(pid) for pid in pids)


def test_what_a_killed_child_had_started_is_gone_before_it_comes_again(tmp_path: Path) -> None:
    port = free_port(29_000)
    log = tmp_path / "web.log"
    listener = (
        "import os, socket, sys, time\n"
        f"server = socket.create_server(('127.0.0.1', {port}))\n"
        "print(os.getpid(), flush=True)\n"
        # The grandchild holds the port, as a web server's own processes do.
        "os.fork(); time.sleep(60)"
    )
    with Supervisor(tmp_path, quiet, first_pause=0.05) as tree, ThreadPoolExecutor() as beside:
        tree.start(python("web", listener, lasting=True))

        def kill_once() -> None:
            os.kill(pids_in(log, 1)[0], signal.SIGKILL)
            pids_in(log, 2)
            os.kill(os.getpid(), signal.SIGTERM)

        killing = beside.submit(kill_once)
        tree.wait()
        killing.result()
    assert "Address already in use" not in log.read_text()


def test_a_lasting_child_that_cannot_stay_up_ends_the_tree_with_its_reason(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(tmp_path, said.append, first_pause=0.01) as tree:
        tree.start(python("worker", REPORTER, lasting=True))
        tree.start(python("web", "raise SystemExit('no such table')", lasting=True))
        with pytest.raises(ChildFailed) as failed:
            tree.wait()
    assert f"web ended {QUICK_ENDS} times in a row within 10 s of its start and is given up" in str(failed.value)
    assert "no such table" in str(failed.value)
    assert [line for line in said if line.startswith("web")] == [
        f"web ended with status 1; started again in {0.01 * 2**number:.1f} s" for number in range(1, QUICK_ENDS)
    ]
    assert gone(int((tmp_path / "worker.log").read_text()))


def test_a_child_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    with Supervisor(tmp_path, quiet) as tree, pytest.raises(ChildFailed, match="web was not ready after 0 s"):
        tree.start(python("web", SLEEPER, ready=lambda: False), seconds=0.3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_stops_children_in_reverse_order(tmp_path: Path, number: signal.Signals) -> None:
    tree, pids = start_tree(tmp_path)
    tree.send_signal(number)
    printed, _ = tree.communicate(timeout=10)
    assert printed.splitlines() == ["stopping two", "stopping one"]
    assert tree.returncode == 0
    assert all(gone(pid) for pid in pids)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children that their parent died")
def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    tree, pids = start_tree(tmp_path)
    tree.kill()
    tree.communicate(timeout=10)
    assert all(gone(pid) for pid in pids)


def test_grandchildren_do_not_outlive_the_tree(tmp_path: Path) -> None:
    parent = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}])\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "web.log"
    with Supervisor(tmp_path, quiet) as tree:
        tree.start(python("web", parent, ready=lambda: "asleep" in log.read_text()))
        grandchild = int(log.read_text().split()[0])
        os.kill(grandchild, 0)
    assert gone(grandchild)


def test_a_port_that_is_taken_is_one_clear_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        busy = server.getsockname()[1]
        for role in ("up", "web"):
            assert main([role, "--port", str(busy)]) == 1
            printed = capsys.readouterr()
            assert printed.err == (
                f"Port {busy} on 127.0.0.1 is already in use by another program. "
                "Stop that program, or choose another port with --port.\n"
            )
            assert printed.out == ""


def test_a_busy_port_is_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        busy = server.getsockname()[1]
        chosen = free_port(busy)
        assert chosen > busy
        assert free_port(chosen, frozenset({chosen})) > chosen


def test_readiness_is_an_answer_not_an_open_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert http_ready(port, "/")() is False
