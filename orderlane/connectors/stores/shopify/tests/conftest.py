"""A simulator for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxSettings(routing_delay=0.05, search_lag=0.05)) as running:
        yield running
