"""Who is told of what, and when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

MORNING_HOUR = 7
"""When the daily digest is made, on the organization's own clock."""
BETWEEN_ALERTS = timedelta(minutes=15)
"""What happens in a row is told in one e-mail."""
GIVEN_UP_AFTER = timedelta(hours=24)
MOST_UNCLEAR = 2
"""How often an e-mail may have been sent without anybody knowing: the first time, and one repeat."""


class Event(StrEnum):
    """What a member may hear of."""

    PAYMENT_PROBLEM = "payment_problem"
    CANCELED_AFTER_PAYMENT = "canceled_after_payment"
    STORE_DISCONNECTED = "store_disconnected"
    SUPPLIER_LATE = "supplier_late"
    NEEDS_ATTENTION = "needs_attention"
    """Everything else that a person has to decide."""


class Delivery(StrEnum):
    """How a member hears of it."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


_AT_ONCE = frozenset({Event.PAYMENT_PROBLEM, Event.CANCELED_AFTER_PAYMENT, Event.STORE_DISCONNECTED})


def usual_delivery(event: Event, *, acts: bool) -> Delivery:
    """What holds until a member chooses: money and standing stores at once, the rest each morning.

    Members who only look hear of nothing unless they ask.
    """
    if not acts:
        return Delivery.NEVER
    return Delivery.AT_ONCE if event in _AT_ONCE else Delivery.DAILY


def chosen_delivery(chosen: Mapping[str, str], *, acts: bool) -> dict[Event, Delivery]:
    """Every event with its delivery: as chosen, else as usual. A word we no longer know counts as not chosen."""
    known = {delivery.value for delivery in Delivery}
    return {
        event: Delivery(chosen[event]) if chosen.get(event) in known else usual_delivery(event, acts=acts)
        for event in Event
    }


def digest_day(local_now: datetime, last: date | None) -> date | None:
    """The day whose digest is to be made now, on the organization's own clock; None before the morning or once made.

    A worker that was away in the morning makes it when it comes back; days gone by are not made up for.
    """
    today = local_now.date()
    if local_now.hour < MORNING_HOUR or (last is not None and last >= today):
        return None
    return today


def alert_due(now: datetime, last_sent: datetime | None) -> datetime:
    """When the next alert to somebody may leave."""
    return now if last_sent is None else max(now, last_sent + BETWEEN_ALERTS)


def retry_due(now: datetime, opened_at: datetime, attempts: int) -> datetime | None:
    """When to try again what the mail server did not take; None once it has been tried for a day."""
    due = now + min(timedelta(minutes=1) * 2**attempts, timedelta(hours=1))
    return due if due < opened_at + GIVEN_UP_AFTER else None
