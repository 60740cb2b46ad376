"""The life of one payment at a provider."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class PaymentStatus(StrEnum):
    """Where a payment stands. Money counts as paid in CAPTURED and PARTIALLY_REFUNDED only."""

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
    RESOLVED = "resolved"
    """A person has settled a mismatch or a surplus with the supplier; the money is still to come back, or not."""
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


_S = PaymentStatus
_LOOKED_UP = {_S.OPEN, _S.CAPTURING, _S.PENDING, _S.CAPTURED, _S.DECLINED, _S.CLOSED, _S.MISMATCH, _S.REFUNDED}
# A payment we gave up may still be paid over there: late money is honored or becomes a surplus.
_LATE = {_S.CAPTURED, _S.SURPLUS, _S.MISMATCH, _S.REFUNDED}

PAYMENT_STATUS = table(
    _S.PREPARED,
    {
        _S.PREPARED: {_S.OPEN, _S.OUTCOME_UNKNOWN, _S.DECLINED, _S.CLOSED},
        _S.OPEN: (_LOOKED_UP | {_S.OUTCOME_UNKNOWN}) - {_S.OPEN},
        _S.CAPTURING: (_LOOKED_UP | {_S.OUTCOME_UNKNOWN}) - {_S.CAPTURING},
        _S.PENDING: {_S.CAPTURED, _S.DECLINED, _S.CLOSED, _S.MISMATCH, _S.REFUNDED},
        _S.OUTCOME_UNKNOWN: _LOOKED_UP,
        _S.DECLINED: _LATE,
        _S.CLOSED: _LATE,
        _S.CAPTURED: {_S.PARTIALLY_REFUNDED, _S.REFUNDED},
        _S.PARTIALLY_REFUNDED: {_S.REFUNDED},
        # A person settles it with the supplier, the provider returns the money, or none ever moved.
        _S.MISMATCH: {_S.RESOLVED, _S.REFUNDED, _S.CLOSED},
        _S.SURPLUS: {_S.RESOLVED, _S.REFUNDED},
        _S.RESOLVED: {_S.REFUNDED},
    },
)

LIVE = frozenset({_S.PREPARED, _S.OPEN, _S.CAPTURING, _S.PENDING, _S.OUTCOME_UNKNOWN})
"""States in which the provider may still take money, so that no other payment of the same orders may start."""
