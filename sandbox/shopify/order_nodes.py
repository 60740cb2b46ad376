"""GraphQL's view of orders, fulfillment orders and fulfillments."""

from typing import Any

from sandbox.shopify.connections import Connection, Paging, connect
from sandbox.shopify.model import Parcel, Work, gid
from sandbox.shopify.nodes import (
    MONEY_FIELDS,
    AddressNode,
    DestinationNode,
    LineNode,
    Node,
    attributes,
    image,
    money,
    variant_node,
)
from sandbox.shopify.place_nodes import LocationNode, ServiceNode


class OrderNode(Node):
    """Order."""

    kind = "Order"
    confirmed = True
    return_status = "NO_RETURN"
    po_number = None

    def __getattr__(self, name: str) -> Any:
        if name in MONEY_FIELDS:
            return money(getattr(self.it, MONEY_FIELDS[name]), self.it.currency)
        value = getattr(self.it, name)
        return None if value == "" else value

    @property
    def current_total_discounts_set(self) -> dict[str, Any]:
        """Nothing: no discounts here."""
        return money(self.it.tax * 0, self.it.currency)

    @property
    def currency_code(self) -> str:
        """The shop's currency."""
        return str(self.it.currency)

    presentment_currency_code = currency_code

    @property
    def customer_locale(self) -> str:
        """The language the customer shopped in: the store's."""
        return "fr" if self.store.country == "FR" else "en"

    @property
    def closed(self) -> bool:
        """Whether the order is archived."""
        return self.it.closed_at is not None

    @property
    def display_financial_status(self) -> str:
        """Paid or not."""
        return str(self.it.financial_status)

    @property
    def display_fulfillment_status(self) -> str:
        """Shipped or not."""
        return str(self.it.fulfillment_status)

    @property
    def fully_paid(self) -> bool:
        """Whether nothing is owed."""
        return bool(self.it.outstanding == 0)

    @property
    def unpaid(self) -> bool:
        """Whether nothing was paid."""
        return bool(self.it.received == 0 and self.it.current_total > 0)

    @property
    def can_mark_as_paid(self) -> bool:
        """Whether orderMarkAsPaid would work."""
        return self.it.cancelled_at is None and self.it.financial_status in ("PENDING", "PARTIALLY_PAID")

    @property
    def requires_shipping(self) -> bool:
        """Whether any line must be shipped."""
        return any(line.requires_shipping for line in self.it.lines)

    @property
    def payment_gateway_names(self) -> list[str]:
        """Gateways of its transactions."""
        return sorted({payment.gateway for payment in self.it.payments})

    @property
    def subtotal_line_items_quantity(self) -> int:
        """Pieces sold."""
        return sum(line.quantity for line in self.it.lines)

    @property
    def current_subtotal_line_items_quantity(self) -> int:
        """Pieces as the order stands."""
        return sum(line.current_quantity for line in self.it.lines)

    @property
    def custom_attributes(self) -> list[dict[str, str]]:
        """Additional details."""
        return attributes(self.it.attributes)

    @property
    def shipping_address(self) -> AddressNode | None:
        """Where it goes."""
        return AddressNode(self.store, self.it.ship_to, self.it) if self.it.ship_to else None

    @property
    def billing_address(self) -> AddressNode | None:
        """Who pays."""
        return AddressNode(self.store, self.it.bill_to, self.it) if self.it.bill_to else None

    @property
    def shipping_line(self) -> dict[str, Any] | None:
        """The first shipping charge."""
        return self._charge(self.it.shipping[0]) if self.it.shipping else None

    def shipping_lines(self, **paging: Any) -> Connection:
        """Shipping charges."""
        return connect(self.it.shipping, self._charge, Paging(**paging))

    def _charge(self, charge: Any) -> dict[str, Any]:
        price = money(charge.price, self.it.currency)
        return {
            "id": gid("ShippingLine", charge.id),
            "title": charge.title,
            "code": charge.code,
            "source": charge.source,
            "custom": False,
            "is_removed": False,
            "current_discounted_price_set": price,
            "discounted_price_set": price,
            "original_price_set": price,
        }

    def line_items(self, **paging: Any) -> Connection:
        """What was bought."""
        return connect(self.it.lines, lambda row: LineNode(self.store, row, self.it), Paging(**paging))

    def fulfillment_orders(self, displayable: bool = False, query: str | None = None, **paging: Any) -> Connection:
        """Work to do; none before the order was routed."""
        return connect(self.it.works, lambda row: WorkNode(self.store, row), Paging(**paging))

    def fulfillments(self, first: int | None = None, query: str | None = None) -> list["ParcelNode"]:
        """Parcels."""
        return [ParcelNode(self.store, parcel) for parcel in self.it.parcels[:first]]

    def transactions(self, first: int | None = None, **_: Any) -> list[dict[str, Any]]:
        """Payments and refunds."""
        return [
            {
                "id": gid("OrderTransaction", payment.id),
                "kind": payment.kind,
                "status": payment.status,
                "gateway": payment.gateway,
                "amount_set": money(payment.amount, self.it.currency),
                "created_at": payment.created_at,
                "processed_at": payment.created_at,
                "test": self.it.test,
            }
            for payment in self.it.payments[:first]
        ]


class WorkNode(Node):
    """FulfillmentOrder."""

    kind = "FulfillmentOrder"
    fulfill_at = None
    fulfill_by = None

    @property
    def order(self) -> OrderNode:
        """The order it belongs to."""
        return OrderNode(self.store, self.it.order)

    @property
    def order_id(self) -> str:
        """Global id of the order."""
        return gid("Order", self.it.order.id)

    @property
    def order_name(self) -> str:
        """Name of the order."""
        return str(self.it.order.name)

    @property
    def order_processed_at(self) -> Any:
        """When the order was processed."""
        return self.it.order.processed_at

    @property
    def assigned_location(self) -> dict[str, Any]:
        """Where the work is to be done."""
        location = self.store.locations[self.it.location_id]
        return {
            "name": location.name,
            "location": LocationNode(self.store, location),
            "country_code": location.country_code,
            "address1": None,
            "city": None,
            "zip": None,
        }

    @property
    def destination(self) -> DestinationNode | None:
        """Where the goods go."""
        order = self.it.order
        return DestinationNode(self.store, order.ship_to, order) if order.ship_to else None

    @property
    def delivery_method(self) -> dict[str, str]:
        """By carrier."""
        return {"id": gid("DeliveryMethod", self.it.id), "method_type": "SHIPPING"}

    @property
    def fulfillment_holds(self) -> list[Any]:
        """None: holds are not simulated."""
        return []

    @property
    def supported_actions(self) -> list[dict[str, Any]]:
        """What may be done with it now."""
        work: Work = self.it
        actions = []
        if work.is_open:
            actions.append("CREATE_FULFILLMENT")
            if self.store.locations[work.location_id].service and work.request_status in ("UNSUBMITTED", "REJECTED"):
                actions.append("REQUEST_FULFILLMENT")
        if work.request_status == "ACCEPTED" and work.is_open:
            actions.append("REQUEST_CANCELLATION")
        return [{"action": action, "external_url": None} for action in actions]

    def merchant_requests(self, kind: str | None = None, **paging: Any) -> Connection:
        """What the merchant asked of the service."""
        rows = [row for row in self.it.requests if kind in (None, row.kind)]
        return connect(rows, self._request, Paging(**paging))

    def _request(self, row: Any) -> dict[str, Any]:
        return {
            "id": gid("FulfillmentOrderMerchantRequest", row.id),
            "kind": row.kind,
            "message": row.message or None,
            "request_options": row.options,
            "response_data": row.response,
            "sent_at": row.sent_at,
        }

    def line_items(self, **paging: Any) -> Connection:
        """Its lines."""
        return connect(self.it.lines, lambda row: WorkLineNode(self.store, row, self.it), Paging(**paging))

    def fulfillments(self, **paging: Any) -> Connection:
        """Parcels shipped from it."""
        rows = [parcel for parcel in self.it.order.parcels if self.it in parcel.works]
        return connect(rows, lambda row: ParcelNode(self.store, row), Paging(**paging))


class WorkLineNode(Node):
    """FulfillmentOrderLineItem."""

    kind = "FulfillmentOrderLineItem"

    def __init__(self, store: Any, it: Any, work: Work) -> None:
        super().__init__(store, it)
        self.work = work

    @property
    def total_quantity(self) -> int:
        """Pieces asked for."""
        return int(self.it.total)

    @property
    def remaining_quantity(self) -> int:
        """Pieces left."""
        return int(self.it.remaining)

    @property
    def line_item(self) -> LineNode:
        """The order line."""
        return LineNode(self.store, self.it.line, self.work.order)

    @property
    def sku(self) -> str | None:
        """SKU of the line."""
        return self.it.line.sku or None

    @property
    def product_title(self) -> str:
        """Title of the line."""
        return str(self.it.line.title)

    @property
    def variant_title(self) -> str | None:
        """Variant title of the line."""
        return self.it.line.variant_title or None

    @property
    def vendor(self) -> str | None:
        """Vendor of the line."""
        return self.it.line.vendor or None

    @property
    def requires_shipping(self) -> bool:
        """Always: others are not routed."""
        return bool(self.it.line.requires_shipping)

    @property
    def inventory_item_id(self) -> str | None:
        """The inventory item."""
        variant = self.it.line.variant
        return gid("InventoryItem", variant.inventory_item_id) if variant else None

    @property
    def variant(self) -> Any:
        """The variant."""
        return variant_node(self.store, self.it.line.variant)

    @property
    def image(self) -> dict[str, Any] | None:
        """Picture of the goods."""
        return image(self.store, self.it.line.picture, self.it.line.title)


class ParcelNode(Node):
    """Fulfillment."""

    kind = "Fulfillment"
    delivered_at = None
    in_transit_at = None
    estimated_delivery_at = None
    requires_shipping = True

    @property
    def order(self) -> OrderNode:
        """The order."""
        return OrderNode(self.store, self.it.order)

    @property
    def display_status(self) -> str:
        """What the admin shows."""
        return "FULFILLED" if self.it.status == "SUCCESS" else "CANCELED"

    @property
    def location(self) -> LocationNode:
        """Where it was shipped from."""
        return LocationNode(self.store, self.store.locations[self.it.location_id])

    @property
    def service(self) -> ServiceNode | None:
        """The service that shipped it."""
        service = self.store.locations[self.it.location_id].service
        return ServiceNode(self.store, service) if service else None

    @property
    def total_quantity(self) -> int:
        """Pieces in the parcel."""
        return sum(count for _, _, count in self.it.lines)

    def tracking_info(self, first: int | None = None) -> list[dict[str, Any]]:
        """Carrier, number and link, one entry per number."""
        parcel: Parcel = self.it
        urls = parcel.tracking.urls
        numbers = parcel.tracking.numbers or ([""] if parcel.tracking.company or urls else [])
        rows = [
            {
                "company": parcel.tracking.company or None,
                "number": number or None,
                "url": (urls[place] if place < len(urls) else "") or None,
            }
            for place, number in enumerate(numbers)
        ]
        return rows[:first]

    def fulfillment_line_items(self, **paging: Any) -> Connection:
        """What is in it."""
        return connect(self.it.lines, self._line, Paging(**paging))

    def _line(self, row: Any) -> dict[str, Any]:
        number, line, count = row
        value = money(line.price * count, self.it.order.currency)
        return {
            "id": gid("FulfillmentLineItem", number),
            "quantity": count,
            "line_item": LineNode(self.store, line, self.it.order),
            "original_total_set": value,
            "discounted_total_set": value,
        }

    def fulfillment_orders(self, **paging: Any) -> Connection:
        """The work it came from."""
        return connect(self.it.works, lambda row: WorkNode(self.store, row), Paging(**paging))
