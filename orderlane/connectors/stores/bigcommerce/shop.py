"""What both ports need from one store: its client, its orders with their lines, its changes, its shipments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Final

from orderlane.connectors.parcels import require_pieces
from orderlane.connectors.reading import Node
from orderlane.connectors.stores.bigcommerce import inputs, mapping
from orderlane.connectors.stores.bigcommerce.client import BigCommerceClient
from orderlane.connectors.stores.bigcommerce.mapping import INCOMPLETE, PlacedLine
from orderlane.connectors.stores.bigcommerce.paging import Window
from orderlane.connectors.stores.bigcommerce.reading import identifier
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.accounts import Account
from orderlane.ports.stores import FulfillmentRequest, FulfillmentWork, OrderPage, StoreFulfillment, Tracking

WITH_LINES: Final = {"include": "consignments.line_items", "consignment_structure": "object"}


class Shop:
    """One store, reached with one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @cached_property
    def _client(self) -> BigCommerceClient:
        """Made at the first call, so that webhooks are still verified for an account whose token is gone."""
        return BigCommerceClient(self._account)

    @cached_property
    def _about(self) -> Node:
        """The store's own profile."""
        found = self._client.one("/v2/store")
        if found is None:
            raise NeedsAttention("there is no such store", reason="shop_not_found")
        return found

    def _changed(self, since: datetime, cursor: str) -> OrderPage:
        window = Window.at(since, cursor)
        found = self._client.some("/v2/orders", window.query)
        refs = [mapping.order_ref_from(order) for order in found if mapping.status_of(order) != INCOMPLETE]
        return OrderPage(refs, window.next_cursor(found))

    def _read(self, external_id: str) -> tuple[Node, Sequence[PlacedLine]] | None:
        """Read an order with all its lines, as one version; None when there is none (any more)."""
        if not (external_id.isascii() and external_id.isdigit()):
            return None
        order = self._client.one(f"/v2/orders/{external_id}", WITH_LINES)
        if order is None or mapping.status_of(order) == INCOMPLETE:
            return None
        lines: Sequence[PlacedLine] = mapping.lines_from(order)
        if mapping.lacks_lines(order, lines):
            lines = mapping.lines_placed(order, list(self._client.every(f"/v2/orders/{external_id}/products")))
            again = self._client.one(f"/v2/orders/{external_id}") or {}
            if again.get("date_modified") != order.get("date_modified"):
                raise Unavailable("the order changed while it was being read", reason="changed_while_reading")
        return order, lines

    def _shipments(self, external_id: str) -> list[Node]:
        return list(self._client.every(f"/v2/orders/{external_id}/shipments", of_a_thing=True))

    def _works(self, external_id: str) -> list[FulfillmentWork]:
        found = self._read(external_id)
        return mapping.works_from(*found) if found else []

    def _record_parcel(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel, or what of it goes to the address of its larger part."""
        require_pieces(request)
        works = self._works(request.order_external_id)
        missing = inputs.missing_work(works, request.quantities)
        if missing:
            raise Declined("not enough left to ship", reason="nothing_left_to_fulfill", lines=sorted(missing))
        if not all(work.open for work in works):
            raise Declined("the order is canceled, refunded or archived", reason="fulfillment_refused")
        address_id, quantities = inputs.choose_address(works, request.quantities)
        shipment = self._client.write(
            "POST",
            f"/v2/orders/{request.order_external_id}/shipments",
            inputs.shipment_body(address_id, quantities, request.tracking),
            refused=Declined(reason="fulfillment_refused"),
        )
        return StoreFulfillment(f"{request.order_external_id}/{made(shipment)}", quantities, request.tracking)

    def _replace_tracking(self, fulfillment_external_id: str, tracking: Tracking) -> None:
        order, _, shipment = fulfillment_external_id.partition("/")
        path = f"/v2/orders/{order}/shipments/{shipment}"
        self._client.write("PUT", path, inputs.tracking_body(tracking), refused=Declined(reason="tracking_refused"))


def made(thing: Node) -> str:
    """The id of what a write has made; without one we do not know whether it did."""
    try:
        found = identifier(thing, "id")
    except NeedsAttention:
        found = ""
    if not found:
        raise OutcomeUnknown("the answer names nothing that was made", reason="no_clear_answer")
    return found
