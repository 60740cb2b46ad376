"""Many stores of one retailer at once, and what stores do to us: silence, noise, webhooks switched off, farewells."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.desk.queries import messages_quarantined, not_in_store
from orderlane.kernel import clock
from orderlane.orders.models import Order
from orderlane.ports import registry
from orderlane.ports.capabilities import StoreCapability
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.states import FulfillmentStatus
from orderlane.stores.effects.disconnect import disconnect
from orderlane.stores.states import StoreStatus
from orderlane.tenants.scope import acting_for
from tests.journeys.platforms import SIDES, Side, connect_anew, everybody, stored
from tests.journeys.world import ACTOR, World

PLATFORMS = sorted(SIDES)
MANAGED = [name for name in PLATFORMS if name != "ecwid" and name != "wix"]


def shipped(world: World, po: PurchaseOrder, side: Side) -> None:
    """The supplier sends all of a purchase order."""
    [placed] = world.placed(po)
    world.act(side.supplier, placed["order_id"], "ship", company="DHL", number=f"JD{po.number}")


def order_count(world: World, store: str) -> dict[str, int]:
    """How often each order of a store is here."""
    counts: dict[str, int] = defaultdict(int)
    with acting_for(world.retailer(store), ACTOR):
        for external_id in Order.objects.filter(store__external_id=store).values_list("external_id", flat=True):
            counts[external_id.rsplit("/", 1)[-1]] += 1
    return counts


def test_five_stores_sell_all_day_and_everything_is_bought_and_tracked(world: World) -> None:
    orders = [
        (side.retailer, world.buy(side.retailer, basket))
        for side in SIDES.values()
        for basket in ({side.goods[0]: 2}, {side.goods[1]: 1, side.elsewhere: 1}, dict.fromkeys(side.goods, 1))
    ]
    world.settle()
    by_supplier: dict[UUID, list[PurchaseOrder]] = defaultdict(list)
    for store, order in orders:
        for po in world.purchase_orders(store, order):
            assert po.payable, po.hold
            by_supplier[po.supplier_id].append(po)
    assert sum(map(len, by_supplier.values())) == 4 * len(SIDES)
    for place, several in enumerate(by_supplier.values()):
        assert world.pay(several, ("stripe", "paypal")[place % 2]).status == "captured"
    suppliers = {stored(world, side.supplier).organization_id: side.supplier for side in SIDES.values()}
    suppliers[world.seeded.suppliers["cascade-gear"]] = "cascade-gear.myshopify.com"
    for supplier_id, several in by_supplier.items():
        for po in several:
            [placed] = world.placed(po)
            world.act(suppliers[supplier_id], placed["order_id"], "ship", company="DHL", number=f"JD{po.number}")
    world.settle()
    for store, order in orders:
        purchase_orders = world.purchase_orders(store, order)
        assert {po.fulfillment_state for po in purchase_orders} == {FulfillmentState.FULFILLED}
        assert world.tracked(store, order) == {f"JD{po.number}" for po in purchase_orders}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_without_a_single_webhook_reading_alone_does_it(world: World, platform: str) -> None:
    side = SIDES[platform]
    for store in everybody(world):
        world.fault(store, "webhook:*", "drop", count=None)
    order = world.buy(side.retailer, {side.goods[0]: 1})
    world.settle()
    assert world.purchase_orders(side.retailer, order) == []
    world.poll()
    [po] = world.purchase_orders(side.retailer, order)
    world.pay([po], "stripe")
    shipped(world, po, side)
    world.settle()
    assert world.tracked(side.retailer, order) == set()
    world.poll()
    assert world.tracked(side.retailer, order) == {f"JD{po.number}"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_doubled_and_shuffled_webhooks_end_in_the_latest_version(world: World, platform: str) -> None:
    side = SIDES[platform]
    for store in everybody(world):
        world.fault(store, "webhook:*", "duplicate", count=None)
        world.fault(store, "webhook:*", "delay", count=None, probability=0.5, seconds=0.3)
    order = world.buy(side.retailer, {side.goods[0]: 3, side.goods[1]: 1}, paid=False)
    world.act(side.retailer, order, "edit", quantities={side.goods[0]: 2})
    world.act(side.retailer, order, "pay")
    world.settle()
    [po] = world.purchase_orders(side.retailer, order)
    assert po.payable
    with acting_for(po.retailer_id, ACTOR):
        assert sorted(po.lines.values_list("quantity", flat=True)) == [1, 2]
    world.pay([po], "stripe")
    shipped(world, po, side)
    world.settle()
    assert world.tracked(side.retailer, order) == {f"JD{po.number}"}
    assert len(world.fulfillments(po)) == 1
    assert set(order_count(world, side.retailer).values()) == {1}


@pytest.mark.parametrize("platform", MANAGED)
def test_webhooks_switched_off_for_an_hour_are_mended_and_the_gap_is_read(world: World, platform: str) -> None:
    side = SIDES[platform]
    world.sweep("stores.check_all_webhooks")
    for store in (side.retailer, side.supplier):
        world.post(world.path(store, "switch_off_webhooks"))
    order = world.buy(side.retailer, {side.goods[0]: 1})
    world.advance(timedelta(hours=1))
    world.settle()
    assert world.purchase_orders(side.retailer, order) == []
    world.sweep("stores.check_all_webhooks")
    with acting_for(stored(world, side.retailer).organization_id, ACTOR):
        [mended] = AuditEntry.objects.filter(
            action="store.webhooks_mended", about_id=world.seeded.stores[side.retailer]
        ).order_by("-id")[:1]
    assert mended.detail["topics"]
    world.poll()
    [po] = world.purchase_orders(side.retailer, order)
    assert po.payable
    later, told = world.ordered(side.retailer, {side.goods[1]: 1})
    world.pay([po, told], "stripe")
    shipped(world, told, side)
    world.settle()
    assert world.tracked(side.retailer, later) == {f"JD{told.number}"}
    world.sweep()  # an hour has passed for everything else, too


def test_only_platforms_that_let_us_manage_webhooks_are_checked() -> None:
    managing = {
        name for name, each in registry.stores().items() if StoreCapability.MANAGES_WEBHOOKS in each.capabilities
    }
    assert managing == set(MANAGED)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_app_that_was_removed_and_installed_again_doubles_nothing(world: World, platform: str) -> None:
    side = SIDES[platform]
    order, po = world.ordered(side.retailer, {side.goods[0]: 1})
    world.pay([po], "stripe")
    world.post(world.path(side.retailer, "uninstall"))
    world.settle()
    world.poll()
    store = stored(world, side.retailer)
    assert (store.status, store.status_reason) == (StoreStatus.DISCONNECTED, "access_refused")
    missed = world.buy(side.retailer, {side.goods[1]: 1})
    shipped(world, po, side)
    world.settle()
    assert [each.status for each in world.fulfillments(po)] == [FulfillmentStatus.NEEDS_ATTENTION]
    connect_anew(world, side.retailer)
    world.settle()
    assert stored(world, side.retailer).status == StoreStatus.CONNECTED
    [new] = world.purchase_orders(side.retailer, missed)
    assert new.payable
    assert world.tracked(side.retailer, order) == {f"JD{po.number}"}
    assert set(order_count(world, side.retailer).values()) == {1}
    assert len(world.purchase_orders(side.retailer, order)) == 1
    _, later = world.ordered(side.retailer, {side.goods[0]: 1})
    assert later.payable


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_store_disconnected_midway_catches_up_when_it_is_connected_again(world: World, platform: str) -> None:
    side = SIDES[platform]
    order, po = world.ordered(side.retailer, {side.goods[0]: 1})
    payment = world.start([po], "stripe")
    store = stored(world, side.retailer)
    assert disconnect(store.organization_id, store.pk, actor=ACTOR, now=clock.now())
    world.approve(payment)
    world.back(payment)
    world.settle()
    po = world.fresh(po)
    assert (po.payment_state, po.forwarding_state) == (PaymentState.PAID, ForwardingState.DELIVERED)
    missed = world.buy(side.retailer, {side.goods[1]: 1})
    shipped(world, po, side)
    world.settle()
    world.poll()
    assert world.tracked(side.retailer, order) == set()
    assert world.purchase_orders(side.retailer, missed) == []
    with acting_for(store.organization_id, ACTOR):
        assert po.pk in {each.purchase_order_id for each in not_in_store()}
        assert list(messages_quarantined()) == []
    connect_anew(world, side.retailer)
    world.settle()
    assert world.tracked(side.retailer, order) == {f"JD{po.number}"}
    assert [each.status for each in world.fulfillments(po)] == [FulfillmentStatus.PUSHED]
    [new] = world.purchase_orders(side.retailer, missed)
    assert new.payable
    assert set(order_count(world, side.retailer).values()) == {1}
