"""The shipped simulator as the tests see it: its seed, its buttons, its faults, its journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from orderlane.connectors.stores.wix.tests.examples import purchase_order
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, PlatformApp
from orderlane.ports.stores import PurchaseOrderLineRequest, PurchaseOrderRequest, Tracking
from sandbox.serving import RunningSandbox

POT, CUP, MUG = "VC-POT-NER-S", "VC-TAS-BRI", "CG-MUG-TRL"
PARCEL = Tracking("DHL", ("JJD1",))

Found = TypeVar("Found")


def seed(sandbox: RunningSandbox, role: str) -> dict[str, Any]:
    stores = httpx.get(f"{sandbox.url}/seed.json").json()["wix"]["stores"]
    found: dict[str, Any] = next(store for store in stores if store["role"] == role)
    return found


def app_of(sandbox: RunningSandbox) -> PlatformApp:
    app = httpx.get(f"{sandbox.url}/seed.json").json()["wix"]["app"]
    return PlatformApp(app["client_id"], app["client_secret"], app["auth_url"], (app["public_key"],))


def account(sandbox: RunningSandbox, role: str) -> Account:
    site = seed(sandbox, role)
    return Account(site["external_id"], f"{sandbox.url}/wix", site["credentials"], app=app_of(sandbox))


def press(sandbox: RunningSandbox, role: str, path: str, **body: object) -> Any:
    """Do something by hand in a store."""
    answer = httpx.post(f"{seed(sandbox, role)['base_url']}/_sandbox/{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def bought(sandbox: RunningSandbox, role: str = "retailer", **changed: object) -> str:
    lines = [{"sku": POT, "quantity": 2}, {"sku": CUP, "quantity": 3}]
    order_id: str = press(sandbox, role, "orders", **{"lines": lines, **changed})["order"]["order_id"]
    return order_id


def arm(sandbox: RunningSandbox, operation: str, mode: str, **choices: object) -> None:
    fault = {"system": "wix", "operation": operation, "mode": mode, **choices}
    assert httpx.post(f"{sandbox.url}/faults.json", json=fault).is_success


def journal(sandbox: RunningSandbox, kind: str) -> list[dict[str, Any]]:
    entries = httpx.get(f"{sandbox.url}/journal.json", params={"kind": kind, "system": "wix"}).json()["entries"]
    return [entry["facts"] for entry in entries]


def eventually(look: Callable[[], Found]) -> Found:
    """Ask again until there is something, for at most five seconds."""
    deadline = time.monotonic() + 5
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found
    return found


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def order_for(sandbox: RunningSandbox, **changed: Any) -> PurchaseOrderRequest:
    """A purchase order for goods the supplier really has."""
    goods = {row["sku"]: row["variant_id"] for row in seed(sandbox, "supplier")["variants"]}
    lines = [
        PurchaseOrderLineRequest("L1", goods[POT], POT, "Cache-pot Nervure", 2, eur(1140)),
        PurchaseOrderLineRequest("L2", goods[CUP], CUP, "Tasse Brin", 3, eur(620)),
    ]
    return purchase_order(**{"lines": lines, "shipping": eur(590), "tax": eur(0), **changed})
