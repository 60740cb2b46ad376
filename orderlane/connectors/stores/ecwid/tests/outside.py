"""The shipped simulator as the tests use it: our connectors on it, and what people do in its stores by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from orderlane.connectors.stores.ecwid.channel import EcwidOrderChannel
from orderlane.connectors.stores.ecwid.connector import EcwidStore
from orderlane.connectors.stores.ecwid.tests.examples import purchase_order
from orderlane.ports.accounts import Account, PlatformApp
from orderlane.ports.stores import PurchaseOrderLineRequest, PurchaseOrderRequest
from sandbox.ecwid.seed import CLIENT_ID, CLIENT_SECRET, RETAILER, SUPPLIER, ecwid_stores
from sandbox.serving import RunningSandbox

HONEY, BREAD, CANDLE = "MI-MIEL-CHA-500", "MI-PAIN-EPI", "AB-BOU-FIG-180"

LOST = ["500_after", "reset_after", "html", "truncated"]
"""Ways to lose the answer to a call that was carried out."""

Found = TypeVar("Found")


def account(sandbox: RunningSandbox, store_id: str) -> Account:
    """The account of one of its stores."""
    (token,) = [store["access_token"] for store in ecwid_stores() if store["external_id"] == store_id]
    secrets = {"access_token": token, "webhook_secret": CLIENT_SECRET}
    app = PlatformApp(CLIENT_ID, CLIENT_SECRET, f"{sandbox.url}/ecwid/api/oauth")
    return Account(store_id, f"{sandbox.url}/ecwid/api/v3/{store_id}", secrets, app=app)


def store(sandbox: RunningSandbox) -> EcwidStore:
    """The retailer's store."""
    return EcwidStore(account(sandbox, RETAILER))


def channel(sandbox: RunningSandbox) -> EcwidOrderChannel:
    """The supplier's store."""
    return EcwidOrderChannel(account(sandbox, SUPPLIER))


def press(sandbox: RunningSandbox, store_id: str, path: str, **body: object) -> Any:
    """Do something by hand in a store."""
    answer = httpx.post(f"{sandbox.url}/ecwid/{store_id}/_sandbox/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def bought(sandbox: RunningSandbox, store_id: str = RETAILER, **changed: object) -> str:
    """A customer's order of two goods."""
    lines = [{"sku": HONEY, "quantity": 2}, {"sku": BREAD, "quantity": 3}]
    order_id: str = press(sandbox, store_id, "orders", **{"lines": lines, **changed})["order"]["order_id"]
    return order_id


def seen(sandbox: RunningSandbox, store_id: str, order_id: str) -> dict[str, Any]:
    """An order as the sandbox describes it."""
    found: dict[str, Any] = httpx.get(f"{sandbox.url}/ecwid/{store_id}/_sandbox/orders/{order_id}").json()["order"]
    return found


def journal(sandbox: RunningSandbox, store_id: str, kind: str) -> list[dict[str, Any]]:
    """The facts of this kind in one store's journal."""
    query = {"system": f"ecwid:{store_id}", "kind": kind}
    return [row["facts"] for row in httpx.get(f"{sandbox.url}/journal.json", params=query).json()["entries"]]


def arm(sandbox: RunningSandbox, operation: str, mode: str, **choices: object) -> None:
    """Switch a fault on."""
    fault = {"system": "ecwid", "operation": operation, "mode": mode, **choices}
    assert httpx.post(f"{sandbox.url}/faults.json", json=fault).is_success


def eventually(look: Callable[[], Found]) -> Found:
    """Ask again until there is something, for at most five seconds."""
    deadline = time.monotonic() + 5
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found
    return found


def ordered(sandbox: RunningSandbox, **changed: Any) -> PurchaseOrderRequest:
    """A purchase order for goods the supplier really has."""
    goods = {good.sku: good for good in channel(sandbox).list_goods().goods}
    lines = [
        PurchaseOrderLineRequest("L1", goods[HONEY].variant_id, HONEY, "Miel", 2, goods[HONEY].price),
        PurchaseOrderLineRequest("L2", goods[BREAD].variant_id, BREAD, "Pain", 3, goods[BREAD].price),
    ]
    return purchase_order(lines=lines, **changed)
