"""I-24: what was acknowledged survives an immediate stop of PostgreSQL, as after a power cut."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg
import pytest

from orderlane.config.cluster import Cluster
from orderlane.config.demo import apps_environment, demo_environment
from orderlane.config.serving import own_command
from orderlane.config.supervisor import free_port, http_ready
from orderlane.connectors.stores.shopify.webhooks import sign
from orderlane.kernel.ids import new_id
from tests.environment import ROOT
from tests.faults.outside import RETAILER, Outside, running_outside

pytestmark = pytest.mark.xdist_group("durability")
SENDERS = 6


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder of its own: this database is stopped the hard way, and nobody else's with it."""
    folder = ROOT / "var" / f"durability-{os.getpid()}"
    yield folder
    Cluster(folder).remove()
    shutil.rmtree(folder, ignore_errors=True)


def test_acknowledged_webhooks_survive_an_immediate_stop_of_the_database(home: Path) -> None:
    with running_outside("--no-webhooks") as outside:
        web_port = free_port(21_000)
        demo = {**demo_environment(home, web_port, outside.port), **apps_environment(home, outside.url)}
        env = {**os.environ, **demo}
        for words in (["migrate"], ["seed-demo"]):
            subprocess.run(own_command(*words), env=env, check=True, stdout=subprocess.DEVNULL)
        web = subprocess.Popen(own_command("web", "--port", str(web_port)), env=env, stdout=subprocess.DEVNULL)
        try:
            _wait_for(web_port)
            acknowledged = _stop_while_sending(home, outside, web_port)
        finally:
            web.terminate()
            web.wait(20)
        assert len(acknowledged) > 20, "hardly anything was sent before the stop"
        Cluster(home).ensure_running()
        rows = _query(home, "SELECT external_id FROM inbox_inboundmessage")
        jobs = _query(
            home, "SELECT args->>'message_id' FROM procrastinate_jobs WHERE task_name LIKE '%receive_message'"
        )
        messages = _query(home, "SELECT id::text FROM inbox_inboundmessage")
        assert acknowledged - rows == set(), "acknowledged, and lost"
        assert messages - jobs == set(), "stored without the job that understands it"
        assert len(rows) - len(acknowledged) <= SENDERS, "more than the unanswered ones were stored"


def _stop_while_sending(home: Path, outside: Outside, web_port: int) -> set[str]:
    """Send signed webhooks from several threads, stop the database in the middle, return the ids answered 200."""
    secret = next(
        row["webhook_secret"]
        for row in outside.ask("GET", "/seed.json")["shopify"]["stores"]
        if row["domain"] == RETAILER
    )
    store_id = next(iter(_query(home, f"SELECT id::text FROM stores_store WHERE external_id = '{RETAILER}'")))  # noqa: S608 - a constant
    acknowledged: set[str] = set()
    stopped = threading.Event()

    def send() -> None:
        connection = HTTPConnection("127.0.0.1", web_port, timeout=20)
        while not stopped.is_set():
            delivery = str(new_id())
            body = json.dumps({"id": 1, "delivery": delivery}).encode()
            headers = {
                "Content-Type": "application/json",
                "X-Shopify-Hmac-Sha256": sign(secret, body),
                "X-Shopify-Shop-Domain": RETAILER,
                "X-Shopify-Topic": "orders/updated",
                "X-Shopify-Webhook-Id": delivery,
            }
            try:
                connection.request("POST", f"/hooks/stores/{store_id}", body, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, HTTPException):
                connection.close()
                continue
            if answer.status == 200:
                acknowledged.add(delivery)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    time.sleep(2.5)
    # What `pg_ctl stop -m immediate` sends; not through it, because the web server starts the database again at once.
    os.kill(int((Cluster(home).data_folder / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    time.sleep(0.3)
    stopped.set()
    for thread in threads:
        thread.join(30)
    return acknowledged


def _query(home: Path, statement: str) -> set[str]:
    # As the server's own superuser: this looks at the truth, past every policy.
    with psycopg.connect(
        host=str(Cluster(home).socket_folder()), user="postgres", dbname="orderlane", autocommit=True
    ) as connection:
        return {str(row[0]) for row in connection.execute(statement).fetchall()}


def _wait_for(port: int) -> None:
    ready = http_ready(port, "/healthz")
    deadline = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < deadline, f"the web server did not start ({sys.executable})"
        time.sleep(0.1)
