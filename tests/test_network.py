"""The network is closed to tests, except loopback."""

from __future__ import annotations

import socket

import pytest

from tests.network import NetworkClosed, is_local


def test_no_connection_leaves_the_machine() -> None:
    # 192.0.2.0/24 is reserved for documentation: should the guard fail, nobody is bothered.
    with socket.socket() as outside, pytest.raises(NetworkClosed):
        outside.connect(("192.0.2.1", 80))


def test_no_name_is_looked_up() -> None:
    with pytest.raises(NetworkClosed):
        socket.getaddrinfo("example.org", 443)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize(
    ("host", "local"), [("::1", True), (b"localhost", True), ("127.9.9.9", True), ("10.0.0.1", False)]
)
def test_what_is_local(host: object, local: bool) -> None:
    assert is_local(host) is local
