"""Which PostgreSQL the installation uses: ``DATABASE_URL``, else a private cluster in the data folder."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from orderlane.config.cluster import DATABASE, ROLE, Cluster
from orderlane.config.environment import Environment

# Limits against a stuck page or job, in milliseconds. Migrations lift the first for themselves.
_LIMITS = {
    "statement_timeout": 30_000,
    "lock_timeout": 10_000,
    "idle_in_transaction_session_timeout": 60_000,
}
CONNECTION_SECONDS = 300


class BadDatabaseUrl(ValueError):
    """``DATABASE_URL`` is not a PostgreSQL address."""


def django_databases(env: Environment) -> dict[str, dict[str, Any]]:
    """Return Django's ``DATABASES``; nothing is started or contacted until the first connection."""
    database = _from_url(env.database_url) if env.database_url else _embedded(env)
    limits = " ".join(f"-c {name}={milliseconds}" for name, milliseconds in _LIMITS.items())
    database["OPTIONS"] = {
        "application_name": "orderlane",
        "connect_timeout": 10,
        "options": limits,
        # Values travel apart from the statement, which PostgreSQL can then prepare once: measured, a quarter
        # to a third less of its time per request than Django's default.
        "server_side_binding": True,
        "prepare_threshold": 1,
        **database.get("OPTIONS", {}),
    }
    return {
        "default": {
            **database,
            "ATOMIC_REQUESTS": False,
            "CONN_MAX_AGE": CONNECTION_SECONDS,
            "CONN_HEALTH_CHECKS": True,
        }
    }


def _embedded(env: Environment) -> dict[str, Any]:
    return {
        "ENGINE": "orderlane.config.embedded_backend",
        "CLUSTER_HOME": str(env.home),
        "HOST": str(Cluster(env.home).socket_folder()),
        "NAME": DATABASE,
        "USER": ROLE,
    }


def _from_url(url: str) -> dict[str, Any]:
    """Read ``postgresql://user:password@host:port/name?sslmode=...``; the host may be an encoded socket folder."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadDatabaseUrl(f"DATABASE_URL cannot be read: {error}") from error
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise BadDatabaseUrl("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": options.pop("host", _host(parts)),
        "PORT": str(port or ""),
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": options,
    }


def _host(parts: SplitResult) -> str:
    # Not ``parts.hostname``: it lower-cases, which would break a socket folder's path.
    host = parts.netloc.rpartition("@")[2]
    if parts.port is not None:
        host = host.rpartition(":")[0]
    return unquote(host.strip("[]"))
