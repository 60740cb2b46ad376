"""The engine: what it adds is where a process may be killed."""

from __future__ import annotations

from django.db.backends.postgresql.base import DatabaseWrapper as PostgresqlWrapper
from psycopg.pq import TransactionStatus

from tests.faults import boundaries


class DatabaseWrapper(PostgresqlWrapper):
    """Tells the boundary counter of each commit that makes something durable; one that only read leaves no trace."""

    def _commit(self) -> None:
        if not self._wrote():
            super()._commit()  # type: ignore[misc]  # Django's stubs leave the private method out
            return
        boundaries.reach("before commit")
        super()._commit()  # type: ignore[misc]  # Django's stubs leave the private method out
        boundaries.reach("after commit")

    def _wrote(self) -> bool:
        """Whether PostgreSQL gave this transaction a number, which it does at the first write or lock."""
        if self.connection is None or self.connection.info.transaction_status != TransactionStatus.INTRANS:
            return False
        row = self.connection.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").fetchone()
        return bool(row and row[0])
