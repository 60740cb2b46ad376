"""All promises together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from orderlane.config.promises import money, orders, refunds, world
from orderlane.config.promises.evidence import Database, Journals, Violation, read_journals

Check = Callable[[Database, Journals], list[Violation]]

PROMISES: Mapping[str, Check] = {
    "I-01": money.never_forwarded_unpaid,
    "I-02": money.no_double_charge,
    "I-03": money.every_cent_matched,
    "I-04": money.bound_settlement,
    "I-05": refunds.bounded_and_exclusive,
    "I-09": orders.no_order_lost,
    "I-10": orders.no_order_twice,
    "I-12": orders.forwarded_exactly_once,
    "I-13": orders.faithful,
    "I-16": world.tracking_lands_once,
    "I-24": world.acknowledged_is_durable,
    "I-25": world.nothing_silently_stuck,
}


def check_all(sandbox_url: str, *, now: datetime, after: int = 0) -> list[Violation]:
    """Judge a settled installation against the sandbox it lives with; an empty list means every promise was kept."""
    return check_evidence(Database(now), read_journals(sandbox_url, after))


def check_evidence(database: Database, journals: Journals) -> list[Violation]:
    """Judge given witnesses."""
    return [violation for check in PROMISES.values() for violation in check(database, journals)]
