"""How long ``orderlane demo`` takes until somebody can look at the first page, and until all is seeded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

from benchmarks.installation import SANDBOX_PORT, WEB_PORT
from orderlane.config.supervisor import free_port, http_ready

PATIENCE_SECONDS = 180


def measure(home: Path) -> dict[str, float]:
    """Seconds from the command to the first answered page, and to the line that says ready."""
    web = free_port(WEB_PORT)
    sandbox = free_port(SANDBOX_PORT, frozenset({web}))
    home.mkdir(parents=True, exist_ok=True)
    log = home / "demo.log"
    command = [sys.executable, "-m", "orderlane.config.cli", "demo", "--port", str(web), "--sandbox-port", str(sandbox)]
    began = monotonic()
    with log.open("wb") as out:
        demo = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "ORDERLANE_HOME": str(home)})  # noqa: S603 - our own
    try:
        first_page = _until(http_ready(web, "/"), began, demo)
        seeded = _until(lambda: b"ready after" in log.read_bytes(), began, demo)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
    return {"first_page_seconds": first_page, "seeded_seconds": seeded}


def _until(reached: object, began: float, demo: subprocess.Popen[bytes]) -> float:
    assert callable(reached)
    while not reached():
        assert demo.poll() is None, "the demo ended by itself"
        assert monotonic() - began < PATIENCE_SECONDS, "the demo did not start in time"
        sleep(0.05)
    return monotonic() - began
