"""HTTP to PayPal: token, calls, certificate, and the error kinds of a refused call."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any
from urllib.parse import quote

from orderlane.connectors.http import Http, Reply
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.accounts import Account, ForgedWebhook

_EARLY_SECONDS = 60.0
_CACHED_CERTIFICATES = 32
_CERTIFICATE_BYTES = 64 * 1024


class PayPalRefused(NeedsAttention):
    """PayPal understood the call and said no; ``issue`` is its own code, such as ``ORDER_NOT_APPROVED``."""

    reason = "paypal_refused"

    def __init__(self, issue: str, debug_id: str) -> None:
        super().__init__(f"PayPal refused: {issue}", reason=issue.lower(), debug_id=debug_id)
        self.issue = issue


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    expires: float


class _Tokens:
    """The tokens of this process. A token lives for hours, and PayPal asks not to fetch one per call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, _Token] = {}

    def get(self, key: str) -> str:
        with self._lock:
            token = self._held.get(key)
        return token.value if token and token.expires > monotonic() else ""

    def put(self, key: str, value: str, lives: float) -> None:
        with self._lock:
            self._held[key] = _Token(value, monotonic() + lives - _EARLY_SECONDS)

    def drop(self, key: str, value: str) -> None:
        """Forget ``value``, unless another thread has put a newer token in its place."""
        with self._lock:
            if (held := self._held.get(key)) and held.value == value:
                del self._held[key]


_tokens = _Tokens()
_certificates: dict[str, bytes] = {}
_certificates_lock = threading.Lock()


class PayPalClient:
    """The calls we make on one PayPal account, with that account's own REST app."""

    def __init__(self, account: Account) -> None:
        self._http = Http(account.api_url, {"Accept": "application/json"})
        self._client_id = account.secrets.get("client_id", "")
        self._secret = account.secrets.get("client_secret", "")
        identity = f"{account.api_url}\n{self._client_id}\n{self._secret}"
        self._cache_key = sha256(identity.encode()).hexdigest()

    def payer_id(self) -> str:
        """Return the merchant id of the app's owner; empty when PayPal does not tell it to this app."""
        try:
            profile = self._call("GET", "/v1/identity/oauth2/userinfo?schema=paypalv1.1", writes=False)
        except NeedsAttention as error:
            if error.reason == "bad_credentials":
                raise
            # An app without the profile scope gets 401 or 403 here although everything else works.
            return ""
        return str(profile.get("payer_id") or "")

    def create_order(self, body: Mapping[str, object], request_id: str) -> dict[str, Any]:
        """Create an order, or return the one this ``request_id`` created before (PayPal keeps it for six hours)."""
        return self._call("POST", "/v2/checkout/orders", writes=True, body=body, request_id=request_id)

    def get_order(self, order_id: str) -> dict[str, Any]:
        """Read an order."""
        return self._call("GET", f"/v2/checkout/orders/{quote(order_id, safe='')}", writes=False)

    def capture_order(self, order_id: str, request_id: str) -> dict[str, Any]:
        """Capture an approved order and return it in full."""
        path = f"/v2/checkout/orders/{quote(order_id, safe='')}/capture"
        return self._call("POST", path, writes=True, body={}, request_id=request_id)

    def get_capture(self, capture_id: str) -> dict[str, Any]:
        """Read a capture."""
        return self._call("GET", f"/v2/payments/captures/{quote(capture_id, safe='')}", writes=False)

    def certificate(self, url: str) -> bytes:
        """Fetch a signing certificate (PEM) from an address that the caller has checked; cached by address."""
        with _certificates_lock:
            if url in _certificates:
                return _certificates[url]
        reply = self._http.request("GET", url, writes=False, headers={"Accept": "*/*"})
        if reply.status != 200 or len(reply.body) > _CERTIFICATE_BYTES:
            raise ForgedWebhook("the webhook names a certificate that is not there")
        with _certificates_lock:
            if len(_certificates) >= _CACHED_CERTIFICATES:
                _certificates.clear()
            _certificates[url] = reply.body
        return reply.body

    def _call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        body: Mapping[str, object] | None = None,
        request_id: str = "",
    ) -> dict[str, Any]:
        headers = {"Prefer": "return=representation"}
        if request_id:
            headers["PayPal-Request-Id"] = request_id
        reply = self._authorized(method, path, writes, body, headers)
        if 200 <= reply.status < 300:
            answer = reply.json(wrote=writes)
            if isinstance(answer, dict):
                return answer
            raise _unreadable(writes)
        raise _refusal(reply, writes)

    def _authorized(
        self, method: str, path: str, writes: bool, body: Mapping[str, object] | None, headers: Mapping[str, str]
    ) -> Reply:
        """Call with the cached token, and once more with a fresh one when PayPal no longer takes it."""
        token = _tokens.get(self._cache_key)
        if token:
            reply = self._with_token(token, method, path, writes, body, headers)
            if reply.status != 401:
                return reply
            _tokens.drop(self._cache_key, token)
        token = self._fetch_token()
        reply = self._with_token(token, method, path, writes, body, headers)
        if reply.status == 401:
            _tokens.drop(self._cache_key, token)
            raise NeedsAttention("PayPal does not accept its own fresh token here", reason="token_refused")
        return reply

    def _with_token(
        self,
        token: str,
        method: str,
        path: str,
        writes: bool,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> Reply:
        bearer = {**headers, "Authorization": f"Bearer {token}"}
        return self._http.request(method, path, writes=writes, headers=bearer, json_body=body)

    def _fetch_token(self) -> str:
        credentials = b64encode(f"{self._client_id}:{self._secret}".encode()).decode()
        reply = self._http.request(
            "POST",
            "/v1/oauth2/token",
            writes=False,
            headers={"Authorization": f"Basic {credentials}"},
            form={"grant_type": "client_credentials"},
        )
        if reply.status in {400, 401, 403}:
            raise NeedsAttention("PayPal refuses the client id or secret", reason="bad_credentials")
        answer = reply.json(wrote=False)
        token = answer.get("access_token") if reply.status == 200 and isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise Unavailable(f"PayPal gave no token: HTTP {reply.status}", reason="no_token")
        lives = answer.get("expires_in")
        _tokens.put(self._cache_key, token, float(lives) if isinstance(lives, int | float) else 0.0)
        return token


def _unreadable(writes: bool) -> OutsideError:
    kind = OutcomeUnknown if writes else NeedsAttention
    return kind("PayPal's answer has another shape than documented", reason="unreadable_answer")


def _refusal(reply: Reply, writes: bool) -> OutsideError:
    """Turn an answer that is no success into its kind; 5xx, 429 and 401 never come here."""
    try:
        answer = reply.json(wrote=False)
    except Unavailable:
        answer = {}
    answer = answer if isinstance(answer, dict) else {}
    details = answer.get("details")
    first = details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
    issue = str(first.get("issue") or answer.get("name") or f"HTTP_{reply.status}")
    debug_id = str(answer.get("debug_id") or "")
    if reply.status == 409 and writes:
        # Two calls with one PayPal-Request-Id at once: the other one may have done it
        # (https://developer.paypal.com/reference/guidelines/idempotency).
        return OutcomeUnknown(f"PayPal is busy with this request: {issue}", reason="in_progress", debug_id=debug_id)
    if reply.status == 404:
        return NeedsAttention(f"PayPal knows no such thing: {issue}", reason="payment_not_found", debug_id=debug_id)
    if 300 <= reply.status < 400:
        return NeedsAttention("the address of the API redirects elsewhere", reason="bad_address")
    return PayPalRefused(issue, debug_id)
