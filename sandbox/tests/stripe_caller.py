"""A caller of the simulated Stripe through the official SDK."""

import time
from typing import Any

import httpx
import stripe
from stripe.checkout import Session
from stripe.params.checkout import SessionCreateParams


class StripeCaller:
    """One account's restricted key; `connected` is an account to act for."""

    def __init__(self, base: str, account: str = "brume", connected: str | None = None) -> None:
        self.base = base
        seeded = httpx.get(f"{base}/seed.json").json()["stripe"]
        self.account: dict[str, str] = next(a for a in [*seeded["accounts"], seeded["platform"]] if a["key"] == account)
        address = f"{base}/stripe"
        self._http = stripe.RequestsClient(timeout=10)
        self.sdk = stripe.StripeClient(
            self.account["api_key"],
            stripe_account=connected,
            base_addresses={"api": address, "connect": address, "files": address, "meter_events": address},
            http_client=self._http,
            max_network_retries=0,
        )

    def __enter__(self) -> "StripeCaller":
        return self

    def __exit__(self, *problem: object) -> None:
        self._http.close()  # type: ignore[no-untyped-call]  # the SDK left it without types

    def open(self, key: str = "", **changes: Any) -> Session:
        """Open a session over 12.50 USD."""
        options: stripe.RequestOptions = {"idempotency_key": key} if key else {}
        return self.sdk.v1.checkout.sessions.create(session_params(**changes), options)

    def paid(self, **changes: Any) -> str:
        """The id of a session that was paid."""
        session = self.open(**changes)
        assert self.act(session.id, "pay").status_code == 200
        return session.id

    def act(self, session_id: str, action: str, **wishes: Any) -> httpx.Response:
        """Play the payer or the bank."""
        return httpx.post(f"{self.base}/stripe/_sandbox/sessions/{session_id}/{action}", json=wishes)

    def raw(self, path: str, form: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        """A call without the SDK: POST with a form, GET without one."""
        sent = {"Authorization": f"Bearer {self.account['api_key']}"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        method = "GET" if form is None else "POST"
        return httpx.request(method, f"{self.base}/stripe{path}", data=form, headers=sent)


def session_params(**changes: Any) -> SessionCreateParams:
    """Parameters of a session over 12.50 USD, as a careful integration sends them."""
    row = {
        "quantity": 1,
        "price_data": {"currency": "usd", "product_data": {"name": "Order #1001"}, "unit_amount": 1000},
    }
    shipping = {
        "quantity": 1,
        "price_data": {"currency": "usd", "product_data": {"name": "Shipping"}, "unit_amount": 250},
    }
    params: Any = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "line_items": [row, shipping],
        "client_reference_id": "attempt-1",
        "metadata": {"reference": "attempt-1"},
        "payment_intent_data": {"metadata": {"reference": "attempt-1"}, "description": "Order #1001"},
        "success_url": "http://127.0.0.1:9/back?payment=7&session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/left",
        "expires_at": int(time.time()) + 1800,
        "allowed_payment_method_types": ["card"],
        "adaptive_pricing": {"enabled": False},
        "locale": "auto",
    }
    whole: SessionCreateParams = {k: v for k, v in (params | changes).items() if v is not None}  # type: ignore[assignment]  # tests also send wrong ones
    return whole
