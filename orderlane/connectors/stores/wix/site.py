"""What both ports need from one Wix site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from orderlane.connectors.reading import Node, node, nodes, text, unreadable
from orderlane.connectors.stores.wix import ids, inputs, mapping
from orderlane.connectors.stores.wix.client import WixClient
from orderlane.ports.accounts import Account
from orderlane.ports.stores import OrderPage


class Site:
    """Orders and fulfillments of one site, as Wix tells them."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @cached_property
    def _client(self) -> WixClient:
        """Made at the first call, so that webhooks are still verified for a store whose access is gone."""
        return WixClient(self._account)

    def _search(self, search: Mapping[str, Any]) -> tuple[Sequence[Node], str]:
        """One page of orders, and the cursor of the next one (empty on the last)."""
        answer = self._client.read("POST", "/ecom/v1/orders/search", {"search": search}, needs="ECOM.READ_ORDERS")
        return nodes(answer, "orders"), next_cursor(node(answer, "metadata"))

    def _changed(self, since: datetime, cursor: str) -> OrderPage:
        found, following = self._search(inputs.next_page(cursor) if cursor else inputs.changed_since(since))
        # Orders carried over from another shop system are history, not work.
        refs = [mapping.order_ref_from(order) for order in found if order.get("imported") is not True]
        return OrderPage(refs, following)

    def _order(self, external_id: str) -> Node | None:
        path = f"/ecom/v1/orders/{ids.checked(external_id)}"
        answer = self._client.read_one("GET", path, needs="ECOM.READ_ORDERS")
        if answer is None:
            return None
        if not node(answer, "order"):
            raise unreadable("order")
        return node(answer, "order")

    def _fulfillments(self, order_id: str) -> Sequence[Node]:
        answer = self._fulfillments_answer(order_id)
        return mapping.fulfillments_from(answer) if answer is not None else []

    def _fulfillments_answer(self, order_id: str) -> Node | None:
        path = f"/ecom/v1/fulfillments/orders/{ids.checked(order_id)}"
        return self._client.read_one("GET", path, needs="ECOM.READ_FULFILLMENTS")


def next_cursor(metadata: Node) -> str:
    """Read where the next page begins; empty on the last one."""
    return "" if metadata.get("hasNext") is False else text(node(metadata, "cursors"), "next")
