"""Promises, checked from outside: SQL over our database against the journals of the simulated world.

Nothing here imports a model or a rule of the application, so that a wrong rule cannot excuse itself. Every
promise is a function ``check(database, journals)`` that returns the violations it finds.
"""

from __future__ import annotations

from orderlane.config.promises.evidence import Database, Journals, Violation, read_journals
from orderlane.config.promises.kept import PROMISES, check_all, check_evidence

__all__ = ["PROMISES", "Database", "Journals", "Violation", "check_all", "check_evidence", "read_journals"]
