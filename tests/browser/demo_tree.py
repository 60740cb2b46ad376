"""Starts ``orderlane demo`` as a person would, on free ports and with a home of its own, and stops it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN = 120.0
STOPS_WITHIN = 30.0
_PLACES = re.compile(r"Open (http://127\.0\.0\.1:\d+)/ for Orderlane, (http://127\.0\.0\.1:\d+)/ for the world outside")


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the running demonstration is found; no slash at the end."""

    web: str
    sandbox: str


@contextmanager
def running_demo(home: Path) -> Iterator[Demo]:
    """Run the demonstration until the block ends."""
    command = [sys.executable, "-m", "orderlane.config.cli", "demo"]
    command += ["--port", str(_free_port()), "--sandbox-port", str(_free_port())]
    environment = {**os.environ, "ORDERLANE_HOME": str(home), "DATABASE_URL": ""}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as tree:
        # Should it hang, its output ends with it, and so does the reading below.
        alarm = threading.Timer(STARTS_WITHIN, tree.kill)
        alarm.start()
        try:
            demo = _read_until_ready(tree)
            alarm.cancel()
            yield demo
        finally:
            alarm.cancel()
            tree.send_signal(signal.SIGINT)
            tree.wait(STOPS_WITHIN)


def _read_until_ready(tree: subprocess.Popen[str]) -> Demo:
    assert tree.stdout is not None
    said, demo = [], None
    for line in tree.stdout:
        said.append(line)
        places = _PLACES.search(line)
        if places:
            demo = Demo(*places.groups())
        if demo and line.startswith("Press Ctrl-C"):
            return demo
    raise AssertionError("the demonstration did not start:\n" + "".join(said))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
