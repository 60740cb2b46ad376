"""One simulated store: its rows, its journal lines, its search index, its webhooks."""

import time
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from sandbox.core.faults import Mode
from sandbox.core.world import World
from sandbox.seed import shelf
from sandbox.shopify.hooks import Hooks
from sandbox.shopify.model import Location, Order, Parcel, Product, Service, Variant, Work
from sandbox.shopify.tokens import Tokens


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """English country names by ISO code."""
    return dict(Locale("en").territories)


@dataclass(frozen=True)
class Indexed:
    """What the search index knew about an order from one moment on."""

    since: float
    updated_at: datetime
    tags: tuple[str, ...]
    financial_status: str
    fulfillment_status: str
    cancelled: bool


RETAILER_SCOPES = (
    "read_orders write_fulfillments read_fulfillments write_assigned_fulfillment_orders "
    "read_assigned_fulfillment_orders "
    "write_merchant_managed_fulfillment_orders read_merchant_managed_fulfillment_orders read_products "
    "read_inventory write_inventory read_locations read_returns"
).split()
SUPPLIER_SCOPES = (
    "read_orders write_orders read_products read_inventory read_fulfillments read_locations "
    "read_merchant_managed_fulfillment_orders write_merchant_managed_fulfillment_orders"
).split()


class Store:
    """A store's rows. Change orders only through the verbs, which end in `touch`."""

    def __init__(self, world: World, seed: dict[str, Any]) -> None:
        self.world = world
        self.seed = seed
        self.domain: str = seed["domain"]
        self.name: str = seed["name"]
        self.role: str = seed["role"]
        self.currency: str = seed["currency"]
        self.country: str = seed["country"]
        self.zone = ZoneInfo(seed["timezone"])
        self.system = f"shopify:{self.domain}"
        self.restock()

    def restock(self) -> None:
        """Back to the seed."""
        self.tokens = Tokens(self)
        self.secret: str = self.seed["webhook_secret"]
        self.scopes = list(RETAILER_SCOPES if self.role == "retailer" else SUPPLIER_SCOPES)
        self.installed = True
        self.hooks = Hooks(self)
        self.orders: dict[int, Order] = {}
        self.works: dict[int, Work] = {}
        self.parcels: dict[int, Parcel] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.locations: dict[int, Location] = {}
        self.services: dict[int, Service] = {}
        self.by_update: dict[int, Order] = {}
        self.by_source: dict[str, list[Order]] = {}
        self.by_tag: dict[str, dict[int, Order]] = {}
        self._index: dict[int, list[Indexed]] = {}
        self._fill()

    def _fill(self) -> None:
        """The catalogue; its ids are fixed, whatever the epoch, so that listings survive a restart."""
        base = self.seed["number"] * 1_000_000
        opened = datetime(2025, 3, 3, 9, 0, tzinfo=self.zone)
        home = Location(70_000_000_000 + base, f"{self.name} warehouse", self.country, opened)
        self.locations[home.id] = home
        for place, row in enumerate(shelf(self.seed, self.world.settings.goods), start=1):
            product_id = 8_100_000_000_000 + base + place
            product = Product(product_id, row["title"], row["vendor"], row["kind"], row["picture"], opened)
            self.products[product.id] = product
            for spot, one in enumerate(row["variants"], start=1):
                number = base + place * 100 + spot
                variant = Variant(
                    45_000_000_000_000 + number,
                    product,
                    one["title"],
                    one["sku"],
                    one["barcode"],
                    Decimal(one["price"]),
                    47_000_000_000_000 + number,
                    home.id,
                    position=spot,
                )
                product.variants.append(variant)
                self.variants[variant.id] = variant

    @property
    def home(self) -> Location:
        """The store's own warehouse."""
        return next(iter(self.locations.values()))

    def now(self) -> datetime:
        """The present second: Shopify's times have no fractions."""
        return self.world.clock.now().replace(microsecond=0)

    def new_id(self, kind: str, base: int) -> int:
        """A number no other row of this kind has, in any store."""
        return self.world.ids.number(f"shopify:{kind}", base)

    def write(self, kind: str, /, **facts: Any) -> None:
        """A line in the journal."""
        self.world.journal.write(self.system, kind, **facts)

    def find_order(self, wanted: str) -> Order | None:
        """By number, global id or name (`#1001`)."""
        tail = wanted.rsplit("/", 1)[-1]
        if tail.isascii() and tail.isdigit() and int(tail) in self.orders:
            return self.orders[int(tail)]
        return next((o for o in reversed(self.orders.values()) if o.name.lstrip("#") == wanted.lstrip("#")), None)

    def variant_by_sku(self, sku: str) -> Variant | None:
        """The first variant with this SKU."""
        return next((v for v in self.variants.values() if v.sku == sku), None)

    def touch(self, order: Order) -> None:
        """An order changed: new `updatedAt`, last in the order of changes, and a new line in the search index."""
        order.updated_at = self.now()
        self.by_update.pop(order.id, None)
        self.by_update[order.id] = order
        for tag in order.tags:
            self.by_tag.setdefault(tag.casefold(), {})[order.id] = order
        moment = time.monotonic()
        entries = self._index.setdefault(order.id, [])
        entries.append(
            Indexed(
                moment,
                order.updated_at,
                tuple(tag.casefold() for tag in order.tags),
                order.financial_status,
                order.fulfillment_status,
                order.cancelled_at is not None,
            )
        )
        if len(entries) > 8:
            old = [entry for entry in entries if entry.since < moment - 300]
            del entries[: max(0, len(old) - 1)]

    def forget(self, order: Order) -> None:
        """Erase an order and all that hangs from it."""
        del self.orders[order.id], self.by_update[order.id], self._index[order.id]
        for same_tag in self.by_tag.values():
            same_tag.pop(order.id, None)
        if order.source_identifier:
            self.by_source[order.source_identifier].remove(order)
        for work in order.works:
            del self.works[work.id]
        for parcel in order.parcels:
            del self.parcels[parcel.id]

    def indexed(self, order: Order) -> Indexed | None:
        """What searches know of this order at present; None when they have not heard of it yet."""
        horizon = time.monotonic() - self.search_lag
        return next((entry for entry in reversed(self._index[order.id]) if entry.since <= horizon), None)

    @property
    def search_lag(self) -> float:
        """Seconds by which searches run behind."""
        fault = self.world.faults.peek(self.system, "orders", Mode.SEARCH_LAG)
        if fault:
            return fault.seconds
        return 0.0 if self.world.settings.instant else self.world.settings.search_lag

    @property
    def routing_delay(self) -> float:
        """Seconds until a new order has fulfillment orders."""
        return 0.0 if self.world.settings.instant else self.world.settings.routing_delay

    def rotate_secret(self, secret: str) -> None:
        """The app's client secret was rotated and deliveries are signed with the new one from now on."""
        self.secret = secret
        self.write("secret.rotated")

    def uninstall(self) -> None:
        """The merchant removed the app: the token dies, `app/uninstalled` is sent, subscriptions go."""
        self.hooks.emit("APP_UNINSTALLED", self.hooks.new_event(), self._shop_payload, last=True)
        self.installed = False
        self.tokens.revoke()
        self.hooks.subscriptions.clear()
        self.write("app.uninstalled")

    def _shop_payload(self) -> dict[str, Any]:
        return {
            "id": self.number,
            "name": self.name,
            "email": self.seed["email"],
            "domain": self.domain,
            "country": self.country,
            "country_code": self.country,
            "country_name": country_names().get(self.country, self.country),
            "currency": self.currency,
            "iana_timezone": self.seed["timezone"],
            "myshopify_domain": self.domain,
            "plan_name": "basic",
        }

    @property
    def number(self) -> int:
        """The shop's numeric id."""
        return 60_000_000_000 + int(self.seed["number"])

    def local(self, moment: datetime) -> str:
        """A time as webhooks write it: in the shop's zone, to the second."""
        return moment.astimezone(self.zone).isoformat(timespec="seconds")

    def order_facts(self, order: Order) -> dict[str, Any]:
        """An order for the journal, complete enough to check promises from the journal alone."""
        return {
            "order_id": str(order.id),
            "name": order.name,
            "source_identifier": order.source_identifier,
            "tags": list(order.tags),
            "note": order.note,
            "attributes": dict(order.attributes),
            "financial_status": order.financial_status,
            "fulfillment_status": order.fulfillment_status,
            "currency": order.currency,
            "total": str(order.current_total),
            "lines": [
                {
                    "line_id": str(line.id),
                    "variant_id": str(line.variant.id) if line.variant else None,
                    "sku": line.sku,
                    "title": line.title,
                    "quantity": line.current_quantity,
                    "price": str(line.price),
                    "requires_shipping": line.requires_shipping,
                    "attributes": dict(line.attributes),
                }
                for line in order.lines
            ],
            "ship_to": asdict(order.ship_to) if order.ship_to else None,
        }
