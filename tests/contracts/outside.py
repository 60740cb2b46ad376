"""A store of the sandbox as the suites act on it: the buttons are the same, the words for a fault its own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from orderlane.config.demo import demo_environment
from orderlane.config.demo_outside import platform_apps, read_outside
from orderlane.config.wiring import PLATFORMS
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account
from orderlane.ports.stores import (
    ChannelGood,
    OrderChannel,
    PurchaseOrderLineRequest,
    PurchaseOrderRequest,
    StoreConnector,
)
from sandbox.serving import RunningSandbox

WRITES = {
    "bigcommerce": ("createOrderShipments", "createOrder"),
    "ecwid": ("updateOrder", "createOrder"),
    "shopify": ("fulfillmentCreate", "orderCreate"),
    "wix": ("createFulfillment", "createOrder"),
    "woocommerce": ("createFulfillment", "createOrder"),
}
"""What the fault board calls the write of a parcel, and the write of a purchase order."""

ADDRESS = Address(
    name="Jordan Lee",
    line1="12 rue des Lilas",
    city="Lyon",
    region="",
    postcode="69003",
    country="FR",
    phone="+33478000014",
)
_numbers = count(700_001)


@dataclass
class Side:
    """One store of one platform: a retailer's, or a supplier's."""

    sandbox: RunningSandbox
    platform: str
    facts: dict[str, Any]
    account: Account
    _seen: int = field(default=0)

    @property
    def external_id(self) -> str:
        """The store's id at its platform."""
        return self.account.external_id

    @property
    def store(self) -> StoreConnector:
        """A connector of its own for every use, as the application makes them."""
        return PLATFORMS[self.platform].store(self.account)

    @property
    def channel(self) -> OrderChannel:
        """The same store as one that takes purchase orders."""
        return PLATFORMS[self.platform].channel(self.account)

    @property
    def skus(self) -> list[str]:
        """What it sells."""
        return [str(variant["sku"]) for variant in self.facts["variants"]]

    def press(self, rest: str, **body: Any) -> dict[str, Any]:
        """Press a button in the sandbox, and let its clock pass on: stores count changes in whole seconds."""
        self.sandbox.world.clock.advance(2)
        answer = httpx.post(self._url(rest), json=body, timeout=20, trust_env=False)
        assert answer.status_code < 300, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def buy(self, quantities: dict[str, int], **body: Any) -> str:
        """A customer orders; returns the order's id as ``fetch_order`` takes it."""
        lines = [{"sku": sku, "quantity": pieces} for sku, pieces in quantities.items()]
        told = self.press("orders", lines=lines, **body)["order"]
        return self.api_id(str(told["order_id"]))

    def act(self, order_id: str, verb: str, **body: Any) -> None:
        """Somebody in the store does something to an order."""
        self.press(f"orders/{order_id.rsplit('/', 1)[-1]}/{verb}", **body)

    def api_id(self, number: str) -> str:
        """An order's id as the connector writes it."""
        return f"gid://shopify/Order/{number}" if self.platform == "shopify" else number

    def fault(self, operation: str, mode: str, **choices: Any) -> None:
        """Switch a fault of this store on, once unless told otherwise."""
        body = {"system": f"{self.platform}:{self.external_id}", "operation": operation, "mode": mode, **choices}
        answer = httpx.post(f"{self.sandbox.url}/faults.json", json=body, timeout=20, trust_env=False)
        assert answer.status_code < 300, answer.text

    def happened(self, kind: str) -> list[dict[str, Any]]:
        """The facts of every journal entry of a kind in this store, oldest first."""
        entries = self.sandbox.world.journal.entries(kind=kind)
        return [dict(each.facts) for each in entries if each.system == f"{self.platform}:{self.external_id}"]

    def with_secrets(self, value: str) -> StoreConnector:
        """The store with every key replaced by a wrong one."""
        wrong = {name: value for name in self.account.secrets if name != "instance_id"}
        app = replace(self.account.app, client_secret=value, public_keys=())
        return PLATFORMS[self.platform].store(replace(self.account, secrets={**self.account.secrets, **wrong}, app=app))

    def goods(self) -> list[ChannelGood]:
        """Everything the supplier's store sells, page by page."""
        found: list[ChannelGood] = []
        cursor = ""
        while True:
            page = self.channel.list_goods(cursor)
            found += page.goods
            cursor = page.next_cursor
            if not cursor:
                return found

    def ordering(self, pieces: dict[str, int], **changes: Any) -> PurchaseOrderRequest:
        """A purchase order under a number of its own: SKU → pieces."""
        known = {good.sku: good for good in self.goods()}
        lines = [
            PurchaseOrderLineRequest(
                reference=f"line-{sku}",
                variant_id=known[sku].variant_id,
                sku=sku,
                title=known[sku].title,
                quantity=quantity,
                unit_cost=known[sku].price,
            )
            for sku, quantity in pieces.items()
        ]
        currency = lines[0].unit_cost.currency
        request = PurchaseOrderRequest(
            reference=f"OL-{next(_numbers)}",
            lines=lines,
            ship_to=ADDRESS,
            shipping=Money(450, currency),
            tax=Money(0, currency),
            retailer_name="Maison Lumen",
            retailer_domain="maison-lumen.example",
            payment_reference="PAY-1",
            placed_at=datetime.now(UTC),
        )
        return replace(request, **changes)

    def placed(self, reference: str) -> list[dict[str, Any]]:
        """What lies in the store under a purchase order's number."""
        return [facts for facts in self.happened("order.created") if facts["source_identifier"] == reference]

    def _url(self, rest: str) -> str:
        return f"{self.sandbox.url}/{self.platform}/{self.external_id}/_sandbox/{rest}"


def side_of(sandbox: RunningSandbox, platform: str, role: str) -> Side:
    """The sandbox's store of a platform in a role; a platform without one fails here, loudly."""
    outside = read_outside(sandbox.url)
    [facts] = [each for each in outside[platform]["stores"] if each["role"] == role][:1]
    external_id = facts.get("external_id") or facts["domain"]
    fields = PLATFORMS[platform].store.credential_fields
    secrets = {each.name: facts[each.name] for each in fields if each.secret and each.name in facts}
    if "credentials" in facts:  # what an install brings, where keys belong to the app
        secrets = facts["credentials"]
    port = int(sandbox.url.rsplit(":", 1)[1])
    template = demo_environment(Path("unused"), 1, port)[f"ORDERLANE_{platform.upper()}_URL"]
    app = platform_apps(outside, sandbox.url).get(platform)
    account = Account(external_id, template.format(domain=external_id), secrets)
    return Side(sandbox, platform, facts, replace(account, app=app) if app else account)
