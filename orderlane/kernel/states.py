"""State machines as data: which moves a status may make. Checked by a test that walks every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Status = TypeVar("Status", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transitions(Generic[Status]):
    """The states of one axis: where it begins and which moves are allowed. A state without moves is final."""

    initial: Status
    moves: Mapping[Status, frozenset[Status]]

    def allows(self, old: Status, new: Status) -> bool:
        """Say whether a row in ``old`` may move to ``new``."""
        return new in self.moves[old]

    def read(self, stored: str) -> Status:
        """Turn the stored word back into the enum."""
        return type(self.initial)(stored)


def table(initial: Status, moves: Mapping[Status, set[Status]]) -> Transitions[Status]:
    """Build the table of one axis; states not named as a key are final."""
    every = type(initial)
    return Transitions(initial, {state: frozenset(moves.get(state, set())) for state in every})
