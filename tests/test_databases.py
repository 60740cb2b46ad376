"""The test set-up itself: a database of one's own, also for processes a test starts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

COUNT_MIGRATIONS = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_database(), (SELECT count(*) FROM django_migrations)")
    print(*cursor.fetchone())
"""


@pytest.mark.django_db
def test_each_run_has_a_migrated_database_of_its_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), count(*) > 0 FROM django_migrations")
        assert cursor.fetchone() == (f"orderlane_test_{os.getpid()}", True)


@pytest.mark.django_db
def test_row_security_binds_the_role_tests_run_as() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_a_process_of_ours_can_use_the_same_database(child_environment: dict[str, str]) -> None:
    environment = {**child_environment, "DJANGO_SETTINGS_MODULE": "orderlane.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", COUNT_MIGRATIONS], env=environment, capture_output=True, text=True, check=True
    )
    name, migrations = done.stdout.split()
    assert name == f"orderlane_test_{os.getpid()}"
    assert int(migrations) > 0
