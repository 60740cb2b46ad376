"""HTTP to Stripe: the official SDK, made to go through our one HTTP client and to raise our four kinds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeVar, cast

import stripe
from stripe.params.checkout import SessionCreateParams

from orderlane.connectors.http import Http
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.ports.accounts import Account

# The SDK would otherwise tell Stripe about this machine and the timing of our calls.
stripe.enable_telemetry = False

_EXPAND_CHARGE = "payment_intent.latest_charge"
T = TypeVar("T")


class GuardedHttp(stripe.HTTPClient):
    """Carries the SDK's calls through :class:`Http`: same guards, deadlines and size cap as every connector.

    Http's errors (5xx, 429, lost connections) pass through the SDK unchanged, because it only knows its own.
    """

    name = "httpx"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Make one call for the SDK."""
        content = post_data.encode() if isinstance(post_data, str) else post_data
        reply = Http("").request(method.upper(), url, writes=method != "get", headers=headers, content=content)
        return reply.body.decode(errors="replace"), reply.status, reply.headers

    def close(self) -> None:
        """Nothing to close: connections belong to the worker thread."""


class _Owners:
    """Whose account a key opens. That never changes for a key, so it is asked once per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def get(self, key: str) -> str:
        with self._lock:
            return self._known.get(key, "")

    def put(self, key: str, owner: str) -> None:
        with self._lock:
            self._known[key] = owner


_owners = _Owners()


class StripeCalls:
    """The calls we make on one Stripe account; answers are plain dicts."""

    def __init__(self, account: Account) -> None:
        api_key = account.secrets.get("api_key", "")
        connected = account.external_id if account.secrets.get("connect") else None
        base = account.api_url.rstrip("/")
        self._sdk = stripe.StripeClient(
            api_key,
            stripe_account=connected,
            base_addresses={"api": base, "connect": base, "files": base, "meter_events": base},
            # Retries are ours: the job knows the key, the clock and the person waiting.
            max_network_retries=0,
            http_client=GuardedHttp(),
        )
        self._owner_key = sha256(f"{base}\n{api_key}\n{connected}".encode()).hexdigest()

    def account_id(self) -> str:
        """Ask Stripe whose account this is and return its ``acct_`` id."""
        owner = str(_call(lambda: self._sdk.v1.accounts.retrieve_current().to_dict(), writes=False).get("id") or "")
        if owner:
            _owners.put(self._owner_key, owner)
        return owner

    def known_account_id(self) -> str:
        """Return :meth:`account_id`, asking Stripe only once per process."""
        return _owners.get(self._owner_key) or self.account_id()

    def create_session(self, body: Mapping[str, object], key: str) -> dict[str, Any]:
        """Create a Checkout Session, or return the one this ``key`` created (Stripe remembers keys for a day)."""
        params = cast(SessionCreateParams, dict(body))
        return _call(
            lambda: self._sdk.v1.checkout.sessions.create(params, {"idempotency_key": key}).to_dict(), writes=True
        )

    def get_session(self, session_id: str) -> dict[str, Any]:
        """Read a session with its payment intent and the charge that paid it."""
        return _call(
            lambda: self._sdk.v1.checkout.sessions.retrieve(session_id, {"expand": [_EXPAND_CHARGE]}).to_dict(),
            writes=False,
        )

    def refunds_of(self, charge_id: str) -> list[dict[str, Any]]:
        """Return the refunds of a charge, the newest hundred."""
        found = _call(lambda: self._sdk.v1.refunds.list({"charge": charge_id, "limit": 100}).to_dict(), writes=False)
        return list(found.get("data") or [])

    def session_of_intent(self, intent_id: str) -> str:
        """Return the id of the session a payment intent was made by; empty when no session made it."""
        found = _call(
            lambda: self._sdk.v1.checkout.sessions.list({"payment_intent": intent_id, "limit": 1}).to_dict(),
            writes=False,
        )
        sessions = found.get("data") or [{}]
        return str(sessions[0].get("id") or "")

    def expire_session(self, session_id: str) -> None:
        """Make an open session unpayable; raises NeedsAttention when it is not open any more."""
        # No key: expiring is repeatable by nature, and the SDK's own key only lives for this one call.
        _call(lambda: self._sdk.v1.checkout.sessions.expire(session_id).to_dict(), writes=True)


def _call(make: Callable[[], T], *, writes: bool) -> T:
    try:
        return make()
    except stripe.StripeError as error:
        raise _kind(error, writes) from error
    except ValueError as error:
        # The SDK checks path parts before it sends anything.
        raise NeedsAttention("the Stripe library refuses this call", reason="invalid_request") from error


def _kind(error: stripe.StripeError, writes: bool) -> OutsideError:
    """Turn an SDK error into its kind. Stripe's messages stay out: they may quote what was sent."""
    facts: dict[str, Any] = {"request_id": error.request_id or "", "code": error.code or ""}
    kinds: tuple[tuple[type[stripe.StripeError], type[OutsideError], str], ...] = (
        (stripe.CardError, Declined, error.code or "declined"),
        (stripe.IdempotencyError, NeedsAttention, "key_reused"),
        (stripe.AuthenticationError, NeedsAttention, "bad_credentials"),
        (stripe.PermissionError, NeedsAttention, "not_permitted"),
        (stripe.RateLimitError, Unavailable, "busy"),
    )
    for theirs, ours, reason in kinds:
        if isinstance(error, theirs):
            return ours(f"Stripe: {reason}", reason=reason, **facts)
    if isinstance(error, stripe.InvalidRequestError):
        missing = error.http_status == 404 or error.code == "resource_missing"
        reason = "payment_not_found" if missing else "invalid_request"
        return NeedsAttention(f"Stripe: {error.code or reason}", reason=reason, param=error.param or "", **facts)
    # 409 (the same key is at work), a redirect, or an answer that is not JSON.
    kind = OutcomeUnknown if writes else Unavailable
    return kind(f"Stripe: HTTP {error.http_status}", reason="no_clear_answer", **facts)
