"""Events of the simulated Stripe and their signed delivery to webhook endpoints."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.core.webhooks import Delivery
from sandbox.core.world import World
from sandbox.stripe.accounts import ACCOUNTS, StripeAccount
from sandbox.stripe.shapes import API_VERSION

# In a sandbox Stripe tries three more times over a few hours (live: up to three days): https://docs.stripe.com/webhooks
RETRY_GAPS = (600.0, 3600.0, 10800.0)
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "charge.refunded",
    "refund.failed",
)


@dataclass
class Endpoint:
    """A webhook endpoint of an account; two secrets sign while one of them is being replaced."""

    id: str
    account: StripeAccount
    url: str
    secrets: list[str]
    enabled_events: list[str]
    connect: bool
    created: int
    description: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    def wants(self, event_type: str) -> bool:
        """Whether this event goes there."""
        return bool(self.url) and ("*" in self.enabled_events or event_type in self.enabled_events)


@dataclass
class Event:
    """Something that happened on an account to the session `about`.

    `deliveries` tells for each endpoint whether it has taken the event.
    """

    id: str
    account: StripeAccount
    kind: str
    about: str
    created: int
    subject: dict[str, Any]
    request: dict[str, str | None]
    deliveries: dict[str, bool] = field(default_factory=dict)

    @property
    def pending(self) -> int:
        """Endpoints that have not taken the event yet."""
        return sum(not taken for taken in self.deliveries.values())

    def as_json(self, connected: bool = False) -> dict[str, Any]:
        """The event as written to its own account, or (`connected`) to the platform."""
        body = {
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": {"object": self.subject},
            "livemode": False,
            "pending_webhooks": self.pending,
            "request": self.request,
            "type": self.kind,
        }
        return body | ({"account": self.account.id} if connected else {})


def signature(secrets: list[str], timestamp: int, body: bytes) -> str:
    """The `Stripe-Signature` header: one `v1` for each secret."""
    signed = f"{timestamp}.".encode() + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={mark}" for mark in marks)])


class Announcer:
    """Keeps events and delivers them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.endpoints: dict[str, Endpoint] = {}
        self.events: list[Event] = []
        self._by_session: dict[str, list[Event]] = {}

    def announce(self, event: Event) -> None:
        """Keep an event and deliver it."""
        self.events.append(event)
        self._by_session.setdefault(event.about, []).append(event)
        self.send(event)

    def send(self, event: Event) -> None:
        """Deliver an event (again) to the account's own endpoints and to the platform's Connect endpoints."""
        if not self._world.settings.webhooks:
            return
        wanted = [e for e in self.endpoints.values() if e.wants(event.kind) and _concerns(e, event)]
        for endpoint in wanted:
            event.deliveries.setdefault(endpoint.id, False)
        for endpoint in wanted:
            self._world.webhooks.send(self._delivery(event, endpoint))

    def resend(self, session_id: str) -> int:
        """Deliver all events about one session again; returns how many there are."""
        events = self._by_session.get(session_id, [])
        for event in events:
            self.send(event)
        return len(events)

    def _delivery(self, event: Event, endpoint: Endpoint) -> Delivery:
        def headers(body: bytes) -> dict[str, str]:
            timestamp = int(self._world.clock.now().timestamp())
            return {
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                "Stripe-Signature": signature(endpoint.secrets, timestamp, body),
            }

        def tried(status: int | None) -> None:
            if status is not None and 200 <= status < 300:
                event.deliveries[endpoint.id] = True

        return Delivery(
            system=f"stripe:{event.account.id}",
            topic=event.kind,
            url=endpoint.url,
            body=json.dumps(event.as_json(connected=endpoint.connect)).encode(),
            headers=headers,
            gaps=RETRY_GAPS,
            facts={"event_id": event.id, "external_id": event.about},
            on_try=tried,
            still_wanted=lambda: self.endpoints.get(endpoint.id) is endpoint,
        )

    def reset(self) -> None:
        """Back to the seeded endpoints; where they point to is a setting of the desk and stays."""
        self.events.clear()
        self._by_session.clear()
        known = self.endpoints
        self.endpoints = {
            a.endpoint_id: Endpoint(
                id=a.endpoint_id,
                account=a,
                url=known[a.endpoint_id].url if a.endpoint_id in known else "",
                secrets=[a.webhook_secret],
                enabled_events=["*"],
                connect=a.platform,
                created=1735689600,
            )
            for a in ACCOUNTS
        }


def _concerns(endpoint: Endpoint, event: Event) -> bool:
    if endpoint.connect:
        return endpoint.account.platform and not event.account.platform
    return endpoint.account is event.account
