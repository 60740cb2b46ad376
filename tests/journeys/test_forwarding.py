"""Giving paid purchase orders to their suppliers, when the supplier's store is not at its best."""

from __future__ import annotations

from datetime import timedelta
from time import sleep

import pytest

from orderlane.kernel import clock
from orderlane.ports.stores import Tracking
from orderlane.purchasing.actions.forwarding import requeue
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.states import ForwardingState, FulfillmentState
from orderlane.shipping.actions.enter_tracking import enter_parcel
from orderlane.tenants.scope import acting_for
from tests.journeys.world import ACTOR, BOTTLE, CASCADE, LANTERN, MUG, NORTHWIND, World

SETTLE = timedelta(minutes=2, seconds=1)
"""How long an unclear order is left alone before a look-up that finds nothing is believed."""


def queued(world: World, po: PurchaseOrder) -> None:
    """A person presses *try again* or *look it up*."""
    with acting_for(po.supplier_id, ACTOR):
        requeue(po.pk, now=clock.now())
    world.settle()


@pytest.mark.parametrize("mode", ["reset_after", "500_after", "html", "truncated"])
def test_an_order_placed_without_an_answer_is_found_and_not_placed_again(world: World, mode: str) -> None:
    world.fault(f"shopify:{CASCADE}", "orderCreate", mode, count=1)
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    world.pay([po])
    assert world.fresh(po).forwarding_state == ForwardingState.OUTCOME_UNKNOWN
    world.advance(SETTLE)
    world.sweep()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


def test_a_real_timeout_after_the_order_was_placed_is_looked_up(world: World) -> None:
    world.fault(f"shopify:{CASCADE}", "orderCreate", "timeout_after", count=1)
    _, po = world.ordered(NORTHWIND, {LANTERN: 1})
    payment = world.start([po], "stripe")
    world.approve(payment)
    world.back(payment)
    world.settle()
    assert world.fresh(po).forwarding_state == ForwardingState.OUTCOME_UNKNOWN
    world.advance(SETTLE)
    world.sweep()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


def test_an_order_that_never_arrived_is_sent_again_once_that_is_sure(world: World) -> None:
    world.fault(f"shopify:{CASCADE}", "orderCreate", "reset", count=1)
    _, po = world.ordered(NORTHWIND, {MUG: 2})
    world.pay([po])
    queued(world, po)
    assert world.placed(po) == []
    world.advance(SETTLE)
    world.sweep()
    world.advance(SETTLE)
    world.sweep()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


def test_a_lagging_search_does_not_lead_to_a_second_order(world: World) -> None:
    world.fault(f"shopify:{CASCADE}", "orders", "search_lag", count=None, seconds=1.5)
    world.fault(f"shopify:{CASCADE}", "orderCreate", "reset_after", count=1)
    _, po = world.ordered(NORTHWIND, {MUG: 3})
    world.pay([po])
    queued(world, po)
    assert world.fresh(po).forwarding_state == ForwardingState.OUTCOME_UNKNOWN
    assert len(world.placed(po)) == 1
    sleep(1.5)
    world.advance(SETTLE)
    world.sweep()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


def test_a_busy_supplier_is_asked_again_later(world: World) -> None:
    world.fault(f"shopify:{CASCADE}", "orderCreate", "429", count=2, seconds=3)
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    world.pay([po])
    assert world.fresh(po).forwarding_state == ForwardingState.QUEUED
    for _ in range(3):
        world.advance(timedelta(minutes=1))
        world.sweep()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED


def test_what_is_out_of_stock_waits_for_a_person(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {BOTTLE: 2})
    world.post(f"/shopify/{CASCADE}/_sandbox/stock", {"sku": BOTTLE, "stock": 0})
    world.pay([po])
    assert world.fresh(po).forwarding_state == ForwardingState.NEEDS_ATTENTION
    assert world.placed(po) == []
    world.post(f"/shopify/{CASCADE}/_sandbox/stock", {"sku": BOTTLE, "stock": 500})
    queued(world, po)
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


@pytest.mark.parametrize("mode", ["reset_after", "reset", "429", "html"])
def test_tracking_reaches_the_store_once_whatever_the_answer(world: World, mode: str) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    world.pay([po])
    world.fault(f"shopify:{NORTHWIND}", "fulfillmentCreate", mode, count=1, seconds=1)
    world.act(CASCADE, world.placed(po)[0]["order_id"], "ship", company="UPS", number="1ZONCE")
    world.settle()
    for _ in range(2):
        world.advance(timedelta(minutes=1, seconds=1))
        world.sweep()
    parcels = world.outside_order(NORTHWIND, order)["fulfillments"]
    assert [parcel["numbers"] for parcel in parcels] == [["1ZONCE"]]


def test_a_lost_shipping_webhook_is_made_good_by_the_poll(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    world.pay([po])
    world.fault(f"shopify:{CASCADE}", "webhook:*", "drop", count=None)
    world.act(CASCADE, world.placed(po)[0]["order_id"], "ship", company="UPS", number="1ZPOLL")
    world.settle()
    assert world.outside_order(NORTHWIND, order)["fulfillments"] == []
    world.poll()
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    assert len(world.outside_order(NORTHWIND, order)["fulfillments"]) == 1


def typed_in(world: World, po: PurchaseOrder, as_who: str, number: str) -> None:
    """A person types a tracking number for everything in a purchase order."""
    with acting_for(po.supplier_id if as_who == "supplier" else po.retailer_id, ACTOR):
        lines = PurchaseOrderLine.objects.filter(purchase_order=po)
        quantities = {line.pk: line.quantity for line in lines}
        enter_parcel(po.pk, quantities=quantities, tracking=Tracking("DHL", (number,), ()), now=clock.now())
    world.settle()


def test_a_supplier_types_tracking_in_the_portal(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {LANTERN: 1})
    world.pay([po])
    typed_in(world, po, "supplier", "DHL-PORTAL-1")
    [parcel] = world.outside_order(NORTHWIND, order)["fulfillments"]
    assert parcel["numbers"] == ["DHL-PORTAL-1"]


def test_a_supplier_without_auto_order_is_followed_by_hand(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {"PC-BAG-MKT": 1})
    assert not po.auto_order
    assert not po.payable
    typed_in(world, po, "retailer", "CTT-BY-HAND-1")
    po = world.fresh(po)
    assert (po.forwarding_state, po.fulfillment_state) == (ForwardingState.DELIVERED, FulfillmentState.FULFILLED)
    [parcel] = world.outside_order(NORTHWIND, order)["fulfillments"]
    assert parcel["numbers"] == ["CTT-BY-HAND-1"]
