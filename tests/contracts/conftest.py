"""One sandbox for the suites, and each wired platform's two stores in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderlane.config.wiring import PLATFORMS
from orderlane.connectors.reach import opened
from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox
from tests.contracts.outside import WRITES, Side, side_of


@pytest.fixture(scope="session")
def outside() -> Iterator[RunningSandbox]:
    """The simulators, at their fastest, shared by the suites of this process."""
    with running_sandbox(SandboxSettings(instant=True)) as running, opened("127.0.0.0/8"):
        yield running


@pytest.fixture(params=sorted(PLATFORMS))
def retailer(request: pytest.FixtureRequest, outside: RunningSandbox) -> Iterator[Side]:
    """A retailer's store of one platform; faults end with the test."""
    assert request.param in WRITES, f"{request.param} is wired, but the suites do not know its writes"
    yield side_of(outside, request.param, "retailer")
    outside.world.faults.clear()


@pytest.fixture(params=sorted(PLATFORMS))
def supplier(request: pytest.FixtureRequest, outside: RunningSandbox) -> Iterator[Side]:
    """A supplier's store of one platform; faults end with the test."""
    assert request.param in WRITES, f"{request.param} is wired, but the suites do not know its writes"
    yield side_of(outside, request.param, "supplier")
    outside.world.faults.clear()
