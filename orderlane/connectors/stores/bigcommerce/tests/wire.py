"""The connector beside the shipped simulator, over real HTTP: what the tests of both share."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from orderlane.connectors.stores.bigcommerce.channel import BigCommerceOrderChannel
from orderlane.connectors.stores.bigcommerce.connector import BigCommerceStore
from orderlane.connectors.stores.bigcommerce.tests.examples import purchase_order
from orderlane.kernel.errors import OutcomeUnknown, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account
from orderlane.ports.stores import PurchaseOrderLineRequest, PurchaseOrderRequest
from sandbox.bigcommerce.seed import RETAILER, SUPPLIER, bigcommerce_stores
from sandbox.serving import RunningSandbox

MUG, BOWL, LANTERN = "KP-MUG-HAR-BLU", "KP-BWL-COV-M", "CG-LANT-BCN"

LOST: list[tuple[str, type[Exception], bool]] = [
    ("429", Unavailable, False),
    ("500", OutcomeUnknown, False),
    ("503", OutcomeUnknown, False),
    ("reset", OutcomeUnknown, False),
    ("500_after", OutcomeUnknown, True),
    ("reset_after", OutcomeUnknown, True),
    ("html", OutcomeUnknown, True),
    ("truncated", OutcomeUnknown, True),
]
"""What can happen to the answer of a write: the fault, the kind it must be, whether the work was done."""

Found = TypeVar("Found")


class Bench:
    """One running sandbox with its retailer's and its supplier's store."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.url = sandbox.url
        self.world = sandbox.world
        self.store = BigCommerceStore(self.account(RETAILER))
        self.channel = BigCommerceOrderChannel(self.account(SUPPLIER))

    def account(self, external_id: str, **secrets: str) -> Account:
        """The store's own API account."""
        (seed,) = [seed for seed in bigcommerce_stores() if seed["external_id"] == external_id]
        known = {"access_token": seed["access_token"], "client_secret": seed["client_secret"]}
        return Account(external_id, f"{self.url}/bigcommerce/stores/{external_id}", {**known, **secrets})

    def press(self, path: str, *, store: str = RETAILER, **body: object) -> Any:
        """Do something by hand in a store."""
        answer = httpx.post(f"{self.url}/bigcommerce/{store}/_sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def bought(self, *, store: str = RETAILER, **changed: object) -> str:
        """The number of a new order for two mugs and a bowl."""
        lines = [{"sku": MUG, "quantity": 2}, {"sku": BOWL, "quantity": 1}]
        order_id: str = self.press("orders", store=store, **{"lines": lines, **changed})["order"]["order_id"]
        return order_id

    def described(self, order_id: str, store: str = RETAILER) -> Any:
        """The order as the sandbox itself knows it."""
        return httpx.get(f"{self.url}/bigcommerce/{store}/_sandbox/orders/{order_id}").json()["order"]

    def orders(self, store: str = SUPPLIER) -> list[Any]:
        """Every order of a store, as the sandbox knows it."""
        found: list[Any] = httpx.get(f"{self.url}/bigcommerce/{store}/_sandbox/orders").json()["orders"]
        return found

    def arm(self, operation: str, mode: str, **choices: object) -> None:
        """Switch a fault on."""
        fault = {"system": "bigcommerce", "operation": operation, "mode": mode, **choices}
        assert httpx.post(f"{self.url}/faults.json", json=fault).is_success

    def ordering(self, **changed: Any) -> PurchaseOrderRequest:
        """A purchase order for goods the supplier really has, in its currency."""
        goods = {good.sku: good for good in self.channel.list_goods().goods}
        lines = [
            PurchaseOrderLineRequest("line-1", goods[MUG].variant_id, MUG, goods[MUG].title, 2, gbp(980)),
            PurchaseOrderLineRequest("line-2", goods[BOWL].variant_id, BOWL, goods[BOWL].title, 1, gbp(2150)),
        ]
        return purchase_order(**{"lines": lines, "shipping": gbp(450), "tax": gbp(0), **changed})


def gbp(minor: int) -> Money:
    """An amount in pence."""
    return Money(minor, "GBP")


def eventually(look: Callable[[], Found]) -> Found:
    """Ask again until there is something, for at most five seconds."""
    deadline = time.monotonic() + 5
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found
    return found
