"""Every transition table of every room."""

from __future__ import annotations

import importlib
from enum import StrEnum
from types import ModuleType

import pytest

from orderlane.kernel.states import table
from tests.architecture import graphs
from tests.architecture.sources import PRODUCT

MODULES = [
    f"orderlane.{path.parent.name}.states"
    for path in sorted(PRODUCT.glob("*/states.py"))
    if path.parent.name != "kernel"
]


class Light(StrEnum):
    """A small made-up status."""

    OFF = "off"
    ON = "on"
    BROKEN = "broken"


GOOD: dict[Light, frozenset[Light]] = {
    Light.OFF: frozenset({Light.ON}),
    Light.ON: frozenset({Light.OFF, Light.BROKEN}),
    Light.BROKEN: frozenset[Light](),
}


@pytest.mark.parametrize("name", MODULES)
def test_every_state_can_be_reached_and_left(name: str) -> None:
    found = dict(graphs.tables(importlib.import_module(name)))
    assert found, f"{name} declares no table"
    wrong = {axis: graphs.faults(table.moves, table.initial) for axis, table in found.items()}
    assert wrong == {axis: [] for axis in found}


def test_a_sound_table_has_no_faults() -> None:
    assert graphs.faults(GOOD, Light.OFF) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({Light.ON: frozenset({Light.OFF})}, "broken cannot be reached"),
        ({Light.ON: frozenset({Light.ON}), Light.OFF: frozenset({Light.ON, Light.BROKEN})}, "on is a trap"),
        ({Light.BROKEN: frozenset({Light.BROKEN})}, "broken is a trap"),
    ],
)
def test_faults_are_found(changed: dict[Light, frozenset[Light]], fault: str) -> None:
    assert fault in graphs.faults(GOOD | changed, Light.OFF)


def test_a_forgotten_state_is_found() -> None:
    forgetful = {Light.OFF: frozenset({Light.ON}), Light.ON: frozenset[Light]()}
    assert "broken has no entry in the table" in graphs.faults(forgetful, Light.OFF)


def test_a_life_without_end_may_begin_again() -> None:
    assert graphs.faults(GOOD | {Light.BROKEN: frozenset({Light.OFF})}, Light.OFF) == []


def test_tables_are_found_whatever_their_names() -> None:
    module = ModuleType("states")
    vars(module).update(LIGHT=table(Light.OFF, {Light.OFF: {Light.ON}}), OTHER=1)
    assert [(name, each.initial) for name, each in graphs.tables(module)] == [("LIGHT", Light.OFF)]
