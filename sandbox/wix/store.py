"""One simulated site: its rows, its journal lines, what its searches know."""

import time
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel import Locale

from sandbox.core.faults import Mode
from sandbox.core.world import World
from sandbox.seed import shelf
from sandbox.wix.app import WixApp
from sandbox.wix.hooks import Hooks
from sandbox.wix.model import NO_VARIANT, Order, PostalAddress, Variant
from sandbox.wix.payloads import order_payload

SCOPES = (
    "ECOM.READ_ORDERS ECOM.CREATE_ORDERS ECOM.MODIFY_ORDERS ECOM.READ_FULFILLMENTS ECOM.MODIFY_FULFILLMENTS "
    "ECOM.READ_TRANSACTIONS ECOM.MODIFY_TRANSACTIONS STORES.PRODUCT_READ STORES.INVENTORY_READ "
    "SITE_PROPERTIES.READ WIX_DEVELOPERS.MANAGE_APP_INSTANCE"
).split()
_REMEMBERED = 4
# What the journal calls a payment status, in the words of the other simulators.
_FINANCIAL = {"NOT_PAID": "PENDING", "FULLY_REFUNDED": "REFUNDED"}


@dataclass(frozen=True)
class Indexed:
    """What searches knew about an order from one moment on."""

    since: float
    updated_at: datetime
    status: str
    source_identifier: str | None
    payload: dict[str, Any]


class Store:
    """A site's rows. Change orders only through the verbs, which end in `touch`."""

    def __init__(self, world: World, app: WixApp, seed: dict[str, Any]) -> None:
        self.world = world
        self.app = app
        self.seed = seed
        self.instance_id: str = seed["external_id"]
        self.site_id: str = seed["site_id"]
        self.name: str = seed["name"]
        self.role: str = seed["role"]
        self.currency: str = seed["currency"]
        self.country: str = seed["country"]
        self.system = f"wix:{self.instance_id}"
        self.restock()

    def restock(self) -> None:
        """Back to the seed."""
        self.installed = True
        self.scopes = list(SCOPES)
        self.hooks = Hooks(self)
        self.orders: dict[str, Order] = {}
        self.variants: dict[str, Variant] = {}
        self._index: dict[str, list[Indexed]] = {}
        for place, row in enumerate(shelf(self.seed, self.world.settings.goods), start=1):
            product_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"wix:{self.seed['number']}:product:{place}"))
            for spot, one in enumerate(row["variants"], start=1):
                # A product without options has one variant, and its id is zero in every product.
                lone = len(row["variants"]) == 1
                variant_id = NO_VARIANT if lone else str(uuid.uuid5(uuid.UUID(product_id), str(spot)))
                variant = Variant(
                    variant_id,
                    product_id,
                    row["title"],
                    one["title"],
                    one["sku"],
                    one["barcode"],
                    Decimal(one["price"]),
                    row["picture"],
                    row["vendor"],
                )
                self.variants[variant.key] = variant

    def now(self) -> datetime:
        """The present moment, to the millisecond as Wix writes it."""
        at = self.world.clock.now()
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def new_id(self, kind: str) -> str:
        """A GUID no other row has."""
        return self.world.ids.uuid(f"wix:{self.instance_id}:{kind}")

    def new_number(self) -> str:
        """The next order number."""
        return str(10_000 + self.world.ids.count(f"order-number:{self.instance_id}"))

    def write(self, kind: str, /, **facts: Any) -> None:
        """A line in the journal."""
        self.world.journal.write(self.system, kind, **facts)

    def find_order(self, wanted: str) -> Order | None:
        """By id or number."""
        found = self.orders.get(wanted.lower())
        return found or next((one for one in self.orders.values() if one.number == wanted.lstrip("#")), None)

    def variant_by_sku(self, sku: str) -> Variant | None:
        """The first variant with this SKU."""
        return next((variant for variant in self.variants.values() if variant.sku == sku), None)

    def touch(self, order: Order) -> None:
        """An order changed: a new `updatedDate`, a new version for the searches."""
        order.updated_at = self.now()
        order.sequence += 1
        entries = self._index.setdefault(order.id, [])
        payload = order_payload(order, self.world.settings.base_url)
        entries.append(Indexed(time.monotonic(), order.updated_at, order.status, order.source_identifier, payload))
        del entries[:-_REMEMBERED]

    def forget(self, order: Order) -> None:
        """Erase an order."""
        del self.orders[order.id], self._index[order.id]

    def indexed(self) -> list[Indexed]:
        """What searches know at present: the newest version of each order that is old enough."""
        horizon = time.monotonic() - self.search_lag
        known = (next((one for one in reversed(held) if one.since <= horizon), None) for held in self._index.values())
        return [one for one in known if one is not None]

    @property
    def search_lag(self) -> float:
        """Seconds by which searches run behind."""
        fault = self.world.faults.peek(self.system, "searchOrders", Mode.SEARCH_LAG)
        if fault:
            return fault.seconds
        return 0.0 if self.world.settings.instant else self.world.settings.search_lag

    def install(self) -> None:
        """The owner installs the app."""
        self.installed = True
        self.write("app.installed")
        self.hooks.emit_app("AppInstalled", {"appId": self.app.client_id})

    def uninstall(self) -> None:
        """The owner removes the app: the tokens die, `AppRemoved` is sent."""
        self.hooks.emit_app("AppRemoved", {"appId": self.app.client_id})
        self.installed = False
        self.app.revoke(self.instance_id)
        self.write("app.uninstalled")

    def order_facts(self, order: Order) -> dict[str, Any]:
        """An order for the journal, in the words of the other simulators."""
        return {
            **key_facts(order),
            "tags": [],
            "note": order.note,
            "attributes": dict(order.fields),
            "financial_status": _FINANCIAL.get(order.payment_status, order.payment_status),
            "fulfillment_status": order.fulfillment_status,
            "currency": order.currency,
            "total": f"{order.total:.2f}",
            "lines": [
                {
                    "line_id": line.id,
                    "variant_id": line.variant.key if line.variant else None,
                    "sku": line.sku,
                    "title": line.title,
                    "quantity": line.left,
                    "price": f"{line.price:.2f}",
                    "requires_shipping": line.shippable,
                    "attributes": {
                        described["name"]["original"]: described["plainText"]["original"]
                        for described in line.descriptions
                        if "name" in described and "plainText" in described
                    },
                }
                for line in order.lines
            ],
            "ship_to": address_facts(order.ship_to),
        }


def key_facts(order: Order) -> dict[str, str | None]:
    """Which order a journal entry is about."""
    return {"order_id": order.id, "name": order.number, "source_identifier": order.source_identifier}


def address_facts(address: PostalAddress | None) -> dict[str, str] | None:
    """An address for the journal."""
    if address is None:
        return None
    country = Locale("en").territories.get(address.country_code, address.country_code)
    return {**asdict(address), "province_code": address.province_code, "country": str(country)}
