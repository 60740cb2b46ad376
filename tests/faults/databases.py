"""Copies of a database, made and dropped in a moment."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import ProgrammingError, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def _on_server(statement: str) -> None:
    wrapper: BaseDatabaseWrapper = connections["default"]
    with wrapper._nodb_cursor() as cursor:
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
    _drop(name)
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    use(name)
    try:
        yield name
    finally:
        use(before)
        _drop(name)


def _drop(name: str) -> None:
    """Drop a database; when the server is just tidying up in it, try again: its own processes may not be ended."""
    for patience in range(50):
        try:
            _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except ProgrammingError:
            if patience == 49:
                raise
            time.sleep(0.1)
        else:
            return
