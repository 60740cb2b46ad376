"""What of ours stands in a shop: webhook subscriptions, and the fulfillment service with its location."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderlane.connectors.reading import Node, text, unreadable
from orderlane.connectors.stores.shopify import documents
from orderlane.connectors.stores.shopify.client import ShopifyClient, made
from orderlane.connectors.stores.shopify.paging import Page, all_nodes
from orderlane.connectors.stores.shopify.reading import node, nodes, page
from orderlane.kernel.errors import Declined, NeedsAttention
from orderlane.ports.stores import Registration

TOPICS: Final = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_PAID",
    "ORDERS_EDITED",
    "ORDERS_CANCELLED",
    "ORDERS_DELETE",
    "REFUNDS_CREATE",
    "FULFILLMENTS_CREATE",
    "FULFILLMENTS_UPDATE",
    "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE",
    "FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED",
    "FULFILLMENT_ORDERS_CANCELLATION_REQUEST_SUBMITTED",
    "FULFILLMENT_ORDERS_CANCELLED",
    "APP_SCOPES_UPDATE",
    "APP_UNINSTALLED",
)

SERVICE: Final = "Orderlane"
"""How the fulfillment service is called in the shop's admin."""

WEBHOOK: Final = "webhook"
FULFILLMENT_SERVICE: Final = "fulfillment_service"
LOCATION: Final = "location"


def mend_subscriptions(client: ShopifyClient, callback_url: str) -> Sequence[str]:
    """Create the subscriptions that are missing and name them. Tries every topic before it reports those refused.

    Shopify deletes a subscription after eight failed deliveries; there is no state *switched off*.
    """
    present = {text(found, "topic") for found in _subscriptions(client, callback_url)}
    mended, refused = [], []
    for topic in TOPICS:
        if topic in present:
            continue
        try:
            payload = client.write(documents.SUBSCRIBE, {"topic": topic, "uri": callback_url})
            made(payload, "webhookSubscription", refused=Declined(reason="subscription_refused"))
            mended.append(topic)
        except (Declined, NeedsAttention):
            refused.append(topic)
    if refused:
        message = "the shop refuses subscriptions, most often for want of a scope"
        raise NeedsAttention(message, reason="subscription_refused", topics=refused)
    return mended


def register_service(client: ShopifyClient, callback_url: str) -> None:
    """Register our fulfillment service (which makes a location of its own), unless it is already there."""
    if _services(client, callback_url):
        return
    payload = client.write(documents.CREATE_FULFILLMENT_SERVICE, {"name": SERVICE, "callback": callback_url})
    made(payload, "fulfillmentService", refused=NeedsAttention(reason="service_refused"))


def list_registrations(client: ShopifyClient, callback_url: str) -> Sequence[Registration]:
    """Read everything of ours in the shop."""
    found = [Registration(WEBHOOK, text(row, "topic"), text(row, "id")) for row in _subscriptions(client, callback_url)]
    for service in _services(client, callback_url):
        found.append(Registration(FULFILLMENT_SERVICE, text(service, "serviceName"), text(service, "id")))
        location = node(service, "location")
        if location:
            found.append(Registration(LOCATION, text(location, "name"), text(location, "id")))
    return found


def remove_registrations(client: ShopifyClient, callback_url: str) -> None:
    """Delete our service, with the location that was made for it, then our subscriptions.

    The goods' stock at that location is deleted with it: nobody ships from there any more, and moving it to the
    retailer's own location would claim goods that do not lie there.
    """
    for service in _services(client, callback_url):
        _deleted(client, documents.DELETE_FULFILLMENT_SERVICE, text(service, "id"), "deletedId")
    remove_subscriptions(client, callback_url)


def remove_subscriptions(client: ShopifyClient, callback_url: str) -> None:
    """Delete our subscriptions."""
    for row in _subscriptions(client, callback_url):
        _deleted(client, documents.UNSUBSCRIBE, text(row, "id"), "deletedWebhookSubscriptionId")


def _deleted(client: ShopifyClient, document: str, external_id: str, key: str) -> None:
    """Delete one thing; gone already is as good."""
    payload = client.write(document, {"id": external_id})
    if payload.get(key):
        return
    try:
        made(payload, key, refused=NeedsAttention(reason="removal_refused"))
    except NeedsAttention as refusal:
        said = str(refusal.params.get("said", ""))
        if not any(phrase in said for phrase in ("does not exist", "could not be found", "not found")):
            raise


def _subscriptions(client: ShopifyClient, callback_url: str) -> list[Node]:
    first = page(client.read(documents.SUBSCRIPTIONS), "webhookSubscriptions")

    def fetch_page(cursor: str) -> Page:
        return page(client.read(documents.SUBSCRIPTIONS, {"after": cursor}), "webhookSubscriptions")

    return [found for found in all_nodes(first, fetch_page) if text(found, "uri") == callback_url]


def _services(client: ShopifyClient, callback_url: str) -> list[Node]:
    shop = node(client.read(documents.FULFILLMENT_SERVICES), "shop")
    if shop is None:
        raise unreadable("shop")
    return [found for found in nodes(shop, "fulfillmentServices") if text(found, "callbackUrl") == callback_url]
