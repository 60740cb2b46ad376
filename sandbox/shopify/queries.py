"""The root of queries."""

from collections.abc import Callable
from typing import Any

from sandbox.shopify.connections import Connection, Paging, connect
from sandbox.shopify.hooks import API_VERSION
from sandbox.shopify.model import Location, Order, Subscription, Work, gid, number_of
from sandbox.shopify.nodes import Node, ProductNode, VariantNode
from sandbox.shopify.order_nodes import OrderNode, ParcelNode, WorkNode
from sandbox.shopify.place_nodes import LocationNode, ServiceNode
from sandbox.shopify.search import find_orders, find_products, find_variants, find_works
from sandbox.shopify.store import Indexed, Store, country_names

_ASSIGNMENT: dict[str | None, tuple[str, ...]] = {
    None: (),
    "FULFILLMENT_UNSUBMITTED": ("UNSUBMITTED", "REJECTED", "CANCELLATION_ACCEPTED"),
    "FULFILLMENT_REQUESTED": ("SUBMITTED",),
    "FULFILLMENT_ACCEPTED": ("ACCEPTED", "CANCELLATION_REJECTED"),
    "CANCELLATION_REQUESTED": ("CANCELLATION_REQUESTED",),
}
_ORDER_KEYS: dict[str, Callable[[Order, Indexed], Any]] = {
    "UPDATED_AT": lambda order, known: known.updated_at.isoformat(),
    "CREATED_AT": lambda order, known: order.created_at.isoformat(),
    "PROCESSED_AT": lambda order, known: order.processed_at.isoformat(),
    "ORDER_NUMBER": lambda order, known: order.number,
    "TOTAL_PRICE": lambda order, known: float(order.total),
}


def _by_id(order: Order, known: Indexed) -> Any:
    return order.id


class SubscriptionNode(Node):
    """WebhookSubscription."""

    kind = "WebhookSubscription"

    @property
    def api_version(self) -> dict[str, Any]:
        """Version of the payloads."""
        return {"handle": API_VERSION, "display_name": API_VERSION, "supported": True}


class QueryRoot:
    """Every query field."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def shop(self) -> dict[str, Any]:
        """The shop itself."""
        store = self.store
        host = f"{store.domain.split('.')[0]}.example"
        names = country_names()
        return {
            "id": gid("Shop", store.number),
            "name": store.name,
            "email": store.seed["email"],
            "contact_email": store.seed["email"],
            "myshopify_domain": store.domain,
            "currency_code": store.currency,
            "enabled_presentment_currencies": [store.currency],
            "iana_timezone": store.seed["timezone"],
            "taxes_included": False,
            "url": f"https://{host}",
            "primary_domain": {"id": gid("Domain", store.number), "host": host, "url": f"https://{host}"},
            "plan": {"public_display_name": "Basic", "partner_development": False, "shopify_plus": False},
            "fulfillment_services": [ServiceNode(store, row) for row in store.services.values()],
            "shop_address": {
                "id": gid("ShopAddress", store.number),
                "country_code_v2": store.country,
                "country": names.get(store.country),
                "address1": None,
                "city": None,
                "zip": None,
            },
        }

    @property
    def current_app_installation(self) -> dict[str, Any]:
        """What the app may do here."""
        scopes = [{"handle": scope, "description": scope.replace("_", " ")} for scope in self.store.scopes]
        return {"id": gid("AppInstallation", self.store.number), "access_scopes": scopes}

    def order(self, id: str) -> OrderNode | None:  # noqa: A002 - the schema's own argument name
        """One order."""
        row = self.store.orders.get(number_of("Order", id) or 0)
        return OrderNode(self.store, row) if row else None

    def orders(self, query: str | None = None, sort_key: str = "PROCESSED_AT", **paging: Any) -> Connection:
        """Orders the search index knows."""
        value = _ORDER_KEYS.get(sort_key, _by_id)

        def key(pair: tuple[Order, Indexed]) -> tuple[Any, ...]:
            return value(*pair), pair[0].id

        rows = sorted(find_orders(self.store, query), key=key)
        return connect(rows, lambda pair: OrderNode(self.store, pair[0]), Paging(**paging), key)

    def fulfillment(self, id: str) -> ParcelNode | None:  # noqa: A002 - the schema's own argument name
        """One fulfillment."""
        row = self.store.parcels.get(number_of("Fulfillment", id) or 0)
        return ParcelNode(self.store, row) if row else None

    def fulfillment_order(self, id: str) -> WorkNode | None:  # noqa: A002 - the schema's own argument name
        """One fulfillment order."""
        row = self.store.works.get(number_of("FulfillmentOrder", id) or 0)
        return WorkNode(self.store, row) if row else None

    def fulfillment_orders(
        self, query: str | None = None, include_closed: bool = False, sort_key: str = "ID", **paging: Any
    ) -> Connection:
        """All fulfillment orders of the shop."""
        return self._works(find_works(self.store, query, include_closed), sort_key, paging)

    def assigned_fulfillment_orders(
        self,
        assignment_status: str | None = None,
        location_ids: list[str] | None = None,
        sort_key: str = "ID",
        **paging: Any,
    ) -> Connection:
        """Fulfillment orders at the app's own locations."""
        own = {row.id for row in self.store.locations.values() if row.service}
        if location_ids is not None:
            own &= {number_of("Location", one) or 0 for one in location_ids}
        wanted = _ASSIGNMENT[assignment_status]
        rows = [
            work
            for work in self.store.works.values()
            if work.location_id in own
            and work.status not in ("CLOSED", "CANCELLED")
            and (not wanted or work.request_status in wanted)
        ]
        return self._works(rows, sort_key, paging)

    def _works(self, rows: list[Work], sort_key: str, paging: dict[str, Any]) -> Connection:
        def key(work: Work) -> tuple[Any, ...]:
            return (work.updated_at.isoformat(), work.id) if sort_key == "UPDATED_AT" else (work.id,)

        return connect(sorted(rows, key=key), lambda row: WorkNode(self.store, row), Paging(**paging), key)

    def product(self, id: str) -> ProductNode | None:  # noqa: A002 - the schema's own argument name
        """One product."""
        row = self.store.products.get(number_of("Product", id) or 0)
        return ProductNode(self.store, row) if row else None

    def products(self, query: str | None = None, sort_key: str = "ID", **paging: Any) -> Connection:
        """The catalogue."""
        rows = find_products(self.store, query)
        return connect(rows, lambda row: ProductNode(self.store, row), Paging(**paging), lambda row: (row.id,))

    def product_variant(self, id: str) -> VariantNode | None:  # noqa: A002 - the schema's own argument name
        """One variant."""
        row = self.store.variants.get(number_of("ProductVariant", id) or 0)
        return VariantNode(self.store, row) if row else None

    def product_variants(self, query: str | None = None, sort_key: str = "ID", **paging: Any) -> Connection:
        """All variants."""
        rows = sorted(find_variants(self.store, query), key=lambda row: row.id)
        return connect(rows, lambda row: VariantNode(self.store, row), Paging(**paging), lambda row: (row.id,))

    def location(self, id: str | None = None) -> LocationNode | None:  # noqa: A002 - the schema's own argument name
        """One location; the shop's own when none is named."""
        row = self.store.locations.get(number_of("Location", id) or 0) if id else self.store.home
        return LocationNode(self.store, row) if row else None

    def locations(self, query: str | None = None, sort_key: str = "NAME", **paging: Any) -> Connection:
        """All locations."""

        def key(row: Location) -> tuple[Any, ...]:
            return row.name, row.id

        rows = sorted(self.store.locations.values(), key=key)
        return connect(rows, lambda row: LocationNode(self.store, row), Paging(**paging), key)

    def webhook_subscription(self, id: str) -> SubscriptionNode | None:  # noqa: A002 - the schema's own argument name
        """One subscription."""
        row = self.store.hooks.subscriptions.get(number_of("WebhookSubscription", id) or 0)
        return SubscriptionNode(self.store, row) if row else None

    def webhook_subscriptions(
        self,
        topics: list[str] | None = None,
        uri: str | None = None,
        query: str | None = None,
        sort_key: str = "CREATED_AT",
        **paging: Any,
    ) -> Connection:
        """Subscriptions of the app in this shop."""

        def wanted(row: Subscription) -> bool:
            return (topics is None or row.topic in topics) and uri in (None, row.uri)

        rows = [row for row in self.store.hooks.subscriptions.values() if wanted(row)]
        return connect(rows, lambda row: SubscriptionNode(self.store, row), Paging(**paging), lambda row: (row.id,))
