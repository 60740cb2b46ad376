"""The story of a sale on every platform, as the retailer's store and as the supplier's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.ports import registry
from orderlane.ports.capabilities import StoreCapability
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.states import FulfillmentStatus
from orderlane.tenants.scope import acting_for
from sandbox.seed import ADDRESSES
from tests.journeys.platforms import SIDES, WRITES
from tests.journeys.world import ACTOR, World

PLATFORMS = sorted(SIDES)
PLACES = {
    "bigcommerce": "createOrder",
    "ecwid": "createOrder",
    "shopify": "orderCreate",
    "wix": "createOrder",
    "woocommerce": "createOrder",
}
"""What each simulator calls the placing of an order."""


def test_every_platform_takes_part() -> None:
    assert set(SIDES) == set(registry.stores()) == set(registry.channels())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sale_is_bought_at_a_supplier_of_the_same_platform_and_tracked(world: World, platform: str) -> None:
    side = SIDES[platform]
    one, other = side.goods
    order, po = world.ordered(side.retailer, {one: 2, other: 1})
    assert po.payable
    world.pay([po], "stripe")
    po = world.fresh(po)
    assert (po.payment_state, po.forwarding_state) == (PaymentState.PAID, ForwardingState.DELIVERED)
    [placed] = world.placed(po)
    assert world.outside_order(side.supplier, placed["order_id"])["financial_status"] == "PAID"
    in_two = StoreCapability.PARTIAL_FULFILLMENT in registry.stores()[platform].capabilities
    parcels = [{"lines": {one: 2}}, {}] if in_two else [{}]
    numbers = [f"{place}{po.number}" for place, _ in enumerate(parcels)]
    for number, parcel in zip(numbers, parcels, strict=True):
        world.act(side.supplier, placed["order_id"], "ship", company="DHL", number=number, **parcel)
        world.settle()
        assert number in world.tracked(side.retailer, order)
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    assert world.tracked(side.retailer, order) == set(numbers)
    assert [each.status for each in world.fulfillments(po)] == [FulfillmentStatus.PUSHED] * len(numbers)
    with acting_for(po.retailer_id, ACTOR):
        told = AuditEntry.objects.filter(about_id=po.order_id).values_list("action", flat=True)
        # What we write into the store comes back from it as a new version, and is no news to anybody.
        assert list(told) == ["order.received"]
    assert world.fresh(po).changed_in_store_at is None


@pytest.mark.parametrize(("platform", "operation"), sorted(PLACES.items()))
def test_an_order_whose_answer_was_lost_is_placed_once(world: World, platform: str, operation: str) -> None:
    side = SIDES[platform]
    _, po = world.ordered(side.retailer, {side.goods[0]: 1})
    world.fault(f"{platform}:{side.supplier}", operation, "reset_after")
    world.pay([po], "stripe")
    assert world.fresh(po).forwarding_state == ForwardingState.OUTCOME_UNKNOWN
    world.advance(registry.channels()[platform].lookup_settle + timedelta(minutes=1))
    world.sweep()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert len(world.placed(po)) == 1


@pytest.mark.parametrize(("platform", "operation"), sorted(WRITES.items()))
def test_a_parcel_whose_answer_was_lost_is_told_once(world: World, platform: str, operation: str) -> None:
    side = SIDES[platform]
    order, po = world.ordered(side.retailer, {side.goods[0]: 1})
    world.pay([po], "stripe")
    world.fault(f"{platform}:{side.retailer}", operation, "reset_after")
    world.act(side.supplier, world.placed(po)[0]["order_id"], "ship", company="DHL", number=f"JD{po.number}")
    world.settle()
    for _ in range(2):
        world.advance(timedelta(minutes=2))
        world.sweep()
    assert [each.status for each in world.fulfillments(po)] == [FulfillmentStatus.PUSHED]
    shown = world.outside_order(side.retailer, order)
    assert [parcel["numbers"] for parcel in shown["fulfillments"]] == [[f"JD{po.number}"]]


@pytest.mark.parametrize("way", ["extension", "notes"])
def test_a_shop_without_fulfillments_shows_its_customer_every_parcel_once(world: World, way: str) -> None:
    side = SIDES["woocommerce"]
    one, other = side.goods
    world.post(world.path(side.retailer, "tracking"), {"way": way})
    order, po = world.ordered(side.retailer, {one: 1, other: 1})
    world.pay([po], "stripe")
    [placed] = world.placed(po)
    for place, parcel in enumerate(({"lines": {one: 1}}, {})):
        number = f"{place}{po.number}"
        world.act(side.supplier, placed["order_id"], "ship", company="DPD", number=number, **parcel)
        world.settle()
    world.act(side.supplier, placed["order_id"], "track", company="DPD", number=f"2{po.number}")
    world.settle()
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    shown = world.outside_order(side.retailer, order)
    assert (shown["status"], shown["fulfillments"]) == ("completed", [])
    told = [row["number"] for row in shown["trackings"]] or [row["note"] for row in shown["notes"] if row["mailed"]]
    assert [sum(f"{place}{po.number}" in each for each in told) for place in (0, 2)] == [1, 1]
    world.post(world.path(side.retailer, "tracking"), {"way": "fulfillments"})


def test_an_order_for_two_addresses_becomes_two_purchase_orders_each_sent_to_its_own(world: World) -> None:
    side = SIDES["bigcommerce"]
    lines = [
        {"sku": side.goods[0], "quantity": 2},
        {"sku": side.goods[1], "quantity": 1, "address": {**ADDRESSES[0], "city": "Vienne"}},
    ]
    told = world.post(world.path(side.retailer, "orders"), {"lines": lines, "address": ADDRESSES[1]})
    order = str(told["order"]["order_id"])
    world.settle()
    purchase_orders = world.purchase_orders(side.retailer, order)
    world.pay(purchase_orders, "stripe")
    sent_to = {}
    for po in purchase_orders:
        [placed] = world.placed(po)
        sent_to[placed["ship_to"]["city"]] = [(line["sku"], line["quantity"]) for line in placed["lines"]]
        world.act(side.supplier, placed["order_id"], "ship", company="DHL", number=f"JD{po.number}")
    assert sent_to == {"Portland": [(side.goods[0], 2)], "Vienne": [(side.goods[1], 1)]}
    world.settle()
    assert {world.fresh(po).fulfillment_state for po in purchase_orders} == {FulfillmentState.FULFILLED}
    shown = world.outside_order(side.retailer, order)
    assert len(shown["fulfillments"]) == 2
    assert world.tracked(side.retailer, order) == {f"JD{po.number}" for po in purchase_orders}


@pytest.mark.parametrize("platform", ["bigcommerce", "wix", "woocommerce"])
def test_what_was_refunded_before_paying_is_not_bought(world: World, platform: str) -> None:
    side = SIDES[platform]
    one, other = side.goods
    order, po = world.ordered(side.retailer, {one: 3, other: 1})
    before = world.quote([po]).total_minor
    world.act(side.retailer, order, "refund", lines={one: 1, other: 1})
    world.settle()
    po = world.fresh(po)
    assert po.payable, po.hold
    assert world.quote([po]).total_minor < before
    world.pay([po], "stripe")
    [placed] = world.placed(po)
    assert [(line["sku"], line["quantity"]) for line in placed["lines"]] == [(one, 2)]
    world.act(side.supplier, placed["order_id"], "ship", company="DHL", number=f"JD{po.number}")
    world.settle()
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    assert world.tracked(side.retailer, order) == {f"JD{po.number}"}
