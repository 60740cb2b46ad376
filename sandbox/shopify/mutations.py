"""The root of mutations. A `Refused` becomes the payload's `userErrors`; nothing else has changed then."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from sandbox.shopify import orders, parcels, work
from sandbox.shopify.model import (
    Location,
    Order,
    Parcel,
    Refused,
    Service,
    Subscription,
    Tracking,
    Work,
    gid,
    number_of,
)
from sandbox.shopify.nodes import user_errors
from sandbox.shopify.order_nodes import OrderNode, ParcelNode, WorkNode
from sandbox.shopify.ordering import order_from_input
from sandbox.shopify.place_nodes import ServiceNode
from sandbox.shopify.queries import SubscriptionNode
from sandbox.shopify.store import Store

Method = TypeVar("Method", bound=Callable[..., dict[str, Any]])


def answers(method: Method) -> Method:
    """Turn a refusal into user errors, under the payload's own field name."""
    errors = "order_cancel_user_errors" if method.__name__ == "order_cancel" else "user_errors"

    @wraps(method)
    def answer(self: "MutationRoot", **given: Any) -> dict[str, Any]:
        try:
            return {**method(self, **given), errors: []}
        except Refused as refused:
            self.store.write("call.refused", operation=method.__name__, message=refused.message, field=refused.field)
            return {errors: user_errors(refused)}

    return answer  # type: ignore[return-value]  # wraps() keeps the signature, which the type system cannot see


class MutationRoot:
    """Every mutation field."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def _order(self, wanted: str, path: str = "id") -> Order:
        row = self.store.orders.get(number_of("Order", wanted) or 0)
        if row is None:
            raise Refused("Order does not exist", [path], "NOT_FOUND")
        return row

    def _work(self, wanted: str, path: str = "id") -> Work:
        row = self.store.works.get(number_of("FulfillmentOrder", wanted) or 0)
        if row is None:
            raise Refused("Fulfillment order does not exist.", [path])
        return row

    def _parcel(self, wanted: str, path: str) -> Parcel:
        row = self.store.parcels.get(number_of("Fulfillment", wanted) or 0)
        if row is None:
            raise Refused("Fulfillment does not exist.", [path])
        return row

    @answers
    def order_create(self, order: dict[str, Any], options: dict[str, Any] | None = None) -> dict[str, Any]:
        """Place an order; calling twice makes two."""
        behaviour = (options or {}).get("inventory_behaviour") or "BYPASS"
        made = orders.place_order(self.store, order_from_input(self.store, order, behaviour), "api")
        return {"order": OrderNode(self.store, made)}

    @answers
    def order_cancel(self, order_id: str, reason: str, restock: bool, **given: Any) -> dict[str, Any]:
        """Cancel an order; the real one does it in a job, here the job is already done."""
        refund = bool((given.get("refund_method") or {}).get("original_payment_methods_refund") or given.get("refund"))
        orders.cancel_order(self.store, self._order(order_id, "orderId"), reason, refund, restock, "api")
        return {"job": {"id": gid("Job", self.store.new_id("job", 0)), "done": True}}

    @answers
    def order_mark_as_paid(self, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - the schema's own name
        """Record the outstanding amount as paid."""
        row = self._order(input["id"])
        orders.mark_paid(self.store, row, "api")
        return {"order": OrderNode(self.store, row)}

    @answers
    def tags_add(self, id: str, tags: list[str]) -> dict[str, Any]:  # noqa: A002 - the schema's own name
        """Add tags to an order."""
        row = self._order(id)
        orders.add_tags(self.store, row, tags)
        return {"node": OrderNode(self.store, row)}

    @answers
    def fulfillment_create(self, fulfillment: dict[str, Any], message: str | None = None) -> dict[str, Any]:
        """Record a parcel; calling twice ships twice, as far as anything is left."""
        wanted: list[tuple[Work, dict[int, int] | None]] = []
        for row in fulfillment["line_items_by_fulfillment_order"]:
            lines = row.get("fulfillment_order_line_items")
            quantities = _quantities(lines) if lines else None
            wanted.append((self._work(row["fulfillment_order_id"], "fulfillment"), quantities))
        tracking = _tracking(fulfillment.get("tracking_info") or {})
        parcel = parcels.ship(self.store, wanted, tracking, bool(fulfillment.get("notify_customer")), "api")
        return {"fulfillment": ParcelNode(self.store, parcel)}

    @answers
    def fulfillment_cancel(self, id: str) -> dict[str, Any]:  # noqa: A002 - the schema's own name
        """Take a parcel back."""
        parcel = self._parcel(id, "id")
        parcels.cancel_parcel(self.store, parcel, "api")
        return {"fulfillment": ParcelNode(self.store, parcel)}

    @answers
    def fulfillment_tracking_info_update(
        self, fulfillment_id: str, tracking_info_input: dict[str, Any], notify_customer: bool | None = None
    ) -> dict[str, Any]:
        """Replace the tracking of a parcel."""
        parcel = self._parcel(fulfillment_id, "fulfillmentId")
        parcels.correct_tracking(self.store, parcel, _tracking(tracking_info_input), bool(notify_customer), "api")
        return {"fulfillment": ParcelNode(self.store, parcel)}

    @answers
    def fulfillment_order_accept_fulfillment_request(
        self,
        id: str,  # noqa: A002 - the schema's own name
        message: str | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        """Take requested work."""
        row = self._work(id)
        work.accept_request(self.store, row, message or "")
        return {"fulfillment_order": WorkNode(self.store, row)}

    @answers
    def fulfillment_order_reject_fulfillment_request(
        self,
        id: str,  # noqa: A002 - the schema's own name
        message: str | None = None,
        reason: str | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        """Refuse requested work."""
        row = self._work(id)
        work.reject_request(self.store, row, message or "", reason or "OTHER")
        return {"fulfillment_order": WorkNode(self.store, row)}

    @answers
    def fulfillment_order_accept_cancellation_request(
        self,
        id: str,  # noqa: A002 - the schema's own name
        message: str | None = None,
    ) -> dict[str, Any]:
        """Give work back."""
        row = self._work(id)
        work.accept_cancellation(self.store, row, message or "")
        return {"fulfillment_order": WorkNode(self.store, row)}

    @answers
    def fulfillment_order_reject_cancellation_request(
        self,
        id: str,  # noqa: A002 - the schema's own name
        message: str | None = None,
    ) -> dict[str, Any]:
        """Keep work."""
        row = self._work(id)
        work.reject_cancellation(self.store, row, message or "")
        return {"fulfillment_order": WorkNode(self.store, row)}

    @answers
    def fulfillment_order_submit_fulfillment_request(
        self,
        id: str,  # noqa: A002 - the schema's own name
        message: str | None = None,
        notify_customer: bool | None = None,
        fulfillment_order_line_items: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Request fulfillment, as the merchant's button does."""
        row = self._work(id)
        before = set(row.order.works)
        quantities = _quantities(fulfillment_order_line_items) if fulfillment_order_line_items else None
        work.request_fulfillment(self.store, row, quantities, message or "", bool(notify_customer))
        rest = next((other for other in row.order.works if other not in before), None)
        node = WorkNode(self.store, row)
        return {
            "original_fulfillment_order": node,
            "submitted_fulfillment_order": node,
            "unsubmitted_fulfillment_order": WorkNode(self.store, rest) if rest else None,
        }

    @answers
    def fulfillment_service_create(self, name: str, **given: Any) -> dict[str, Any]:
        """Register a fulfillment service.

        Goods of other vendors are stocked at its location from now on: on the real platform the merchant or the app
        does that product by product.
        """
        store = self.store
        if any(row.name == name for row in store.services.values()):
            raise Refused("Name has already been taken", ["name"])
        place = Location(store.new_id("location", 80_000_000_000), name, store.country, store.now())
        handle = "-".join(name.casefold().split())
        service = Service(
            store.new_id("service", 61_000_000),
            name,
            handle,
            given.get("callback_url") or "",
            bool(given.get("tracking_support")),
            bool(given.get("inventory_management")),
            given.get("requires_shipping_method") is not False,
            place,
        )
        place.service = service
        store.locations[place.id] = place
        store.services[service.id] = service
        for variant in store.variants.values():
            if variant.product.vendor != store.name:
                variant.location_id = place.id
        store.write("fulfillment_service.created", service_id=str(service.id), location_id=str(place.id), name=name)
        return {"fulfillment_service": ServiceNode(store, service)}

    @answers
    def fulfillment_service_update(self, id: str, **given: Any) -> dict[str, Any]:  # noqa: A002 - the schema's own name
        """Change a fulfillment service."""
        service = self._service(id)
        for name in ("name", "callback_url", "tracking_support", "inventory_management", "requires_shipping_method"):
            if given.get(name) is not None:
                setattr(service, name, given[name])
        return {"fulfillment_service": ServiceNode(self.store, service)}

    @answers
    def fulfillment_service_delete(self, id: str, **_: Any) -> dict[str, Any]:  # noqa: A002 - the schema's own name
        """Remove a fulfillment service with its location; its goods and work return to the store's own warehouse."""
        store, service = self.store, self._service(id)
        del store.services[service.id], store.locations[service.location.id]
        for variant in store.variants.values():
            if variant.location_id == service.location.id:
                variant.location_id = store.home.id
        work.return_to(store, service.location, store.home)
        store.write("fulfillment_service.deleted", service_id=str(service.id), location_id=str(service.location.id))
        return {"deleted_id": id}

    def _service(self, wanted: str) -> Service:
        row = self.store.services.get(number_of("FulfillmentService", wanted.partition("?")[0]) or 0)
        if row is None:
            raise Refused("Fulfillment service could not be found.", ["id"])
        return row

    def _subscription(self, wanted: str) -> Subscription:
        row = self.store.hooks.subscriptions.get(number_of("WebhookSubscription", wanted) or 0)
        if row is None:
            raise Refused("Webhook subscription does not exist", ["id"])
        return row

    @answers
    def webhook_subscription_create(self, topic: str, webhook_subscription: dict[str, Any]) -> dict[str, Any]:
        """Subscribe an address to a topic."""
        choices = {key: value for key, value in webhook_subscription.items() if key != "uri" and value is not None}
        made = self.store.hooks.subscribe(topic, webhook_subscription.get("uri") or "", **choices)
        return {"webhook_subscription": SubscriptionNode(self.store, made)}

    @answers
    def webhook_subscription_update(
        self,
        id: str,  # noqa: A002 - the schema's own name
        webhook_subscription: dict[str, Any],
    ) -> dict[str, Any]:
        """Change a subscription."""
        row = self._subscription(id)
        for key, value in webhook_subscription.items():
            setattr(row, key, value)
        row.updated_at = self.store.now()
        return {"webhook_subscription": SubscriptionNode(self.store, row)}

    @answers
    def webhook_subscription_delete(self, id: str) -> dict[str, Any]:  # noqa: A002 - the schema's own name
        """Unsubscribe."""
        self.store.hooks.remove(self._subscription(id), "deleted by the app")
        return {"deleted_webhook_subscription_id": id}


def _quantities(lines: list[dict[str, Any]]) -> dict[int, int]:
    quantities: dict[int, int] = {}
    for row in lines:
        number = number_of("FulfillmentOrderLineItem", row["id"]) or 0
        quantities[number] = quantities.get(number, 0) + row["quantity"]
    return quantities


def _tracking(given: dict[str, Any]) -> Tracking:
    many = given.get("numbers") is not None or given.get("urls") is not None
    one = given.get("number") is not None or given.get("url") is not None
    if many and one:
        raise Refused("Use number and url, or numbers and urls, not both.", ["fulfillment", "trackingInfo"])
    if many:
        return Tracking(given.get("company") or "", list(given.get("numbers") or []), list(given.get("urls") or []))
    numbers = [given["number"]] if given.get("number") else []
    urls = [given["url"]] if given.get("url") else []
    return Tracking(given.get("company") or "", numbers, urls)
