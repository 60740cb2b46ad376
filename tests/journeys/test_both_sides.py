"""A store that takes purchase orders and one that sells are two: what we place must never come back as a sale."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from orderlane.config.demo_outside import read_outside
from orderlane.kernel import clock
from orderlane.kernel.errors import NeedsAttention, OutsideError
from orderlane.orders.models import Order, OrderLine
from orderlane.purchasing.models import PurchaseOrder
from orderlane.stores.effects.connect import connect
from orderlane.stores.effects.disconnect import disconnect
from orderlane.stores.models import Store
from orderlane.tenants.models import Organization
from orderlane.tenants.scope import system_scope
from tests.journeys.conftest import Journeys
from tests.journeys.platforms import SIDES, connect_anew, stored
from tests.journeys.test_many_stores import PLATFORMS
from tests.journeys.visitors import LEA, visitor
from tests.journeys.world import ACTOR, CASCADE, World

SECRETS = ("access_token", "webhook_secret")


@pytest.fixture(scope="module")
def own_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Journeys]:
    """A world apart: here stores change sides."""
    keeper = Journeys("sides")
    with django_db_blocker.unblock():
        yield keeper
        keeper.close()


@pytest.fixture
def world(own_world: Journeys) -> Iterator[World]:
    with own_world.visit() as world:
        world.settle()
        yield world
        world.sandbox.world.faults.clear()
        world.settle()
        assert not world.parked
        assert not [str(each) for each in world.violations()]


def connections() -> list[tuple[object, ...]]:
    """Every connected store of everybody, with its sealed keys."""
    with system_scope(ACTOR):
        rows = Store.objects.order_by("pk").values_list("pk", "organization_id", "status", "sealed_secrets")
        return [(*row[:-1], bytes(row[-1])) for row in rows]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_store_is_on_one_side_only_whosever_it_is(world: World, platform: str) -> None:
    side = SIDES[platform]
    retailer, supplier = stored(world, side.retailer), stored(world, side.supplier)
    wrong = (
        (side.supplier, retailer.organization_id, "store_takes_purchase_orders"),
        (side.retailer, supplier.organization_id, "store_sells"),
    )
    for store, into, reason in wrong:
        before = connections()
        with pytest.raises(NeedsAttention) as refused:
            connect_anew(world, store, into=into)
        assert (refused.value.reason, connections()) == (reason, before)
        connect_anew(world, store)  # the install may have ended the older keys


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_we_placed_in_a_store_is_no_sale_of_it(world: World, platform: str) -> None:
    """The supplier lets go of its store, and the very retailer who ordered there connects it and reads it back."""
    side = SIDES[platform]
    _, po = world.ordered(side.retailer, {side.goods[0]: 1})
    world.pay([po])
    placed = world.fresh(po).supplier_external_id
    sold = world.buy(side.supplier, {side.goods[0]: 1})
    supplier = stored(world, side.supplier)
    disconnect(supplier.organization_id, supplier.pk, actor=ACTOR, now=clock.now())
    store = connect_anew(world, side.supplier, into=po.retailer_id)
    visitor(LEA).post(f"/stores/{store.pk}/history/start", {"days": "30"})
    world.settle()
    with system_scope(ACTOR):
        order = Order.objects.get(store=store, external_id=placed)
        lines = OrderLine.objects.filter(order=order)
        assert (order.purchase_order, {line.match for line in lines}) == (po.number, {"placed_by_us"})
        assert order.split_at is not None
        assert not PurchaseOrder.objects.filter(order=order).exists()
        assert Order.objects.filter(store=store, external_id__endswith=sold, purchase_order="").exists()
    listed = visitor(LEA).get(f"/orders?q={order.number.lstrip('#')}").content.decode()
    assert "Orderlane placed this order itself" in listed
    disconnect(po.retailer_id, store.pk, actor=ACTOR, now=clock.now())


def test_two_who_connect_a_new_store_at_once_make_one(world: World) -> None:
    told = read_outside(world.sandbox.url)["shopify"]["stores"]
    keys = next({name: row[name] for name in SECRETS} for row in told if row["domain"] == CASCADE)
    supplier = Organization.objects.get(name="Atelier Brume")  # another supplier's store already, but new to this one
    start, said = Barrier(2), list[str]()
    world.fault(f"shopify:{CASCADE}", "webhookSubscriptionCreate", "delay", count=None, seconds=0.1)

    def press() -> None:
        start.wait(10)
        try:
            found = connect(
                organization_id=supplier.pk,
                actor=ACTOR,
                platform="shopify",
                external_id=CASCADE,
                secrets=keys,
                now=clock.now(),
            )
            said.append(str(found.pk))
        except OutsideError as problem:
            said.append(problem.reason)
        finally:
            connection.close()

    both = [Thread(target=press) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    with system_scope(ACTOR):
        [row] = Store.objects.filter(external_id=CASCADE, organization=supplier)
    assert sorted(said) == sorted([str(row.pk), "being_connected"])
