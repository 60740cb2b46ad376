"""The one HTTP client of all connectors: deadlines, size cap, no redirects, and the four error kinds.

Every call goes through :meth:`Http.request`. ``guards`` are asked first; ``config`` installs one that
refuses while a database transaction is open, so that no lock is ever held across the network.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

import httpx

from orderlane.connectors.deadline import DeadlineTransport, deadline
from orderlane.kernel.clock import now
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, OutsideError, Unavailable

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 15.0
LONGEST_WAIT_SECONDS = 3600.0
MAX_REPLY_BYTES = 20 * 1024 * 1024

guards: list[Callable[[], None]] = []


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, read within the deadline and the size cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self, *, wrote: bool, exact: bool = False) -> Any:
        """Parse the body; nonsense after a write means we do not know what happened, after a read nothing did.

        ``exact`` reads numbers as decimals, for platforms that write money as numbers: a float would lose cents.
        """
        try:
            return json.loads(self.body, parse_float=Decimal if exact else None)
        except (ValueError, RecursionError) as error:
            raise unclear(wrote, "the answer was not JSON") from error


class Http:
    """Calls one API. ``writes`` says, per call, whether something may have changed over there."""

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        *,
        total_seconds: float = TOTAL_SECONDS,
        max_reply_bytes: int = MAX_REPLY_BYTES,
        on_reply: Callable[[Reply], None] | None = None,
        public_only: bool = False,
    ) -> None:
        """``on_reply`` is shown every answer, refusals included, before its status is judged (rate limits).

        ``public_only`` is for an address that a member typed: see :mod:`orderlane.connectors.reach`.
        """
        self._public_only = public_only
        self._base = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._total_seconds = total_seconds
        self._max_reply_bytes = max_reply_bytes
        self._on_reply = on_reply

    def request(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        headers: Mapping[str, str] | None = None,
        json_body: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Reply:
        """Make one call and return its answer whatever its status below 500, except 429 and 503.

        Raises Unavailable when surely nothing happened, OutcomeUnknown when a write may have happened.
        """
        for guard in guards:
            guard()
        url = path if path.startswith(("http://", "https://")) else f"{self._base}{path}"
        try:
            reply = self._read(method, url, headers, json_body, form, content)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(f"no connection: {type(error).__name__}", reason="no_connection") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise NeedsAttention("the address of the API is not valid", reason="bad_address") from error
        except (httpx.LocalProtocolError, UnicodeEncodeError) as error:
            # A secret pasted with a line break or an accent cannot be a header: nothing was sent.
            raise NeedsAttention("a setting cannot be sent in a header", reason="bad_setting") from error
        except httpx.HTTPError as error:
            raise unclear(writes, f"connection lost: {type(error).__name__}") from error
        if self._on_reply is not None:
            self._on_reply(reply)
        if reply.status == 429 or (reply.status == 503 and not writes):
            raise Unavailable(
                f"busy: HTTP {reply.status}",
                reason="busy",
                retry_after=_retry_after(reply.headers.get("retry-after", "")),
            )
        if reply.status >= 500:
            raise unclear(writes, f"HTTP {reply.status}")
        return reply

    def _read(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        json_body: object,
        form: Mapping[str, str] | None,
        content: bytes | None,
    ) -> Reply:
        merged = {**self._headers, **(headers or {})}
        with (
            deadline(monotonic() + self._total_seconds),
            _client(self._public_only).stream(
                method, url, headers=merged, json=json_body, data=form, content=content
            ) as response,
        ):
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._max_reply_bytes:
                    raise httpx.ReadError("reply too large")
            lowered = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, lowered, bytes(body))


_local = threading.local()


class _Pool:
    """The keep-alive connections of one thread, closed when that thread (or the process) ends."""

    def __init__(self, public_only: bool) -> None:
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self.client = httpx.Client(
            transport=DeadlineTransport(public_only=public_only),
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
        )
        weakref.finalize(self, self.client.close)


def _client(public_only: bool) -> httpx.Client:
    """Two pools per thread: threads never share a connection, nor do calls that may and may not lead inside."""
    pools: dict[bool, _Pool] | None = getattr(_local, "pools", None)
    if pools is None:
        pools = _local.pools = {}
    if public_only not in pools:
        pools[public_only] = _Pool(public_only)
    client = pools[public_only].client
    # No cookie outlives its call: the next one may be another tenant's.
    client.cookies.clear()
    return client


def unclear(writes: bool, message: str, reason: str = "no_clear_answer") -> OutsideError:
    """Build the error for an answer that does not say what happened: after a write nobody knows, a read did nothing."""
    return OutcomeUnknown(message, reason=reason) if writes else Unavailable(message, reason=reason)


def _retry_after(header: str) -> float | None:
    """Seconds to wait from a Retry-After header, which is a number or an HTTP date."""
    if not header:
        return None
    try:
        return _bounded(float(header))
    except ValueError:
        pass
    try:
        return _bounded((parsedate_to_datetime(header) - now()).total_seconds())
    except (TypeError, ValueError):
        return None


def _bounded(seconds: float) -> float:
    """Between now and an hour from now, whatever nonsense was sent (``inf``, ``nan``, a negative number)."""
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS) if seconds == seconds else LONGEST_WAIT_SECONDS
