"""HTTP only: the app's tokens, the addresses, the budget, and which of the four kinds an error is."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any, Final

from orderlane.connectors.http import Http, Reply, unclear
from orderlane.connectors.reading import Node
from orderlane.kernel.errors import Declined, NeedsAttention, OutsideError, Unavailable
from orderlane.ports.accounts import Account

TOKEN_SECONDS: Final = 4 * 3600.0
"""How long a token lives when the answer does not say: https://dev.wix.com/docs/api-reference/app-management/oauth-2."""

EARLY_SECONDS: Final = 300.0
"""A token is renewed this long before its end, so that no call is on its way when it ends."""

WINDOW_SECONDS: Final = 60.0
"""Wix counts 200 calls per minute and app instance, and says nothing of when the minute is over."""

TRACKING_EXISTS: Final = "TRACKING_NUMBER_ALREADY_EXISTS"


class WixRefused(NeedsAttention):
    """Wix understood the call and said no with a code of its own, such as :data:`TRACKING_EXISTS`."""

    reason = "bad_request"

    def __init__(self, code: str, status: int) -> None:
        super().__init__(f"Wix refuses: HTTP {status} {code}", reason=self.reason, code=code)
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    renew_at: float


class _Tokens:
    """The tokens of this process, by instance. Wix has no refresh token: a new one is simply asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, _Token] = {}
        self._renewing: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, key: str) -> str:
        with self._lock:
            token = self._held.get(key)
        return token.value if token and token.renew_at > monotonic() else ""

    def put(self, key: str, value: str, lives: float) -> None:
        with self._lock:
            self._held[key] = _Token(value, monotonic() + max(lives - EARLY_SECONDS, lives / 2))

    def drop(self, key: str, value: str) -> None:
        """Forget ``value``, unless another thread has put a newer token in its place."""
        with self._lock:
            if (held := self._held.get(key)) and held.value == value:
                del self._held[key]

    def renewing(self, key: str) -> threading.Lock:
        """The lock under which one thread renews while the others wait for what it brings."""
        with self._lock:
            return self._renewing[key]


_tokens = _Tokens()


class WixClient:
    """The calls we make on one site: as the installation's app, or with an account API key."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._api_key = account.secrets.get("api_key", "")
        if not self._api_key and account.secrets.get("instance_id") != account.external_id:
            # The app's secret opens every site that has the app: only an install may say which one is ours.
            raise NeedsAttention("neither an API key nor an install of our app", reason="access_refused")
        self._http = Http(account.api_url, {"Accept": "application/json"})
        identity = json.dumps([account.api_url, account.app.client_id, account.app.client_secret, account.external_id])
        self._cache_key = sha256(identity.encode()).hexdigest()

    @property
    def as_app(self) -> bool:
        """Whether we call as the installed app; otherwise with an account API key."""
        return not self._api_key

    def read(self, method: str, path: str, body: object = None, *, needs: str) -> Node:
        """Ask the site for something every site has; raises Unavailable or NeedsAttention.

        ``needs`` is the permission of the call, named when it was not given.
        """
        found = self.read_one(method, path, body, needs=needs)
        if found is None:
            raise NeedsAttention("Wix knows no such site", reason="shop_not_found")
        return found

    def read_one(self, method: str, path: str, body: object = None, *, needs: str) -> Node | None:
        """Read one thing; None when the site does not have it."""
        reply = self._authorized(method, path, body, writes=False)
        return None if reply.status == 404 else _understood(reply, writes=False, needs=needs)

    def write(self, method: str, path: str, body: object, *, needs: str) -> Node:
        """Make a call that changes something; raises OutcomeUnknown whenever it may have happened.

        Raises Declined (``not_found_there``) when its object is gone, :class:`WixRefused` for any other refusal.
        """
        return _understood(self._authorized(method, path, body, writes=True), writes=True, needs=needs)

    def _authorized(self, method: str, path: str, body: object, *, writes: bool) -> Reply:
        if self._api_key:
            headers = {"Authorization": self._api_key, "wix-site-id": self._account.external_id}
            return self._send(method, path, body, writes=writes, headers=headers)
        token = self._token()
        reply = self._send(method, path, body, writes=writes, headers={"Authorization": token})
        if reply.status != 401:
            return reply
        # Refused before anything was done, so asking again with a fresh token is safe.
        _tokens.drop(self._cache_key, token)
        return self._send(method, path, body, writes=writes, headers={"Authorization": self._token()})

    def _token(self) -> str:
        if token := _tokens.get(self._cache_key):
            return token
        with _tokens.renewing(self._cache_key):
            return _tokens.get(self._cache_key) or self._fetch_token()

    def _fetch_token(self) -> str:
        app = self._account.app
        if not (app.client_id and app.client_secret):
            raise NeedsAttention("the installation has no Wix app", reason="app_missing")
        asked = {
            "grant_type": "client_credentials",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "instance_id": self._account.external_id,
        }
        reply = self._send("POST", "/oauth2/token", asked, writes=False, headers={})
        if 400 <= reply.status < 500:
            if _said(reply).get("error") == "invalid_client":
                raise NeedsAttention("Wix does not know our app or its secret", reason="app_refused")
            raise NeedsAttention("Wix gives no token for this site", reason="access_refused")
        answer = _parsed(reply, writes=False)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise Unavailable("Wix gave no token", reason="no_clear_answer")
        lives = answer.get("expires_in")
        _tokens.put(self._cache_key, token, float(lives) if isinstance(lives, int) and lives > 0 else TOKEN_SECONDS)
        return token

    def _send(self, method: str, path: str, body: object, *, writes: bool, headers: Mapping[str, str]) -> Reply:
        self._account.budget.take()
        try:
            return self._http.request(method, path, writes=writes, headers=headers, json_body=body)
        except Unavailable as error:
            if error.reason == "busy":
                wait = error.retry_after if error.retry_after is not None else WINDOW_SECONDS
                self._account.budget.exhausted(wait)
                raise Unavailable(str(error), reason="throttled", retry_after=wait) from error
            raise


def _understood(reply: Reply, *, writes: bool, needs: str) -> Node:
    if 200 <= reply.status < 300:
        return _parsed(reply, writes=writes)
    raise _refusal(reply, needs)


def _parsed(reply: Reply, *, writes: bool) -> Node:
    answer = reply.json(wrote=writes)
    if not isinstance(answer, dict):
        raise unclear(writes, "the answer is not an object")
    return answer


def _said(reply: Reply) -> dict[str, Any]:
    """The body of a refusal; empty when it is no JSON object (an error page of a proxy)."""
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(reply: Reply, needs: str) -> OutsideError:
    """Say which kind of error an answer below 500 is; 429 never comes here.

    Wix names few of its codes (https://dev.wix.com/docs/rest/articles/get-started/errors); those we do not
    know are refusals of our request, with the code in the parameters.
    """
    if reply.status == 401:
        return NeedsAttention("Wix refuses our credentials", reason="access_refused")
    if reply.status == 402:
        return NeedsAttention("the site's plan does not allow it", reason="shop_frozen")
    if reply.status == 403:
        return NeedsAttention(f"the permission {needs} is missing", reason="missing_scope", scopes=[needs])
    if reply.status == 404:
        return Declined("Wix knows no such thing", reason="not_found_there")
    if 300 <= reply.status < 400:
        return NeedsAttention("the address of the API redirects elsewhere", reason="bad_request")
    return WixRefused(_code(reply), reply.status)


def _code(reply: Reply) -> str:
    """The application error's code, or the message: cleaned for a log line, without anybody's data."""
    said = _said(reply)
    details = said.get("details")
    error = details.get("applicationError") if isinstance(details, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code[:80] if isinstance(code, str) else ""
