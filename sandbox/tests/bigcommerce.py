"""A small client for tests of the BigCommerce simulator: plain HTTP, no code of the simulator."""

from typing import Any

import httpx

from sandbox.serving import RunningSandbox
from sandbox.tests.shop import HTTP

MUG, VASE = "KP-MUG-HAR-BLU", "KP-VAS-GAN"


class BigShop:
    """One store of a running sandbox, spoken to as an app would."""

    def __init__(self, sandbox: RunningSandbox, role: str) -> None:
        self.root = sandbox.url
        seeds = HTTP.get(f"{sandbox.url}/seed.json").json()["bigcommerce"]["stores"]
        self.seed: dict[str, Any] = next(row for row in seeds if row["role"] == role)
        self.url = self.seed["base_url"]

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> httpx.Response:
        """The raw answer to a call; paths begin with `/v2` or `/v3`."""
        headers = {"X-Auth-Token": token or self.seed["access_token"]}
        return HTTP.request(method, self.seed["api_url"] + path, json=body, headers=headers)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a good answer."""
        answer = self.call(method, path, body)
        assert answer.is_success, answer.text
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

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """Facts of this kind in this store."""
        query = {"kind": kind, "system": f"bigcommerce:{self.seed['external_id']}"}
        return [row["facts"] for row in HTTP.get(f"{self.root}/journal.json", params=query).json()["entries"]]
