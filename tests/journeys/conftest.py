"""One world per test process: journeys share it as customers share an installation, each with orders of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connection
from django.test import override_settings
from django.test.testcases import LiveServerThread

from orderlane.config.demo import demo_environment
from orderlane.config.demo_outside import platform_apps, read_outside
from orderlane.config.demo_seed import seed
from orderlane.kernel import clock
from orderlane.ports import registry
from sandbox.core.settings import SandboxSettings
from sandbox.serving import running_sandbox
from tests.databases import own_database, use
from tests.journeys.world import World


@pytest.fixture(scope="session")
def journeys(django_db_setup: None, django_db_blocker: Any) -> Iterator[Journeys]:
    """The world, made when the first journey asks for it, and made anew after a journey that failed."""
    keeper = Journeys()
    with django_db_blocker.unblock():
        yield keeper
        keeper.close()


class Journeys:
    """Keeps the world between journeys."""

    def __init__(self, name: str = "journeys") -> None:
        self._name = name
        self._stack = ExitStack()
        self._world: World | None = None
        self._database = ""
        self._options: dict[str, Any] = {}

    @contextmanager
    def visit(self) -> Iterator[World]:
        """Enter the world for one journey; whoever fails in it leaves it to nobody."""
        outer = str(connection.settings_dict["NAME"])
        world = self._world or self._make()
        use(self._database)
        try:
            with override_settings(**self._options), clock.shifted(world.ahead), world.passing_time():
                yield world
        except BaseException:
            use(outer)
            self.close()
            raise
        use(outer)

    def _make(self) -> World:
        outer = str(connection.settings_dict["NAME"])
        self._database = self._stack.enter_context(own_database(self._name))
        sandbox = self._stack.enter_context(running_sandbox(SandboxSettings(instant=True, speed=60)))
        web_url = self._stack.enter_context(_web_door())
        self._options = _options(sandbox.url, web_url)
        with override_settings(**self._options):
            self._world = World(sandbox, web_url, seed(sandbox.url, now=clock.now()))
            self._world.settle()  # what the stores tell while they are connected
        use(outer)
        return self._world

    def close(self) -> None:
        """End the world."""
        self._world = None
        self._stack.close()


@contextmanager
def _web_door() -> Iterator[str]:
    """Orderlane's pages and webhook doors, served from a thread of this process with connections of its own."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()


def _options(sandbox_url: str, web_url: str) -> dict[str, Any]:
    """The settings that the demonstration's environment stands for, with the ports of this world."""
    env = demo_environment(Path("unused"), int(web_url.rsplit(":", 1)[1]), int(sandbox_url.rsplit(":", 1)[1]))
    paypal = {"live": env["ORDERLANE_PAYPAL_LIVE_URL"], "test": env["ORDERLANE_PAYPAL_TEST_URL"]}
    stripe = {"live": env["ORDERLANE_STRIPE_URL"], "test": env["ORDERLANE_STRIPE_URL"]}
    return {
        "BASE_URL": env["ORDERLANE_URL"],
        "STORE_API_URLS": {name: env[f"ORDERLANE_{name.upper()}_URL"] for name in registry.stores()},
        "STORE_APPS": platform_apps(read_outside(sandbox_url), sandbox_url),
        "PROVIDER_API_URLS": {"paypal": paypal, "stripe": stripe},
        "PAYMENT_PAGE_HOSTS": frozenset([env["ORDERLANE_PAYMENT_PAGE_HOSTS"]]),
    }


@pytest.fixture
def world(journeys: Journeys) -> Iterator[World]:
    """The world for one journey; at its end every promise is checked, over all that ever happened in it."""
    with journeys.visit() as world:
        ahead = world.ahead
        world.forget_budgets()  # No journey waits because those before it have called so often.
        yield world
        world.sandbox.world.faults.clear()
        world.settle()
        if world.ahead != ahead:
            world.sweep()  # Time has passed for what earlier journeys left open, too.
        violations = [str(each) for each in world.violations()]
        parked, world.parked = world.parked, []
        assert not violations, parked
        assert not parked
