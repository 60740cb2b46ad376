"""The world outside as a process of its own, and the people in it: customer, payer, supplier."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

from orderlane.config.supervisor import http_ready

RETAILER = "maison-lumen.myshopify.com"
SUPPLIER = "atelier-brume.myshopify.com"
SUPPLIER_NAME = "Atelier Brume"


class Outside:
    """A running sandbox. Speaks plain HTTP over connections of its own, so that no pool of ours is involved."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; the JSON of a successful answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status < 300, f"{method} {path}: {answer.status} {text[:300]!r}"
            return json.loads(text)
        finally:
            connection.close()

    def reset(self) -> None:
        """Forget everything but the seed; the same actions then get the same ids again."""
        self.ask("POST", "/reset", {})

    def skus(self) -> list[str]:
        """What the supplier's store sells and the retailer's store lists."""
        stores = {row["domain"]: row for row in self.ask("GET", "/seed.json")["shopify"]["stores"]}
        offered = {variant["sku"] for variant in stores[SUPPLIER]["variants"]}
        return [v["sku"] for v in stores[RETAILER]["variants"] if v["sku"] in offered]

    def buy(self, skus: list[str], count: int = 1) -> list[dict[str, Any]]:
        """A customer orders one piece of each SKU and pays, ``count`` times."""
        body = {"lines": [{"sku": sku, "quantity": 1} for sku in skus], "paid": True, "count": count}
        orders: list[dict[str, Any]] = self.ask("POST", f"/shopify/{RETAILER}/_sandbox/orders", body)["orders"]
        return orders

    def orders(self, domain: str) -> list[dict[str, Any]]:
        """Every order of a store."""
        found: list[dict[str, Any]] = self.ask("GET", f"/shopify/{domain}/_sandbox/orders")["orders"]
        return found

    def approve(self, provider: str, external_id: str) -> None:
        """The payer agrees on the provider's page."""
        place, verb = {"stripe": ("sessions", "pay"), "paypal": ("orders", "approve")}[provider]
        self.ask("POST", f"/{provider}/_sandbox/{place}/{external_id}/{verb}", {})

    def refund(self, provider: str, external_id: str, amount: str = "") -> None:
        """The supplier gives money back in its own account: a part, or the rest."""
        place = {"stripe": "sessions", "paypal": "orders"}[provider]
        body = {"amount": amount} if amount else {}
        self.ask("POST", f"/{provider}/_sandbox/{place}/{external_id}/refund", body)

    def ship_everything(self) -> None:
        """The supplier sends each unshipped order in one parcel."""
        for order in self.orders(SUPPLIER):
            if not order["fulfillments"]:
                body = {"company": "UPS", "numbers": [f"1Z{order['order_id']}"]}
                self.ask("POST", f"/shopify/{SUPPLIER}/_sandbox/orders/{order['order_id']}/ship", body)

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """Journal entries of one kind, oldest first."""
        entries: list[dict[str, Any]] = self.ask("GET", f"/journal.json?kind={kind}")["entries"]
        return entries


@contextmanager
def running_outside(*options: str) -> Iterator[Outside]:
    """Start a sandbox process on a free port, and stop it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]  # the kernel gives the same one to nobody else for a while
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--instant", "--epoch", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        ready = http_ready(port, "/health")
        deadline = time.monotonic() + 30
        while not ready():
            assert process.poll() is None, "the sandbox ended at once"
            assert time.monotonic() < deadline, "the sandbox did not start"
            time.sleep(0.02)
        yield Outside(port)
    finally:
        process.kill()
        process.wait()
