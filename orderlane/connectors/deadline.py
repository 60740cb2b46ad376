"""A deadline for a whole HTTP call: httpx limits each read, so a server that drips bytes would hold a worker forever.

The limit sits below the HTTP parser, on the socket, because headers are dripped there too. Looking a host
name up is the one step the operating system gives us no way to cut short.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from ssl import SSLContext
from time import monotonic
from typing import Any

import httpcore
import httpx

from orderlane.connectors.reach import public_addresses

_WRITE_BYTES = 64 * 1024

_local = threading.local()


@contextmanager
def deadline(at: float) -> Iterator[None]:
    """Make every network step of this thread inside the block end by ``at`` (seconds of ``time.monotonic``).

    A block inside another never lasts longer than that one: whoever holds a lease bounds all calls made under it.
    """
    before: float | None = getattr(_local, "deadline", None)
    _local.deadline = at if before is None else min(at, before)
    try:
        yield
    finally:
        _local.deadline = before


def _left(timeout: float | None, too_late: type[Exception]) -> float | None:
    """Seconds the next step may take: its own limit, or what is left of the whole call when that is less."""
    at: float | None = getattr(_local, "deadline", None)
    if at is None:
        return timeout
    left = at - monotonic()
    if left <= 0:
        raise too_late("the deadline of the call passed")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A socket whose every step obeys the deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # In pieces, so that a server that accepts slowly meets the deadline too.
        for start in range(0, len(buffer), _WRITE_BYTES):
            self._inner.write(buffer[start : start + _WRITE_BYTES], _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout, httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens sockets that obey the deadline; with ``public_only`` none into a private network."""

    def __init__(self, *, public_only: bool) -> None:
        self._inner = httpcore.SyncBackend()
        self._public_only = public_only

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        # TLS goes on to check the certificate against the name, whichever of its addresses is connected to.
        *others, last = self._public(host, port) if self._public_only else [host]
        for address in others:
            try:
                return self._connected(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connected(last, port, timeout, local_address, socket_options)

    def _connected(
        self,
        address: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(address, port, left, local_address, socket_options))

    def _public(self, host: str, port: int) -> Sequence[str]:
        try:
            return public_addresses(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name has no address") from error


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport on sockets that obey :func:`deadline`."""

    def __init__(self, *, public_only: bool = False) -> None:
        super().__init__(trust_env=False)
        # httpx has no public way to choose the network backend of its pool
        # in 0.28; the slow-loris test fails if this stops working.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=10,
            max_keepalive_connections=5,
            keepalive_expiry=5.0,
            network_backend=_Backend(public_only=public_only),
        )
