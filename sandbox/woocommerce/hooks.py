"""Webhooks of one shop: the whole order as body, signed with each webhook's own secret, one try each.

https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks: a failure is counted, never repeated, and after
more than five in a row the webhook is disabled. A new one is first tried with an unsigned form (the ping).
"""

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from sandbox.core.webhooks import Delivery
from sandbox.woocommerce.model import Order, Webhook, Wrong
from sandbox.woocommerce.shapes import order_shape

if TYPE_CHECKING:
    from sandbox.woocommerce.store import Store

TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
MOST_FAILURES = 5
AGENT = "WooCommerce/10.9.0 Hookshot (WordPress/6.9)"


def sign(secret: str, body: bytes) -> str:
    """The value of X-WC-Webhook-Signature."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Hooks:
    """Webhooks and deliveries of one shop."""

    def __init__(self, store: "Store") -> None:
        self._store = store
        self.rows: dict[int, Webhook] = {}

    def make(self, body: dict[str, Any]) -> Webhook:
        """Make a webhook, and ping its address."""
        topic, url = str(body.get("topic") or ""), str(body.get("delivery_url") or "")
        if topic not in TOPICS:
            message = "Webhook topic is required and must be valid."
            raise Wrong(400, "woocommerce_rest_shop_webhook_invalid_topic", message)
        if not url.startswith(("https://", "http://")):
            message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
            raise Wrong(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message)
        store, now = self._store, self._store.now()
        secret = str(body.get("secret") or store.new_hash("secret"))
        name = str(body.get("name") or f"Webhook created on {now:%b %d, %Y}")
        status = "active" if body.get("status", "active") == "active" else "disabled"
        hook = Webhook(store.new_id("webhook"), name, topic, url, secret, now, now, status)
        self.rows[hook.id] = hook
        store.write("subscription.created", subscription_id=str(hook.id), topic=topic, uri=url)
        self._ping(hook)
        return hook

    def change(self, hook: Webhook, body: dict[str, Any]) -> None:
        """Change what is given; switching on does not forget the failures."""
        for key in ("name", "secret", "delivery_url"):
            if body.get(key):
                setattr(hook, key, str(body[key]))
        if body.get("status") in ("active", "paused", "disabled"):
            hook.status = body["status"]
        hook.modified_at = self._store.now()
        self._store.write("subscription.changed", subscription_id=str(hook.id), topic=hook.topic, status=hook.status)

    def switch_all_off(self) -> None:
        """Disable every webhook, as after too many failures."""
        for hook in self.rows.values():
            self._disable(hook)

    def _disable(self, hook: Webhook) -> None:
        hook.status = "disabled"
        self._store.write("subscription.deactivated", subscription_id=str(hook.id), topic=hook.topic)

    def remove(self, hook: Webhook) -> None:
        """Delete a webhook."""
        if self.rows.pop(hook.id, None):
            self._store.write("subscription.removed", subscription_id=str(hook.id), topic=hook.topic, why="deleted")

    def emit(self, topic: str, order: Order) -> None:
        """Tell whoever asked; a deleted order is only named."""
        if not self._store.world.settings.webhooks or order.status == "checkout-draft":
            return
        for hook in list(self.rows.values()):
            if hook.topic == topic and hook.status == "active":
                payload = {"id": order.id} if topic == "order.deleted" else order_shape(self._store, order)
                self._send(hook, order, json.dumps(payload, ensure_ascii=False).encode())

    def _send(self, hook: Webhook, order: Order, body: bytes) -> None:
        store = self._store
        second = int(store.world.clock.now().timestamp())
        # The platform makes it of the webhook and the second: two orders in one second have the same.
        delivery_id = hashlib.md5(f"{hook.id}{second}".encode(), usedforsecurity=False).hexdigest()

        def headers(signed: bytes) -> dict[str, str]:
            resource, _, event = hook.topic.partition(".")
            return {
                "Content-Type": "application/json",
                "User-Agent": AGENT,
                "X-WC-Webhook-Source": f"{store.home}/",
                "X-WC-Webhook-Topic": hook.topic,
                "X-WC-Webhook-Resource": resource,
                "X-WC-Webhook-Event": event,
                "X-WC-Webhook-Signature": sign(hook.secret, signed),
                "X-WC-Webhook-ID": str(hook.id),
                "X-WC-Webhook-Delivery-ID": delivery_id,
            }

        self._deliver(hook, hook.topic, body, headers, str(order.id), delivery_id)

    def _ping(self, hook: Webhook) -> None:
        if self._store.world.settings.webhooks:
            headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": AGENT}
            body = f"webhook_id={hook.id}".encode()
            self._deliver(hook, "ping", body, lambda _: headers, "", "", counts=False)

    def _deliver(
        self,
        hook: Webhook,
        topic: str,
        body: bytes,
        headers: Any,
        resource_id: str,
        delivery_id: str,
        counts: bool = True,
    ) -> None:
        self._store.world.webhooks.send(
            Delivery(
                self._store.system,
                topic,
                hook.delivery_url,
                body,
                headers,
                accepted=_received,
                facts={"webhook_id": delivery_id, "hook_id": str(hook.id), "resource_id": resource_id},
                on_try=lambda status: self._tried(hook, status) if counts else None,
                still_wanted=lambda: hook.id in self.rows,
            )
        )

    def _tried(self, hook: Webhook, status: int | None) -> None:
        if status is not None and _received(status):
            hook.failures = 0
        elif hook.failures > MOST_FAILURES:
            self._disable(hook)
        else:
            hook.failures += 1


def _received(status: int) -> bool:
    return 200 <= status < 303
