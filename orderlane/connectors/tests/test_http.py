"""The one HTTP client against servers that misbehave: which of the four kinds each misbehavior is."""

from __future__ import annotations

import gc
import gzip
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from orderlane.connectors.http import Http, guards
from orderlane.connectors.tests.loopback import Answer, Received, loopback
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, OutsideError, Unavailable

WRITES_AND_KIND = [(False, Unavailable), (True, OutcomeUnknown)]


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A TCP server for one connection that ``talk`` answers byte by byte."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            try:
                connection.recv(65536)
                talk(connection)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def kind_of(url: str, *, writes: bool, total_seconds: float = 15.0, max_reply_bytes: int = 1_000_000) -> OutsideError:
    with pytest.raises(OutsideError) as caught:
        Http(url, total_seconds=total_seconds, max_reply_bytes=max_reply_bytes).request(
            "POST" if writes else "GET", "/x", writes=writes
        )
    return caught.value


def test_an_answer_comes_back_whole_with_lower_case_headers() -> None:
    with loopback(lambda _: Answer(422, {"a": 1}, {"X-Thing": "Yes"})) as server:
        reply = Http(server.url, {"X-Ours": "1"}).request("POST", "/p?q=1", writes=True, json_body={"b": 2})
    assert (reply.status, reply.json(wrote=True), reply.headers["x-thing"]) == (422, {"a": 1}, "Yes")
    assert (server.received[0].path, server.received[0].json()) == ("/p?q=1", {"b": 2})
    assert server.received[0].headers["x-ours"] == "1"


@pytest.mark.parametrize("writes", [False, True])
def test_nobody_listening_means_nothing_happened(writes: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert (type(kind_of(url, writes=writes)), kind_of(url, writes=writes).reason) == (Unavailable, "no_connection")


@pytest.mark.parametrize(("writes", "kind"), WRITES_AND_KIND)
def test_hanging_up_after_the_request_leaves_a_write_unknown(writes: bool, kind: type[OutsideError]) -> None:
    with loopback(lambda _: Answer(hang_up=True)) as server:
        error = kind_of(server.url, writes=writes)
    assert (type(error), error.reason, len(server.received)) == (kind, "no_clear_answer", 1)


@pytest.mark.parametrize(("writes", "kind"), WRITES_AND_KIND)
@pytest.mark.parametrize("sent", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"])
def test_nonsense_or_half_an_answer_leaves_a_write_unknown(sent: bytes, writes: bool, kind: type[OutsideError]) -> None:
    with raw_server(lambda connection: connection.sendall(sent)) as url:
        assert type(kind_of(url, writes=writes)) is kind


@pytest.mark.parametrize(("writes", "kind"), WRITES_AND_KIND)
def test_a_broken_compression_leaves_a_write_unknown(writes: bool, kind: type[OutsideError]) -> None:
    with loopback(lambda _: Answer(payload=b"not gzip", headers={"Content-Encoding": "gzip"})) as server:
        assert type(kind_of(server.url, writes=writes)) is kind


@pytest.mark.parametrize(
    ("status", "writes", "kind"),
    [
        (429, False, Unavailable),
        (429, True, Unavailable),
        (503, False, Unavailable),
        (503, True, OutcomeUnknown),
        (500, False, Unavailable),
        (500, True, OutcomeUnknown),
        (504, True, OutcomeUnknown),
    ],
)
def test_statuses(status: int, writes: bool, kind: type[OutsideError]) -> None:
    with loopback(lambda _: Answer(status)) as server:
        assert type(kind_of(server.url, writes=writes)) is kind


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    headers = iter(["7", "Wed, 21 Oct 2015 07:28:00 GMT", "soon"])
    with loopback(lambda _: Answer(429, headers={"Retry-After": next(headers)})) as server:
        assert [kind_of(server.url, writes=True).retry_after for _ in range(3)] == [7.0, 0.0, None]


def test_a_redirect_is_not_followed() -> None:
    with loopback(lambda _: Answer(302, headers={"Location": "/elsewhere"})) as server:
        assert Http(server.url).request("GET", "/", writes=False).status == 302
    assert [request.path for request in server.received] == ["/"]


@pytest.mark.parametrize("url", ["not an address", "ftp://127.0.0.1/x", "http://127.0.0.1:port/"])
def test_a_bad_address_needs_attention(url: str) -> None:
    error = kind_of(url, writes=True)
    assert (type(error), error.reason) == (NeedsAttention, "bad_address")


@pytest.mark.parametrize("secret", ["line\nbreak", "clé"])
def test_a_secret_that_cannot_be_a_header_needs_attention(secret: str) -> None:
    with loopback(lambda _: Answer()) as server, pytest.raises(NeedsAttention) as caught:
        Http(server.url, {"Authorization": secret}).request("POST", "/", writes=True)
    assert (caught.value.reason, server.received) == ("bad_setting", [])


def drip(pieces: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(bytes([piece]))
            time.sleep(0.1)

    return talk


SLOW_HEADERS = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 600
SLOW_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n" + b"a" * 600


@pytest.mark.parametrize(("writes", "kind"), WRITES_AND_KIND)
@pytest.mark.parametrize("pieces", [SLOW_HEADERS, SLOW_BODY], ids=["headers", "body"])
def test_dripping_bytes_meet_the_deadline_of_the_whole_call(
    pieces: bytes, writes: bool, kind: type[OutsideError]
) -> None:
    with raw_server(drip(pieces)) as url:
        started = time.monotonic()
        error = kind_of(url, writes=writes, total_seconds=0.6)
        took = time.monotonic() - started
    assert (type(error), error.reason) == (kind, "no_clear_answer")
    assert 0.5 < took < 1.5


def test_the_deadline_of_one_call_does_not_end_the_next() -> None:
    with loopback(lambda _: Answer(payload={"ok": True})) as server:
        client = Http(server.url, total_seconds=0.2)
        assert client.request("GET", "/", writes=False).status == 200
        time.sleep(0.3)
        assert client.request("GET", "/", writes=False).status == 200


@pytest.mark.parametrize("compressed", [False, True])
def test_an_answer_over_the_size_cap_is_not_read_to_its_end(compressed: bool) -> None:
    large = b"0" * 200_000
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    with loopback(lambda _: Answer(payload=gzip.compress(large) if compressed else large, headers=headers)) as server:
        assert type(kind_of(server.url, writes=False, max_reply_bytes=100_000)) is Unavailable
        assert type(kind_of(server.url, writes=True, max_reply_bytes=100_000)) is OutcomeUnknown


@pytest.mark.parametrize(("wrote", "kind"), WRITES_AND_KIND)
def test_an_answer_that_is_not_json(wrote: bool, kind: type[OutsideError]) -> None:
    with loopback(lambda _: Answer(payload=b"<html>")) as server:
        reply = Http(server.url).request("GET", "/", writes=False)
    with pytest.raises(kind):
        reply.json(wrote=wrote)


def test_connections_are_closed_when_their_thread_ends() -> None:
    with loopback(lambda _: Answer()) as server:
        worker = threading.Thread(target=lambda: Http(server.url).request("GET", "/", writes=False))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ResourceWarning)
            worker.start()
            worker.join()
            gc.collect()
    assert (len(server.received), [str(warning.message) for warning in caught]) == (1, [])


def test_a_guard_stops_the_call_before_anything_is_sent() -> None:
    def refuse() -> None:
        raise RuntimeError("inside a transaction")

    def answer(_: Received) -> Answer:
        return Answer()

    guards.append(refuse)
    try:
        with loopback(answer) as server, pytest.raises(RuntimeError, match="inside a transaction"):
            Http(server.url).request("GET", "/", writes=False)
    finally:
        guards.remove(refuse)
    assert server.received == []
