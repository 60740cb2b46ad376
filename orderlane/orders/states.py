"""The life of a history import."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class ImportStatus(StrEnum):
    """Whether a store's earlier orders are being read."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """A member stopped it; what came in stays."""
    FAILED = "failed"
    """The store refused; the reason says what to mend."""


_S = ImportStatus

ORDER_IMPORT = table(
    _S.RUNNING,
    {_S.RUNNING: {_S.DONE, _S.STOPPED, _S.FAILED}, _S.FAILED: {_S.RUNNING}, _S.STOPPED: {_S.RUNNING}},
)
