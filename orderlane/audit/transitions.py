"""The one way a status changes: by the table, by a conditional UPDATE, with an audit row."""

from __future__ import annotations

from datetime import datetime

from orderlane.audit.record import record
from orderlane.kernel.errors import Refused
from orderlane.kernel.states import Status, Transitions
from orderlane.tenants.models import TenantModel


class IllegalTransition(Refused):
    """The table does not allow this move."""

    reason = "illegal_transition"


class MovedMeanwhile(Refused):
    """Somebody else moved the row first; reload and look again."""

    reason = "moved_meanwhile"


def move(
    row: TenantModel,
    field: str,
    states: Transitions[Status],
    to: Status,
    *,
    now: datetime,
    reason: str = "",
    detail: dict[str, object] | None = None,
    only_if: dict[str, object] | None = None,
    **changes: object,
) -> None:
    """Move ``row.field`` to ``to`` and set ``changes`` with it, in one conditional UPDATE plus an audit row.

    A row with a ``reason`` column keeps the reason of its last move there.
    ``only_if`` adds conditions (a fencing number). Raises IllegalTransition when the table forbids the
    move, MovedMeanwhile when the row is no longer as it was read; nothing has changed in either case.
    """
    if any(column.name == "reason" for column in row._meta.concrete_fields):
        changes["reason"] = reason[:80]
    old = states.read(getattr(row, field))
    if not states.allows(old, to):
        raise IllegalTransition(f"{row._meta.model_name} {row.pk}: {field} may not go from {old} to {to}")
    matching = type(row).objects.filter(pk=row.pk, **{field: old.value}, **(only_if or {}))
    if matching.update(**{field: to.value}, **changes) != 1:
        raise MovedMeanwhile(f"{row._meta.model_name} {row.pk} is no longer {old}")
    for name, value in {field: to.value, **changes}.items():
        setattr(row, name, value)
    record(f"{field}.moved", row, now=now, old=old.value, new=to.value, reason=reason, detail=detail)
