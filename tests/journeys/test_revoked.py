"""Access that is revoked between two calls of one piece of work: nothing is doubled, nothing lost, and it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from time import monotonic, sleep

from django.db import connection

from orderlane.jobs.alone import alone
from orderlane.orders.jobs import poll
from orderlane.purchasing.states import ForwardingState
from orderlane.stores.states import StoreStatus
from tests.journeys.platforms import SIDES, connect_anew, stored
from tests.journeys.world import World


@contextmanager
def removed_once(world: World, store: str, done: Callable[[], bool]) -> Iterator[None]:
    """While inside, the owner of a store removes our app as soon as something has happened there."""

    def watch() -> None:
        deadline = monotonic() + 30
        while not done() and monotonic() < deadline:
            sleep(0.02)
        world.post(world.path(store, "uninstall"))

    watcher = Thread(target=watch)
    watcher.start()
    yield
    watcher.join(30)


def forget_webhooks(world: World, store: str) -> None:
    """The store tells nothing: neither of orders, nor that our app is gone."""
    world.fault(f"{world.seeded.platforms[store]}:{store}", "webhook:*", "drop", count=None)


def test_a_supplier_that_removes_the_app_between_order_and_payment_gets_one_order(world: World) -> None:
    side = SIDES["wix"]
    _, po = world.ordered(side.retailer, {side.goods[0]: 1})
    forget_webhooks(world, side.supplier)
    world.fault(f"wix:{side.supplier}", "addPayments", "delay", seconds=1.5)
    with removed_once(world, side.supplier, lambda: bool(world.placed(po))):
        world.pay([po])
    assert world.fresh(po).forwarding_state == ForwardingState.OUTCOME_UNKNOWN
    world.advance(timedelta(minutes=3))
    world.settle()
    po = world.fresh(po)
    assert (po.forwarding_state, po.forwarding_reason) == (ForwardingState.NEEDS_ATTENTION, "access_refused")
    assert stored(world, side.supplier).status_reason == "access_refused"
    world.sandbox.world.faults.clear()
    connect_anew(world, side.supplier)
    world.settle()
    world.advance(timedelta(minutes=3))
    world.sweep()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


def test_a_supplier_that_removes_the_app_before_the_order_is_placed_gets_it_when_it_is_back(world: World) -> None:
    side = SIDES["bigcommerce"]
    _, po = world.ordered(side.retailer, {side.goods[0]: 1})
    forget_webhooks(world, side.supplier)
    world.post(world.path(side.supplier, "uninstall"))
    world.pay([po])
    assert world.fresh(po).forwarding_reason == "access_refused"
    assert stored(world, side.supplier).status == StoreStatus.DISCONNECTED
    world.sandbox.world.faults.clear()
    connect_anew(world, side.supplier)
    world.settle()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


def test_a_retailer_that_removes_the_app_while_a_parcel_is_written_has_it_once(world: World) -> None:
    side = SIDES["ecwid"]
    order, po = world.ordered(side.retailer, {side.goods[0]: 1})
    world.pay([po])
    placed = world.fresh(po).supplier_external_id
    forget_webhooks(world, side.retailer)
    world.act(side.supplier, placed, "ship", company="DHL", number="JDREVOKED")
    world.fault(f"ecwid:{side.retailer}", "getOrder", "delay", seconds=1.5, skip=1)  # the look after the write
    with removed_once(world, side.retailer, lambda: "JDREVOKED" in world.tracked(side.retailer, order)):
        world.settle()
    world.advance(timedelta(minutes=1))
    world.settle()
    [told] = world.fulfillments(po)
    assert (told.status, told.reason) == ("needs_attention", "access_refused")
    assert stored(world, side.retailer).status_reason == "access_refused"
    world.sandbox.world.faults.clear()
    connect_anew(world, side.retailer)
    world.settle()
    [told] = world.fulfillments(po)
    assert told.status == "pushed"
    assert world.tracked(side.retailer, order) == {"JDREVOKED"}
    assert len(world.outside_order(side.retailer, order)["fulfillments"]) == 1


def test_a_store_is_read_by_one_worker_at_a_time(world: World) -> None:
    side = SIDES["shopify"]
    world.settle()
    store = stored(world, side.retailer)
    forget_webhooks(world, side.retailer)
    order = world.buy(side.retailer, {side.goods[0]: 1})

    def read_beside() -> list[object]:
        """What comes in while another worker is reading this store."""
        with alone(f"poll {store.pk}") as free:
            assert free
            other = Thread(target=_poll_elsewhere, args=[store.organization_id, store.pk])
            other.start()
            other.join(30)
        return list(world.purchase_orders(side.retailer, order))

    assert read_beside() == []
    world.poll()
    [po] = world.purchase_orders(side.retailer, order)
    assert po.payable


def _poll_elsewhere(retailer_id: object, store_id: object) -> None:
    poll(str(retailer_id), str(store_id))
    connection.close()
