"""A sale in a WooCommerce shop, bought at a supplier whose store is one too, in each way of showing a parcel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlane.kernel import clock
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.states import FulfillmentStatus
from orderlane.stores.effects.check_webhooks import check_webhooks
from orderlane.stores.effects.connect import connect
from orderlane.stores.models import Store
from orderlane.stores.states import StoreStatus
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.world import ACTOR, World

SHOP, MILL = "les-jours-clairs.example", "filature-vercors.example"
BLANKET, YARN = "FV-PLA-VER-ECR", "FV-PEL-MER"


@pytest.mark.parametrize("way", ["fulfillments", "extension", "notes"])
def test_from_a_sale_to_a_tracking_number(world: World, way: str) -> None:
    world.post(world.path(SHOP, "tracking"), {"way": way})
    order, po = world.ordered(SHOP, {BLANKET: 1, YARN: 2})
    assert po.payable
    world.pay([po], "stripe")
    po = world.fresh(po)
    assert (po.payment_state, po.forwarding_state) == (PaymentState.PAID, ForwardingState.DELIVERED)
    [placed] = world.placed(po)
    assert (placed["financial_status"], placed["status"]) == ("PAID", "processing")
    assert placed["attributes"]["Retailer domain"] == SHOP
    assert placed["ship_to"]["city"] == "Lyon"

    world.act(MILL, placed["order_id"], "ship", lines={YARN: 2}, company="Colissimo", number="6A00000000001")
    world.settle()
    assert world.fresh(po).fulfillment_state == FulfillmentState.PARTIALLY_FULFILLED
    assert world.outside_order(SHOP, order)["status"] == "processing"
    world.act(MILL, placed["order_id"], "ship", company="DPD", number="05000000000002")
    world.act(MILL, placed["order_id"], "track", company="DPD", number="05000000000003")
    world.settle()
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    shown = world.outside_order(SHOP, order)
    assert shown["status"] == "completed"
    told = str([shown["fulfillments"], shown["trackings"], shown["notes"]])
    assert "6A00000000001" in told
    assert "05000000000003" in told
    assert [each.status for each in world.fulfillments(po)] == [FulfillmentStatus.PUSHED] * 2
    world.post(world.path(SHOP, "tracking"), {"way": "fulfillments"})


def test_an_order_whose_answer_was_lost_is_placed_once(world: World) -> None:
    _, po = world.ordered(SHOP, {YARN: 1})
    world.fault(f"woocommerce:{MILL}", "createOrder", "reset_after")
    world.pay([po], "stripe")
    assert world.fresh(po).forwarding_state == ForwardingState.OUTCOME_UNKNOWN
    world.advance(timedelta(minutes=6))
    world.sweep()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


def test_a_parcel_whose_answer_was_lost_is_told_once(world: World) -> None:
    order, po = world.ordered(SHOP, {YARN: 1})
    world.pay([po], "stripe")
    [placed] = world.placed(world.fresh(po))
    for operation in ("createFulfillment", "updateOrder"):
        world.fault(f"woocommerce:{SHOP}", operation, "reset_after")
    world.act(MILL, placed["order_id"], "ship", company="Colissimo", number="6A00000000009")
    world.settle()
    world.advance(timedelta(minutes=2))
    world.sweep()
    world.advance(timedelta(minutes=2))
    world.sweep()
    shown = world.outside_order(SHOP, order)
    assert (len(shown["fulfillments"]), shown["status"]) == (1, "completed")
    assert [each.status for each in world.fulfillments(po)] == [FulfillmentStatus.PUSHED]


def test_dropped_webhooks_are_caught_up_by_reading(world: World) -> None:
    retailer_id, store_id = world.retailer(SHOP), world.seeded.stores[SHOP]
    world.fault(f"woocommerce:{SHOP}", "webhook:*", "drop", count=None)
    order = world.buy(SHOP, {YARN: 1})
    world.settle()
    assert world.purchase_orders(SHOP, order) == []
    world.sandbox.world.faults.clear()
    world.poll()
    [po] = world.purchase_orders(SHOP, order)
    assert po.payable
    with acting_for(retailer_id, ACTOR):
        at = Store.objects.get(pk=store_id).polled_until
    assert check_webhooks(retailer_id, store_id, actor=ACTOR, now=at + timedelta(minutes=1)) == []


def test_revoked_keys_disconnect_the_store_and_new_ones_bring_it_back(world: World) -> None:
    seed = {"consumer_key": "ck_sandbox_lesjoursclairs", "consumer_secret": "cs_sandbox_lesjoursclairs"}
    world.post(world.path(SHOP, "keys"), {"consumer_key": "ck_sandbox_other", "consumer_secret": "cs_sandbox_other"})
    world.poll()
    with system_scope(ACTOR):
        store = Store.objects.get(pk=world.seeded.stores[SHOP])
    assert (store.status, store.status_reason) == (StoreStatus.DISCONNECTED, "access_refused")
    world.post(world.path(SHOP, "keys"), seed)
    connect(
        organization_id=store.organization_id,
        actor=ACTOR,
        platform="woocommerce",
        external_id=SHOP,
        secrets=seed,
        now=clock.now(),
    )
    order, po = world.ordered(SHOP, {YARN: 1})
    assert po.payable
    assert order
