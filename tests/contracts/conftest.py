"""A sandbox for each test process, put back to its seed before each test; every test runs on every wired platform."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderlane.config.wiring import PLATFORMS
from orderlane.connectors.tests.loopback import Answer, Loopback, loopback
from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox
from tests.contracts.outside import Outside, outside_of, reset


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    """The outside; days of webhook retries pass in a moment."""
    with running_sandbox(SandboxSettings(instant=True, speed=1_000_000)) as running:
        yield running


@pytest.fixture(params=sorted(PLATFORMS))
def outside(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> Outside:
    """One platform, as it was seeded."""
    reset(sandbox)
    return outside_of(sandbox, request.param)


@pytest.fixture
def door() -> Iterator[Loopback]:
    """Where webhooks go."""
    with loopback(lambda _: Answer()) as server:
        yield server
