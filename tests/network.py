"""Keeps the test process on this machine: a connection or a look-up beyond loopback is an error."""

from __future__ import annotations

import ipaddress
import sys

_LOCAL_NAMES = frozenset({"localhost", "", "testserver"})


class NetworkClosed(RuntimeError):
    """A test tried to leave the machine. Not an OSError, which the code under test might take for bad luck."""


def is_local(host: object) -> bool:
    """Whether ``host`` is this machine's loopback, by name or address."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        # A Unix socket's address is a path, an internet address a tuple that starts with the host.
        if isinstance(address, tuple) and not is_local(address[0]):
            raise NetworkClosed(f"tests must stay on this machine, not connect to {address[0]}")
    elif event == "socket.getaddrinfo" and not is_local(arguments[0]):
        raise NetworkClosed(f"tests must stay on this machine, not look up {arguments[0]}")


def close() -> None:
    """Close the network for the rest of this process. Python offers no way back, which is the point."""
    sys.addaudithook(_watch)
