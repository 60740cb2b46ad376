"""A parcel typed in here and the supplier's own store: it lands there once, and nobody ships it twice."""

from __future__ import annotations

from datetime import timedelta
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from orderlane.audit.models import AuditEntry
from orderlane.kernel import clock
from orderlane.members.models import Membership
from orderlane.ports.stores import Tracking
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.states import FulfillmentState
from orderlane.shipping.actions.enter_tracking import enter_parcel
from orderlane.shipping.actions.record_push import TURN, claim_push, record_push_later
from orderlane.shipping.effects.push_fulfillment import push_fulfillment
from orderlane.shipping.models import Fulfillment, Shipment, SupplierRecord
from orderlane.shipping.states import FulfillmentStatus
from orderlane.tenants.scope import acting_for, system_scope
from sandbox.shopify.store import RETAILER_SCOPES, SUPPLIER_SCOPES
from tests.journeys.platforms import SIDES, WRITES
from tests.journeys.visitors import DANA, LEA, SAM, visitor
from tests.journeys.world import ACTOR, CASCADE, LANTERN, MUG, NORTHWIND, World

PLATFORMS = sorted(SIDES)


def forwarded(world: World, quantities: dict[str, int], store: str = NORTHWIND) -> tuple[str, PurchaseOrder, str]:
    """A paid order at its supplier: the retailer's number, the purchase order, and the supplier's number."""
    order, po = world.ordered(store, quantities)
    world.pay([po])
    return order, po, world.placed(po)[0]["order_id"]


def bought(world: World, platform: str, count: int = 1) -> tuple[str, PurchaseOrder, str]:
    """The same from a store of a platform at a supplier of that platform."""
    side = SIDES[platform]
    return forwarded(world, {side.goods[0]: count}, side.retailer)


def supplier_of(po: PurchaseOrder, language: str = "en") -> Client:
    """The browser of somebody who works for the supplier."""
    return visitor(Membership.objects.get(organization_id=po.supplier_id).member.email, language=language)


def type_in_portal(po: PurchaseOrder, number: str, left_out: int = 0) -> None:
    """The supplier fills in the portal's form."""
    with system_scope(ACTOR):
        lines = {f"quantity_{line.pk}": line.quantity - left_out for line in po.lines.all()}
        browser = supplier_of(po)
    form: dict[str, Any] = {**lines, "number": number, "carrier": "UPS", "url": ""}
    answer = browser.post(f"/supplier/orders/{po.number}/ship", form)
    assert answer.status_code == 302, answer.content.decode()


def numbers(world: World, domain: str, order: str) -> list[list[str]]:
    """The tracking numbers of an order's live parcels in a store."""
    parcels = world.outside_order(domain, order)["fulfillments"]
    return [parcel["numbers"] for parcel in parcels if parcel["status"] == "SUCCESS"]


def recorded(po: PurchaseOrder) -> list[list[str]]:
    with system_scope(ACTOR):
        rows = Shipment.objects.filter(purchase_order=po, canceled_at__isnull=True).order_by("shipped_at", "id")
        return [row.tracking_numbers for row in rows]


def told(po: PurchaseOrder) -> SupplierRecord:
    with system_scope(ACTOR):
        return SupplierRecord.objects.get(purchase_order=po)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_portal_parcel_lands_in_both_stores_once(world: World, platform: str) -> None:
    side = SIDES[platform]
    order, po, placed = bought(world, platform, 2)
    type_in_portal(po, f"1ZPORTAL{po.number}", left_out=1)
    world.settle()
    world.poll()
    mine = [[f"1ZPORTAL{po.number}"]]
    assert recorded(po) == numbers(world, side.supplier, placed) == numbers(world, side.retailer, order) == mine
    assert told(po).status == FulfillmentStatus.PUSHED
    assert world.fresh(po).fulfillment_state == FulfillmentState.PARTIALLY_FULFILLED
    # The rest is shipped from the supplier's own store.
    world.act(side.supplier, placed, "ship", company="UPS", number=f"1ZREST{po.number}")
    world.settle()
    world.poll()
    both = [*mine, [f"1ZREST{po.number}"]]
    assert sorted(recorded(po)) == sorted(numbers(world, side.retailer, order)) == both
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    with system_scope(ACTOR):
        browser = supplier_of(po, "fr")
    assert "Dans votre boutique" in browser.get(f"/supplier/orders/{po.number}").content.decode()


def test_two_parcels_may_go_under_one_number(world: World) -> None:
    _, po, placed = forwarded(world, {LANTERN: 2})
    type_in_portal(po, "1ZPORTAL", left_out=1)
    world.settle()
    world.act(CASCADE, placed, "ship", company="UPS", number="1ZPORTAL")
    world.settle()
    assert recorded(po) == [["1ZPORTAL"], ["1ZPORTAL"]]
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED


UNCLEAR = [("shopify", mode) for mode in ("500_after", "timeout_after", "reset", "429")]


@pytest.mark.parametrize(("platform", "mode"), [*UNCLEAR, *((platform, "reset_after") for platform in PLATFORMS)])
def test_an_unclear_answer_of_the_suppliers_store_is_looked_up(world: World, platform: str, mode: str) -> None:
    side, number = SIDES[platform], f"1Z{mode.upper()}"
    order, po, placed = bought(world, platform)
    world.fault(f"{platform}:{side.supplier}", WRITES[platform], mode, count=1, seconds=0.1)
    type_in_portal(po, number)
    world.settle()
    world.advance(timedelta(minutes=3))
    world.settle()  # woken by its own job: no sweep is needed
    assert recorded(po) == [[number]]
    assert numbers(world, side.supplier, placed) == numbers(world, side.retailer, order) == recorded(po)
    assert told(po).status == FulfillmentStatus.PUSHED


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("mode", ["drop", "duplicate"])
def test_its_echo_is_no_second_parcel(world: World, mode: str, platform: str) -> None:
    side = SIDES[platform]
    _, po, placed = bought(world, platform)
    world.fault(f"{platform}:{side.supplier}", "webhook:*", mode, count=None)
    type_in_portal(po, "1ZECHO")
    world.settle()
    world.poll()
    world.poll()
    assert recorded(po) == numbers(world, side.supplier, placed) == [["1ZECHO"]]
    with system_scope(ACTOR):
        assert [row.status for row in Fulfillment.objects.filter(purchase_order=po)] == [FulfillmentStatus.PUSHED]
        assert not AuditEntry.objects.filter(about_id=po.pk, action="shipment.refused").exists()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_correction_goes_to_both_stores_and_one_made_in_the_suppliers_store_comes_back(
    world: World, platform: str
) -> None:
    side = SIDES[platform]
    order, po, placed = bought(world, platform)
    type_in_portal(po, "1ZWRONG")
    world.settle()
    with system_scope(ACTOR):
        shipment = Shipment.objects.get(purchase_order=po)
        browser = supplier_of(po)
    form = {"number": "1ZRIGHT", "carrier": "UPS", "url": ""}
    browser.post(f"/supplier/orders/{po.number}/parcels/{shipment.pk}", form)
    world.settle()
    assert numbers(world, side.supplier, placed) == numbers(world, side.retailer, order) == [["1ZRIGHT"]]
    world.advance(timedelta(minutes=1))
    world.act(side.supplier, placed, "track", company="UPS", number="1ZTHERE")
    world.settle()
    world.poll()
    assert numbers(world, side.retailer, order) == recorded(po) == [["1ZTHERE"]]
    assert told(po).status == FulfillmentStatus.PUSHED


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_parcel_typed_in_both_places_is_one(world: World, platform: str) -> None:
    side = SIDES[platform]
    order, po, placed = bought(world, platform)
    world.fault(f"{platform}:{side.supplier}", "webhook:*", "drop", count=None)
    world.act(side.supplier, placed, "ship", company="UPS", number="1ZBOTH")
    type_in_portal(po, "1ZBOTH")
    world.settle()
    world.poll()
    assert recorded(po) == numbers(world, side.supplier, placed) == numbers(world, side.retailer, order) == [["1ZBOTH"]]
    assert told(po).status == FulfillmentStatus.DONE_ELSEWHERE


def test_a_store_that_takes_no_parcels_from_us_is_the_suppliers_to_mend(world: World) -> None:
    order, po, placed = forwarded(world, {MUG: 1})
    address = f"/shopify/{CASCADE}/_sandbox/scopes"
    world.post(address, {"scopes": [scope for scope in SUPPLIER_SCOPES if not scope.startswith("write_merchant")]})
    type_in_portal(po, "1ZNOSCOPE")
    world.settle()
    assert told(po).status == FulfillmentStatus.NEEDS_ATTENTION
    assert (numbers(world, NORTHWIND, order), numbers(world, CASCADE, placed)) == ([["1ZNOSCOPE"]], [])
    dana = visitor(DANA)
    again = f"/supplier/orders/{po.number}/parcels/{told(po).shipment_id}/tell"
    assert again in dana.get(f"/supplier/orders/{po.number}").content.decode()
    world.post(address, {"scopes": SUPPLIER_SCOPES})
    assert dana.post(again).status_code == 302
    world.settle()
    assert numbers(world, CASCADE, placed) == recorded(po) == [["1ZNOSCOPE"]]


def test_what_the_retailer_types_is_not_written_into_the_suppliers_store(world: World) -> None:
    order, po, placed = forwarded(world, {MUG: 1})
    visitor(SAM).post(f"/orders/{po.number}/tracking", {"number": "1ZBYRETAILER", "carrier": "UPS", "url": ""})
    world.settle()
    assert (numbers(world, NORTHWIND, order), numbers(world, CASCADE, placed)) == ([["1ZBYRETAILER"]], [])


def test_a_parcel_that_cannot_be_recorded_is_on_the_desk_once_until_it_is_mended(world: World) -> None:
    _, po, placed = forwarded(world, {MUG: 1})
    world.fault(f"shopify:{CASCADE}", "webhook:*", "duplicate", count=None)
    world.act(CASCADE, placed, "ship", company="UPS", number="<nonsense>")
    world.settle()
    world.poll()
    world.poll()
    assert recorded(po) == []
    with system_scope(ACTOR):
        noted = AuditEntry.objects.filter(about_id=po.pk, action="shipment.refused")
        assert [entry.reason for entry in noted] == ["bad_tracking"]
    sam = visitor(SAM)
    [group] = [g for g in sam.get("/attention").context["page"].groups if g.reason == "parcel_refused"]
    assert len([row for row in group.rows if po.number in row.title]) == 1
    world.act(CASCADE, placed, "track", company="UPS", number="1ZMENDED")
    world.settle()
    assert recorded(po) == [["1ZMENDED"]]
    assert po.number not in sam.get("/attention").content.decode()


def test_of_a_parcel_with_more_than_was_ordered_nothing_is_recorded(world: World) -> None:
    order, po, placed = forwarded(world, {MUG: 1})
    visitor(SAM).post(f"/orders/{po.number}/tracking", {"number": "1ZBYRETAILER", "carrier": "UPS", "url": ""})
    world.settle()
    world.act(CASCADE, placed, "ship", company="UPS", number="1ZONEMORE")
    world.settle()
    world.poll()
    with system_scope(ACTOR):
        assert [row.tracking_numbers for row in Shipment.objects.filter(purchase_order=po)] == [["1ZBYRETAILER"]]
        assert Fulfillment.objects.filter(purchase_order=po).count() == 1
        refused = AuditEntry.objects.filter(about_id=po.pk, action="shipment.refused")
        assert [entry.reason for entry in refused] == ["too_many_shipped"]
    assert numbers(world, NORTHWIND, order) == [["1ZBYRETAILER"]]


def test_of_one_orders_parcels_one_is_pushed_at_a_time(world: World) -> None:
    order, po, _ = forwarded(world, {MUG: 2})
    with acting_for(po.retailer_id, ACTOR):
        line = PurchaseOrderLine.objects.get(purchase_order=po)
        parcels = [
            enter_parcel(po.pk, quantities={line.pk: 1}, tracking=Tracking("UPS", (number,)), now=clock.now())
            for number in ("1ZFIRST", "1ZSECOND")
        ]
        ids: list[UUID] = [parcel.pk for parcel in parcels if parcel]
        now = clock.now()
        first = claim_push(Fulfillment, ids[0], now=now)
    assert first is not None
    push_fulfillment(ids[1], po.retailer_id, actor=ACTOR, now=now)
    waiting = world.fulfillments(po)[1]
    assert (waiting.status, waiting.fence, waiting.due_at) == (FulfillmentStatus.DUE, 0, now + TURN)
    assert numbers(world, NORTHWIND, order) == []
    with acting_for(po.retailer_id, ACTOR):
        record_push_later(first, at=now, reason="no_connection", now=now)
    world.advance(timedelta(seconds=20))
    world.settle()
    assert sorted(numbers(world, NORTHWIND, order)) == [["1ZFIRST"], ["1ZSECOND"]]


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
    assert "The supplier took a parcel back" in sam.get(f"/orders/{po.number}").content.decode()
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
