"""A small process that stops the private PostgreSQL when its last user has gone, however that user ended."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from pathlib import Path

from orderlane.config.cluster import Cluster


def main(home: Path) -> None:
    """Wait for the last user of ``home``'s cluster to go, then stop the server."""
    # Ctrl-C and hang-ups are meant for the processes that use the server; it must outlive each of them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    keeping = os.open(home / "postgres.keeper.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(keeping, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    users = os.open(home / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(users, fcntl.LOCK_EX)
    Cluster(home).stop()
    # In this order: whoever waits for the second lock must find no keeper, and start one.
    os.close(keeping)
    os.close(users)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
