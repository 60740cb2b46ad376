"""GraphQL's view of locations and fulfillment services."""

from typing import Any

from sandbox.shopify.model import gid
from sandbox.shopify.nodes import Node


class LocationNode(Node):
    """Location."""

    kind = "Location"
    is_active = True
    ships_inventory = True

    @property
    def is_fulfillment_service(self) -> bool:
        """Whether an app ships from here."""
        return self.it.service is not None

    @property
    def fulfills_online_orders(self) -> bool:
        """Whether online orders are routed here."""
        return True

    @property
    def fulfillment_service(self) -> "ServiceNode | None":
        """The service of this location."""
        return ServiceNode(self.store, self.it.service) if self.it.service else None

    @property
    def updated_at(self) -> Any:
        """Locations do not change here."""
        return self.it.created_at

    @property
    def address(self) -> dict[str, Any]:
        """Where it is."""
        return {"country_code": self.it.country_code, "address1": None, "city": None, "zip": None, "country": None}


class ServiceNode(Node):
    """FulfillmentService."""

    kind = "FulfillmentService"
    type = "THIRD_PARTY"

    @property
    def id(self) -> str:
        """The global id."""
        return f"{gid(self.kind, self.it.id)}?id=true"

    @property
    def service_name(self) -> str:
        """The name merchants see."""
        return str(self.it.name)

    @property
    def callback_url(self) -> str | None:
        """Where it is told that work waits."""
        return self.it.callback_url or None

    @property
    def location(self) -> LocationNode:
        """Its location."""
        return LocationNode(self.store, self.it.location)
