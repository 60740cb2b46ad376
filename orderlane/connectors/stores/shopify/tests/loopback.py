"""A tiny shop on loopback that says exactly what a test tells it to, however wrong."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Saying:
    """One answer. ``then`` is how it ends: ``whole``, ``truncated`` (half the body) or ``reset`` (no answer at all)."""

    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    then: str = "whole"

    @property
    def raw(self) -> bytes:
        """The bytes of the body: given bytes as they are, anything else as JSON."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class ScriptedShop(ThreadingHTTPServer):
    """Answers each request with the next saying; keeps what was asked."""

    def __init__(self, sayings: list[Saying]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.sayings = sayings
        self.paths: list[str] = []
        self.tokens: list[str] = []
        self.asked: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """Where this shop's API lives."""
        return f"http://127.0.0.1:{self.server_address[1]}/shopify/maison-lumen.myshopify.com"

    @property
    def variables(self) -> list[dict[str, Any]]:
        """The variables of each request so far."""
        return [request["variables"] for request in self.asked]


class _Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        shop = cast(ScriptedShop, self.server)
        shop.paths.append(self.path)
        shop.tokens.append(self.headers["X-Shopify-Access-Token"])
        shop.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        saying = shop.sayings.pop(0)
        if saying.then == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        raw = saying.raw
        self.send_response(saying.status)
        for name, value in saying.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if saying.then == "truncated" else raw)

    def handle(self) -> None:
        try:
            super().handle()
        except ValueError:  # the socket we reset on purpose
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except ValueError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay silent."""


@contextmanager
def shop(*sayings: object) -> Iterator[ScriptedShop]:
    """Run a shop that gives these answers, in this order; anything but a Saying is the JSON of a good one."""
    server = ScriptedShop([saying if isinstance(saying, Saying) else Saying(saying) for saying in sayings])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
