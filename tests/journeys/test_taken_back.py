"""A parcel that its supplier takes back, or deletes, is taken back in the retailer's store; silence is no deletion."""

from __future__ import annotations

from time import sleep

import pytest

from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import FulfillmentState
from orderlane.shipping.models import Fulfillment, Shipment
from orderlane.shipping.states import FulfillmentStatus
from orderlane.tenants.scope import system_scope
from sandbox.shopify.store import RETAILER_SCOPES
from tests.journeys.platforms import SIDES
from tests.journeys.test_parcels import (
    PLATFORMS,
    bought,
    forwarded,
    numbers,
    recorded,
    type_in_portal,
)
from tests.journeys.visitors import LEA, SAM, visitor
from tests.journeys.world import ACTOR, CASCADE, MUG, NORTHWIND, World


def fulfillment(po: PurchaseOrder) -> Fulfillment:
    """What the retailer's store was told of the latest parcel."""
    with system_scope(ACTOR):
        rows = Fulfillment.objects.filter(purchase_order=po).select_related("shipment").order_by("id")
        return list(rows)[-1]


@pytest.mark.parametrize("lost", [False, True], ids=["told", "polled"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_parcel_that_the_supplier_takes_back_is_taken_back_in_the_retailers_store(
    world: World, platform: str, lost: bool
) -> None:
    side = SIDES[platform]
    order, po, placed = bought(world, platform)
    world.act(side.supplier, placed, "ship", company="UPS", number=f"1ZGONE{po.number}")
    world.settle()
    assert numbers(world, side.retailer, order) == recorded(po) == [[f"1ZGONE{po.number}"]]
    if lost:
        world.fault(f"{platform}:{side.supplier}", "webhook:*", "drop", count=None)
    sleep(1.1)  # the stores count in whole seconds
    world.act(side.supplier, placed, "cancel_fulfillment", delete=True)
    world.settle()
    world.poll()
    assert (recorded(po), numbers(world, side.retailer, order)) == ([], [])
    assert (fulfillment(po).status, fulfillment(po).reason) == (FulfillmentStatus.DONE_ELSEWHERE, "taken_back_in_store")
    assert fulfillment(po).shipment.canceled_at is not None
    assert world.fresh(po).fulfillment_state == FulfillmentState.UNFULFILLED
    # It leaves after all, in another parcel.
    world.act(side.supplier, placed, "ship", company="UPS", number=f"1ZAGAIN{po.number}")
    world.settle()
    world.poll()
    assert numbers(world, side.retailer, order) == recorded(po) == [[f"1ZAGAIN{po.number}"]]
    assert fulfillment(po).status == FulfillmentStatus.PUSHED
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_portal_parcel_that_the_supplier_takes_back_in_its_store_is_canceled(world: World, platform: str) -> None:
    side = SIDES[platform]
    order, po, placed = bought(world, platform)
    type_in_portal(po, f"1ZGONE{po.number}")
    world.settle()
    world.poll()
    sleep(1.1)
    world.act(side.supplier, placed, "cancel_fulfillment", delete=True)
    world.settle()
    world.poll()
    assert recorded(po) == numbers(world, side.retailer, order) == numbers(world, side.supplier, placed) == []
    type_in_portal(po, f"1ZAGAIN{po.number}")
    world.settle()
    world.poll()
    again = [[f"1ZAGAIN{po.number}"]]
    assert recorded(po) == numbers(world, side.retailer, order) == numbers(world, side.supplier, placed) == again


@pytest.mark.parametrize("platform", ["bigcommerce", "wix", "woocommerce"])
@pytest.mark.parametrize("mode", ["empty", "404"])
def test_an_empty_answer_is_no_deletion(world: World, platform: str, mode: str) -> None:
    side = SIDES[platform]
    order, po, placed = bought(world, platform)
    world.act(side.supplier, placed, "ship", company="UPS", number=f"1ZSTAYS{po.number}")
    world.settle()
    operation = {"bigcommerce": "getOrderShipments", "wix": "list", "woocommerce": "listFulfillments"}[platform]
    world.fault(f"{platform}:{side.supplier}", f"{operation}*", mode, count=None)
    world.poll()
    assert [fault.fired > 0 for fault in world.sandbox.world.faults.listed()] == [True]
    world.sandbox.world.faults.clear()
    assert numbers(world, side.retailer, order) == recorded(po) == [[f"1ZSTAYS{po.number}"]]
    with system_scope(ACTOR):
        assert not Shipment.objects.filter(purchase_order=po, canceled_at__isnull=False).exists()


def test_a_store_that_does_not_take_a_parcel_back_is_on_the_desk(world: World) -> None:
    order, po, placed = forwarded(world, {MUG: 1})
    world.act(CASCADE, placed, "ship", company="UPS", number="1ZGONE")
    world.settle()
    address = f"/shopify/{NORTHWIND}/_sandbox/scopes"
    scopes = [scope for scope in RETAILER_SCOPES if "fulfillment_orders" not in scope or scope.startswith("read_")]
    world.post(address, {"scopes": scopes})
    world.act(CASCADE, placed, "cancel_fulfillment")
    world.settle()
    assert (recorded(po), numbers(world, NORTHWIND, order)) == ([], [["1ZGONE"]])
    sam = visitor(SAM)
    [group] = [each for each in sam.get("/attention").context["page"].groups if each.reason == "taken_back"]
    [row] = [row for row in group.rows if po.number in row.title]
    again, settle = row.buttons
    assert "The supplier has taken a parcel back" in sam.get(f"/orders/{po.number}").content.decode()
    # Nobody else may say that it was done, and nothing happens when they do.
    assert visitor(LEA).post(settle.url).status_code == 404
    assert fulfillment(po).status == FulfillmentStatus.NEEDS_ATTENTION
    assert sam.post(again.url).status_code == 302
    world.settle()
    assert fulfillment(po).status == FulfillmentStatus.NEEDS_ATTENTION
    world.act(NORTHWIND, order, "cancel_fulfillment")
    assert sam.post(settle.url).status_code == 302
    assert fulfillment(po).status == FulfillmentStatus.DONE_ELSEWHERE
    assert po.number not in sam.get("/attention").content.decode()
    world.post(address, {"scopes": RETAILER_SCOPES})
