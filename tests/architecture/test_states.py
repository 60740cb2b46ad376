"""Every transition table of every room."""

from __future__ import annotations

import importlib
from enum import StrEnum
from types import ModuleType

import pytest

from tests.architecture import graphs
from tests.architecture.sources import PRODUCT

MODULES = [f"orderlane.{path.parent.name}.states" for path in sorted(PRODUCT.glob("*/states.py"))]


class Light(StrEnum):
    """A small made-up status."""

    OFF = "off"
    ON = "on"
    BROKEN = "broken"


GOOD = {
    Light.OFF: frozenset({Light.ON}),
    Light.ON: frozenset({Light.OFF, Light.BROKEN}),
    Light.BROKEN: frozenset[Light](),
}


@pytest.mark.parametrize("name", MODULES)
def test_every_state_can_be_reached_and_left(name: str) -> None:
    found = list(graphs.tables(importlib.import_module(name)))
    assert found, f"{name} has no table called TRANSITIONS"
    assert {table: graphs.faults(moves, initial) for table, moves, initial in found} == {
        table: [] for table, *_ in found
    }


def test_a_sound_table_has_no_faults() -> None:
    assert graphs.faults(GOOD, Light.OFF) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({Light.ON: frozenset({Light.OFF})}, "broken cannot be reached"),
        ({Light.BROKEN: frozenset({Light.BROKEN})}, "there is no final state"),
        (
            {Light.ON: frozenset({Light.ON}), Light.OFF: frozenset({Light.ON, Light.BROKEN})},
            "on can reach no final state",
        ),
    ],
)
def test_faults_are_found(changed: dict[Light, frozenset[Light]], fault: str) -> None:
    assert fault in graphs.faults(GOOD | changed, Light.OFF)


def test_a_forgotten_state_is_found() -> None:
    table = {Light.OFF: frozenset({Light.ON}), Light.ON: frozenset[Light]()}
    assert "broken has no entry in the table" in graphs.faults(table, Light.OFF)


def test_tables_are_found_by_their_names() -> None:
    module = ModuleType("states")
    vars(module).update(PAYMENT_TRANSITIONS=GOOD, PAYMENT_INITIAL=Light.OFF, TRANSITIONS=GOOD, INITIAL=Light.ON)
    assert [(name, initial) for name, _, initial in graphs.tables(module)] == [
        ("PAYMENT_TRANSITIONS", Light.OFF),
        ("TRANSITIONS", Light.ON),
    ]
