"""The private PostgreSQL: made, shared, survived, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest

from orderlane.config.cluster import DATABASE, ROLE, Cluster, runnable
from orderlane.config.postgres_binaries import Binaries, ClusterError, find_binaries, server_account

USER_OF_THE_CLUSTER = """
import sys, time
from pathlib import Path
from orderlane.config.cluster import Cluster
Cluster(Path(sys.argv[1])).ensure_running()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder that root's server account can reach too, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp(prefix="ol-"))
    folder.chmod(0o755)
    yield folder
    Cluster(folder).remove()
    assert Cluster(folder).wait_stopped(10)
    shutil.rmtree(folder)


def start_user(home: Path) -> subprocess.Popen[str]:
    """Start another process that uses the cluster, and wait until it does."""
    command = [sys.executable, "-c", USER_OF_THE_CLUSTER, str(home)]
    user = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"
    return user


def end(user: subprocess.Popen[str]) -> None:
    """Kill a user the hard way."""
    user.kill()
    user.wait()
    assert user.stdout is not None
    user.stdout.close()


def ask(folder: Path, question: str) -> object:
    """Ask the server one question as Orderlane's own role."""
    with psycopg.connect(host=str(folder), user=ROLE, dbname=DATABASE) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(home: Path) -> int:
    """Return the server's process id."""
    return int((Cluster(home).data_folder / "postmaster.pid").read_text().splitlines()[0])


def test_the_role_is_bound_by_row_security_but_may_create(home: Path) -> None:
    folder = Cluster(home).ensure_running()
    flags = (
        "SELECT (rolsuper, rolbypassrls, rolcreatedb, rolcreaterole)::text FROM pg_roles WHERE rolname = current_user"
    )
    assert ask(folder, flags) == "(f,f,t,t)"


def test_it_keeps_what_it_is_told_and_listens_to_nobody_else(home: Path) -> None:
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
    }
    folder = Cluster(home).ensure_running()
    assert {setting: ask(folder, f"SHOW {setting}") for setting in wanted} == wanted


def test_its_folders_are_closed_to_others(home: Path) -> None:
    folder = Cluster(home).ensure_running()
    for each in (folder, Cluster(home).data_folder):
        assert each.stat().st_mode & 0o077 == 0


def test_letters_with_accents_have_upper_and_lower_case(home: Path) -> None:
    assert ask(Cluster(home).ensure_running(), "SELECT lower('ÉTÉ À NOËL')") == "été à noël"


def test_processes_share_one_server_and_the_last_one_stops_it(home: Path) -> None:
    users = [start_user(home), start_user(home)]
    server = postmaster(home)
    end(users[0])
    sleep(0.3)
    assert Cluster(home).is_running()
    assert postmaster(home) == server
    end(users[1])
    assert Cluster(home).wait_stopped(10)


def test_rows_survive_the_killing_of_the_server(home: Path) -> None:
    cluster = Cluster(home)
    folder = cluster.ensure_running()
    with psycopg.connect(host=str(folder), user=ROLE, dbname=DATABASE) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server = postmaster(home)
    os.kill(server, signal.SIGKILL)
    deadline = monotonic() + 5
    while cluster.is_running() and monotonic() < deadline:
        sleep(0.05)
    assert ask(cluster.ensure_running(), "SELECT answer FROM kept") == 42
    assert postmaster(home) != server


def test_a_crash_while_it_is_created_is_cleaned_up(home: Path) -> None:
    half_made = home / "postgres" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    assert ask(Cluster(home).ensure_running(), "SELECT 1") == 1


def test_a_very_long_path_gets_a_short_socket(home: Path) -> None:
    deep = home / ("d" * 100)
    cluster = Cluster(deep)
    folder = cluster.ensure_running()
    try:
        assert not folder.is_relative_to(deep)
        assert folder.stat().st_mode & 0o077 == 0
        assert ask(folder, "SELECT 1") == 1
    finally:
        cluster.remove()
    assert not folder.exists()


def test_a_socket_folder_of_somebody_else_is_refused(home: Path) -> None:
    deep = home / ("e" * 100)
    folder = Cluster(deep).socket_folder()
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    try:
        with pytest.raises(ClusterError, match="belongs to somebody else"):
            Cluster(deep).ensure_running()
        assert list(elsewhere.iterdir()) == []
    finally:
        folder.unlink()
        Cluster(deep).remove()


def test_data_of_another_major_version_is_refused_by_name(home: Path) -> None:
    with pytest.raises(ClusterError, match=r"written by PostgreSQL 9, but only version .* is installed"):
        find_binaries(9)


def test_removing_leaves_nothing_and_can_be_followed_by_a_fresh_start(home: Path) -> None:
    cluster = Cluster(home)
    folder = cluster.ensure_running()
    with psycopg.connect(host=str(folder), user=ROLE, dbname=DATABASE) as connection:
        connection.execute("CREATE TABLE gone ()")
    cluster.remove()
    assert not (home / "postgres").exists()
    assert ask(cluster.ensure_running(), "SELECT count(*) FROM pg_class WHERE relname = 'gone'") == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs its server to run as somebody else")
def test_root_may_keep_everything_in_a_closed_folder(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed / "home")
    said: list[str] = []
    folder = cluster.ensure_running(said.append)
    elsewhere = cluster.root
    try:
        assert not elsewhere.is_relative_to(home)
        assert any(str(elsewhere) in line for line in said)
        assert ask(folder, "SELECT 1") == 1
    finally:
        cluster.remove()
    assert not elsewhere.exists()
    assert cluster.wait_stopped(10)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs its server to run as somebody else")
def test_programs_in_a_closed_folder_are_copied_whole(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    installed = find_binaries().folder.parent
    package = installed.parent
    shutil.copytree(installed, closed / package.name / installed.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    account = server_account()
    assert account is not None
    inside = Binaries(closed / package.name / installed.name / "bin", find_binaries().major)
    copied = runnable(inside, account)
    try:
        assert not copied.folder.is_relative_to(home)
        command = [str(copied.folder / "postgres"), "--version"]
        done = subprocess.run(command, user=account.uid, group=account.gid, extra_groups=[], cwd="/", check=False)
        assert done.returncode == 0
    finally:
        shutil.rmtree(copied.folder.parents[2])
