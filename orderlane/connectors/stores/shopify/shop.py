"""What both ports need from one shop: its client, its changed orders, its fulfillments and its fulfillment orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Final

from orderlane.connectors.parcels import require_pieces
from orderlane.connectors.reading import Node
from orderlane.connectors.stores.shopify import documents, inputs, mapping
from orderlane.connectors.stores.shopify.client import ShopifyClient, made
from orderlane.connectors.stores.shopify.paging import Page, Window, all_nodes
from orderlane.connectors.stores.shopify.reading import as_gid, gid, node, nodes, page
from orderlane.kernel.errors import Declined, NeedsAttention, Unavailable
from orderlane.ports.accounts import Account
from orderlane.ports.stores import FulfillmentRequest, OrderPage, StoreFulfillment, Tracking

MAX_FULFILLMENTS: Final = 250
"""``Order.fulfillments`` is a plain list without pages."""


class Shop:
    """One shop, reached with one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @cached_property
    def _client(self) -> ShopifyClient:
        """Made at the first call, so that webhooks are still verified for an account whose token is gone."""
        return ShopifyClient(self._account)

    def _changed(self, since: datetime, cursor: str) -> OrderPage:
        window = Window.at(since, cursor)
        variables = {"query": window.query, "after": window.after or None}
        found, end_cursor = page(self._client.read(documents.CHANGED_ORDERS, variables), "orders")
        refs = [mapping.order_ref_from(order) for order in found]
        return OrderPage(refs, window.next_cursor(refs, end_cursor))

    def _next_page(self, document: str, external_id: str, holder: str, lines: str, cursor: str) -> Page:
        answer = self._client.read(document, {"id": external_id, "after": cursor}, later_page=True)
        found = node(answer, holder)
        if found is None:
            raise changed_while_reading(external_id)
        return page(found, lines)

    def _fulfillment(self, fulfillment_id: str) -> tuple[Node, Sequence[Node]]:
        """Read one fulfillment with all its lines."""
        found = node(self._client.read(documents.FULFILLMENT, {"id": fulfillment_id}, later_page=True), "fulfillment")
        if found is None:
            raise changed_while_reading(fulfillment_id)

        def fetch_page(cursor: str) -> Page:
            return self._next_page(documents.FULFILLMENT, fulfillment_id, "fulfillment", "fulfillmentLineItems", cursor)

        return found, all_nodes(page(found, "fulfillmentLineItems"), fetch_page)

    def _fulfillments(self, order: Node) -> list[tuple[Node, Sequence[Node]]]:
        ids = [gid(found, "id", "Fulfillment") for found in nodes(order, "fulfillments")]
        if len(ids) >= MAX_FULFILLMENTS:
            raise NeedsAttention("too many fulfillments to list", reason="too_many_lines", limit=MAX_FULFILLMENTS)
        return [self._fulfillment(fulfillment_id) for fulfillment_id in ids]

    def _work_of(self, order_external_id: str) -> list[tuple[Node, Sequence[Node]]] | None:
        """Read the fulfillment orders of an order, each with all its lines; None when there is no such order."""
        order_id = as_gid(order_external_id, "Order")
        order = node(self._client.read(documents.ORDER_WORK, {"id": order_id}), "order")
        if order is None:
            return None

        def fetch_page(cursor: str) -> Page:
            return self._next_page(documents.ORDER_WORK, order_id, "order", "fulfillmentOrders", cursor)

        return [(work, self._work_lines(work)) for work in all_nodes(page(order, "fulfillmentOrders"), fetch_page)]

    def _work_lines(self, work: Node) -> Sequence[Node]:
        work_id = gid(work, "id", "FulfillmentOrder")

        def fetch_page(cursor: str) -> Page:
            return self._next_page(documents.WORK_LINES, work_id, "fulfillmentOrder", "lineItems", cursor)

        return all_nodes(page(work, "lineItems"), fetch_page)

    def _record_parcel(self, request: FulfillmentRequest) -> StoreFulfillment:
        """Record a parcel, or as much of it as one call can: lines at one location, at most 250 of them."""
        require_pieces(request)
        found = self._work_of(request.order_external_id)
        if found is None:
            raise Declined("the order is gone", reason="order_not_found")
        if not found:
            raise Unavailable("the shop has not routed the order yet", reason="not_routed_yet")
        works = [mapping.work_from(work, lines) for work, lines in found]
        missing = inputs.missing_work(works, request.quantities)
        if missing:
            waiting = {line for work, lines in found if mapping.is_waiting(work) for line in _lines_left(work, lines)}
            if waiting & missing.keys():
                raise NeedsAttention("the shop holds the order back", reason="on_hold", lines=sorted(missing))
            raise Declined("not enough left to ship", reason="nothing_left_to_fulfill", lines=sorted(missing))
        parcel = inputs.choose_parcel(works, request.quantities)
        variables = {"fulfillment": inputs.fulfillment_input(parcel, request.tracking, request.notify_customer)}
        payload = self._client.write(documents.CREATE_FULFILLMENT, variables)
        fulfillment = made(payload, "fulfillment", refused=Declined(reason="fulfillment_refused"))
        return StoreFulfillment(
            external_id=str(fulfillment["id"]),
            quantities=parcel.quantities,
            tracking=request.tracking,
            canceled=mapping.not_shipped(fulfillment),
        )

    def _replace_tracking(self, fulfillment_external_id: str, tracking: Tracking, *, notify: bool) -> None:
        variables = {"id": fulfillment_external_id, "tracking": inputs.tracking_input(tracking), "notify": notify}
        payload = self._client.write(documents.UPDATE_TRACKING, variables)
        made(payload, "fulfillment", refused=Declined(reason="tracking_refused"))


def _lines_left(work: Node, lines: Sequence[Node]) -> Sequence[str]:
    return list(mapping.work_from(work, lines).remaining)


def changed_while_reading(external_id: str) -> Unavailable:
    """Build the error for a thing that changed between two pages of one reading."""
    return Unavailable(f"{external_id} changed while it was being read", reason="changed_while_reading")
