"""One simulator for all tests of a module, back to its seed before each."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxSettings(search_lag=0.05)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: RunningSandbox) -> RunningSandbox:
    httpx.post(f"{running.url}/reset")
    return running
