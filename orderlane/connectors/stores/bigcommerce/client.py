"""HTTP only: the V2 and V3 REST APIs, the token, the rate window, and which of the four kinds an error is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from orderlane.connectors.http import Http, Reply, unclear
from orderlane.connectors.reading import Node
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.accounts import Account
from orderlane.ports.budgets import BudgetReport

TOKEN_HEADER: Final = "X-Auth-Token"  # noqa: S105 - the header's name, not a token
LARGEST_PAGE: Final = 250
MAX_PAGES: Final = 40
"""Of one list that has to be read whole: 10,000 entries."""

PLATFORM_LOAD_SECONDS: Final = 10
"""A 429 without a window means that the platform is busy, not that we called too often."""

# https://docs.bigcommerce.com/developer/docs/overview/api-fundamentals
_REFUSED: Final[Mapping[int, tuple[str, str]]] = {
    401: ("access_refused", "the access token is not valid"),
    402: ("shop_frozen", "the store is suspended"),
    403: ("access_refused", "the store refuses access"),
    423: ("shop_frozen", "the store is locked"),
}
_BUSINESS_NO: Final = (400, 404, 409, 422)


class BigCommerceClient:
    """Calls one store. Paths begin with ``/v2`` or ``/v3``."""

    def __init__(self, account: Account) -> None:
        token = account.secrets.get("access_token", "")
        if not token or not token.isascii() or not token.isprintable():
            raise NeedsAttention("the access token is missing or not a token", reason="access_refused")
        self._budget = account.budget
        headers = {TOKEN_HEADER: token, "Accept": "application/json", "Content-Type": "application/json"}
        self._http = Http(account.api_url, headers, on_reply=self._note_limits)

    def one(self, path: str, query: Mapping[str, object] | None = None) -> Node | None:
        """Read one thing; None when the store does not know it. Raises Unavailable or NeedsAttention."""
        reply = self._call("GET", _address(path, query), writes=False)
        return None if reply.status == 404 else _thing(reply.json(wrote=False, exact=True), wrote=False)

    def is_gone(self, path: str) -> bool:
        """Ask for one thing; True only when the store says in its own words that it does not know it."""
        reply = self._call("GET", path, writes=False)
        return reply.status == 404 and bool(_said(reply))

    def some(self, path: str, query: Mapping[str, object] | None = None, *, of_a_thing: bool = False) -> Sequence[Node]:
        """Read one page of a list. An empty list is answered 204, without a body.

        ``of_a_thing``: the list belongs to something that may be gone, and is then empty.
        """
        reply = self._call("GET", _address(path, query), writes=False)
        if reply.status == 204 or (reply.status == 404 and of_a_thing):
            return []
        if reply.status == 404:
            raise NeedsAttention("the store does not know this list", reason="bad_request", path=path)
        found = reply.json(wrote=False, exact=True)
        entries = found.get("data") if isinstance(found, dict) else found
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise Unavailable("the answer is not a list", reason="no_clear_answer")
        return entries

    def every(
        self, path: str, query: Mapping[str, object] | None = None, *, of_a_thing: bool = False
    ) -> Iterator[Node]:
        """Read a list to its end; raise NeedsAttention for one that has no sensible end."""
        for page in range(1, MAX_PAGES + 1):
            found = self.some(path, {**(query or {}), "page": page, "limit": LARGEST_PAGE}, of_a_thing=of_a_thing)
            yield from found
            if len(found) < LARGEST_PAGE:
                return
        raise NeedsAttention("the list is too long", reason="too_many_lines", limit=MAX_PAGES * LARGEST_PAGE)

    def write(self, method: str, path: str, body: object = None, *, refused: OutsideError) -> Node:
        """Change something and return what the store then holds, empty when it says nothing.

        Raises OutcomeUnknown whenever the store may have done it, and ``refused``, with what the store said,
        when it answers that it did not. BigCommerce knows no idempotency key: look up before repeating.
        """
        reply = self._call(method, path, writes=True, body=body)
        if reply.status in _BUSINESS_NO:
            refused.params.update(status=reply.status, said=_said(reply))
            raise refused
        return {} if reply.status == 204 else _thing(reply.json(wrote=True, exact=True), wrote=True)

    def _call(self, method: str, path: str, *, writes: bool, body: object = None) -> Reply:
        self._budget.take()
        reply = self._http.request(method, path, writes=writes, json_body=body)
        if reply.status in (200, 201, 204, 404) or (writes and reply.status in _BUSINESS_NO):
            return reply
        if writes and (reply.status == 408 or reply.status < 300):
            raise OutcomeUnknown(f"HTTP {reply.status}", reason="no_clear_answer")
        reason, message = _REFUSED.get(reply.status, ("bad_request", f"HTTP {reply.status}"))
        if reply.status == 403 and "scope" in _said(reply).casefold():
            reason, message = "missing_scope", "the token lacks a permission"
        raise NeedsAttention(message, reason=reason, status=reply.status)

    def _note_limits(self, reply: Reply) -> None:
        """Take over the window's count, which all apps of the store share; a 429 closes it for everybody."""
        told = limits_told(reply.headers)
        if told is not None:
            self._budget.report(told)
        if reply.status == 429:
            wait = told.resets_in_seconds if told is not None else PLATFORM_LOAD_SECONDS
            self._budget.exhausted(wait)
            raise Unavailable("too many calls", reason="throttled" if told else "busy", retry_after=wait)


def limits_told(headers: Mapping[str, str]) -> BudgetReport | None:
    """Read the rate headers of an answer, named in lower case; None when they are missing or nonsense.

    https://docs.bigcommerce.com/developer/docs/overview/api-fundamentals/rate-limits
    """
    names = ("x-rate-limit-requests-quota", "x-rate-limit-requests-left", "x-rate-limit-time-reset-ms")
    told = [headers.get(name, "") for name in names]
    if not all(value.isascii() and value.isdigit() and len(value) < 10 for value in told):
        return None
    quota, left, reset = (int(value) for value in told)
    return BudgetReport(limit=quota, remaining=left, resets_in_seconds=reset / 1000)


def _address(path: str, query: Mapping[str, object] | None) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _thing(found: Any, *, wrote: bool) -> Node:
    """V3 wraps what it answers in ``data``, V2 does not."""
    thing = found.get("data", found) if isinstance(found, dict) else found
    if not isinstance(thing, dict):
        raise unclear(wrote, "the answer is not an object")
    return thing


def _said(reply: Reply) -> str:
    """The store's own words in an error: V2 lists ``message``, V3 has ``title`` and ``errors``."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    entries = found if isinstance(found, list) else [found]
    words = [
        str(entry[key]) for entry in entries if isinstance(entry, dict) for key in ("message", "title") if key in entry
    ]
    return "; ".join(words)[:500]
