"""The private PostgreSQL cluster in the data folder, shared by every process of one installation.

Each process that uses it holds a shared lock on ``postgres.lock``; the keeper (:mod:`orderlane.config.cluster_keeper`)
waits for the exclusive one and then stops the server. The lock goes with its process however that ends, so the
server never outlives its last user and is never stopped under one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from orderlane.config.postgres_binaries import (
    Account,
    Binaries,
    ClusterError,
    find_binaries,
    reachable,
    server_account,
)

ROLE = DATABASE = "orderlane"
START_SECONDS = 60
# A Unix socket's path is limited to 107 bytes on Linux, 103 on macOS; the file itself is "/.s.PGSQL.5432".
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")
_RELOCATED = Path("/var/lib/orderlane")
_SETTINGS = """\
# Written by Orderlane at every start; put your own settings into postgresql.conf below the include.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
fsync = on
synchronous_commit = on
full_page_writes = on
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = off
"""

_leases: dict[Path, int] = {}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster of one data folder; nothing is touched until :meth:`ensure_running`."""

    home: Path

    @property
    def root(self) -> Path:
        """The folder of data, socket and log; a link when root's own folders are closed to the server's account."""
        return (self.home / "postgres").resolve()

    @property
    def data_folder(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.root / "server.log"

    def socket_folder(self) -> Path:
        """Where clients find the server: as a running server says, else where it will listen."""
        return self._running_socket() or _socket_folder(self.root)

    def is_running(self) -> bool:
        """Whether the server is up and accepts connections."""
        folder = self._running_socket()
        return folder is not None and _accepts(folder)

    def ensure_running(self, say: Callable[[str], None] = lambda line: None) -> Path:
        """Create and start the server if needed, keep it running while this process lives; return its socket folder.

        Safe to call at any time from any number of processes. Raises :class:`ClusterError`.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        if self.home not in _leases:
            _leases[self.home] = _lock(self.home / "postgres.lock", fcntl.LOCK_SH)
        if not (self.is_running() and self._kept()):
            with _locked(self.home / "postgres.start.lock"):
                if not self.is_running():
                    self._start(say)
                if not self._kept():
                    self._spawn_keeper()
        return self.socket_folder()

    def release(self) -> None:
        """Give up this process's claim; the keeper stops the server once nobody has one."""
        lease = _leases.pop(self.home, None)
        if lease is not None:
            os.close(lease)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server now, whoever uses it; a server that is not running is fine."""
        if not (self.data_folder / "postmaster.pid").exists():
            return
        binaries = find_binaries(self._data_major())
        done = self._run(binaries, "pg_ctl", "-D", str(self.data_folder), "-m", mode, "-w", "-t", "30", "stop")
        if done.returncode and self.is_running():
            raise ClusterError(f"PostgreSQL did not stop: {done.stderr.strip() or done.stdout.strip()}")

    def wait_stopped(self, seconds: float) -> bool:
        """Wait until the keeper has stopped the server; ``False`` when others keep it running."""
        deadline = monotonic() + seconds
        while (self.data_folder / "postmaster.pid").exists():
            if monotonic() > deadline:
                return False
            sleep(0.05)
        return True

    def remove(self) -> None:
        """Stop the server and delete every row it held."""
        self.release()
        with _locked(self.home / "postgres.start.lock"):
            self.stop("immediate")
            # Before the data goes: its folder's real place decides where the socket is.
            outside = _socket_folder(self.root)
            if outside.exists() and not outside.is_symlink():
                shutil.rmtree(outside)
            shutil.rmtree(self.root, ignore_errors=True)
            (self.home / "postgres").unlink(missing_ok=True)

    def _start(self, say: Callable[[str], None]) -> None:
        account = server_account()
        self._make_root(account, say)
        binaries = runnable(find_binaries(self._data_major()), account)
        if account is not None:
            say(f"PostgreSQL refuses to run as root: its server runs as the ordinary account {account.name!r}")
        if not (self.data_folder / "PG_VERSION").exists():
            say(f"Creating a private PostgreSQL {binaries.major} in {self.root}")
            self._initialize(binaries)
        folder = _socket_folder(self.root)
        _private_folder(folder, account)
        settings = _SETTINGS.format(socket=str(folder).replace("'", "''"))
        conf = self.data_folder / "orderlane.conf"
        conf.write_text(settings, encoding="utf-8")
        if account is not None:
            os.chown(conf, account.uid, account.gid)
        self._launch(binaries)
        _create_role_and_database(folder)

    def _make_root(self, account: Account | None, say: Callable[[str], None]) -> None:
        link = self.home / "postgres"
        if link.is_symlink() and not link.exists():
            link.unlink()
        if not link.exists():
            if account is not None and not reachable(self.home, account):
                _RELOCATED.mkdir(parents=True, exist_ok=True)
                link.symlink_to(tempfile.mkdtemp(prefix="cluster-", dir=_RELOCATED))
                say(f"{self.home} is closed to {account.name!r}: the database lives in {link.resolve()}")
            else:
                link.mkdir(mode=0o700)
        if account is not None:
            os.chown(self.root, account.uid, account.gid)

    def _initialize(self, binaries: Binaries) -> None:
        # Made beside and renamed when whole, so that a crash half-way leaves nothing that looks like a cluster.
        fresh = self.root / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        locale = ["--locale=C"]
        if binaries.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums", "--no-instructions"]
        done = self._run(binaries, "initdb", "-D", str(fresh), *options, *locale)
        if done.returncode:
            raise ClusterError(f"PostgreSQL could not create its data folder: {done.stderr.strip()}")
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\ninclude 'orderlane.conf'\n")
        fresh.rename(self.data_folder)

    def _launch(self, binaries: Binaries) -> None:
        # After kill -9 the old server's last children may hold its shared memory for a moment: try again.
        deadline = monotonic() + START_SECONDS
        while True:
            self._forget_zombie()
            command = ["-D", str(self.data_folder), "-w", "-t", str(START_SECONDS), "-l", str(self.log), "start"]
            done = self._run(binaries, "pg_ctl", *command)
            if done.returncode == 0 or self.is_running():
                return
            end = _tail(self.log)
            passing = "shared memory block" in end or "lock file" in end
            if monotonic() > deadline or not passing:
                raise ClusterError(f"PostgreSQL did not start; the end of {self.log}:\n{end}")
            sleep(0.5)

    def _forget_zombie(self) -> None:
        """Remove the pid file of a killed server that nobody has reaped (containers whose process 1 does not).

        PostgreSQL takes the dead process for a living one and would never start again. Only done when the kernel
        says that it is dead and that no process is attached to its shared memory (line 7 of the file).
        """
        pid_file = self.data_folder / "postmaster.pid"
        try:
            lines = pid_file.read_text(encoding="utf-8").splitlines()
            state = Path(f"/proc/{lines[0]}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            segment = lines[6].split()[1]
            segments = Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()
        except (OSError, IndexError):
            return
        attached = any(row.split()[1] == segment and row.split()[6] != "0" for row in segments[1:])
        if state == "Z" and not attached:
            pid_file.unlink()
            (Path(lines[4]) / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _run(self, binaries: Binaries, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        account = server_account()
        found = runnable(binaries, account)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        # Output goes to files, not pipes: the server inherits them and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(  # noqa: S603 - programs found by find_binaries
                [found.folder / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd="/",
                env=env,
                check=False,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                start_new_session=True,
            )
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())

    def _data_major(self) -> int | None:
        version = self.data_folder / "PG_VERSION"
        return int(version.read_text(encoding="ascii").split(".")[0]) if version.exists() else None

    def _running_socket(self) -> Path | None:
        # Line 5 is the socket folder and line 8 the state: https://www.postgresql.org/docs/current/storage-file-layout.html
        try:
            lines = (self.data_folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return None
        ready = len(lines) >= 8 and lines[7].strip() == "ready"
        return Path(lines[4]) if ready and lines[4] else None

    def _kept(self) -> bool:
        """Whether a keeper is alive: it holds this lock as long as it lives."""
        try:
            os.close(_lock(self.home / "postgres.keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB))
        except BlockingIOError:
            return True
        return False

    def _spawn_keeper(self) -> None:
        with self.log.open("ab") as log:
            keeper = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "orderlane.config.cluster_keeper", str(self.home)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while not self._kept():
            if keeper.poll() is not None:
                raise ClusterError(f"The database's keeper ended at once; the end of {self.log}:\n{_tail(self.log)}")
            sleep(0.01)
        # It outlives us on purpose; told so, Popen does not warn that a child is still running.
        keeper.returncode = 0


def _lock(path: Path, how: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = _lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def _socket_folder(root: Path) -> Path:
    inside = root / "socket"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER:
        return inside
    return Path(tempfile.gettempdir()) / f"orderlane-{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}"


def _private_folder(folder: Path, account: Account | None) -> None:
    """Make ``folder`` for the server alone; refuse one that somebody else put there first."""
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        status = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or status.st_uid != owner:
            raise ClusterError(f"{folder} belongs to somebody else; remove it or set TMPDIR") from None
        folder.chmod(0o700)


def runnable(binaries: Binaries, account: Account | None) -> Binaries:
    """Return programs the account may run: root's closed folders are no use to it, so it gets a copy."""
    if account is None or reachable(binaries.folder / "postgres", account):
        return binaries
    stamp = (binaries.folder / "postgres").stat().st_mtime_ns
    copy = _RELOCATED / f"postgresql-{binaries.major}-{stamp}"
    installed = binaries.folder.parent
    package = installed.parent
    if not copy.exists():
        _RELOCATED.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="programs-", dir=_RELOCATED))
        shutil.copytree(installed, fresh / package.name / installed.name, symlinks=True)
        # Wheels keep the libraries they bring in a folder beside the package, found by relative path.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return Binaries(copy / package.name / installed.name / binaries.folder.name, binaries.major)


def _accepts(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / ".s.PGSQL.5432"))
        except OSError:
            return False
        return True


def _create_role_and_database(folder: Path) -> None:
    """Create the role Orderlane signs in as: never a superuser, whom row-level security would not bind."""
    # Here, so that the keeper, which lives as long as the server, need not hold it in memory.
    import psycopg
    from psycopg import sql

    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER CREATEDB CREATEROLE NOBYPASSRLS").format(role))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def _tail(path: Path, lines: int = 15) -> str:
    if not path.exists():
        return "(empty)"
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
