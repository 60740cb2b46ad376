"""Django's ``migrate``, followed by roles and row-level policies, so that no migrated database lacks them."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate

from orderlane.tenants import row_security


class Command(migrate.Command):
    """Migrate, then apply row-level security and the shared cache table."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the migrations, then everything derived from the models."""
        super().handle(*args, **options)
        if not (options.get("plan") or options.get("check_unapplied")):
            call_command("createcachetable", verbosity=0)
            row_security.apply()
