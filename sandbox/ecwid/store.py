"""One simulated Ecwid store: its rows, its journal lines, its search index."""

import time
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.core.faults import Mode
from sandbox.core.world import World
from sandbox.ecwid.hooks import App
from sandbox.ecwid.model import Item, Order, Person, Product, Variation
from sandbox.seed import shelf

SCOPES = ("read_store_profile", "read_catalog", "read_orders", "update_orders", "create_orders")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Store:
    """A store's rows. Change orders only through the verbs, which end in `touch`."""

    def __init__(self, world: World, seed: dict[str, Any], app: App) -> None:
        self.world = world
        self.seed = seed
        self.app = app
        self.id: str = seed["external_id"]
        self.name: str = seed["name"]
        self.role: str = seed["role"]
        self.currency: str = seed["currency"]
        self.country: str = seed["country"]
        self.system = f"ecwid:{self.id}"
        self.restock()

    def restock(self) -> None:
        """Back to the seed."""
        self.tokens: dict[str, tuple[str, ...]] = {self.seed["access_token"]: SCOPES}
        self.plan = "active"
        self.orders: dict[str, Order] = {}
        self.deleted: list[tuple[str, datetime]] = []
        self.products: dict[int, Product] = {}
        self._index: dict[str, list[tuple[float, str]]] = {}
        self._fill()

    def _fill(self) -> None:
        """The catalogue; its ids are fixed, whatever the epoch, so that listings survive a restart."""
        base = 690_000_000 + self.seed["number"] * 1_000_000
        for place, row in enumerate(shelf(self.seed, self.world.settings.goods), start=1):
            first = row["variants"][0]
            made = Product(
                base + place, row["title"], row["kind"], row["vendor"], row["picture"],
                first["sku"], Decimal(first["price"]), first["barcode"],
            )  # fmt: skip
            if len(row["variants"]) > 1:
                made.sku = f"{first['sku'].rpartition('-')[0]}"
                made.variations = [
                    Variation(
                        base + place * 100 + spot, one["title"], one["sku"], Decimal(one["price"]), one["barcode"]
                    )
                    for spot, one in enumerate(row["variants"], start=1)
                ]
            self.products[made.id] = made

    @property
    def installed(self) -> bool:
        """Whether the app has any token here."""
        return bool(self.tokens)

    def now(self) -> datetime:
        """The present second: Ecwid's times have no fractions."""
        return self.world.clock.now().replace(microsecond=0)

    def new_id(self, kind: str, base: int) -> int:
        """A number no other row of this kind has, in any store."""
        return self.world.ids.number(f"ecwid:{kind}", base)

    def new_order_id(self) -> tuple[str, int]:
        """A new order's text id, in the manner of `XJ12H`, and its internal number."""
        number = self.new_id("order", 516_000_000)
        left, letters = number, ""
        while left:
            left, place = divmod(left, len(LETTERS))
            letters += LETTERS[place]
        return letters, number

    def write(self, kind: str, /, **facts: Any) -> None:
        """A line in the journal."""
        self.world.journal.write(self.system, kind, **facts)

    def find_order(self, wanted: str) -> Order | None:
        """By its id."""
        return self.orders.get(wanted)

    def good(self, wanted: str) -> tuple[Product, Variation | None] | None:
        """A product with its variation, by SKU or by `product-variation`."""
        for product in self.products.values():
            for variation in product.choices:
                sku = variation.sku if variation else product.sku
                if wanted in (sku, product.goods_id(variation)):
                    return product, variation
        return None

    def touch(self, order: Order) -> None:
        """An order changed: new update time, and a new line in the keyword index."""
        order.updated_at = self.now()
        words = [
            order.id, order.private_notes, order.external_transaction, order.email, order.tracking_number,
            *(part for item in order.items for part in (item.sku, item.name)),
            *(order.shipping_person or {}).values(), *(order.billing_person or {}).values(),
        ]  # fmt: skip
        entries = self._index.setdefault(order.id, [])
        entries.append((time.monotonic(), " ".join(words).casefold()))
        del entries[:-8]

    def forget(self, order: Order) -> None:
        """Erase an order; the list of deleted ones remembers its id."""
        del self.orders[order.id], self._index[order.id]
        self.deleted.append((order.id, self.now()))

    def indexed(self, order: Order) -> str:
        """The words under which a keyword search finds an order at present; empty when it has not heard of it."""
        horizon = time.monotonic() - self.search_lag
        return next((words for since, words in reversed(self._index[order.id]) if since <= horizon), "")

    @property
    def search_lag(self) -> float:
        """Seconds by which keyword searches run behind."""
        fault = self.world.faults.peek(self.system, "orders", Mode.SEARCH_LAG)
        if fault:
            return fault.seconds
        return 0.0 if self.world.settings.instant else self.world.settings.search_lag

    def ship_to(self, order: Order) -> dict[str, str] | None:
        """Where an order goes, with every part of the address; None for nowhere."""
        return shared_address(order.shipping_person) if order.shipping_person else None

    def order_facts(self, order: Order) -> dict[str, Any]:
        """An order for the journal, in the words all simulated stores share."""
        return {
            "order_id": order.id,
            "name": order.id,
            "source_identifier": order.reference or None,
            "tags": [],
            "note": order.private_notes or order.comments,
            "attributes": {"email": order.email, "external_fulfillment": order.external_fulfillment},
            "financial_status": {"AWAITING_PAYMENT": "PENDING"}.get(order.payment_status, order.payment_status),
            "fulfillment_status": order.fulfillment_status,
            "currency": self.currency,
            "total": str(order.total),
            "lines": [line_facts(item) for item in order.items],
            "ship_to": self.ship_to(order),
        }


def line_facts(item: Item) -> dict[str, Any]:
    """A line for the journal."""
    return {
        "line_id": str(item.id),
        "variant_id": item.goods_id or None,
        "sku": item.sku,
        "title": item.name,
        "quantity": item.quantity,
        "price": str(item.price),
        "requires_shipping": item.requires_shipping,
        "attributes": {},
    }


def shared_address(person: Person) -> dict[str, str]:
    """A person's address in the words of the journal and of the shared forms."""
    first, _, last = person.get("name", "").rpartition(" ")
    line1, _, line2 = person.get("street", "").partition("\n")
    return {
        "first_name": first,
        "last_name": last,
        "company": person.get("companyName", ""),
        "address1": line1,
        "address2": line2,
        "city": person.get("city", ""),
        "province": person.get("stateOrProvinceName", ""),
        "province_code": person.get("stateOrProvinceCode", ""),
        "zip": person.get("postalCode", ""),
        "country": person.get("countryName", ""),
        "country_code": person.get("countryCode", ""),
        "phone": person.get("phone", ""),
    }


def person_from(address: dict[str, Any]) -> Person:
    """The other way round: both address lines go into one field."""
    told = {key: str(value).strip() for key, value in address.items()}
    written = {
        "name": f"{told.get('first_name', '')} {told.get('last_name', '')}".strip(),
        "companyName": told.get("company", ""),
        "street": "\n".join(part for part in (told.get("address1"), told.get("address2")) if part),
        "city": told.get("city", ""),
        "countryCode": told.get("country_code", ""),
        "countryName": told.get("country", ""),
        "postalCode": told.get("zip", ""),
        "stateOrProvinceCode": told.get("province_code", ""),
        "stateOrProvinceName": told.get("province", ""),
        "phone": told.get("phone", ""),
    }
    return {key: value for key, value in written.items() if value}
