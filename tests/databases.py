"""Test databases: migrated once into a template per set of migrations, then copied in a moment for each run."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

_TEMPLATE = "orderlane_template_"
_COPY = "orderlane_test_"


def fingerprint() -> str:
    """Return what changes whenever a freshly migrated database might look different."""
    digest = hashlib.sha256(django.__version__.encode())
    for app in sorted(apps.get_app_configs(), key=lambda each: each.label):
        folder = Path(app.path)
        # Row-level policies are derived from the models after migrating.
        for path in sorted(
            [*(folder / "migrations").rglob("*"), *folder.glob("models.py"), *folder.glob("row_security.py")]
        ):
            if path.suffix in {".py", ".sql"}:
                digest.update(str(path).encode() + path.read_bytes())
        # Row-level policies are derived from the models, without a migration.
        digest.update(b"".join(path.read_bytes() for path in sorted(Path(app.path).glob("*.py"))))
    return digest.hexdigest()[:16]


def template_name() -> str:
    """The migrated, empty database that every test database is a copy of; nobody is ever connected to it."""
    return _TEMPLATE + fingerprint()


@contextmanager
def own_database(purpose: str = "") -> Iterator[str]:
    """Give this process a database of its own, make it Django's default, and drop it at the end.

    ``purpose`` tells several databases of one process apart.
    """
    home = Path(os.environ["ORDERLANE_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    template = template_name()
    name = f"{_COPY}{os.getpid()}{purpose and f'_{purpose}'}"
    before = connection.settings_dict["NAME"]
    with (home / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        existing = _names()
        _drop_leftovers(existing, keep=template)
        if template not in existing:
            _make_template(template)
        _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    use(name)
    try:
        yield name
    finally:
        use(before)
        _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _make_template(template: str) -> None:
    half_made = f"{_TEMPLATE}new"
    _execute(f'DROP DATABASE IF EXISTS "{half_made}" WITH (FORCE)')
    _execute(f'CREATE DATABASE "{half_made}"')
    use(half_made)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    connection.close()
    _execute(f'ALTER DATABASE "{half_made}" RENAME TO "{template}"')


def _drop_leftovers(existing: set[str], keep: str) -> None:
    """Drop templates of other migrations, and copies whose test run was killed."""
    for name in existing:
        outdated = name.startswith(_TEMPLATE) and name != keep
        if outdated or (re.fullmatch(_COPY + r"\d+(_\w+)?", name) and not _alive(_maker(name))):
            _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _maker(copy: str) -> int:
    """The process that made a copy: its id follows the prefix, a word may follow that."""
    return int(copy.removeprefix(_COPY).partition("_")[0])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _names() -> set[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def _execute(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement)


def use(name: str) -> None:
    """Make ``name`` the database that every new connection of this process opens."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
