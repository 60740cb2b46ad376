"""A small client for tests of the Ecwid simulator: plain HTTP, no code of the simulator."""

from typing import Any

import httpx

from sandbox.serving import RunningSandbox
from sandbox.tests.shop import HTTP

HIRONDELLE, MIELLERIE = "91820011", "91820012"
HONEY, BREAD = "MI-MIEL-CHA-500", "MI-PAIN-EPI"


class EcwidCaller:
    """One Ecwid store of a running sandbox, spoken to as an app would."""

    def __init__(self, sandbox: RunningSandbox, store_id: str) -> None:
        self.root = sandbox.url
        self.url = f"{sandbox.url}/ecwid/{store_id}"
        self.told: dict[str, Any] = HTTP.get(f"{sandbox.url}/seed.json").json()["ecwid"]
        self.seed: dict[str, Any] = next(row for row in self.told["stores"] if row["external_id"] == store_id)
        self.token: str = self.seed["access_token"]

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        """The raw answer of the REST API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return HTTP.request(method, f"{self.seed['api_url']}{path}", params=query, json=body, headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        """What a good answer holds."""
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, path: str, status: int = 200, **body: Any) -> Any:
        """One of the sandbox's own JSON actions."""
        answer = HTTP.post(f"{self.url}/_sandbox/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def buy(self, *skus: str, **body: Any) -> dict[str, Any]:
        """A customer orders one piece of each SKU."""
        lines = [{"sku": sku, "quantity": 1} for sku in skus]
        order: dict[str, Any] = self.act("orders", 201, **{"lines": lines, **body})["order"]
        return order

    def point(self, url: str, **more: Any) -> None:
        """Have Ecwid's support enter a webhook address."""
        assert HTTP.post(f"{self.root}/ecwid/_sandbox/app", json={"webhook_url": url, **more}).status_code == 200

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """Facts of this kind in this store."""
        query = {"kind": kind, "system": f"ecwid:{self.seed['external_id']}"}
        return [row["facts"] for row in HTTP.get(f"{self.root}/journal.json", params=query).json()["entries"]]


def new_order(**changed: Any) -> dict[str, Any]:
    """What an app sends to place an order."""
    return {
        "subtotal": 21.8,
        "total": 25.7,
        "email": "no-reply@example.com",
        "paymentStatus": "PAID",
        "fulfillmentStatus": "AWAITING_PROCESSING",
        "referenceTransactionId": "OL-1001",
        "privateAdminNotes": "Orderlane OL-1001",
        "items": [{"name": "Miel", "sku": HONEY, "price": 10.9, "quantity": 2}],
        "shippingPerson": {"name": "Ana Diaz", "street": "Gran Vía 1\n2º", "city": "Madrid", "countryCode": "ES"},
        **changed,
    }
