"""One sandbox for all tests of the simulator, back to its seed before each."""

from collections.abc import Iterator

import httpx
import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox
from sandbox.tests.shop import BRUME, LUMEN, Receiver, Shop


@pytest.fixture(scope="session")
def one_sandbox() -> Iterator[RunningSandbox]:
    settings = SandboxSettings(speed=20_000, routing_delay=0.1, search_lag=0.1)
    with running_sandbox(settings) as running:
        yield running


@pytest.fixture
def shops(one_sandbox: RunningSandbox) -> RunningSandbox:
    httpx.post(f"{one_sandbox.url}/reset")
    return one_sandbox


@pytest.fixture
def retailer(shops: RunningSandbox) -> Shop:
    return Shop(shops, LUMEN)


@pytest.fixture
def supplier(shops: RunningSandbox) -> Shop:
    return Shop(shops, BRUME)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    yield listening
    listening.close()
