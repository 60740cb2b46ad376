"""The tracking link that a customer gets belongs to the number beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlane.shipping.models import Shipment
from orderlane.tenants.scope import system_scope
from tests.journeys.test_parcels import forwarded, numbers
from tests.journeys.visitors import DANA, SAM, visitor
from tests.journeys.world import ACTOR, CASCADE, MUG, NORTHWIND, World


def links(world: World, domain: str, order: str) -> list[str]:
    """The tracking links that a store shows for an order's live parcels."""
    parcels = world.outside_order(domain, order)["fulfillments"]
    return [url for parcel in parcels if parcel["status"] == "SUCCESS" for url in parcel["urls"] if url]


FLEET = "https://fleet.example/track/{}"


@pytest.mark.parametrize("side", ["retailer", "supplier"])
def test_the_customer_never_gets_the_link_of_a_number_that_was_corrected(world: World, side: str) -> None:
    order, po, _ = forwarded(world, {MUG: 1})
    person, form = visitor(SAM if side == "retailer" else DANA), f"/orders/{po.number}"
    form = form if side == "retailer" else f"/supplier{form}"
    with system_scope(ACTOR):
        quantities = {f"quantity_{line.pk}": line.quantity for line in po.lines.all()}
    typed = {"number": "F1", "carrier": "Own fleet", "url": FLEET.format("F1")}
    person.post(f"{form}/{'tracking' if side == 'retailer' else 'ship'}", {**quantities, **typed})
    world.settle()
    assert links(world, NORTHWIND, order) == [FLEET.format("F1")]
    with system_scope(ACTOR):
        parcel = Shipment.objects.get(purchase_order=po)

    def correct(**changes: str) -> str:
        """Correct the prefilled form; returns what is said."""
        typed.update(changes)
        answer = person.post(f"{form}/parcels/{parcel.pk}", typed, follow=True)
        world.settle()
        return answer.content.decode()

    assert "The tracking link was changed to the new number." in correct(number="F2")
    assert links(world, NORTHWIND, order) == [FLEET.format("F2")]
    assert numbers(world, NORTHWIND, order) == [["F2"]]
    correct(url="https://fleet.example/my-parcel")
    assert links(world, NORTHWIND, order) == ["https://fleet.example/my-parcel"]
    assert "led to the old parcel and was taken out" in correct(number="F3")
    assert links(world, NORTHWIND, order) == []
    correct(url="https://fleet.example/my-parcel")  # typed once more, for this very number
    assert links(world, NORTHWIND, order) == ["https://fleet.example/my-parcel"]


def test_a_correction_in_the_suppliers_store_leaves_the_old_link_behind(world: World) -> None:
    order, _, placed = forwarded(world, {MUG: 1})
    world.act(CASCADE, placed, "ship", company="Own fleet", number="G1", url="https://fleet.example/my-parcel")
    world.settle()
    assert links(world, NORTHWIND, order) == ["https://fleet.example/my-parcel"]
    world.advance(timedelta(minutes=1))
    world.act(CASCADE, placed, "track", company="Own fleet", number="G2", url="https://fleet.example/my-parcel")
    for _ in range(2):
        world.settle()
        world.poll()
    assert (numbers(world, NORTHWIND, order), links(world, NORTHWIND, order)) == ([["G2"]], [])
    world.act(CASCADE, placed, "track", company="Own fleet", number="G2", url="https://fleet.example/other-parcel")
    world.settle()
    world.poll()
    assert links(world, NORTHWIND, order) == ["https://fleet.example/other-parcel"]
