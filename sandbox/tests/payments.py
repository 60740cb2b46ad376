"""What the payment tests share: a caller for each simulator, a listener for webhooks, and the official contracts."""

import gzip
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator

CONTRACTS = Path(
    os.environ.get("ORDERLANE_CONTRACTS") or Path(__file__).resolve().parents[2].parent / "shared" / "contracts"
)
needs_contracts = pytest.mark.skipif(
    not CONTRACTS.is_dir(), reason=f"CONTRACTS NOT CHECKED: the official contract files are not at {CONTRACTS}"
)


@cache
def document(path: str) -> dict[str, Any]:
    """One of the gzipped contract files."""
    loaded: dict[str, Any] = json.loads(gzip.decompress((CONTRACTS / path).read_bytes()))
    return loaded


def _repaired(node: Any) -> Any:
    """Drop patterns that are no regular expressions, and write `nullable` so that it also covers anyOf and enum."""
    if isinstance(node, list):
        return [_repaired(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    fixed = {k: _repaired(v) for k, v in node.items() if not (k == "pattern" and not _compiles(v))}
    if fixed.get("nullable") is True:
        rest = {k: v for k, v in fixed.items() if k != "nullable"}
        return {"anyOf": [rest, {"enum": [None], "nullable": True}]}
    return fixed


def _compiles(pattern: Any) -> bool:
    try:
        re.compile(str(pattern))
    except re.error:
        return False
    return isinstance(pattern, str)


@cache
def _components(path: str) -> dict[str, Any]:
    repaired: dict[str, Any] = _repaired(document(path)["components"])
    return repaired


def check(path: str, schema: dict[str, Any], instance: Any, written: bool = False) -> None:
    """Fail unless `instance` obeys `schema` of a contract document (`written`: as a request)."""
    whole = {"components": _components(path), "allOf": [_repaired(schema)]}
    validator = (OAS30WriteValidator if written else OAS30ReadValidator)(whole)
    problems = [f"{'/'.join(map(str, p.absolute_path))}: {p.message[:300]}" for p in validator.iter_errors(instance)]
    assert not problems, "\n".join(problems)


@dataclass
class Heard:
    """One webhook as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The parsed body."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass
class Listener:
    """A receiver of webhooks; `answers` are the statuses to give, then 200."""

    url: str
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def wait(self, count: int, seconds: float = 5.0) -> list[Heard]:
        """What was heard, as soon as it is `count` webhooks."""
        until(lambda: len(self.heard) >= count, seconds)
        return list(self.heard)


def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something, or fail."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener on a free port of loopback."""

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.heard.append(Heard({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(listener.answers.pop(0) if listener.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receive)
    server.daemon_threads = True
    listener = Listener(f"http://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def entries(base: str, kind: str = "", system: str = "") -> list[dict[str, Any]]:
    """The facts of journal entries."""
    answer = httpx.get(f"{base}/journal.json", params={"kind": kind, "system": system}).json()["entries"]
    found: list[dict[str, Any]] = [entry["facts"] | {"kind": entry["kind"]} for entry in answer]
    return found


def arm(base: str, system: str, operation: str, mode: str, **choices: Any) -> None:
    """Switch a fault on."""
    answer = httpx.post(f"{base}/faults.json", json={"system": system, "operation": operation, "mode": mode} | choices)
    assert answer.status_code == 200
