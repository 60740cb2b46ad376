"""One simulated store: its rows, its journal lines, its API clients."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.bigcommerce.hooks import Hooks
from sandbox.bigcommerce.model import Grant, Order, Product, Shipment, Variant
from sandbox.bigcommerce.seed import SCOPES
from sandbox.core.world import World
from sandbox.seed import shelf


class Store:
    """A store's rows. Change orders only through the verbs, which end in `touch`."""

    def __init__(self, world: World, seed: dict[str, Any]) -> None:
        self.world = world
        self.seed = seed
        self.external_id: str = seed["external_id"]
        self.name: str = seed["name"]
        self.role: str = seed["role"]
        self.currency: str = seed["currency"]
        self.country: str = seed["country"]
        self.system = f"bigcommerce:{self.external_id}"
        self.restock()

    def restock(self) -> None:
        """Back to the seed."""
        account = Grant(self.seed["access_token"], self.seed["client_id"], self.seed["client_secret"], list(SCOPES))
        self.grants: dict[str, Grant] = {account.token: account}
        self.hooks = Hooks(self)
        self.orders: dict[int, Order] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self._fill()

    def _fill(self) -> None:
        """The catalogue; its ids are fixed, whatever the epoch, so that listings survive a restart."""
        base = self.seed["number"] * 10_000
        for place, row in enumerate(shelf(self.seed, self.world.settings.goods), start=1):
            product = Product(base + place, row["title"], row["vendor"], row["kind"], row["picture"])
            self.products[product.id] = product
            for spot, one in enumerate(row["variants"], start=1):
                number = base + place * 100 + spot
                price = Decimal(one["price"])
                variant = Variant(number, product, one["title"], one["sku"], one["barcode"], price)
                product.variants.append(variant)
                self.variants[variant.id] = variant

    @property
    def store_id(self) -> str:
        """The store's numeric id, which is not its hash."""
        return str(1_000_000 + int(self.seed["number"]))

    @property
    def api_url(self) -> str:
        """Where its API lives; `/v2` or `/v3` follow."""
        return f"{self.world.settings.base_url}/bigcommerce/stores/{self.external_id}"

    def now(self) -> datetime:
        """The present second: BigCommerce's times have no fractions."""
        return self.world.clock.now().replace(microsecond=0)

    def new_id(self, kind: str, base: int) -> int:
        """A number no other row of this kind has, in any store."""
        return self.world.ids.number(f"bigcommerce:{kind}", base)

    def write(self, kind: str, /, **facts: Any) -> None:
        """A line in the journal."""
        self.world.journal.write(self.system, kind, **facts)

    def find_order(self, wanted: str) -> Order | None:
        """By number, with or without `#`."""
        number = wanted.lstrip("#")
        return self.orders.get(int(number)) if number.isascii() and number.isdigit() else None

    def variant_by_sku(self, sku: str) -> Variant | None:
        """The first variant with this SKU."""
        return next((v for v in self.variants.values() if v.sku == sku), None)

    def touch(self, order: Order) -> None:
        """An order changed."""
        order.modified_at = self.now()

    def rotate_secret(self, secret: str) -> None:
        """The client secrets were renewed; deliveries are signed with the new one from now on."""
        for grant in self.grants.values():
            grant.client_secret = secret
        self.write("secret.rotated")

    def uninstall(self) -> None:
        """The app was removed and the API account deleted: the tokens die, hooks go after a last message."""
        self.hooks.emit("store/app/uninstalled", {"type": "store"}, last=True)
        self.grants.clear()
        self.hooks.rows.clear()
        self.write("app.uninstalled")

    def order_facts(self, order: Order) -> dict[str, Any]:
        """An order for the journal, complete enough to check promises from the journal alone."""
        place = asdict(order.ship_to) if order.ship_to else None
        return {
            "order_id": str(order.id),
            "name": f"#{order.id}",
            "source_identifier": order.external_order_id or None,
            "tags": [],
            "note": order.staff_notes,
            "attributes": {"external_source": order.external_source or ""},
            "financial_status": order.financial_status,
            "fulfillment_status": order.fulfillment_status,
            "currency": order.currency,
            "total": str(order.total),
            "lines": [
                {
                    "line_id": str(line.id),
                    "variant_id": str(line.variant.id) if line.variant else None,
                    "sku": line.sku,
                    "title": line.name,
                    "quantity": line.current_quantity,
                    "price": str(line.price),
                    "requires_shipping": not line.digital,
                    "attributes": {"name_merchant": line.name_merchant},
                }
                for line in order.lines
            ],
            "ship_to": place,
        }

    def parcel_facts(self, shipment: Shipment) -> dict[str, Any]:
        """A shipment for the journal."""
        return {
            "fulfillment_id": str(shipment.id),
            "order_id": str(shipment.order.id),
            "order_name": f"#{shipment.order.id}",
            "source_identifier": shipment.order.external_order_id or None,
            "status": "SUCCESS",
            "notified": True,
            "tracking": {
                "company": shipment.carrier,
                "numbers": shipment.numbers,
                "urls": [shipment.tracking_link] if shipment.tracking_link else [],
            },
            "lines": [{"line_id": str(line.id), "sku": line.sku, "quantity": count} for line, count in shipment.items],
        }
