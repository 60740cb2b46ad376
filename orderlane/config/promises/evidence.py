"""The two witnesses: our database, read as plain rows, and the journals of the outside world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from orderlane.connectors.http import Http

Row = dict[str, Any]
SYSTEM_ROLE = "orderlane_system"
# PostgreSQL's own numbers of these types (pg_type.oid).
JSONB, JSONB_ARRAY = 3802, 3807
LARGEST_JOURNAL_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise: which, about what, and what is wrong."""

    promise: str
    about: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.promise} {self.about}: {self.wrong}"


@dataclass(frozen=True, slots=True)
class Database:
    """Our side, read with the role that sees every tenant; ``now`` is when it is judged."""

    now: datetime

    def rows(self, statement: str, *values: str | int | datetime) -> list[Row]:
        """Every row of a SELECT as a plain dictionary."""
        with _all_tenants(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            columns = [(column.name, column.type_code) for column in cursor.description]
            return [
                {name: _value(value, code) for (name, code), value in zip(columns, row, strict=True)}
                for row in cursor.fetchall()
            ]


def _value(value: Any, code: int) -> Any:
    """Django leaves JSON as text, because its model fields decode it; here there are none."""
    if code == JSONB and value is not None:
        return json.loads(value)
    return [json.loads(each) for each in value] if code == JSONB_ARRAY else value


@contextmanager
def _all_tenants() -> Iterator[None]:
    """Take the system role for one reading and give it back, also inside somebody else's transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('role', %s, true)", [SYSTEM_ROLE])
        yield
        cursor.execute("SELECT set_config('role', %s, true)", [before])


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a journal: its place in time, where, what, and the facts."""

    seq: int
    at: datetime
    system: str
    kind: str
    facts: Mapping[str, Any]

    @property
    def family(self) -> str:
        """The kind of system: ``shopify``, ``paypal``, ``stripe``."""
        return self.system.partition(":")[0]


class Journals:
    """The outside truth, in the order in which it happened."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self.events = [
            Event(
                seq=entry["seq"],
                at=datetime.fromisoformat(entry["at"]),
                system=entry["system"],
                kind=entry["kind"],
                facts=entry["facts"],
            )
            for entry in entries
        ]

    def of(self, *kinds: str) -> list[Event]:
        """Events of these kinds."""
        return [each for each in self.events if each.kind in kinds]


def read_journals(sandbox_url: str, after: int = 0) -> Journals:
    """Fetch the journals of a running sandbox."""
    reader = Http(sandbox_url, total_seconds=60, max_reply_bytes=LARGEST_JOURNAL_BYTES)
    reply = reader.request("GET", f"/journal.json?after={after}", writes=False)
    return Journals(reply.json(wrote=False)["entries"])


def tail(external_id: object) -> str:
    """A platform's own id at the end of ours, which may name what it belongs to; a plain one is itself."""
    return str(external_id or "").rsplit("/", 1)[-1]
