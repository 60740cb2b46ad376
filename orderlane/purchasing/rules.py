"""Decisions about purchase orders on plain values. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from orderlane.ports.stores import FinancialState

Line = TypeVar("Line")

HOLD_BY_STATE: Mapping[FinancialState, str] = {
    FinancialState.PAID: "",
    FinancialState.PENDING: "customer_unpaid",
    FinancialState.REFUNDED: "refunded_in_store",
    FinancialState.CANCELED: "canceled_in_store",
    FinancialState.UNKNOWN: "store_state_unknown",
}


def hold_reason(state: FinancialState, *, canceled: bool, has_lines: bool, is_test: bool) -> str:
    """Why a purchase order of such an order cannot be paid; empty when it can."""
    if canceled:
        return "canceled_in_store"
    if state is FinancialState.REFUNDED:
        # A refund takes the products out as well: that the money is back says more than that nothing is left.
        return HOLD_BY_STATE[state]
    if not has_lines:
        return "no_lines"
    if is_test:
        return "test_order"
    return HOLD_BY_STATE[state]


class NextStep(StrEnum):
    """What a claim on a purchase order does next."""

    SEND = "send"
    ADOPT = "adopt"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What to do, and when to look again if that is to wait."""

    step: NextStep
    at: datetime | None = None


def next_forwarding_step(
    *, found: bool, uncertain_since: datetime | None, lookup_settle: timedelta, now: datetime
) -> Forwarding:
    """Decide after a look-up whether to send, adopt what the supplier already has, or look again later.

    ``uncertain_since`` is when the last attempt began that may have reached the supplier; None when none
    did. A look-up that finds nothing proves absence only after ``lookup_settle``: the supplier's index lags.
    """
    if found:
        return Forwarding(NextStep.ADOPT)
    if uncertain_since is None:
        return Forwarding(NextStep.SEND)
    settled_at = uncertain_since + lookup_settle
    return Forwarding(NextStep.SEND) if now >= settled_at else Forwarding(NextStep.WAIT, settled_at)


def fulfilled_share(ordered: Mapping[Line, int], shipped: Sequence[Mapping[Line, int]]) -> tuple[bool, bool]:
    """Whether anything and whether everything ordered has shipped, over all parcels."""
    sums = {line: sum(parcel.get(line, 0) for parcel in shipped) for line in ordered}
    return any(sums.values()), all(sums[line] >= quantity for line, quantity in ordered.items())
