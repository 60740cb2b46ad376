"""The story of a sale on every platform, as the retailer's store and as the supplier's."""

from __future__ import annotations

import pytest

from orderlane.ports import registry
from orderlane.ports.stores import StoreCapability
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.states import FulfillmentStatus
from tests.journeys.platforms import SIDES
from tests.journeys.world import World

PLATFORMS = sorted(SIDES)


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
