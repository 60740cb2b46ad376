"""HTTP only: the address of one shop's REST API, its keys, and which of the four kinds an error is.

A shop is its own server behind whatever its owner put in front of it. Caches, firewalls and maintenance pages
answer in HTML: that is never the API's word, so nothing is concluded from its status.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from orderlane.connectors.http import Http, Reply, unclear
from orderlane.connectors.reading import Node, as_nodes
from orderlane.kernel.errors import NeedsAttention, Unavailable
from orderlane.ports.accounts import Account

API: Final = "/wp-json/wc/v3"
PER_PAGE: Final = 100
"""The most the API gives at once."""
MAX_PAGES: Final = 100
"""A list that goes on for longer than this is not read to its end (notes, parcels, variations of one product)."""

FRESH: Final = "orderlane_fresh"
"""A parameter the shop ignores, new with each read: a cache in front of it must not answer for it."""


class NoRoute(NeedsAttention):
    """The shop has no such part of the API: the feature or extension that brings it is not switched on."""

    reason = "no_api"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole JSON answer; ``found`` is False when the thing asked for does not exist."""

    payload: Any
    found: bool = True

    def object(self, *, wrote: bool) -> Node:
        """Return the payload as an object; raise when it is not one."""
        if not isinstance(self.payload, dict):
            raise unclear(wrote, "the answer is not an object")
        return self.payload


class WooClient:
    """Calls the REST API of one shop; ``account.api_url`` is the shop's own address."""

    def __init__(self, account: Account) -> None:
        keys = [account.secrets.get(name, "") for name in ("consumer_key", "consumer_secret")]
        if not all(key and key.isascii() and key.isprintable() and ":" not in key for key in keys):
            raise NeedsAttention("the consumer key or secret is missing or not one", reason="access_refused")
        basic = b64encode(":".join(keys).encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Accept": "application/json", "Cache-Control": "no-cache"}
        # What httpx would call itself is on the block list of many a firewall.
        headers["User-Agent"] = "Orderlane"
        self._http = Http(account.api_url, headers, public_only=True)
        self._budget = account.budget
        self.written = 0
        """How many changes the shop has confirmed: once there is one, a failure no longer means *nothing happened*."""

    def get(self, path: str, **query: object) -> Node | None:
        """Read one object; None when there is no such thing. Raises NoRoute, Unavailable or NeedsAttention."""
        answer = self._call("GET", path, query, None)
        return answer.object(wrote=False) if answer.found else None

    def page(self, path: str, **query: object) -> Sequence[Node]:
        """Read one page of a list; empty when what it hangs from does not exist."""
        answer = self._call("GET", path, {"per_page": PER_PAGE, **query}, None)
        return as_nodes(answer.payload, "list") if answer.found else []

    def every(self, path: str, **query: object) -> Sequence[Node]:
        """Read a list to its end, page by page."""
        found: list[Node] = []
        for number in range(1, MAX_PAGES + 1):
            rows = self.page(path, **query, page=number)
            found += rows
            if len(rows) < PER_PAGE:
                return found
        raise NeedsAttention("a list is too long", reason="too_many_lines")

    def write(self, method: str, path: str, body: Mapping[str, Any], **query: object) -> Node | None:
        """Change something and return the answer; None when the thing to change does not exist (any more).

        Raises OutcomeUnknown whenever the shop may have done it, NoRoute or NeedsAttention when it surely has not.
        """
        answer = self._call(method, path, query, body)
        return answer.object(wrote=True) if answer.found else None

    def _call(self, method: str, path: str, query: Mapping[str, object], body: Mapping[str, Any] | None) -> Answer:
        asked = {key: _written(value) for key, value in query.items() if value is not None}
        if method == "GET":
            asked[FRESH] = uuid4().hex
        address = f"{path if path.startswith('/wp-json') else API + path}{'?' if asked else ''}{urlencode(asked)}"
        wrote = method != "GET"
        self._budget.take()
        try:
            reply = self._http.request(method, address, writes=wrote, json_body=body)
        except Unavailable as error:
            if error.reason == "busy" and error.retry_after is not None:
                self._budget.exhausted(error.retry_after)
            raise
        answer = _answer(reply, wrote)
        self.written += wrote
        return answer


def host_and_path(url: str) -> str:
    """The part of an address that tells one shop from another: host and folder, without scheme and last slash."""
    parts = urlsplit(url)
    return f"{(parts.netloc or '').lower()}{parts.path.rstrip('/')}"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _answer(reply: Reply, wrote: bool) -> Answer:
    if 300 <= reply.status < 400:
        # Not followed: keys are for the address they were given for. Nothing happened, the request went nowhere.
        raise NeedsAttention("the shop answers at another address", reason="moved", status=reply.status)
    payload = _parse(reply, wrote)
    if 200 <= reply.status < 300:
        return Answer(payload)
    code, said = _refusal(payload)
    if not code:
        raise unclear(wrote, f"HTTP {reply.status} without the API's own words")
    if reply.status == 404 and code == "rest_no_route":
        raise NoRoute("the shop has no such route")
    if reply.status in (404, 410) or code.endswith("invalid_id"):  # changing what is gone is answered 400
        return Answer(None, found=False)
    if reply.status == 401:
        raise NeedsAttention("the keys are not valid", reason="access_refused", code=code)
    if reply.status == 403:
        raise NeedsAttention("the keys lack a permission", reason="missing_scope", code=code)
    raise NeedsAttention(f"HTTP {reply.status}: {code}", reason="bad_request", code=code, said=said)


def _parse(reply: Reply, wrote: bool) -> Any:
    try:
        return json.loads(reply.body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        start = reply.body[:200].lstrip().lower()
        html = start.startswith(b"<") or "html" in reply.headers.get("content-type", "")
        raise unclear(wrote, "the answer was not JSON", "html_answer" if html else "no_clear_answer") from error


def _refusal(payload: object) -> tuple[str, str]:
    """The API's error code and sentence; empty when it is no error of the API's."""
    if not isinstance(payload, dict):
        return "", ""
    code, message = payload.get("code"), payload.get("message")
    return (str(code)[:120] if isinstance(code, str | int) else "", str(message or "")[:300])
