"""The long-running roles: web server, worker, and all of them together."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from orderlane.config import environment
from orderlane.config.cluster import Cluster
from orderlane.config.supervisor import Child, Say, Supervisor, http_ready, require_port

BLOCKING_THREADS = 8
WORKER_CONCURRENCY = 8
WORKER_PROCESSES = 2
"""One Python process keeps one core busy; two use the second while the database waits."""
POLL_SECONDS = 1.0
"""How late a job may start whose time has come; a job for now is announced and need not be looked for."""
GRACEFUL_SECONDS = 8
STOP_DATABASE_SECONDS = 15.0


def serve_web(host: str, port: int, processes: int) -> None:
    """Serve the pages and the webhook doors until told to stop; raises :class:`PortUnusable`."""
    require_port(port, host)
    from granian import Granian
    from granian.constants import Interfaces

    server = Granian(
        "orderlane.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=BLOCKING_THREADS,
        workers_kill_timeout=GRACEFUL_SECONDS,
        respawn_failed_workers=True,
        websockets=False,
    )
    try:
        server.serve()
    except RuntimeError:
        # Somebody may have come between the check and the bind; all the server says then is a backtrace.
        require_port(port, host)
        raise


def run_worker(concurrency: int) -> None:
    """Run background jobs until told to stop; started jobs may finish within a few seconds."""
    from django.core.management import call_command

    _set_up_django()
    call_command(
        "procrastinate",
        "worker",
        f"--concurrency={concurrency}",
        f"--fetch-job-polling-interval={POLL_SECONDS}",
        f"--shutdown-graceful-timeout={GRACEFUL_SECONDS}",
        "--delete-jobs=successful",
    )


def prepare() -> None:
    """Bring the database and the generated files up to date; safe to repeat, and to run beside a running server."""
    from django.core.management import call_command
    from django.db import connection

    from orderlane.config.catalogs import compile_catalogs

    compile_catalogs()
    _set_up_django()
    with connection.cursor() as cursor:
        # A migration of a big table may take its time; pages and jobs may not.
        cursor.execute("SET statement_timeout = 0")
    call_command("migrate", interactive=False, verbosity=1)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    sys.stdout.write("The database is up to date.\n")


def own_command(*words: str) -> list[str]:
    """Return the command that runs ``orderlane`` with ``words``, in this same Python."""
    return [sys.executable, "-m", "orderlane.config.cli", *words]


def start_database(say: Say) -> Cluster | None:
    """Start the private cluster and keep it running while this process lives; ``None`` with a server of its own."""
    env = environment.read()
    if env.database_url:
        say("database    your own server (DATABASE_URL)")
        return None
    cluster = Cluster(env.home)
    cluster.ensure_running(say)
    say(f"database    private PostgreSQL in {cluster.root}")
    return cluster


def stop_database(cluster: Cluster | None, say: Say) -> None:
    """Give the private cluster up and see it stop, unless other processes still use it."""
    if cluster is None:
        return
    cluster.release()
    if cluster.wait_stopped(STOP_DATABASE_SECONDS):
        say("database stopped")
    else:
        say("database left running: other processes still use it")


def start_roles(tree: Supervisor, host: str, port: int, env: Mapping[str, str], say: Say) -> None:
    """Start worker and web server and wait until pages are answered."""
    for number in range(1, WORKER_PROCESSES + 1):
        tree.start(Child(f"worker-{number}", own_command("worker"), env, lasting=True))
    say(f"workers     {WORKER_PROCESSES} running")
    command = own_command("web", "--host", host, "--port", str(port))
    probe = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    tree.start(Child("web", command, env, ready=http_ready(port, "/healthz", probe), lasting=True))
    say(f"web         http://{host}:{port}/")


def up(host: str, port: int, say: Say) -> None:
    """Run database, worker and web server together until Ctrl-C; raises :class:`PortUnusable`."""
    home: Path = environment.read().home
    cluster: Cluster | None = None
    try:
        require_port(port, host)
        with Supervisor(home / "logs", say) as tree:
            cluster = start_database(say)
            say("migrating   ...")
            tree.run(Child("migrate", own_command("migrate")))
            start_roles(tree, host, port, {}, say)
            say(f"logs        {home / 'logs'}")
            say("Press Ctrl-C to stop.")
            tree.wait()
    finally:
        stop_database(cluster, say)


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderlane.config.settings")
    import django

    django.setup()
