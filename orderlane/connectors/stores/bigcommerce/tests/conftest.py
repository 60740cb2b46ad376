"""One sandbox for all tests of a module, back to its seed before each."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from orderlane.connectors.stores.bigcommerce.tests.wire import Bench
from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox


@pytest.fixture(scope="module")
def _sandbox() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxSettings(instant=True)) as running:
        yield running


@pytest.fixture
def bench(_sandbox: RunningSandbox) -> Bench:
    httpx.post(f"{_sandbox.url}/reset")
    return Bench(_sandbox)
