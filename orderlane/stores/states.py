"""The life of a connected store."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class StoreStatus(StrEnum):
    """Whether we can talk to the store."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


STORE = table(
    StoreStatus.CONNECTED,
    {
        StoreStatus.CONNECTED: {StoreStatus.DISCONNECTED},
        StoreStatus.DISCONNECTED: {StoreStatus.CONNECTED},
    },
)
