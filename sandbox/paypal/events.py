"""Webhooks of the simulated PayPal: subscriptions, event bodies, deliveries."""

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.core.webhooks import Delivery
from sandbox.core.world import World
from sandbox.paypal.accounts import ACCOUNTS, BusinessAccount
from sandbox.paypal.orders import Capture, Order, Refund
from sandbox.paypal.shapes import Shapes, stamp
from sandbox.paypal.signing import ALGORITHM, message, signer

# 25 retries over 3 days, ever further apart: https://developer.paypal.com/api/rest/webhooks/rest/
RETRY_GAPS = tuple(round(3 * 86400 * n * n / 5525, 1) for n in range(1, 26))

SUMMARIES = {
    "CHECKOUT.ORDER.APPROVED": "An order has been approved by buyer",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED": "A payment has been reversed after approval.",
    "PAYMENT.CAPTURE.COMPLETED": "Payment completed for {amount}",
    "PAYMENT.CAPTURE.PENDING": "Payment pending for {amount}",
    "PAYMENT.CAPTURE.DENIED": "Payment denied for {amount}",
    "PAYMENT.CAPTURE.REFUNDED": "A {amount} capture payment was refunded",
}
EVENT_TYPES = tuple(SUMMARIES)


@dataclass
class Subscription:
    """One webhook of an account's REST app; without an address nothing is sent."""

    id: str
    account: BusinessAccount
    url: str
    event_types: tuple[str, ...] = ("*",)

    def wants(self, event_type: str) -> bool:
        """Whether this event goes there."""
        return bool(self.url) and ("*" in self.event_types or event_type in self.event_types)


@dataclass(frozen=True)
class Event:
    """One event; the body is written once and never changes, because the signature covers its bytes."""

    id: str
    kind: str
    order_id: str
    body: bytes


@dataclass
class Announcer:
    """Turns what happens to orders into signed webhooks."""

    world: World
    shapes: Shapes
    certificates: str
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def announce(self, event_type: str, order: Order, subject: Order | Capture | Refund) -> None:
        """Write the event down and send it to every subscription of the order's app."""
        now = self.world.clock.now()
        identifier = f"WH-{self.world.ids.code('paypal-event')}-{self.world.ids.code('paypal-event')}"
        resource, kind = self._resource(subject)
        amount = resource.get("amount", {})
        summary = SUMMARIES[event_type].format(amount=f"{amount.get('value')} {amount.get('currency_code')}")
        body = {
            "id": identifier,
            "event_version": "1.0",
            "create_time": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
            "resource_type": kind,
            "resource_version": "2.0",
            "event_type": event_type,
            "summary": summary,
            "resource": resource,
            "links": [],
        }
        event = Event(identifier, event_type, order.id, json.dumps(body).encode())
        self.events.append(event)
        self.send(event, order.account)

    def send(self, event: Event, account: BusinessAccount) -> None:
        """Deliver an event (again)."""
        if not self.world.settings.webhooks:
            return
        for subscription in self.subscriptions.values():
            if subscription.account is account and subscription.wants(event.kind):
                self.world.webhooks.send(self._delivery(event, subscription))

    def resend(self, order: Order) -> int:
        """Deliver all events of an order again; returns how many there are."""
        of_order = [event for event in self.events if event.order_id == order.id]
        for event in of_order:
            self.send(event, order.account)
        return len(of_order)

    def _delivery(self, event: Event, subscription: Subscription) -> Delivery:
        transmission = self.world.ids.uuid("paypal-transmission")

        def headers(body: bytes) -> dict[str, str]:
            at = stamp(self.world.clock.now())
            signed = message(transmission, at, subscription.id, body)
            return {
                "Content-Type": "application/json",
                "User-Agent": "PayPal/AUHD-215.0-58140842",
                "PAYPAL-TRANSMISSION-ID": transmission,
                "PAYPAL-TRANSMISSION-TIME": at,
                "PAYPAL-TRANSMISSION-SIG": signer().sign(signed),
                "PAYPAL-CERT-URL": f"{self.certificates}/{signer().certificate_name}",
                "PAYPAL-AUTH-ALGO": ALGORITHM,
            }

        return Delivery(
            system=f"paypal:{subscription.account.merchant_id}",
            topic=event.kind,
            url=subscription.url,
            body=event.body,
            headers=headers,
            gaps=RETRY_GAPS,
            facts={"event_id": event.id, "external_id": event.order_id},
            still_wanted=lambda: self.subscriptions.get(subscription.id) is subscription,
        )

    def _resource(self, subject: Order | Capture | Refund) -> tuple[dict[str, Any], str]:
        if isinstance(subject, Order):
            return self.shapes.order(subject), "checkout-order"
        if isinstance(subject, Capture):
            return self.shapes.capture(subject), "capture"
        return self.shapes.refund(subject), "refund"

    def reset(self) -> None:
        """Back to the seeded subscriptions; where they point to is a setting of the desk and stays."""
        self.events.clear()
        known = self.subscriptions
        self.subscriptions = {
            a.webhook_id: Subscription(a.webhook_id, a, known[a.webhook_id].url if a.webhook_id in known else "")
            for a in ACCOUNTS
        }
