"""Copies of a database, made and dropped in a moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def _on_server(statement: str) -> None:
    wrapper: BaseDatabaseWrapper = connections["default"]
    with wrapper._nodb_cursor() as cursor:  # type: ignore[attr-defined]  # as Django's own test runner does
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement)


def use(name: str) -> None:
    """Make ``name`` Django's database in this process."""
    connections.close_all()
    connections.settings["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


@contextmanager
def copied(source: str, word: str) -> Iterator[str]:
    """Copy a database that nobody is connected to, make the copy Django's, and drop it at the end."""
    before = connections["default"].settings_dict["NAME"]
    connections.close_all()
    name = f"orderlane_test_{os.getpid()}_{word}"
    _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    use(name)
    try:
        yield name
    finally:
        use(before)
        _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
