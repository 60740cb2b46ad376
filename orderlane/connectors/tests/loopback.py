"""A real HTTP server on loopback that records what it is sent and answers as a test scripts it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came over the wire; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back. ``payload`` is sent as JSON unless it is bytes."""

    status: int = 200
    payload: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False
    """Close the connection without a word, after the request was read."""
    cut: bool = False
    """Announce the whole answer, send half of it, and close the connection."""


class Loopback:
    """The running server: its ``url`` and everything ``received`` so far."""

    def __init__(self, answer: Callable[[Received], Answer]) -> None:
        self.received: list[Received] = []
        self._answer = answer
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Received(self.command, self.path, headers, body)
                outer.received.append(request)
                answer = outer._answer(request)
                if answer.hang_up:
                    self.close_connection = True
                    return
                raw = answer.payload if isinstance(answer.payload, bytes) else json.dumps(answer.payload).encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.close_connection = self.close_connection or answer.cut
                self.wfile.write(raw[: len(raw) // 2] if answer.cut else raw)

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def do_PUT(self) -> None:
                self._serve()

            def do_DELETE(self) -> None:
                self._serve()

            def do_PATCH(self) -> None:
                self._serve()

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Say nothing: the tests read ``received``."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def loopback(answer: Callable[[Received], Answer]) -> Iterator[Loopback]:
    """Run a server for the length of the block."""
    server = Loopback(answer)
    try:
        yield server
    finally:
        server.stop()


def route(answers: Mapping[str, Answer | list[Answer]]) -> Callable[[Received], Answer]:
    """Answer by ``"METHOD /path"`` without query; a list is answered in order, its last entry for ever."""
    queues = {key: list(value) if isinstance(value, list) else [value] for key, value in answers.items()}

    def answer(request: Received) -> Answer:
        queue = queues.get(f"{request.method} {request.path.partition('?')[0]}")
        if queue is None:
            return Answer(404, {"name": "NOT_SCRIPTED", "error": {"type": "invalid_request_error"}})
        return queue.pop(0) if len(queue) > 1 else queue[0]

    return answer
