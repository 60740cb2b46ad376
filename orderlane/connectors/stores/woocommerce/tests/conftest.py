"""The sandbox's shops, and leave to reach this machine, which a typed address normally must not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderlane.connectors.reach import opened
from orderlane.connectors.stores.woocommerce.tests.simulator import Simulator
from sandbox.core.settings import SandboxSettings
from sandbox.serving import running_sandbox


@pytest.fixture(autouse=True)
def _this_machine() -> Iterator[None]:
    with opened("127.0.0.0/8"):
        yield


@pytest.fixture(scope="module")
def served() -> Iterator[Simulator]:
    with running_sandbox(SandboxSettings(instant=True)) as running:
        yield Simulator(running.url)


@pytest.fixture
def simulator(served: Simulator) -> Simulator:
    served.reset()
    return served
