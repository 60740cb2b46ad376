"""The life of an inbound message."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class MessageStatus(StrEnum):
    """Where a stored message stands."""

    RECEIVED = "received"
    DONE = "done"
    QUARANTINED = "quarantined"


MESSAGE = table(
    MessageStatus.RECEIVED,
    {
        MessageStatus.RECEIVED: {MessageStatus.DONE, MessageStatus.QUARANTINED},
        MessageStatus.QUARANTINED: {MessageStatus.RECEIVED, MessageStatus.DONE},
    },
)
