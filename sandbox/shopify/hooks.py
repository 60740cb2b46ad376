"""Webhook subscriptions of one store, and the fulfillment service's callback; both signed with the app's secret."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.core.webhooks import Delivery
from sandbox.shopify.model import Refused, Subscription

if TYPE_CHECKING:
    from sandbox.shopify.store import Store

API_VERSION = "2026-10"
# Eight retries within four hours (https://shopify.dev/docs/apps/build/webhooks/troubleshooting-webhooks); the single
# gaps are not published.
RETRY_GAPS = (10.0, 60.0, 300.0, 600.0, 1200.0, 2400.0, 3600.0, 6000.0)
TOPIC_FAMILIES = ("FULFILLMENT_ORDERS", "FULFILLMENTS", "ORDERS", "REFUNDS", "APP", "SHOP")


def topic_path(topic: str) -> str:
    """`FULFILLMENT_ORDERS_SPLIT` as it stands in headers: `fulfillment_orders/split`."""
    family = next(name for name in TOPIC_FAMILIES if topic.startswith(name + "_"))
    return f"{family.lower()}/{topic[len(family) + 1 :].lower()}"


def sign(secret: str, body: bytes) -> str:
    """The value of X-Shopify-Hmac-Sha256."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Hooks:
    """Subscriptions and deliveries of one store."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self.subscriptions: dict[int, Subscription] = {}

    def new_event(self) -> str:
        """One id for all deliveries of one action."""
        return self._store.world.ids.uuid("shopify:event")

    def subscribe(self, topic: str, uri: str, **choices: Any) -> Subscription:
        """Make a subscription; the same topic and address twice is refused, as Shopify does."""
        if not uri.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            # Shopify insists on https; the sandbox lives on loopback, where there is none.
            raise Refused("Address is invalid", ["webhookSubscription", "uri"])
        if any(s.topic == topic and s.uri == uri for s in self.subscriptions.values()):
            raise Refused("Address for this topic has already been taken", ["webhookSubscription", "uri"])
        now = self._store.now()
        number = self._store.new_id("subscription", 1_400_000_000_000)
        made = Subscription(number, topic, uri, now, now, **choices)
        self.subscriptions[made.id] = made
        self._store.write("subscription.created", subscription_id=str(made.id), topic=topic, uri=uri)
        return made

    def remove(self, subscription: Subscription, why: str) -> None:
        """Delete a subscription."""
        if self.subscriptions.pop(subscription.id, None):
            self._store.write(
                "subscription.removed", subscription_id=str(subscription.id), topic=subscription.topic, why=why
            )

    def switch_all_off(self) -> None:
        """Delete every subscription, as after too many failures."""
        for subscription in list(self.subscriptions.values()):
            self.remove(subscription, "failures")

    def emit(self, topic: str, event: str, build: Callable[[], dict[str, Any]], last: bool = False) -> None:
        """Send `topic` to its subscribers; `last` deliveries go on although the subscription disappears."""
        if not self._store.world.settings.webhooks or not self._store.installed:
            return
        targets = [s for s in self.subscriptions.values() if s.topic == topic]
        if not targets:
            return
        payload = build()
        for subscription in targets:
            self._send(subscription, payload, event, last)

    def _send(self, subscription: Subscription, payload: dict[str, Any], event: str, last: bool) -> None:
        store = self._store
        if subscription.include_fields:
            payload = {key: value for key, value in payload.items() if key in subscription.include_fields}
        topic = topic_path(subscription.topic)
        webhook_id = store.world.ids.uuid("shopify:webhook")
        triggered = store.world.clock.now().isoformat().replace("+00:00", "Z")

        def headers(body: bytes) -> dict[str, str]:
            named = {"X-Shopify-Name": subscription.name} if subscription.name else {}
            return {
                **named,
                "User-Agent": "Shopify-Captain-Hook",
                "Content-Type": "application/json",
                "X-Shopify-Topic": topic,
                "X-Shopify-Hmac-Sha256": sign(store.secret, body),
                "X-Shopify-Shop-Domain": store.domain,
                "X-Shopify-API-Version": API_VERSION,
                "X-Shopify-Webhook-Id": webhook_id,
                "X-Shopify-Event-Id": event,
                "X-Shopify-Triggered-At": triggered,
            }

        store.world.webhooks.send(
            Delivery(
                store.system,
                topic,
                subscription.uri,
                json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(),
                headers,
                RETRY_GAPS,
                facts={"webhook_id": webhook_id, "event_id": event, "resource_id": str(payload.get("id", ""))},
                on_give_up=lambda: self.remove(subscription, "8 retries failed"),
                still_wanted=lambda: last or subscription.id in self.subscriptions,
            )
        )

    def ping_service(self, callback_url: str, kind: str) -> None:
        """Tell a fulfillment service that something waits for it: no ids, one try."""
        store = self._store
        if not callback_url:
            return

        def headers(body: bytes) -> dict[str, str]:
            return {
                "Content-Type": "application/json",
                "X-Shopify-Hmac-Sha256": sign(store.secret, body),
                "X-Shopify-Shop-Domain": store.domain,
                "X-Shopify-API-Version": API_VERSION,
            }

        url = callback_url.rstrip("/") + "/fulfillment_order_notification"
        body = json.dumps({"kind": kind}).encode()
        store.world.webhooks.send(
            Delivery(store.system, "fulfillment_order_notification", url, body, headers, facts={"kind": kind})
        )
