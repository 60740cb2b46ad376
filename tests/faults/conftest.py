"""A sandbox process and prepared databases for the fault tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from tests.faults.outside import Outside, running_outside


@pytest.fixture(scope="session")
def outside(django_db_setup: None, django_db_blocker: pytest.Item) -> Iterator[Outside]:
    """A sandbox of this test process, with our settings pointing at it and the database open to fixtures."""
    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]  # pytest-django's type is private
        running_outside("--no-webhooks") as started,
        override_settings(
            STORE_API_URLS={**settings.STORE_API_URLS, "shopify": started.url + "/shopify/{domain}"},
            PROVIDER_API_URLS={
                name: dict.fromkeys(("live", "test"), f"{started.url}/{name}") for name in ("paypal", "stripe")
            },
            PAYMENT_PAGE_HOSTS=frozenset({f"127.0.0.1:{started.port}"}),
        ),
    ):
        yield started
