"""HTTP only: the address of a store's API, its token, the rate budget, and which of the four kinds an error is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urlencode

from orderlane.connectors.http import Http, Reply, unclear
from orderlane.connectors.reading import Node
from orderlane.kernel.errors import NeedsAttention, Unavailable
from orderlane.ports.accounts import Account

# https://docs.ecwid.com/api-reference/rest-api-error-codes
_REFUSED: Final[Mapping[int, tuple[str, str]]] = {
    401: ("access_refused", "the access token is not valid"),
    402: ("shop_frozen", "the store's plan has no API, or the store is suspended"),
    403: ("access_refused", "the access token is not valid"),
}


class EcwidClient:
    """Calls the REST API of one store; ``account.api_url`` ends in the store's id."""

    def __init__(self, account: Account) -> None:
        token = account.secrets.get("access_token", "")
        if not token or not token.isascii() or not token.isprintable():
            raise NeedsAttention("the access token is missing or not a token", reason="access_refused")
        self._http = Http(account.api_url, {"Authorization": f"Bearer {token}"})
        self._budget = account.budget

    def read(self, path: str, **query: object) -> Node | None:
        """Get one object; None when there is no such thing (404). Raises Unavailable or NeedsAttention."""
        asked = {key: value for key, value in query.items() if value not in (None, "")}
        reply = self._call("GET", f"{path}?{urlencode(asked)}" if asked else path, None)
        if reply.status == 404:
            return None
        return _object(reply, wrote=False)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Node:
        """Send an object and return the answer. Raises OutcomeUnknown whenever the store may have done it."""
        reply = self._call(method, path, json.dumps(body, default=_exact_number, ensure_ascii=False).encode())
        if reply.status == 404:
            raise NeedsAttention("there is no such thing to change", reason="bad_request", status=404)
        return _object(reply, wrote=True)

    def _call(self, method: str, path: str, content: bytes | None) -> Reply:
        self._budget.take()
        headers = {"Content-Type": "application/json"} if content is not None else None
        try:
            reply = self._http.request(method, path, writes=content is not None, headers=headers, content=content)
        except Unavailable as error:
            if error.reason == "busy" and error.retry_after is not None:
                self._budget.exhausted(error.retry_after)
            raise
        if not 200 <= reply.status < 300 and reply.status != 404:
            raise _refusal(reply)
        return reply


def order_path(external_id: str) -> str:
    """Where one order lives; its id may carry a prefix of the store's own, with any signs."""
    return f"/orders/{quote(external_id, safe='')}"


def _object(reply: Reply, *, wrote: bool) -> Node:
    answer = reply.json(wrote=wrote, exact=True)
    if not isinstance(answer, dict):
        raise unclear(wrote, "the answer is not an object")
    return answer


def _refusal(reply: Reply) -> NeedsAttention:
    """Whatever is neither an answer nor a fault of the server: nothing was done."""
    code, said = "", ""
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        code, said = (str(body.get(key) or "")[:200] for key in ("errorCode", "errorMessage"))
    if reply.status == 403 and code == "INSUFFICIENT_APP_SCOPE":
        return NeedsAttention("the app lacks a permission", reason="missing_scope", said=said)
    reason, message = _REFUSED.get(reply.status, ("bad_request", f"HTTP {reply.status}"))
    return NeedsAttention(message, reason=reason, status=reply.status, code=code, said=said)


def _exact_number(value: object) -> float:
    """Write a decimal as a JSON number. A double keeps any decimal of up to 15 digits, and writes it back the same."""
    if not isinstance(value, Decimal) or Decimal(repr(float(value))) != value:
        raise NeedsAttention("an amount does not fit into a JSON number", reason="bad_request")
    return float(value)
