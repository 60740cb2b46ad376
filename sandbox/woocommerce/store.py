"""One simulated shop: its rows, its journal lines, its keys."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.core.world import World
from sandbox.seed import shelf
from sandbox.woocommerce.hooks import Hooks
from sandbox.woocommerce.model import KEYS, Fulfillment, Meta, Order, Product, Variant, Way, meta_value

TAX = Decimal("0.20")


class Store:
    """A shop's rows. Change orders only through the verbs, which end in `save`."""

    def __init__(self, world: World, seed: dict[str, Any]) -> None:
        self.world = world
        self.seed = seed
        self.external_id: str = seed["external_id"]
        self.name: str = seed["name"]
        self.role: str = seed["role"]
        self.currency: str = seed["currency"]
        self.country: str = seed["country"]
        self.zone = ZoneInfo(seed["timezone"])
        self.prices_include_tax: bool = seed["prices_include_tax"]
        self.system = f"woocommerce:{self.external_id}"
        self.restock()

    def restock(self) -> None:
        """Back to the seed."""
        self.key: str = self.seed["consumer_key"]
        self.secret: str = self.seed["consumer_secret"]
        self.permissions = "read_write"
        self.way = Way.FULFILLMENTS
        self.searches = True
        self.hooks = Hooks(self)
        self.orders: dict[int, Order] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self._fill()

    def _fill(self) -> None:
        """The catalogue; its ids are fixed, whatever the epoch, so that listings survive a restart."""
        base = self.seed["number"] * 10_000
        for place, row in enumerate(shelf(self.seed, self.world.settings.goods), start=1):
            virtual = bool(row.get("virtual"))
            product = Product(base + place * 100, row["title"], row["vendor"], row["kind"], row["picture"], virtual)
            self.products[product.id] = product
            for spot, one in enumerate(row["variants"], start=1):
                number = product.id + spot if len(row["variants"]) > 1 else product.id
                variant = Variant(number, product, one["title"], one["sku"], one["barcode"], Decimal(one["price"]))
                product.variants.append(variant)
                self.variants[variant.id] = variant

    @property
    def home(self) -> str:
        """The shop's own address."""
        return f"{self.world.settings.base_url}/woocommerce/{self.external_id}"

    def now(self) -> datetime:
        """The present second: the platform's times have no fractions."""
        return self.world.clock.now().replace(microsecond=0)

    def new_id(self, kind: str) -> int:
        """A number no other row of this kind has, in any shop; orders, refunds and webhooks each have their own."""
        base = {"order": 700_000, "refund": 400_000}.get(kind, 1_000)
        return self.world.ids.number(f"woocommerce:{kind}", base)

    def new_hash(self, kind: str) -> str:
        """An id as extensions make them."""
        return hashlib.md5(self.world.ids.uuid(f"woocommerce:{kind}").encode(), usedforsecurity=False).hexdigest()

    def entry(self, key: str, value: Any) -> Meta:
        """A new entry of meta data."""
        return Meta(self.new_id("meta"), key, value)

    def write(self, kind: str, /, **facts: Any) -> None:
        """A line in the journal."""
        self.world.journal.write(self.system, kind, **facts)

    def find_order(self, wanted: str) -> Order | None:
        """By number, with or without `#`."""
        number = wanted.lstrip("#")
        return self.orders.get(int(number)) if number.isascii() and number.isdigit() else None

    def variant_by_sku(self, sku: str) -> Variant | None:
        """The first variant with this SKU."""
        return next((v for v in self.variants.values() if sku and v.sku == sku), None)

    def save(self, order: Order, event: str = "updated") -> None:
        """An order was saved: new time of change, and whoever asked hears of it."""
        order.modified_at = self.now()
        self.hooks.emit(f"order.{event}", order)

    def rotate_secret(self, secret: str) -> None:
        """An admin typed another secret into every webhook."""
        for hook in self.hooks.rows.values():
            hook.secret = secret
        self.write("secret.rotated")

    def uninstall(self) -> None:
        """The owner revoked the keys and deleted the webhooks; nobody is told."""
        self.key = ""
        self.hooks.rows.clear()
        self.write("app.uninstalled")

    def key_of(self, order: Order) -> dict[str, str | None]:
        """How the journal names an order."""
        reference = order.transaction_id if order.created_via == "rest-api" else None
        return {"order_id": str(order.id), "name": f"#{order.id}", "source_identifier": reference}

    def order_facts(self, order: Order) -> dict[str, Any]:
        """An order for the journal, complete enough to check promises from the journal alone."""
        return {
            **self.key_of(order),
            "tags": [],
            "note": order.note,
            "attributes": {entry.key: entry.value for entry in order.meta if not entry.key.startswith("_")},
            "financial_status": order.financial_status,
            "fulfillment_status": order.fulfillment_status,
            "status": order.status,
            "currency": order.currency,
            "total": str(order.total),
            "lines": [
                {
                    "line_id": str(line.id),
                    "variant_id": str(line.variant.id) if line.variant else None,
                    "sku": line.sku,
                    "title": line.title,
                    "quantity": line.current_quantity,
                    "price": str(line.price),
                    "requires_shipping": not line.virtual,
                    "attributes": {entry.key: entry.value for entry in line.meta},
                }
                for line in order.lines
            ],
            "ship_to": asdict(order.ship_to) if order.ship_to else None,
        }

    def parcel_facts(self, order: Order, parcel: Fulfillment) -> dict[str, Any]:
        """A fulfillment for the journal."""
        number = str(meta_value(parcel.meta, "_tracking_number") or "")
        url = str(meta_value(parcel.meta, "_tracking_url") or "")
        provider = str(meta_value(parcel.meta, "_shipment_provider") or "")
        names = {key: name for name, key in KEYS.items()}
        skus = {line.id: line.sku for line in order.lines}
        return {
            "fulfillment_id": str(parcel.id),
            "order_id": str(order.id),
            "order_name": f"#{order.id}",
            "source_identifier": self.key_of(order)["source_identifier"],
            "status": "SUCCESS" if parcel.is_fulfilled and parcel.deleted_at is None else "CANCELLED",
            "tracking": {
                "company": str(meta_value(parcel.meta, "_provider_name") or names.get(provider, provider)),
                "numbers": [each.strip() for each in number.split(",") if each.strip()],
                "urls": [url] if url else [],
            },
            "lines": [
                {"line_id": str(item["item_id"]), "sku": skus.get(item["item_id"], ""), "quantity": item["qty"]}
                for item in meta_value(parcel.meta, "_items") or []
            ],
        }
