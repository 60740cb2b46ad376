"""State tables: every state can be reached, and none is a trap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType

Table = Mapping[str, frozenset[str]]


def tables(module: ModuleType) -> Iterator[tuple[str, Table, str]]:
    """Yield name, transition table and initial state of each ``[X_]TRANSITIONS`` and ``[X_]INITIAL`` in ``module``."""
    for name, table in vars(module).items():
        if name.endswith("TRANSITIONS") and isinstance(table, Mapping):
            yield name, table, getattr(module, name.removesuffix("TRANSITIONS") + "INITIAL")


def faults(table: Table, initial: str) -> list[str]:
    """Return what is wrong: states without an entry, out of reach, or from which no final state can be reached."""
    states = set(table).union(*table.values()) | {initial}
    # A table's key type knows every status there is; one nobody mentions is forgotten.
    states |= set(type(initial)) if hasattr(type(initial), "__members__") else set()
    found = [f"{state} has no entry in the table" for state in sorted(states - set(table))]
    found += [f"{state} cannot be reached" for state in sorted(states - _reachable(table, initial))]
    final = {state for state in states if not table.get(state)}
    if not final:
        found.append("there is no final state")
    found += [f"{state} can reach no final state" for state in sorted(states) if not _reachable(table, state) & final]
    return found


def _reachable(table: Table, start: str) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for following in table.get(waiting.pop(), frozenset()) - seen:
            seen.add(following)
            waiting.append(following)
    return seen
