"""Many parcels for a store with a tight rate limit: none is lost, no call is refused, and nobody else has to wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import pytest

from orderlane.kernel import clock
from orderlane.ports.stores import Tracking
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.actions.enter_tracking import enter_parcel
from orderlane.shipping.actions.wake_push import LANES
from orderlane.shipping.effects.push_store import TURN_SECONDS
from orderlane.shipping.models import Fulfillment
from orderlane.shipping.states import FulfillmentStatus
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.world import ACTOR, LUMEN, NORTHWIND, World

BAG = "PC-BAG-MKT"
BIGCOMMERCE, WIX = "hp7k2q9wab", "0d5e0000-0000-4000-8000-000000000001"
PARCELS = 75
"""More than any of the limits takes at once."""
CALLS_PER_PARCEL = 3
STEP_SECONDS = 3


@pytest.fixture
def limited(world: World) -> Iterator[World]:
    """The world with the platforms' limits in force, its budgets untouched."""
    limits = world.sandbox.world.limits
    # A small plan: however slow this machine is, it spends faster than that comes back.
    limits.points, limits.points_a_second = 1000, 20
    yield world
    world.sandbox.world.clock.reset()
    limits.reset()
    world.forget_budgets()


def ordered(world: World, domain: str, count: int) -> list[PurchaseOrder]:
    """So many orders of one bag, arrived by poll and split."""
    world.fault(f"{world.seeded.platforms[domain]}:{domain}", "webhook:*", "drop", count=None)
    body = {"lines": [{"sku": BAG, "quantity": 1}], "count": count}
    world.post(world.path(domain, "stock"), {"sku": BAG, "stock": 2 * count})
    made = world.post(world.path(domain, "orders"), body)["orders"]
    world.poll()
    return world.purchase_orders(domain, *(str(order["order_id"]) for order in made))


def ship(po: PurchaseOrder) -> None:
    """The retailer types in the one parcel of a purchase order."""
    with acting_for(po.retailer_id, ACTOR):
        quantities = {line.pk: line.quantity for line in po.lines.all()}
        tracking = Tracking("UPS", [f"1Z{po.pk.hex[-16:].upper()}"], [""])
        enter_parcel(po.pk, quantities=quantities, tracking=tracking, now=clock.now())


def pushed(purchase_orders: list[PurchaseOrder]) -> int:
    with system_scope(ACTOR):
        rows = Fulfillment.objects.filter(purchase_order__in=purchase_orders)
        return rows.filter(status=FulfillmentStatus.PUSHED).count()


def limits_hold(world: World) -> None:
    """From here on the platforms count, and so do we."""
    world.forget_budgets()
    world.sandbox.world.limits.switch(on=True)


@contextmanager
def later(world: World, seconds: int) -> Iterator[None]:
    """One step on, so many seconds from the beginning, here and at the platforms alike; other journeys' time stays."""
    world.post("/clock.json", {"advance": STEP_SECONDS})
    with clock.shifted(timedelta(seconds=seconds)):
        yield


def calls(world: World, domain: str) -> int:
    """How many calls a store has let in since limits hold."""
    told = world.sandbox.world.limits.told().get(f"{world.seeded.platforms[domain]}:{domain}", {"calls": []})
    return len(told["calls"])


@pytest.mark.parametrize(
    ("domain", "seconds"),
    # What the platforms allow in that time beyond the first window, or bucket, is enough for the rest.
    [(LUMEN, 110), (BIGCOMMERCE, 65), (WIX, 125)],
    ids=["shopify, points", "bigcommerce, told in headers", "wix, told by nobody"],
)
def test_a_busy_store_is_never_called_too_often_and_holds_up_nobody(limited: World, domain: str, seconds: int) -> None:
    world = limited
    [other] = ordered(world, NORTHWIND, 1)
    busy = ordered(world, domain, PARCELS)
    assert len(busy) == PARCELS
    limits_hold(world)
    for po in busy:
        ship(po)
    world.settle()
    done, before = pushed(busy), calls(world, domain)
    assert 0 < done < PARCELS
    # The busy store's budget is empty: the next parcel of somebody else goes out at once all the same.
    began = monotonic()
    ship(other)
    world.settle()
    assert pushed([other]) == 1
    assert monotonic() - began < LANES * TURN_SECONDS
    assert calls(world, NORTHWIND) > 0
    assert calls(world, domain) - before <= LANES * CALLS_PER_PARCEL
    passed = 0
    while pushed(busy) < PARCELS:
        assert passed < seconds, f"{pushed(busy)} of {PARCELS} after {passed} seconds"
        passed += STEP_SECONDS
        with later(world, passed):
            world.settle()
    refused = {system: row["refused"] for system, row in world.sandbox.world.limits.told().items()}
    assert set(refused.values()) == {0}, refused
    assert len(world.journal("call.throttled")) == 0
