"""What both ports need from one shop: its client, its orders, its changes, its catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from orderlane.connectors.reading import Node, nodes, unreadable
from orderlane.connectors.stores.woocommerce import mapping
from orderlane.connectors.stores.woocommerce.client import WooClient, host_and_path
from orderlane.connectors.stores.woocommerce.listing import Step
from orderlane.connectors.stores.woocommerce.reading import text
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.accounts import Account
from orderlane.ports.stores import OrderPage, StoreIdentity


class Shop:
    """One shop, reached with one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @cached_property
    def _client(self) -> WooClient:
        """Made at the first call, so that webhooks are still verified for an account whose keys are gone."""
        return WooClient(self._account)

    @cached_property
    def _currency(self) -> str:
        """The currency of the catalogue; an order names its own."""
        currency = self._client.get("/data/currencies/current")
        if currency is None or not text(currency, "code"):
            raise unreadable("code")
        return text(currency, "code")

    def _identity(self) -> StoreIdentity:
        """Ask the shop who it is, and whether the keys may do what we need. Changes nothing.

        A shop that answers at a name it does not call its own would be taken for two.
        """
        index = self._client.get("/wp-json/", _fields="name,home,url")
        if index is None:
            raise unreadable("home")
        if host_and_path(text(index, "home")) != host_and_path(self._account.api_url):
            raise NeedsAttention("the shop calls itself by another address", reason="moved")
        currency = self._currency
        self._client.page("/webhooks", per_page=1)
        self._try_writing()
        name = text(index, "name").strip() or self._account.external_id
        return StoreIdentity(self._account.external_id, name, self._account.external_id, currency)

    def _try_writing(self) -> None:
        """Send a batch of nothing, which changes nothing: a key that may only read is refused, with a bad one's 401."""
        try:
            self._client.write("POST", "/orders/batch", {})
        except NeedsAttention as refusal:
            if refusal.reason == "access_refused":
                raise NeedsAttention("the key may only read", reason="missing_scope", scopes=["write"]) from refusal
            raise

    def _order(self, external_id: str) -> Node | None:
        if not (external_id.isascii() and external_id.isdigit()):
            return None
        order = self._client.get(f"/orders/{external_id}")
        return order if order is not None and mapping.is_order(order) else None

    def _changed(self, since: datetime, cursor: str) -> OrderPage:
        step = Step.at(since, cursor)
        rows = self._client.page("/orders", **step.query())
        refs = [mapping.order_ref_from(row) for row in rows if mapping.is_order(row)]
        return OrderPage(refs, step.next_cursor(refs, len(rows)))

    def _refunds(self, order: Node) -> Sequence[Node]:
        return self._client.every(f"/orders/{order['id']}/refunds") if nodes(order, "refunds") else []

    def _virtual(self, order: Node) -> frozenset[str]:
        """Which of an order's goods are none: only the catalogue knows. What is gone from it counts as goods."""
        lines = nodes(order, "line_items")
        simple = sorted({mapping.variant_of(line) for line in lines if not line.get("variation_id")} - {""})
        found: list[Node] = []
        if simple:
            found += self._client.every("/products", include=",".join(simple), _fields="id,virtual")
        for variant in sorted({mapping.variant_of(line) for line in lines if line.get("variation_id")}):
            product = self._client.get(f"/products/{variant}", _fields="id,virtual")
            found += [product] if product is not None else []
        return frozenset(str(product.get("id")) for product in found if product.get("virtual") is True)
