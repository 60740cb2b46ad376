"""The engine's one difference: the cluster is running before connection settings are handed out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgresqlWrapper

from orderlane.config.cluster import Cluster


class DatabaseWrapper(PostgresqlWrapper):
    """PostgreSQL reached over the private cluster's Unix socket.

    Starting at the first connection, and not when settings load, keeps ``--help`` free of side effects; the
    pool and the job queue ask for their connection settings here too.
    """

    def get_connection_params(self) -> dict[str, Any]:
        """Start the cluster if needed and return psycopg's settings for it."""
        cluster = Cluster(Path(self.settings_dict["CLUSTER_HOME"]))
        folder = cluster.ensure_running(say=lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
        params: dict[str, Any] = super().get_connection_params()
        return {**params, "host": str(folder)}
