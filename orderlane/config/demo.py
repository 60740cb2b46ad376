"""``orderlane demo``: the whole product beside simulators of the outside world, on loopback, with a seeded story.

It begins anew each time: the simulators keep what happened in memory, and a database that remembers orders, payments
and parcels of which the outside knows nothing would be a puzzle, not a demonstration.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from orderlane.config import environment
from orderlane.config.cluster import Cluster
from orderlane.config.demo_outside import platform_apps, read_outside
from orderlane.config.serving import own_command, start_database, start_roles, stop_database
from orderlane.config.supervisor import Child, Say, Supervisor, free_port, http_ready

LOOPBACK = "127.0.0.1"
WEB_PORT = 8000
SANDBOX_PORT = 8900


# Where the sandbox keeps the API of a platform's stores, when it is not simply below the store's own name.
_API_PATHS = {"bigcommerce": "stores/{domain}", "ecwid": "api/v3/{domain}", "wix": ""}


def demo_environment(home: Path, web_port: int, sandbox_port: int) -> dict[str, str]:
    """Return the settings that point every connector at the sandbox and everything else at this machine."""
    from orderlane.config.wiring import PLATFORMS  # here, because every command would wait for the connectors

    sandbox = f"http://{LOOPBACK}:{sandbox_port}"
    return {
        **{
            f"ORDERLANE_{name.upper()}_URL": f"{sandbox}/{name}/{_API_PATHS.get(name, '{domain}')}".rstrip("/")
            for name in PLATFORMS
        },
        "ORDERLANE_REACHABLE_NETWORKS": f"{LOOPBACK}/32",
        "ORDERLANE_HOME": str(home),
        "DATABASE_URL": "",
        "ORDERLANE_URL": f"http://{LOOPBACK}:{web_port}",
        "ORDERLANE_SANDBOX_URL": sandbox,
        "ORDERLANE_PAYPAL_LIVE_URL": f"{sandbox}/paypal",
        "ORDERLANE_PAYPAL_TEST_URL": f"{sandbox}/paypal",
        "ORDERLANE_STRIPE_URL": f"{sandbox}/stripe",
        "ORDERLANE_PICTURE_SOURCES": sandbox,
        "ORDERLANE_PAYMENT_PAGE_HOSTS": f"{LOOPBACK}:{sandbox_port}",
    }


def run_demo(web_port: int, sandbox_port: int, say: Say) -> None:
    """Start everything, seed it, print where to go, and run until Ctrl-C."""
    began = monotonic()
    home = Path(os.environ.get("ORDERLANE_HOME", "var/demo")).resolve()
    with staged(home, web_port, sandbox_port, say=say) as stage:
        say(f"ready after {monotonic() - began:.0f} s; logs in {home / 'logs'}")
        say("")
        say(f"Open {stage.web_url}/ for Orderlane, {stage.sandbox_url}/ for the world outside.")
        say(f"E-mails it sends: {stage.sandbox_url}/mailbox/")
        for line in stage.story.splitlines():
            say(line)
        say("Press Ctrl-C to stop. The next demo begins anew.")
        stage.tree.wait()


@dataclass(frozen=True, slots=True)
class Stage:
    """The whole installation beside the outside world, running: for a person or for a rehearsal."""

    tree: Supervisor
    web_url: str
    sandbox_url: str
    story: str
    """What seeding printed: the sign-ins."""


@contextmanager
def staged(
    home: Path, web_port: int, sandbox_port: int, *, say: Say, sandbox_options: Sequence[str] = ()
) -> Iterator[Stage]:
    """Start database, sandbox, worker and web server, seed it anew, and stop it all at the end."""
    web = _choose("pages", web_port, frozenset(), say)
    sandbox = _choose("sandbox", sandbox_port, frozenset({web}), say)
    os.environ.update(demo_environment(home, web, sandbox))
    cluster: Cluster | None = None
    try:
        with Supervisor(home / "logs", say) as tree:
            _refuse_if_in_use(Cluster(environment.read().home))
            Cluster(environment.read().home).remove()
            cluster = start_database(say)
            command = [sys.executable, "-m", "sandbox", "--port", str(sandbox), *sandbox_options]
            tree.start(Child("sandbox", command, ready=http_ready(sandbox, "/")))
            say(f"sandbox     http://{LOOPBACK}:{sandbox}/")
            os.environ.update(apps_environment(home, f"http://{LOOPBACK}:{sandbox}"))
            say("migrating   ...")
            tree.run(Child("migrate", own_command("migrate")))
            start_roles(tree, LOOPBACK, web, {}, say)
            say("seeding     retailers, suppliers, stores, products ...")
            story = tree.run(Child("seed", own_command("seed-demo")))
            yield Stage(tree, f"http://{LOOPBACK}:{web}", f"http://{LOOPBACK}:{sandbox}", story)
    finally:
        stop_database(cluster, say)


def apps_environment(home: Path, sandbox_url: str) -> dict[str, str]:
    """The settings of an operator with a mail server, and an app registered at each of the sandbox's platforms."""
    outside = read_outside(sandbox_url)
    settings = {"ORDERLANE_EMAIL_URL": outside["mailbox"]["smtp_url"]}
    home.mkdir(parents=True, exist_ok=True)
    for platform, app in platform_apps(outside, sandbox_url).items():
        prefix = f"ORDERLANE_{platform.upper()}"
        settings[f"{prefix}_CLIENT_ID"] = app.client_id
        settings[f"{prefix}_CLIENT_SECRET"] = app.client_secret
        settings[f"{prefix}_AUTH_URL"] = app.auth_url
        if app.public_keys:
            key_file = home / f"{platform}-webhooks.pem"
            key_file.write_text("".join(app.public_keys), encoding="ascii")
            settings[f"{prefix}_PUBLIC_KEYS"] = str(key_file)
    return settings


def _choose(what: str, wanted: int, taken: frozenset[int], say: Say) -> int:
    port = free_port(wanted, taken, LOOPBACK)
    if port != wanted:
        say(f"port {wanted} is busy: {what} on {port} instead")
    return port


def _refuse_if_in_use(cluster: Cluster) -> None:
    if cluster.is_running() and not cluster.wait_stopped(3):
        raise DemoAlreadyRunning(
            f"A demo is already running on {cluster.home}. Stop it, or set ORDERLANE_HOME to another folder."
        )


class DemoAlreadyRunning(RuntimeError):
    """Another demo uses the same data folder; a fresh start would pull its database from under it."""
