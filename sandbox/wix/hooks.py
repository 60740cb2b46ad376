"""Deliveries of one site: the whole body is a token, signed with the app's key.

Wix tries again for up to 48 hours with the data of the first attempt; the single gaps are not published.
"""

import json
from typing import TYPE_CHECKING, Any

import jwt

from sandbox.core.webhooks import Delivery
from sandbox.wix.payloads import fulfillments_payload, order_payload, transactions_payload, written_time

if TYPE_CHECKING:
    from sandbox.wix.model import Order
    from sandbox.wix.store import Store

RETRY_GAPS = (60.0, 300.0, 900.0, 3600.0, 7200.0, 14_400.0, 28_800.0, 57_600.0, 57_600.0)
ANSWER_SECONDS = 1.25
TOKEN_SECONDS = 3 * 24 * 3600


class Hooks:
    """What one site tells the app."""

    def __init__(self, store: "Store") -> None:
        self._store = store

    def emit_order(self, order: "Order", *slugs: str, anonymize: bool = False) -> None:
        """Send events that carry the whole order: `created`, `updated`, `approved`, `canceled`…"""
        for slug in slugs:
            entity = order_payload(order, self._store.world.settings.base_url)
            if slug == "created":
                happened: dict[str, Any] = {"createdEvent": {"entity": entity}}
            elif slug == "updated":
                happened = {"updatedEvent": {"currentEntity": entity}}
            else:
                happened = {"actionEvent": {"body": {"order": entity}}}
            self._send("wix.ecom.v1.order", slug, order, happened, anonymize)

    def emit_fulfillments(self, order: "Order") -> None:
        """The fulfillments of an order changed."""
        happened = {"updatedEvent": {"currentEntity": fulfillments_payload(order)}}
        self._send("wix.ecom.v1.fulfillments", "updated", order, happened)

    def emit_transactions(self, order: "Order") -> None:
        """The payments or refunds of an order changed."""
        happened = {"updatedEvent": {"currentEntity": transactions_payload(order)}}
        self._send("wix.ecom.v1.order_transactions", "updated", order, happened)

    def emit_app(self, event_type: str, content: dict[str, str]) -> None:
        """`AppInstalled` or `AppRemoved`, which have no id of their own."""
        self._deliver(event_type, content, {})

    def _send(self, entity: str, slug: str, order: "Order", happened: dict[str, Any], anonymize: bool = False) -> None:
        store = self._store
        if not store.installed or not store.app.webhook_url or not store.world.settings.webhooks:
            return
        event_id = store.world.ids.uuid("wix:event")
        event = {
            "id": event_id,
            "entityFqdn": entity,
            "slug": slug,
            "entityId": order.id,
            **happened,
            "eventTime": written_time(store.world.clock.now()),
            "triggeredByAnonymizeRequest": anonymize,
            "originatedFrom": None,
            "entityEventSequence": str(order.sequence),
        }
        self._deliver(
            f"{entity}_{slug}", event, {"webhook_id": event_id, "event_id": event_id, "resource_id": order.id}
        )

    def _deliver(self, event_type: str, content: dict[str, Any], facts: dict[str, str]) -> None:
        store = self._store
        if not store.app.webhook_url or not store.world.settings.webhooks:
            return
        envelope = {
            "instanceId": store.instance_id,
            "eventType": event_type,
            "identity": json.dumps({"identityType": "APP", "appId": store.app.client_id}),
            "data": json.dumps(content, ensure_ascii=False),
        }
        issued = int(store.world.clock.now().timestamp())
        claims = {"data": json.dumps(envelope), "iat": issued, "exp": issued + TOKEN_SECONDS}
        body = jwt.encode(claims, store.app.key.private, algorithm="RS256").encode()
        store.world.webhooks.send(
            Delivery(
                store.system,
                event_type,
                store.app.webhook_url,
                body,
                lambda _body: {"Content-Type": "text/plain;charset=UTF-8", "User-Agent": "Wix"},
                RETRY_GAPS,
                timeout=ANSWER_SECONDS,
                facts=facts,
            )
        )
