"""The life of a fulfillment (a parcel written back to the store), and of the wish to cancel what was ordered."""

from __future__ import annotations

from enum import StrEnum

from orderlane.kernel.states import table


class FulfillmentStatus(StrEnum):
    """Whether the store knows about a parcel."""

    DUE = "due"
    PUSHING = "pushing"
    OUTCOME_UNKNOWN = "outcome_unknown"
    NEEDS_ATTENTION = "needs_attention"
    PUSHED = "pushed"
    DONE_ELSEWHERE = "done_elsewhere"
    """Somebody already marked these lines as fulfilled in the store."""


TAKEN_BACK = "parcel_taken_back"
"""Why a store is not told about a parcel, or has to be put right: its supplier canceled or deleted it."""

_S = FulfillmentStatus

FULFILLMENT_PUSH = table(
    _S.DUE,
    {
        # A parcel canceled before the store heard of it needs no telling; one it knows is taken back there. One of
        # goods that the supplier had canceled needs a person: whether the store is told is the retailer's to say.
        _S.DUE: {_S.PUSHING, _S.DONE_ELSEWHERE, _S.NEEDS_ATTENTION},
        _S.PUSHING: {_S.PUSHED, _S.DUE, _S.OUTCOME_UNKNOWN, _S.NEEDS_ATTENTION, _S.DONE_ELSEWHERE},
        _S.OUTCOME_UNKNOWN: {_S.PUSHING},
        _S.NEEDS_ATTENTION: {_S.DUE, _S.DONE_ELSEWHERE},
        # A corrected tracking number is written over what the store has.
        _S.PUSHED: {_S.DUE, _S.NEEDS_ATTENTION},
        # A parcel that the supplier had canceled leaves after all.
        _S.DONE_ELSEWHERE: {_S.DUE},
    },
)


class CancellationStatus(StrEnum):
    """What the supplier says to the retailer's wish to cancel."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"


_C = CancellationStatus

CANCELLATION = table(_C.ASKED, {_C.ASKED: {_C.AGREED, _C.REFUSED}})
