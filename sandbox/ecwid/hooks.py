"""The app that is installed in the stores, and its webhooks: one address for all stores, set by the operator."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.core.webhooks import Delivery
from sandbox.ecwid.seed import CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from sandbox.ecwid.model import Order
    from sandbox.ecwid.store import Store

# After 15, 30, 45 minutes and one hour, then hourly for 24 hours
# (https://docs.ecwid.com/build-apps/webhook-automations).
RETRY_GAPS = (900.0,) * 4 + (3600.0,) * 23
ACCEPTED = (200, 201, 202, 204, 209)
DEAD_FOR = timedelta(days=14)
EVENTS = (
    "order.created",
    "order.updated",
    "order.deleted",
    "application.installed",
    "application.uninstalled",
    "application.subscriptionStatusChanged",
)


def sign(secret: str, created: int, event_id: str) -> str:
    """The value of X-Ecwid-Webhook-Signature: it covers the event's time and id, and nothing else."""
    signed = f"{created}.{event_id}".encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


class App:
    """What Ecwid's support has entered for the app: keys, webhook address, ticked events."""

    def __init__(self) -> None:
        self.client_id = CLIENT_ID
        self.webhook_url = ""
        self.events = list(EVENTS)
        self.reset()

    def reset(self) -> None:
        """Back to the seed; address and events stay, as Ecwid's support has entered them."""
        self.client_secret = CLIENT_SECRET
        self.failing_since: datetime | None = None
        self.blocked = False

    def heard(self, status: int | None, now: datetime) -> bool:
        """Keep count of an address that does not answer; True when that has just got the app's webhooks blocked."""
        if status in ACCEPTED:
            self.failing_since = None
            return False
        self.failing_since = self.failing_since or now
        if not self.blocked and now - self.failing_since >= DEAD_FOR:
            self.blocked = True
            return True
        return False


def tell(store: "Store", topic: str, entity: int | str, facts: dict[str, Any] | None = None) -> None:
    """Send an event of one store to the app's address."""
    app = store.app
    if not store.world.settings.webhooks or not app.webhook_url or topic not in app.events or app.blocked:
        return
    if not store.installed and topic != "application.uninstalled":
        return
    event_id, created = store.world.ids.uuid("ecwid:event"), int(store.now().timestamp())
    message = {
        "eventId": event_id,
        "eventCreated": created,
        "storeId": int(store.id),
        "entityId": entity,
        "eventType": topic,
        **({"data": facts} if facts else {}),
    }

    def headers(body: bytes) -> dict[str, str]:
        return {
            "Content-Type": "application/json; charset=UTF-8",
            "X-Ecwid-Webhook-Signature": sign(app.client_secret, created, event_id),
        }

    def heard(status: int | None) -> None:
        if app.heard(status, store.now()):
            store.write("webhooks.blocked", url=app.webhook_url, since=str(app.failing_since))

    store.world.webhooks.send(
        Delivery(
            store.system,
            topic,
            f"{app.webhook_url}?eventtype={topic}",
            json.dumps(message, separators=(",", ":")).encode(),
            headers,
            RETRY_GAPS,
            timeout=10.0,
            facts={"event_id": event_id, "resource_id": str((facts or {}).get("orderId", entity))},
            accepted=lambda status: status in ACCEPTED,
            on_try=heard,
            still_wanted=lambda: not app.blocked,
        )
    )


def tell_order(store: "Store", topic: str, order: "Order", old: tuple[str, str] | None = None) -> None:
    """Send an order event; `old` are the payment and fulfillment status before the change."""
    facts = {
        "orderId": order.id,
        "newPaymentStatus": order.payment_status,
        "newFulfillmentStatus": order.fulfillment_status,
    }
    if old:
        facts |= {"oldPaymentStatus": old[0], "oldFulfillmentStatus": old[1]}
    # A deleted order is named by its number alone.
    tell(store, topic, order.internal_id, None if topic == "order.deleted" else facts)
