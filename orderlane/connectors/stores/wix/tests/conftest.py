"""Fixtures of the Wix connector's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A Wix of one test's own."""
    with running_sandbox(SandboxSettings(search_lag=0.05, speed=20_000)) as running:
        yield running
