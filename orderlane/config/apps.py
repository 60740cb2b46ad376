"""What is wired once when Django starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.db import connection

from orderlane.config.wiring import wiring
from orderlane.connectors import http, reach
from orderlane.ports import registry


class CallInsideTransaction(RuntimeError):
    """An outside system was about to be called while a database transaction was open."""


def refuse_inside_transaction() -> None:
    """Raise when a transaction is open: no row stays locked while we wait for somebody else's server."""
    if connection.in_atomic_block:
        raise CallInsideTransaction("an outside call was made inside a database transaction")


class ConfigApp(AppConfig):
    """Installs what needs both Django and the connectors."""

    name = "orderlane.config"
    label = "orderlane_config"

    def ready(self) -> None:
        """Add the guard to the one HTTP client, say where it may go, and install the connectors, once."""
        reach.open_networks(settings.REACHABLE_NETWORKS)
        if refuse_inside_transaction not in http.guards:
            http.guards.append(refuse_inside_transaction)
        registry.install(wiring())
