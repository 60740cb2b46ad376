"""A small client for tests of the Shopify simulator: plain HTTP, no code of the simulator."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx

from sandbox.serving import RunningSandbox

LUMEN = "maison-lumen.myshopify.com"
NORTH = "northwind-outdoor.myshopify.com"
BRUME = "atelier-brume.myshopify.com"

ORDER_CREATE = """
mutation Create($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) { order { id name } userErrors { field message code } }
}
"""
WORKS = """
query Works($id: ID!) { order(id: $id) { id displayFulfillmentStatus updatedAt fulfillmentOrders(first: 5) { nodes {
  id status requestStatus assignedLocation { location { id } } lineItems(first: 20) { nodes {
    id remainingQuantity totalQuantity lineItem { id sku } } } } } } }
"""
FULFILL = """
mutation Ship($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {
  fulfillment { id status trackingInfo(first: 5) { company number url } } userErrors { field message } } }
"""


# One client for all: making one costs 50 ms.
HTTP = httpx.Client()


class Shop:
    """One store of a running sandbox, spoken to as an app would."""

    def __init__(self, sandbox: RunningSandbox, domain: str) -> None:
        self.url = f"{sandbox.url}/shopify/{domain}"
        self.root = sandbox.url
        seeds = HTTP.get(f"{sandbox.url}/seed.json").json()["shopify"]["stores"]
        self.seed: dict[str, Any] = next(row for row in seeds if row["domain"] == domain)

    def post(self, query: str, variables: dict[str, Any] | None = None, timeout: float = 5) -> httpx.Response:
        """The raw answer to a GraphQL request."""
        headers = {"X-Shopify-Access-Token": self.seed["access_token"]}
        body = {"query": query, "variables": variables or {}}
        return HTTP.post(self.seed["graphql_url"], json=body, headers=headers, timeout=timeout)

    def ask(self, query: str, **variables: Any) -> Any:
        """The `data` of an answer without errors."""
        answer = self.post(query, variables)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]

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

    def order(self, order_id: str) -> dict[str, Any]:
        """The order as the sandbox describes it."""
        found: dict[str, Any] = HTTP.get(f"{self.url}/_sandbox/orders/{order_id}").json()["order"]
        return found

    def routed(self, order_id: str) -> dict[str, Any]:
        """The order once its fulfillment orders exist."""
        until(lambda: self.order(order_id)["fulfillment_orders"])
        return self.order(order_id)

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """Facts of this kind in this store."""
        query = {"kind": kind, "system": f"shopify:{self.seed['domain']}"}
        return [row["facts"] for row in HTTP.get(f"{self.root}/journal.json", params=query).json()["entries"]]

    def fault(self, operation: str, mode: str, **more: Any) -> None:
        """Switch a fault on for this store."""
        body = {"system": f"shopify:{self.seed['domain']}", "operation": operation, "mode": mode, **more}
        assert HTTP.post(f"{self.root}/faults.json", json=body).status_code == 200


def gid(kind: str, number: str) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def until(look: Callable[[], Any], seconds: float = 5) -> Any:
    """Wait until `look` sees something, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


class Receiver:
    """An address for webhooks: keeps what arrives, answers as told."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes, str]] = []
        self.answers: list[int] = []
        keep = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                keep.received.append(({k.lower(): v for k, v in self.headers.items()}, body, self.path))
                self.send_response(keep.answers.pop(0) if keep.answers else 200)
                self.send_header("Content-Length", "0")
                self.send_header("Connection", "close")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the overridden method's name
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def topics(self) -> list[str]:
        """Topics in the order of arrival."""
        return [headers.get("x-shopify-topic", path) for headers, _, path in self.received]

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
