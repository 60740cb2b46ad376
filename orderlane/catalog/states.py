"""The life of an import of goods."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class ImportStatus(StrEnum):
    """Where the reading of a supplier's store stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


UNDER_WAY = (ImportStatus.WAITING, ImportStatus.RUNNING)

IMPORT = table(
    ImportStatus.WAITING,
    {
        ImportStatus.WAITING: {ImportStatus.RUNNING, ImportStatus.FAILED},
        ImportStatus.RUNNING: {ImportStatus.WAITING, ImportStatus.DONE, ImportStatus.FAILED},
    },
)
