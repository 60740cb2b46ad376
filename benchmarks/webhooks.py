"""Acknowledged webhooks per second through the real door, beside pgbench writing the same rows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.installation import Installation
from orderlane.config.postgres_binaries import find_binaries, server_account

SHOP = "maison-lumen.myshopify.com"
CONNECTIONS = 64
BODY_BYTES = 8192
PGBENCH_SECONDS = 5

# What one acknowledged webhook leaves behind, as one prepared transaction: its row and its job.
_SAME_ROWS = """
BEGIN;
SET LOCAL ROLE orderlane_system;
INSERT INTO inbox_inboundmessage ({columns}) VALUES ({values});
SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[
  ROW('bench', 'bench.nothing', 0, NULL, NULL, '{{"message_id": "1"}}'::jsonb, NULL)::procrastinate_job_to_defer_v1]));
COMMIT;
"""


def measure(installation: Installation, requests: int) -> dict[str, Any]:
    """Run the driver, then pgbench, then the driver again (the better of both counts), on one database."""
    from orderlane.stores.models import Store
    from orderlane.tenants.scope import system_scope

    with system_scope("benchmark"):
        store: Store = Store.objects.get(external_id=SHOP)
        secret = store.unseal()["webhook_secret"]
    order = {
        "port": installation.web_port,
        "path": f"/hooks/stores/{store.pk}",
        "shop": SHOP,
        "secret": secret,
        "connections": CONNECTIONS,
        "body_bytes": BODY_BYTES,
    }
    with installation.without_worker():
        _drive({**order, "requests": 500})
        first = _drive({**order, "requests": requests})
        rows = _pgbench(installation)
        second = _drive({**order, "requests": requests})
        _forget()
    best = max(first, second, key=lambda run: run["per_second"])
    assert best["refused"] == 0, f"{best['refused']} webhooks were refused"
    return {"door": best, "pgbench_per_second": rows, "ratio": best["per_second"] / rows}


def _drive(order: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.driver"],
        input=json.dumps(order).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _pgbench(installation: Installation) -> float:
    """Transactions per second of pgbench with 16 clients and prepared statements."""
    program = find_binaries().folder / "pgbench"
    assert program.exists(), "this PostgreSQL came without pgbench"
    columns, values = _row()
    script = _SAME_ROWS.format(columns=columns, values=values)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        Path(file.name).chmod(0o644)
        folder = str(installation.cluster.socket_folder())
        command = [str(program), "-n", "-M", "prepared", "-c", "16", "-j", "2", "-T", str(PGBENCH_SECONDS)]
        env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [*command, "-f", file.name, "-h", folder, "-U", "orderlane", "orderlane"],
            capture_output=True,
            text=True,
            check=False,
            env=env,
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, f"pgbench (account {server_account()}) ended with {done.returncode}: {done.stderr or done.stdout}"
    return float(found[1])


def _row() -> tuple[str, str]:
    """The columns of a row the door has stored, and SQL for another one like it."""
    from datetime import datetime

    from psycopg import sql

    from orderlane.inbox.models import InboundMessage
    from orderlane.tenants.scope import system_scope

    with system_scope("benchmark"):
        sample = InboundMessage.objects.order_by("-received_at")[0]
    made = {
        "id": "gen_random_uuid()",
        "external_id": "gen_random_uuid()::text",
        "body": f"convert_to(repeat('x', {BODY_BYTES}), 'UTF8')",
    }
    values = {}
    for field in InboundMessage._meta.concrete_fields:
        value = getattr(sample, field.attname)
        # No literal times: pgbench takes a colon for one of its variables.
        now = "now()" if isinstance(value, datetime) else sql.Literal(value).as_string(None)
        values[str(field.column)] = made.get(str(field.column), now)
    return ", ".join(values), ", ".join(values.values())


def _forget() -> None:
    """Take the load away again, so that the worker does not spend the next measurement on it."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE orderlane_system")
        cursor.execute("UPDATE inbox_inboundmessage SET status = 'done' WHERE status = 'received'")
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
