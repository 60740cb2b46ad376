"""Our webhooks in a shop: make them, mend them, list them, take them out again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from orderlane.connectors.reading import Node
from orderlane.connectors.stores.woocommerce.client import WooClient
from orderlane.connectors.stores.woocommerce.reading import number_id, text
from orderlane.connectors.stores.woocommerce.webhooks import TOPICS
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.stores import Registration


def mend(client: WooClient, callback_url: str, secret: str) -> Sequence[str]:
    """Make what is missing, switch on what is off, renew what has another secret; return those topics.

    A shop switches a webhook off after more than five failures in a row, and says so to nobody. It never shows
    a secret, so each webhook's name carries a mark of it.
    """
    present: dict[str, list[Node]] = {}
    for found in ours(client, callback_url):
        present.setdefault(text(found, "topic"), []).append(found)
    mended = []
    for topic in TOPICS:
        wanted = {"name": _name(topic, secret), "status": "active", "secret": secret}
        there = present.get(topic, [])
        for double in there[1:]:
            _remove(client, double)
        if not there:
            made = client.write("POST", "/webhooks", {**wanted, "topic": topic, "delivery_url": callback_url})
            if made is None or text(made, "status") != "active":
                raise NeedsAttention("the shop does not take a webhook", reason="subscription_refused", topic=topic)
            mended.append(topic)
        elif text(there[0], "status") != "active" or text(there[0], "name") != wanted["name"]:
            client.write("PUT", f"/webhooks/{number_id(there[0], 'id')}", wanted)
            mended.append(topic)
    return mended


def ours(client: WooClient, callback_url: str) -> Sequence[Node]:
    """Read the webhooks that lead to us."""
    return [found for found in client.every("/webhooks") if text(found, "delivery_url") == callback_url]


def registrations(client: WooClient, callback_url: str) -> Sequence[Registration]:
    """Describe the webhooks that lead to us."""
    return [
        Registration("webhook", text(found, "topic"), number_id(found, "id"), active=text(found, "status") == "active")
        for found in ours(client, callback_url)
    ]


def remove(client: WooClient, callback_url: str) -> None:
    """Take every webhook that leads to us out of the shop."""
    for found in ours(client, callback_url):
        _remove(client, found)


def _remove(client: WooClient, found: Node) -> None:
    client.write("DELETE", f"/webhooks/{number_id(found, 'id')}", {}, force=True)


def _name(topic: str, secret: str) -> str:
    return f"Orderlane {topic} {hashlib.sha256(secret.encode()).hexdigest()[:8]}"
