"""One platform of the sandbox as the suites see it: accounts for our connectors, and buttons for people.

The simulators share their buttons, so :class:`Outside` is enough for most. ``ADAPTERS`` names the platforms whose
outside differs in something a person does there; a platform that is wired and not named in it fails every test.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from orderlane.config.demo import demo_environment
from orderlane.config.demo_outside import platform_apps
from orderlane.config.wiring import PLATFORMS
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Account, PlatformApp
from orderlane.ports.budgets import RateBudget, Unlimited
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import (
    ChannelGood,
    FulfillmentRequest,
    OrderChannel,
    PurchaseOrderLineRequest,
    PurchaseOrderRequest,
    StoreConnector,
    StoreFulfillment,
    StoreOrder,
    Tracking,
)
from sandbox.serving import RunningSandbox

RETAILER, SUPPLIER = "retailer", "supplier"
PARCEL: Final = Tracking("UPS", ("1Z999AA10123456784",), ("https://track.example/1Z999AA10123456784",))
MONTREAL: Final = {
    "first_name": "Chloé",
    "last_name": "Tremblay",
    "company": "",
    "address1": "4521 rue Saint-Denis",
    "address2": "Apt 3",
    "city": "Montréal",
    "province": "Quebec",
    "province_code": "QC",
    "zip": "H2J 2L4",
    "country": "Canada",
    "country_code": "CA",
    "phone": "+15145550173",
}

_HTTP: Final = httpx.Client(trust_env=False, timeout=30)
Found = TypeVar("Found")


@cache
def told_by(sandbox_url: str) -> dict[str, Any]:
    """What a sandbox says about itself."""
    told: dict[str, Any] = _HTTP.get(f"{sandbox_url}/seed.json").json()
    return told


class Outside:
    """A platform: one retailer's store and one supplier's store there."""

    def __init__(self, sandbox: RunningSandbox, platform: str) -> None:
        told = told_by(sandbox.url)
        self.sandbox, self.platform = sandbox, platform
        self.app = platform_apps(told, sandbox.url).get(platform, PlatformApp())
        self._wired = PLATFORMS[platform]
        self._facts: dict[str, dict[str, Any]] = {
            role: next(store for store in told[platform]["stores"] if store["role"] == role)
            for role in (RETAILER, SUPPLIER)
        }

    # Our side

    def can(self, capability: StoreCapability) -> bool:
        """Whether the platform's connector declares this."""
        return capability in self._wired.store.capabilities

    def facts(self, role: str = RETAILER) -> dict[str, Any]:
        """What the sandbox says about a store."""
        return self._facts[role]

    def external_id(self, role: str = RETAILER) -> str:
        """What names a store."""
        facts = self.facts(role)
        return str(facts.get("external_id") or facts["domain"])

    def secrets(self, role: str = RETAILER) -> dict[str, str]:
        """What opens a store: pasted, or as the platform's installer brings it."""
        facts = self.facts(role)
        fields = [field.name for field in self._wired.store.credential_fields if field.secret]
        return dict(facts.get("credentials") or {name: facts[name] for name in fields})

    def account(
        self, role: str = RETAILER, *, secrets: Mapping[str, str] | None = None, budget: RateBudget | None = None
    ) -> Account:
        """A store as its connector sees it."""
        port = int(self.sandbox.url.rsplit(":", 1)[1])
        api_url = demo_environment(Path("unused"), 0, port)[f"ORDERLANE_{self.platform.upper()}_URL"]
        name = self.external_id(role)
        opened = self.secrets(role) if secrets is None else secrets
        return Account(name, api_url.format(domain=name), opened, app=self.app, budget=budget or Unlimited())

    def store(self, account: Account | None = None) -> StoreConnector:
        """The retailer's store behind our port."""
        return self._wired.store(account or self.account())

    def channel(self, account: Account | None = None) -> OrderChannel:
        """The supplier's store behind our port."""
        return self._wired.channel(account or self.account(SUPPLIER))

    def key(self, number: str) -> str:
        """An order's number in the sandbox as our ports name the order."""
        return number

    # Buttons

    def press(self, path: str, role: str = RETAILER, /, **body: object) -> Any:
        """Do something by hand in a store."""
        address = f"{self.sandbox.url}/{self.platform}/{self.external_id(role)}/_sandbox/{path}"
        answer = _HTTP.post(address, json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()

    def skus(self, role: str = RETAILER) -> tuple[str, str]:
        """Two goods of a store that go into a parcel, of different products."""
        goods = self.facts(role)["variants"]
        first = goods[0]
        second = next(good for good in goods if good["product_id"] != first["product_id"])
        return first["sku"], second["sku"]

    def price(self, sku: str, role: str = RETAILER) -> Money:
        """What a store asks for one piece."""
        (price,) = [good["price"] for good in self.facts(role)["variants"] if good["sku"] == sku]
        return Money.parse(price, self.facts(role)["currency"])

    def digital_line(self) -> dict[str, object]:
        """A line that nobody ships."""
        return {"title": "Pattern (PDF)", "price": "3.00", "quantity": 1, "requires_shipping": False}

    def buy(self, role: str = RETAILER, /, **body: object) -> str:
        """A customer orders, two pieces and one unless told otherwise; returns the sandbox's number."""
        first, second = self.skus(role)
        lines = [{"sku": first, "quantity": 2}, {"sku": second, "quantity": 1}]
        return str(self.press("orders", role, **{"lines": lines, **body})["order"]["order_id"])

    def buy_many(self, count: int, role: str = RETAILER) -> set[str]:
        """Many customers order one piece each; returns the ids as our ports name them."""
        lines = [{"sku": self.skus(role)[0], "quantity": 1}]
        made = self.press("orders", role, lines=lines, count=count)["orders"]
        return {self.key(str(order["order_id"])) for order in made}

    def act(self, number: str, verb: str, role: str = RETAILER, /, **body: object) -> None:
        """Somebody does something to an order."""
        self.press(f"orders/{number}/{verb}", role, **body)

    def refund(self, number: str, lines: Mapping[str, int] | None = None) -> None:
        """The retailer gives money back: for some pieces, or all of it."""
        self.act(number, "refund", **({"lines": dict(lines)} if lines else {}))

    def revoke(self, role: str = RETAILER) -> None:
        """The store's owner takes our access away."""
        self.press("uninstall", role)

    def set_common_door(self, url: str) -> None:
        """The operator enters our address in the app's settings, where a platform has one door for all stores."""
        raise AssertionError(f"{self.platform} has a common webhook door: say how its simulator is told the address")

    def shown(self, number: str, role: str = RETAILER) -> dict[str, Any]:
        """An order as its store shows it."""
        address = f"{self.sandbox.url}/{self.platform}/{self.external_id(role)}/_sandbox/orders/{number}"
        told: dict[str, Any] = _HTTP.get(address).json()["order"]
        return told

    def parcels(self, number: str, role: str = RETAILER) -> list[dict[str, Any]]:
        """The parcels of an order as its store shows them, without those taken back."""
        return [one for one in self.shown(number, role)["fulfillments"] if one["status"] == "SUCCESS"]

    def placed(self, reference: str = "") -> list[dict[str, Any]]:
        """The orders in the supplier's store, or those under one of our references."""
        address = f"{self.sandbox.url}/{self.platform}/{self.external_id(SUPPLIER)}/_sandbox/orders"
        told = _HTTP.get(address).json()["orders"]
        return [order for order in told if not reference or order["source_identifier"] == reference]

    # Bad luck

    def arm(self, mode: str, role: str = RETAILER, **choices: Any) -> None:
        """Switch a fault on for the next call to a store, or the one after ``skip`` others."""
        self.sandbox.world.faults.add(self._system(role), "*", mode, **choices)

    def struck(self, role: str = RETAILER) -> bool:
        """Whether the fault has happened; switches it off if not."""
        waiting = [fault for fault in self.sandbox.world.faults.listed() if fault.system == self._system(role)]
        for fault in waiting:
            self.sandbox.world.faults.remove(fault.id)
        return not waiting

    def _system(self, role: str) -> str:
        return f"{self.platform}:{self.external_id(role)}"

    def delivered(self) -> None:
        """Wait until every webhook has arrived or been given up."""
        assert eventually(lambda: not self.sandbox.world.webhooks.pending)

    # What the suites ask again and again

    def order(self, number: str) -> StoreOrder:
        """An order as the store's connector reads it."""
        found = self.store().fetch_order(self.key(number))
        assert found is not None
        return found

    def parcel(self, number: str, quantities: Mapping[str, int], tracking: Tracking = PARCEL) -> FulfillmentRequest:
        """A parcel with so many pieces of these SKUs."""
        lines = {line.sku: line.external_id for line in self.order(number).lines}
        named = {lines[sku]: count for sku, count in quantities.items()}
        return FulfillmentRequest(self.key(number), named, tracking)

    def recorded(self, number: str) -> list[StoreFulfillment]:
        """The parcels that the store's connector finds on record."""
        return [one for one in self.store().list_fulfillments(self.key(number)) if not one.canceled]

    def goods(self) -> dict[str, ChannelGood]:
        """What the supplier's store sells, by SKU."""
        found: dict[str, ChannelGood] = {}
        cursor = ""
        while True:
            page = self.channel().list_goods(cursor)
            found |= {good.sku: good for good in page.goods}
            cursor = page.next_cursor
            if not cursor:
                return found

    def purchase_order(self, reference: str, placed_at: datetime, **changed: Any) -> PurchaseOrderRequest:
        """A paid purchase order: two pieces and one."""
        goods, currency = self.goods(), self.facts(SUPPLIER)["currency"]
        lines = [_line(f"{reference}-{n}", goods[sku], 3 - n) for n, sku in enumerate(self.skus(SUPPLIER), start=1)]
        asked = {
            "reference": reference,
            "lines": lines,
            "ship_to": Address(
                name="Chloé Tremblay", line1="4521 rue Saint-Denis", line2="Apt 3", city="Montréal", region="QC",
                postcode="H2J 2L4", country="CA", phone="+15145550173", email="chloe@example.com", region_name="Quebec",
            ),
            "shipping": Money(590, currency),
            "tax": Money(0, currency),
            "retailer_name": "Harbor & Pine",
            "retailer_domain": "harbor-pine.example",
            "payment_reference": "cs_test_1",
            "placed_at": placed_at,
        }  # fmt: skip
        return PurchaseOrderRequest(**{**asked, **changed})


def _line(reference: str, good: ChannelGood, quantity: int) -> PurchaseOrderLineRequest:
    return PurchaseOrderLineRequest(reference, good.variant_id, good.sku, good.title, quantity, good.price)


class ShopifyOutside(Outside):
    """Shopify's ids say what they name."""

    def key(self, number: str) -> str:
        """The order's global id."""
        return f"gid://shopify/Order/{number}"


class EcwidOutside(Outside):
    """Ecwid's refunds name no lines, and its app has one webhook address."""

    def refund(self, number: str, lines: Mapping[str, int] | None = None) -> None:
        """Money for pieces is given back by taking them off the order first."""
        if not lines:
            return super().refund(number)
        bought = {line["sku"]: line for line in self.shown(number)["lines"]}
        left = {sku: bought[sku]["quantity"] - count for sku, count in lines.items()}
        self.act(number, "edit", quantities=left)
        self.act(number, "refund", amount="1.00")
        return None

    def set_common_door(self, url: str) -> None:
        """Ecwid's support enters it."""
        answer = _HTTP.post(f"{self.sandbox.url}/ecwid/_sandbox/app", json={"webhook_url": url})
        assert answer.is_success, answer.text


class WixOutside(Outside):
    """Wix's app has one webhook address."""

    def set_common_door(self, url: str) -> None:
        """On the app's dashboard."""
        self.press("webhook_address", url=url)


class WooCommerceOutside(Outside):
    """WooCommerce has keys instead of an app, and a line is shipped unless its product is virtual."""

    def digital_line(self) -> dict[str, object]:
        """The gift card to print."""
        return {"sku": "LJC-CADEAU", "quantity": 1}

    def revoke(self, role: str = RETAILER) -> None:
        """The owner makes new keys."""
        self.press("keys", role, consumer_key="ck_replaced_0123456789", consumer_secret="cs_replaced_0123456789")


ADAPTERS: Final[Mapping[str, type[Outside]]] = {
    "bigcommerce": Outside,
    "ecwid": EcwidOutside,
    "shopify": ShopifyOutside,
    "wix": WixOutside,
    "woocommerce": WooCommerceOutside,
}


def reset(sandbox: RunningSandbox) -> None:
    """Put every store back to its seed."""
    assert _HTTP.post(f"{sandbox.url}/reset").is_success


def outside_of(sandbox: RunningSandbox, platform: str) -> Outside:
    """The adapter of a wired platform."""
    assert platform in ADAPTERS, f"{platform} is wired, and no adapter here says how its simulator is used"
    return ADAPTERS[platform](sandbox, platform)


def eventually(look: Callable[[], Found]) -> Found:
    """Ask again until there is something, for at most ten seconds."""
    deadline = time.monotonic() + 10
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def numbers(parcels: Sequence[StoreFulfillment]) -> list[list[str]]:
    """The tracking numbers of each parcel."""
    return [list(one.tracking.numbers) for one in parcels]
