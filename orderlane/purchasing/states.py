"""The three axes of a purchase order, always kept and shown apart."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class PaymentState(StrEnum):
    """Whether the supplier has been paid."""

    UNPAID = "unpaid"
    PAYING = "paying"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class ForwardingState(StrEnum):
    """Whether the supplier has the purchase order."""

    NOT_DUE = "not_due"
    QUEUED = "queued"
    SENDING = "sending"
    OUTCOME_UNKNOWN = "outcome_unknown"
    NEEDS_ATTENTION = "needs_attention"
    DELIVERED = "delivered"
    REJECTED = "rejected"


class FulfillmentState(StrEnum):
    """How far the goods are on their way to the customer."""

    UNFULFILLED = "unfulfilled"
    IN_PROGRESS = "in_progress"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    FULFILLED = "fulfilled"


_P, _F, _S = PaymentState, ForwardingState, FulfillmentState

PAYMENT = table(
    _P.UNPAID,
    {
        _P.UNPAID: {_P.PAYING},
        _P.PAYING: {_P.PAID, _P.UNPAID},
        _P.PAID: {_P.PARTIALLY_REFUNDED, _P.REFUNDED},
        _P.PARTIALLY_REFUNDED: {_P.REFUNDED},
    },
)

FORWARDING = table(
    _F.NOT_DUE,
    {
        # By hand, for suppliers without auto-order, the retailer notes that it has been ordered.
        _F.NOT_DUE: {_F.QUEUED, _F.DELIVERED},
        _F.QUEUED: {_F.SENDING, _F.NEEDS_ATTENTION},
        _F.SENDING: {_F.DELIVERED, _F.QUEUED, _F.OUTCOME_UNKNOWN, _F.NEEDS_ATTENTION},
        # A new claim looks the order up first and sends only when it is surely absent.
        _F.OUTCOME_UNKNOWN: {_F.SENDING, _F.QUEUED, _F.NEEDS_ATTENTION},
        _F.NEEDS_ATTENTION: {_F.QUEUED},
        # What was noted by hand as ordered on the supplier's own site may turn out not to have been.
        _F.DELIVERED: {_F.REJECTED, _F.NOT_DUE},
    },
)

FULFILLMENT = table(
    _S.UNFULFILLED,
    {
        _S.UNFULFILLED: {_S.IN_PROGRESS, _S.PARTIALLY_FULFILLED, _S.FULFILLED},
        _S.IN_PROGRESS: {_S.UNFULFILLED, _S.PARTIALLY_FULFILLED, _S.FULFILLED},
        # A supplier may cancel a parcel it had announced.
        _S.PARTIALLY_FULFILLED: {_S.IN_PROGRESS, _S.FULFILLED, _S.UNFULFILLED},
        _S.FULFILLED: {_S.PARTIALLY_FULFILLED, _S.UNFULFILLED},
    },
)

HELD = frozenset({_F.QUEUED, _F.NEEDS_ATTENTION})
"""States in which a paid purchase order is still here; a change in the store keeps it here until somebody decides."""
