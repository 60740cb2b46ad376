"""The shipped simulator, and how a test presses its buttons."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from orderlane.ports.accounts import Account
from sandbox.seed import CLIENT_SECRET, shopify_stores
from sandbox.serving import RunningSandbox

RETAILER = "northwind-outdoor.myshopify.com"
SUPPLIER = "cascade-gear.myshopify.com"
TENT, MUG = "CG-TENT-RL2-GRN", "CG-MUG-TRL"

Found = TypeVar("Found")


def account(sandbox: RunningSandbox, domain: str) -> Account:
    (token,) = [store["access_token"] for store in shopify_stores() if store["domain"] == domain]
    secrets = {"access_token": token, "webhook_secret": CLIENT_SECRET}
    return Account(domain, f"{sandbox.url}/shopify/{domain}", secrets)


def press(sandbox: RunningSandbox, domain: str, path: str, **body: object) -> Any:
    """Do something by hand in a store."""
    answer = httpx.post(f"{sandbox.url}/shopify/{domain}/_sandbox/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def bought(sandbox: RunningSandbox, domain: str = RETAILER, **changed: object) -> str:
    lines = [{"sku": TENT, "quantity": 2}, {"sku": MUG, "quantity": 3}]
    order_id: str = press(sandbox, domain, "orders", **{"lines": lines, **changed})["order"]["order_id"]
    return order_id


def arm(sandbox: RunningSandbox, operation: str, mode: str, **choices: object) -> None:
    fault = {"system": "shopify", "operation": operation, "mode": mode, **choices}
    assert httpx.post(f"{sandbox.url}/faults.json", json=fault).is_success


def eventually(look: Callable[[], Found]) -> Found:
    """Ask again until there is something, for at most five seconds."""
    deadline = time.monotonic() + 5
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found
    return found
