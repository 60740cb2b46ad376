"""The life of what runs in the background: an import of goods, a file of listings."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class ImportStatus(StrEnum):
    """Where the reading of a store or of a file stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RowOutcome(StrEnum):
    """What became of one row of a file."""

    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


UNDER_WAY = (ImportStatus.WAITING, ImportStatus.RUNNING)

IMPORT = table(
    ImportStatus.WAITING,
    {
        ImportStatus.WAITING: {ImportStatus.RUNNING, ImportStatus.FAILED},
        ImportStatus.RUNNING: {ImportStatus.WAITING, ImportStatus.DONE, ImportStatus.FAILED},
    },
)
