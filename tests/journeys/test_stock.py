"""What a supplier has in stock: read from its store every few hours, and said before money moves."""

from __future__ import annotations

from orderlane.catalog.models import Product
from orderlane.tenants.scope import system_scope
from tests.journeys.visitors import SAM, visitor
from tests.journeys.world import ACTOR, BOTTLE, CASCADE, NORTHWIND, World

WARNING = "Perhaps out of stock"


def _stock(world: World, pieces: int) -> int | None:
    """Change the stock in the supplier's store, have all goods read anew, and return what we then hold."""
    world.post(world.path(CASCADE, "stock"), {"sku": BOTTLE, "stock": pieces})
    world.sweep("catalog.read_all_goods")
    with system_scope(ACTOR):
        return Product.objects.get(sku=BOTTLE).stock_count


def test_too_little_stock_is_said_at_the_checkout(world: World) -> None:
    assert _stock(world, 1) == 1
    _, two = world.ordered(NORTHWIND, {BOTTLE: 2})
    _, one = world.ordered(NORTHWIND, {BOTTLE: 1})
    client = visitor(SAM)
    short = client.post("/checkout", {"purchase_order": [two.number]}, follow=True).content.decode()
    assert WARNING in short
    assert two.number in short
    assert WARNING not in client.post("/checkout", {"purchase_order": [one.number]}, follow=True).content.decode()
    assert _stock(world, 500) == 500
    assert WARNING not in client.post("/checkout", {"purchase_order": [two.number]}, follow=True).content.decode()
