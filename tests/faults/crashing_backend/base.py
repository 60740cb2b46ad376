"""The engine: what it adds is where a process may be killed."""

from __future__ import annotations

from django.db.backends.postgresql.base import DatabaseWrapper as PostgresqlWrapper

from tests.faults import boundaries


class DatabaseWrapper(PostgresqlWrapper):
    """Tells the boundary counter of each commit."""

    def _commit(self) -> None:
        boundaries.reach("before commit")
        super()._commit()  # type: ignore[misc]  # Django's stubs leave the private method out
        boundaries.reach("after commit")
