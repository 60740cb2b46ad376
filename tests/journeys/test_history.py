"""A store's earlier orders, read in the background from where the last reading stopped."""

from __future__ import annotations

from datetime import timedelta

from orderlane.kernel import clock
from orderlane.orders.actions.history_import import begin_import, note_page, stop_import
from orderlane.orders.models import Order, OrderImport
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.visitors import DANA, SAM, everything, read_only_member, visitor
from tests.journeys.world import ACTOR, MUG, NORTHWIND, World

LEA = "lea@maison-lumen.example"


def newest(world: World) -> OrderImport:
    with system_scope(ACTOR):
        return OrderImport.objects.filter(store_id=world.seeded.stores[NORTHWIND]).latest("started_at")


def unheard_orders(world: World, count: int) -> list[str]:
    """Orders of which the store has told us nothing."""
    world.settle()
    world.fault(f"shopify:{NORTHWIND}", "webhook:*", "drop", count=None)
    orders = [world.buy(NORTHWIND, {MUG: 1}) for _ in range(count)]
    world.settle()
    world.sandbox.world.faults.clear()
    return orders


def held(world: World) -> int:
    with acting_for(world.retailer(NORTHWIND), ACTOR):
        return Order.objects.filter(store_id=world.seeded.stores[NORTHWIND]).count()


def test_earlier_orders_come_in_once_however_often_they_are_read(world: World) -> None:
    orders, before = unheard_orders(world, 3), held(world)
    address, sam = f"/stores/{world.seeded.stores[NORTHWIND]}/history", visitor(SAM)
    assert sam.post(f"{address}/start", {"days": "30"}).status_code == 302
    assert newest(world).status == "running"
    world.settle()
    first = newest(world)
    assert (first.status, first.received_count, held(world)) == ("done", 3, before + 3)
    assert len(world.purchase_orders(NORTHWIND, *orders)) == 3
    sam.post(f"{address}/start", {"days": "30"})
    world.settle()
    again = newest(world)
    assert (again.status, again.seen_count, held(world)) == ("done", first.seen_count, before + 3)


def test_a_stopped_import_reads_nothing_until_it_goes_on(world: World) -> None:
    unheard_orders(world, 1)
    before = held(world)
    address, sam = f"/stores/{world.seeded.stores[NORTHWIND]}/history", visitor(SAM)
    sam.post(f"{address}/start", {"days": "30"})
    assert sam.post(f"{address}/stop").status_code == 302
    world.settle()
    assert (newest(world).status, newest(world).seen_count, held(world)) == ("stopped", 0, before)
    assert sam.post(f"{address}/continue").status_code == 302
    world.settle()
    assert (newest(world).status, held(world)) == ("done", before + 1)


def test_a_page_that_two_workers_read_counts_once(world: World) -> None:
    now = clock.now()
    with acting_for(world.retailer(NORTHWIND), ACTOR):
        store = Store.objects.get(pk=world.seeded.stores[NORTHWIND])
        begun = begin_import(store, since=now - timedelta(days=1), now=now)
        for _ in range(2):
            note_page(begun.pk, cursor="", seen=50, received=7, next_cursor="page 2", now=now)
        note_page(begun.pk, cursor="page 2", seen=50, received=1, next_cursor="page 3", now=now)
        note_page(begun.pk, cursor="", seen=50, received=7, next_cursor="page 2", now=now)
        stop_import(begun.pk, now=now)
    row = newest(world)
    assert (row.seen_count, row.received_count, row.cursor) == (100, 8, "page 3")


def test_nobody_else_sees_it_or_steers_it(world: World) -> None:
    address = f"/stores/{world.seeded.stores[NORTHWIND]}/history"
    acts = [(f"{address}/start", {"days": "30"}), (f"{address}/stop", {}), (f"{address}/continue", {})]
    world.settle()
    with read_only_member(world, NORTHWIND) as reader:
        before = everything()
        for email in (LEA, DANA):
            assert visitor(email).get(address).status_code == 404
            assert {visitor(email).post(path, form).status_code for path, form in acts} == {404}
        assert visitor(reader).get(address).status_code == 200
        assert {visitor(reader).post(path, form).status_code for path, form in acts} == {403}
        assert {visitor().post(path, form).status_code for path, form in acts} == {302}
        assert everything() == before
