"""``orderlane doctor``: what is well, what is doubtful and what is broken here, each with the next step.

It only looks: it makes no data folder, no secret and no database, and starts nothing.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from orderlane.config import environment
from orderlane.config.cluster import Cluster
from orderlane.config.environment import Environment
from orderlane.config.postgres_binaries import OLDEST_MAJOR, ClusterError
from orderlane.config.secret_files import SECRET_KEY_FILE, VAULT_KEYS_FILE, new_vault_key
from orderlane.config.wiring import PLATFORMS
from orderlane.kernel.clock import now
from orderlane.ports.capabilities import StoreCapability

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1024**3
LARGEST_CLOCK_GAP_SECONDS = 5.0


class Verdict(StrEnum):
    """How a check ended; FAIL makes the command fail."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``next_step`` is empty when there is nothing to do or to know."""

    verdict: Verdict
    subject: str
    fact: str
    next_step: str = ""

    def __str__(self) -> str:
        line = f"{self.verdict:<4}  {self.subject:<15} {self.fact}"
        return f"{line}\n      {'':<15} -> {self.next_step}" if self.next_step else line


def examine(env: Environment) -> list[Finding]:
    """Run every check; those that need the database are one failed line when it cannot be reached."""
    findings = [
        check_python(),
        *check_secret_files(env),
        check_base_url(env),
        check_proxies(env),
        check_disk(env),
        check_email(env),
        *check_apps(env),
    ]
    if not env.database_url and not Cluster(env.home).is_running():
        step = "start Orderlane (`orderlane up`, or the demo) and run the doctor beside it"
        return [*findings, Finding(Verdict.WARN, "database", "not running, so not looked into", step)]
    try:
        with connection.cursor():
            pass
    except (DatabaseError, ClusterError) as error:
        step = "check DATABASE_URL, or unset it to use the private cluster"
        return [*findings, Finding(Verdict.FAIL, "database", f"not reachable: {error}", step)]
    checks: Iterable[Callable[[], Finding]] = (
        check_version,
        check_role,
        check_migrations,
        check_row_security,
        check_clock,
    )
    return [*findings, *(check() for check in checks)]


def check_python() -> Finding:
    """The interpreter's version."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Finding(Verdict.FAIL, "python", version, "install Python 3.11 or newer")
    return Finding(Verdict.OK, "python", version)


def check_secret_files(env: Environment) -> list[Finding]:
    """Whether secrets in the data folder can be read by others."""
    given = {SECRET_KEY_FILE: env.secret_key, VAULT_KEYS_FILE: env.vault_keys}
    return [_secret_file(env.home / name, bool(value)) for name, value in given.items()]


def _secret_file(path: Path, given: bool) -> Finding:
    if given:
        return Finding(Verdict.OK, path.name, "given by the environment")
    if not path.exists():
        return Finding(Verdict.WARN, path.name, f"{path} is absent", "it is made at the first start")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding(Verdict.FAIL, path.name, f"{path} has mode {mode:04o}", f"chmod 600 {path}")
    return Finding(Verdict.OK, path.name, f"{path}, mode {mode:04o}; keep a copy elsewhere")


def check_base_url(env: Environment) -> Finding:
    """Whether platforms and browsers can reach the address given as ours."""
    parts = urlsplit(env.base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return Finding(Verdict.FAIL, "address", repr(env.base_url), "set ORDERLANE_URL to https://your.domain")
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if local:
        return Finding(
            Verdict.WARN, "address", env.base_url, "only this machine reaches it; set ORDERLANE_URL to go live"
        )
    if parts.scheme == "http":
        return Finding(Verdict.FAIL, "address", env.base_url, "serve it over https: passwords travel here")
    return Finding(Verdict.OK, "address", env.base_url)


def check_proxies(env: Environment) -> Finding:
    """Whether visitors behind our own proxy are told apart."""
    count = env.trusted_proxies
    if env.base_url.startswith("https://") and not count:
        step = "set ORDERLANE_TRUSTED_PROXIES to their number: sign-in attempts are counted per visitor"
        return Finding(Verdict.WARN, "proxies", "none trusted, so all visitors look like the one that ends TLS", step)
    return Finding(Verdict.OK, "proxies", f"{count} trusted" if count else "none")


def check_apps(env: Environment) -> list[Finding]:
    """Our own app at each platform that has an install flow, with the addresses to register there."""
    found = []
    for name, each in sorted(PLATFORMS.items()):
        if each.store.install_flow is None:
            continue
        ours = environment.platform(name, each.api_url, each.auth_url)
        addresses = [f"callback address there: {env.base_url}/stores/install/{name}/return"]
        if StoreCapability.COMMON_WEBHOOK_DOOR in each.store.capabilities:
            addresses.append(f"webhook address: {env.base_url}/hooks/platforms/{name}")
        state = "set" if ours.client_id else "none, so stores are connected with keys"
        found.append(Finding(Verdict.OK, f"{name} app", state, "; ".join(addresses)))
    return found


def check_disk(env: Environment) -> Finding:
    """Free space where the data folder is."""
    free = shutil.disk_usage(env.home if env.home.exists() else Path("/")).free
    fact = f"{free // 1024**2} MiB free at {env.home}"
    if free < LEAST_FREE_BYTES:
        return Finding(Verdict.FAIL, "disk", fact, "free some space: a full disk stops the database")
    return Finding(Verdict.OK, "disk", fact)


def check_email(env: Environment) -> Finding:
    """Whether e-mails leave the machine."""
    if not env.email_url:
        return Finding(Verdict.WARN, "e-mail", "only printed to the log", "set ORDERLANE_EMAIL_URL")
    return Finding(Verdict.OK, "e-mail", f"through {urlsplit(env.email_url).hostname}")


def check_version() -> Finding:
    """The server's version."""
    major, minor = divmod(int(_one("SHOW server_version_num")), 10_000)
    fact = f"PostgreSQL {major}.{minor}"
    if major < OLDEST_MAJOR:
        return Finding(Verdict.FAIL, "database", fact, f"upgrade to PostgreSQL {OLDEST_MAJOR} or newer")
    return Finding(Verdict.OK, "database", fact)


def check_role() -> Finding:
    """Whether row-level security binds the role we sign in as."""
    name = _one("SELECT current_user")
    above = _one("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    if above:
        step = f"ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS: it ignores row-level security"
        return Finding(Verdict.FAIL, "role", f"{name} is a superuser or bypasses row security", step)
    return Finding(Verdict.OK, "role", f"{name}, an ordinary role")


def check_migrations() -> Finding:
    """Whether the tables are those this version expects."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Finding(Verdict.FAIL, "migrations", f"{len(waiting)} not applied", "orderlane migrate")
    return Finding(Verdict.OK, "migrations", "all applied")


def check_row_security() -> Finding:
    """Whether tables with row-level security have it forced, on their owner too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relforcerowsecurity FROM pg_class "
            "WHERE relrowsecurity AND relkind IN ('r', 'p') ORDER BY relname"
        )
        rows = cursor.fetchall()
    lax = [name for name, forced in rows if not forced]
    if lax:
        step = "ALTER TABLE ... FORCE ROW LEVEL SECURITY on each"
        return Finding(Verdict.FAIL, "row security", f"not forced on {', '.join(lax)}", step)
    if not rows:
        return Finding(Verdict.WARN, "row security", "on no table", "orderlane migrate")
    return Finding(Verdict.OK, "row security", f"forced on {len(rows)} tables")


def check_clock() -> Finding:
    """How far this machine's clock is from the database's."""
    gap = abs((_one("SELECT clock_timestamp()") - now()).total_seconds())
    if gap > LARGEST_CLOCK_GAP_SECONDS:
        return Finding(Verdict.FAIL, "clock", f"{gap:.0f} s away from the database's", "synchronise both clocks (NTP)")
    return Finding(Verdict.OK, "clock", f"{gap:.1f} s from the database's")


def main(home: str) -> int:
    """Look at the installation in ``home`` (empty: where the environment says) and print the report.

    1 when anything failed, or when there is no installation. Django must not be set up before.
    """
    if home:
        os.environ["ORDERLANE_HOME"] = home
    env = environment.read()
    if not env.database_url and not (env.home / "postgres").exists():
        sys.stdout.write(_nothing_there(env.home))
        return 1
    where = "your own server (DATABASE_URL)" if env.database_url else "its private PostgreSQL"
    sys.stdout.write(f"Looking at the installation in {env.home}, with {where}.\n")
    _set_up_django(env)
    findings = examine(env)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    return int(any(finding.verdict is Verdict.FAIL for finding in findings))


def _nothing_there(home: Path) -> str:
    demo = home / "demo"
    other = f"The demo's is in {demo}: orderlane doctor --home {demo}\n" if (demo / "postgres").exists() else ""
    return f"There is no installation in {home}. `orderlane up` makes one; --home names another.\n{other}"


def _set_up_django(env: Environment) -> None:
    """Set Django up with secrets of this moment in place of those that are absent, which it would make otherwise."""
    if not env.secret_key and not (env.home / SECRET_KEY_FILE).exists():
        os.environ["ORDERLANE_SECRET_KEY"] = secrets.token_urlsafe(64)
    if not env.vault_keys and not (env.home / VAULT_KEYS_FILE).exists():
        os.environ["ORDERLANE_VAULT_KEYS"] = new_vault_key()
    import django

    django.setup()


def _one(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None
