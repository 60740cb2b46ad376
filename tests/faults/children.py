"""Forked processes that do one thing and may be killed half-way."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections


class ChildFailed(AssertionError):
    """The child raised; its traceback is the message."""


def in_child(work: Callable[[], Any]) -> Any:
    """Run ``work`` in a forked process and return its result; raises ChildFailed with its traceback."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result"
        status = wait(fork(work, result))
        if status != 0:
            raise ChildFailed(result.read_text() if result.exists() else f"the child ended with status {status}")
        return pickle.loads(result.read_bytes())  # noqa: S301 - our own child wrote it


def killed_in_child(work: Callable[[], Any]) -> str:
    """Run ``work`` in a forked process that is expected to be killed; returns what went wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result"
        status = wait(fork(work, result))
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return ""
        told = result.read_text(errors="replace") if status and result.exists() else "it ran to its end"
        return f"not killed: {told}"


def fork(work: Callable[[], Any], result: Path = Path(os.devnull)) -> int:
    """Start a forked process that does ``work`` and writes its result, or its traceback; returns its id."""
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        outcome = work()
        result.write_bytes(pickle.dumps(outcome))
        os._exit(0)
    except BaseException:
        result.write_text(traceback.format_exc())
        os._exit(1)


def wait(pid: int) -> int:
    """Wait for a child to end; its wait status."""
    return os.waitpid(pid, 0)[1]
