"""The one place that asks what time it is.

Actions and effects take ``now`` as an argument; only edges (views, jobs, commands) call :func:`now`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta(0))


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC) + _shift.get()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Make :func:`now` run ahead (or behind) by ``by`` inside the block; for rehearsals and tests."""
    token = _shift.set(_shift.get() + by)
    try:
        yield
    finally:
        _shift.reset(token)
