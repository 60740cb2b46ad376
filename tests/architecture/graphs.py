"""State tables: every state can be reached, and none is a trap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import ModuleType
from typing import Any

from orderlane.kernel.states import Transitions

Table = Mapping[Any, frozenset[Any]]


def tables(module: ModuleType) -> Iterator[tuple[str, Transitions[Any]]]:
    """Yield name and table of each axis that ``module`` declares."""
    for name, value in vars(module).items():
        if isinstance(value, Transitions):
            yield name, value


def faults(table: Table, initial: StrEnum) -> list[str]:
    """Return what is wrong: states without an entry, out of reach, or from which the life cannot end.

    A life without an end (a store is connected, disconnected, connected ...) must always be able to begin again.
    """
    states = set(table).union(*table.values()) | set(type(initial))
    found = [f"{state} has no entry in the table" for state in sorted(states - set(table))]
    found += [f"{state} cannot be reached" for state in sorted(states - _reachable(table, initial))]
    ends = {state for state in states if not table.get(state)} or {initial}
    found += [f"{state} is a trap" for state in sorted(states) if not _reachable(table, state) & ends]
    return found


def _reachable(table: Table, start: Any) -> set[Any]:
    seen, waiting = {start}, [start]
    while waiting:
        for following in table.get(waiting.pop(), frozenset()) - seen:
            seen.add(following)
            waiting.append(following)
    return seen
