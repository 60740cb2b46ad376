"""The life of one payment at a provider."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class PaymentStatus(StrEnum):
    """Where a payment stands. Money counts as paid only in CAPTURED."""

    PREPARED = "prepared"
    OPEN = "open"
    CAPTURING = "capturing"
    PENDING = "pending"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CAPTURED = "captured"
    DECLINED = "declined"
    CLOSED = "closed"
    MISMATCH = "mismatch"
    SURPLUS = "surplus"
    """Money arrived for purchase orders that another payment had already paid."""
    REVERSED = "reversed"


_S = PaymentStatus
_LOOKED_UP = {_S.OPEN, _S.CAPTURING, _S.PENDING, _S.CAPTURED, _S.DECLINED, _S.CLOSED, _S.MISMATCH, _S.REVERSED}
# A payment we gave up may still be paid over there: late money is honored or becomes a surplus.
_LATE = {_S.CAPTURED, _S.SURPLUS, _S.MISMATCH}

PAYMENT_STATUS = table(
    _S.PREPARED,
    {
        _S.PREPARED: {_S.OPEN, _S.OUTCOME_UNKNOWN, _S.DECLINED, _S.CLOSED},
        _S.OPEN: (_LOOKED_UP | {_S.OUTCOME_UNKNOWN}) - {_S.OPEN},
        _S.CAPTURING: (_LOOKED_UP | {_S.OUTCOME_UNKNOWN}) - {_S.CAPTURING},
        _S.PENDING: {_S.CAPTURED, _S.DECLINED, _S.CLOSED, _S.MISMATCH, _S.REVERSED},
        _S.OUTCOME_UNKNOWN: _LOOKED_UP,
        _S.DECLINED: _LATE,
        _S.CLOSED: _LATE,
        _S.CAPTURED: {_S.REVERSED},
        # A person looked and gives the purchase orders back, or the provider returned the money.
        _S.MISMATCH: {_S.REVERSED, _S.CLOSED},
        _S.SURPLUS: {_S.REVERSED},
    },
)

LIVE = frozenset({_S.PREPARED, _S.OPEN, _S.CAPTURING, _S.PENDING, _S.OUTCOME_UNKNOWN})
"""States in which the provider may still take money, so that no other payment of the same orders may start."""
