"""Fixtures every test may use: a real PostgreSQL of its own, a closed network, compiled catalogues."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from orderlane.config.catalogs import compile_catalogs
from tests import network
from tests.databases import own_database


def pytest_configure(config: pytest.Config) -> None:
    """Close the network before the first test is even collected."""
    network.close()
    compile_catalogs()
    # Pages are served from it; an installation makes it when it starts.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, and end with the browser: its driver leaves an event loop running in the process.

    Django refuses the database beside a running loop, so no other test may come after it.
    """
    ranks = {"faults": 0, "browser": 2}
    items.sort(key=lambda item: ranks.get(item.path.parent.name, 1))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: pytest.Item) -> Iterator[None]:
    """Replace pytest-django's way of making a database by copying a migrated template."""
    with django_db_blocker.unblock(), own_database():  # type: ignore[attr-defined]  # pytest-django's type is private
        yield


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:
    """The environment for a process of ours (web, worker) that shall use this test's database."""
    params = connection.get_connection_params()
    host = quote(str(params.get("host", "")), safe="")
    password = f":{quote(params['password'], safe='')}" if params.get("password") else ""
    port = f":{params['port']}" if params.get("port") else ""
    url = f"postgresql://{quote(params['user'], safe='')}{password}@{host}{port}/{params['dbname']}"
    return {**os.environ, "DATABASE_URL": url}
