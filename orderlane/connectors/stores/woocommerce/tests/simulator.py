"""The two shops of the sandbox as a test sees them: accounts for the connector, buttons for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from orderlane.connectors.stores.woocommerce.channel import WooCommerceOrderChannel
from orderlane.connectors.stores.woocommerce.connector import WooCommerceStore
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account
from orderlane.ports.stores import PurchaseOrderLineRequest, PurchaseOrderRequest
from sandbox.woocommerce.seed import RETAILER, SUPPLIER, woocommerce_shops

__all__ = ["RETAILER", "SUPPLIER", "Simulator", "account_at", "eur", "purchase_order"]

BLANKET, SOCKS, YARN, GIFT = "FV-PLA-VER-ECR", "FV-CHA-BER-38", "FV-PEL-MER", "LJC-CADEAU"
_HTTP = httpx.Client(trust_env=False)


class Simulator:
    """A running sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self) -> None:
        """Back to the seed."""
        _HTTP.post(f"{self.url}/reset")

    def account(self, shop: str, **secrets: str) -> Account:
        """The keys of a shop, some of them replaced."""
        (seed,) = [row for row in woocommerce_shops() if row["external_id"] == shop]
        keys = {name: seed[name] for name in ("consumer_key", "consumer_secret")}
        return Account(shop, f"{self.url}/woocommerce/{shop}", {**keys, **secrets})

    def store(self, shop: str = RETAILER) -> WooCommerceStore:
        """The connector of a retailer's store."""
        return WooCommerceStore(self.account(shop))

    def channel(self, shop: str = SUPPLIER) -> WooCommerceOrderChannel:
        """The order channel of a supplier's store."""
        return WooCommerceOrderChannel(self.account(shop))

    def press(self, shop: str, path: str, **body: object) -> Any:
        """Do something by hand in a shop."""
        answer = _HTTP.post(f"{self.url}/woocommerce/{shop}/_sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def act(self, shop: str, order: str, verb: str, **body: object) -> Any:
        """Do something to an order by hand."""
        return self.press(shop, f"orders/{order}/{verb}", **body)["order"]

    def bought(self, shop: str = RETAILER, **changed: object) -> str:
        """A customer's order of two blankets and three balls of yarn."""
        lines = [{"sku": BLANKET, "quantity": 2}, {"sku": YARN, "quantity": 3}]
        order_id: str = self.press(shop, "orders", **{"lines": lines, **changed})["order"]["order_id"]
        return order_id

    def order(self, shop: str, order: str) -> Any:
        """An order as the shop shows it."""
        return _HTTP.get(f"{self.url}/woocommerce/{shop}/_sandbox/orders/{order}").json()["order"]

    def orders(self, shop: str) -> list[Any]:
        """All orders of a shop."""
        found: list[Any] = _HTTP.get(f"{self.url}/woocommerce/{shop}/_sandbox/orders").json()["orders"]
        return found

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """The facts of every event of a kind."""
        entries = _HTTP.get(f"{self.url}/journal.json", params={"kind": kind}).json()["entries"]
        return [entry["facts"] for entry in entries]

    def hooks(self, shop: str) -> list[dict[str, Any]]:
        """The webhooks of a shop."""
        found: list[dict[str, Any]] = _HTTP.get(f"{self.url}/woocommerce/{shop}/_sandbox/subscriptions").json()[
            "subscriptions"
        ]
        return found

    def fault(self, operation: str, mode: str, **choices: object) -> None:
        """Switch a fault on."""
        fault = {"system": "woocommerce", "operation": operation, "mode": mode, **choices}
        assert _HTTP.post(f"{self.url}/faults.json", json=fault).is_success


def account_at(url: str, shop: str = "laine.example") -> Account:
    """An account of a shop that a test plays itself."""
    return Account(shop, url, {"consumer_key": "ck_test_key", "consumer_secret": "cs_test_secret"})


def eur(minor: int) -> Money:
    """An amount in euro cents."""
    return Money(minor, "EUR")


def purchase_order(**changed: Any) -> PurchaseOrderRequest:
    """A purchase order for two blankets (a variation) and three balls of yarn (a product by itself)."""
    variants = {row["sku"]: row for row in _goods()}
    values: dict[str, Any] = {
        "reference": "OL-100234",
        "lines": [
            PurchaseOrderLineRequest("L1", variants[BLANKET]["id"], BLANKET, "Plaid", 2, eur(4200)),
            PurchaseOrderLineRequest("L2", variants[YARN]["id"], YARN, "Pelote", 3, eur(735)),
        ],
        "ship_to": Address(
            "Zoé Anne Martin", "", "12 rue des Lilas", "Bât. B", "Lyon", "", "69003", "FR", "", "zoe@example.com"
        ),
        "shipping": eur(590),
        "tax": eur(0),
        "retailer_name": "Les Jours Clairs",
        "retailer_domain": RETAILER,
        "payment_reference": "PAY-7",
        "placed_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    }
    return PurchaseOrderRequest(**{**values, **changed})


def _goods() -> list[dict[str, str]]:
    """The supplier's goods with the ids the sandbox always gives them."""
    (seed,) = [row for row in woocommerce_shops() if row["external_id"] == SUPPLIER]
    found = []
    for place, product in enumerate(seed["products"], start=1):
        number = seed["number"] * 10_000 + place * 100
        for spot, variant in enumerate(product["variants"], start=1):
            variation = number + spot if len(product["variants"]) > 1 else number
            found.append({"sku": variant["sku"], "id": str(variation)})
    return found
