"""A parcel typed in here and the supplier's own store: it lands there once, and nobody ships it twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.kernel import clock
from orderlane.ports.stores import Tracking
from orderlane.purchasing.models import PurchaseOrder, PurchaseOrderLine
from orderlane.purchasing.states import FulfillmentState
from orderlane.shipping.actions.enter_tracking import enter_parcel
from orderlane.shipping.actions.record_push import TURN, claim_push, record_push_later
from orderlane.shipping.effects.push_fulfillment import push_fulfillment
from orderlane.shipping.models import Fulfillment, Shipment, SupplierRecord
from orderlane.shipping.states import FulfillmentStatus
from orderlane.tenants.scope import acting_for, system_scope
from orderlane.web.pages.attention import AttentionRow
from sandbox.shopify.store import SUPPLIER_SCOPES
from tests.journeys.visitors import DANA, SAM, visitor
from tests.journeys.world import ACTOR, BOTTLE, CASCADE, LANTERN, MUG, NORTHWIND, World


def forwarded(world: World, quantities: dict[str, int]) -> tuple[str, PurchaseOrder, str]:
    """A paid order at its supplier: the retailer's number, the purchase order, and the supplier's number."""
    order, po = world.ordered(NORTHWIND, quantities)
    world.pay([po])
    return order, po, world.placed(po)[0]["order_id"]


def type_in_portal(po: PurchaseOrder, number: str, left_out: int = 0) -> None:
    """The supplier fills in the portal's form."""
    with system_scope(ACTOR):
        lines = {f"quantity_{line.pk}": line.quantity - left_out for line in po.lines.all()}
    form: dict[str, Any] = {**lines, "number": number, "carrier": "UPS", "url": ""}
    answer = visitor(DANA).post(f"/supplier/orders/{po.number}/ship", form)
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


def test_a_portal_parcel_lands_in_both_stores_once(world: World) -> None:
    order, po, placed = forwarded(world, {LANTERN: 2})
    type_in_portal(po, "1ZPORTAL", left_out=1)
    world.settle()
    world.poll()
    assert recorded(po) == [["1ZPORTAL"]]
    assert numbers(world, CASCADE, placed) == numbers(world, NORTHWIND, order) == [["1ZPORTAL"]]
    assert told(po).status == FulfillmentStatus.PUSHED
    assert world.fresh(po).fulfillment_state == FulfillmentState.PARTIALLY_FULFILLED
    # The rest is shipped from the supplier's own store, under the same number even.
    world.act(CASCADE, placed, "ship", company="UPS", number="1ZPORTAL")
    world.settle()
    assert recorded(po) == [["1ZPORTAL"], ["1ZPORTAL"]]
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    page = visitor(DANA, language="fr").get(f"/supplier/orders/{po.number}").content.decode()
    assert "Dans votre boutique" in page


@pytest.mark.parametrize("mode", ["reset_after", "500_after", "timeout_after", "reset", "429"])
def test_an_unclear_answer_of_the_suppliers_store_is_looked_up(world: World, mode: str) -> None:
    order, po, placed = forwarded(world, {MUG: 1})
    world.fault(f"shopify:{CASCADE}", "fulfillmentCreate", mode, count=1, seconds=0.1)
    type_in_portal(po, f"1Z{mode.upper()}")
    world.settle()
    world.advance(timedelta(minutes=3))
    world.settle()  # woken by its own job: no sweep is needed
    assert recorded(po) == [[f"1Z{mode.upper()}"]]
    assert numbers(world, CASCADE, placed) == numbers(world, NORTHWIND, order) == recorded(po)
    assert told(po).status == FulfillmentStatus.PUSHED


@pytest.mark.parametrize("mode", ["drop", "duplicate"])
def test_its_echo_is_no_second_parcel(world: World, mode: str) -> None:
    _, po, placed = forwarded(world, {BOTTLE: 1})
    world.fault(f"shopify:{CASCADE}", "webhook:*", mode, count=None)
    type_in_portal(po, "1ZECHO")
    world.settle()
    world.poll()
    world.poll()
    assert recorded(po) == numbers(world, CASCADE, placed) == [["1ZECHO"]]
    assert not visitor(SAM).get("/attention").context["page"].groups or po.number not in (
        visitor(SAM).get("/attention").content.decode()
    )


def test_a_correction_goes_to_both_stores_and_one_made_in_the_suppliers_store_comes_back(world: World) -> None:
    order, po, placed = forwarded(world, {MUG: 1})
    type_in_portal(po, "1ZWRONG")
    world.settle()
    with system_scope(ACTOR):
        shipment = Shipment.objects.get(purchase_order=po)
    form = {"number": "1ZRIGHT", "carrier": "UPS", "url": ""}
    visitor(DANA).post(f"/supplier/orders/{po.number}/parcels/{shipment.pk}", form)
    world.settle()
    assert numbers(world, CASCADE, placed) == numbers(world, NORTHWIND, order) == [["1ZRIGHT"]]
    world.advance(timedelta(minutes=1))
    world.act(CASCADE, placed, "track", company="UPS", number="1ZTHERE")
    world.settle()
    world.poll()
    assert numbers(world, NORTHWIND, order) == recorded(po) == [["1ZTHERE"]]
    assert told(po).status == FulfillmentStatus.PUSHED


def links(world: World, domain: str, order: str) -> list[str]:
    """The tracking links that a store shows for an order's live parcels."""
    parcels = world.outside_order(domain, order)["fulfillments"]
    return [url for parcel in parcels if parcel["status"] == "SUCCESS" for url in parcel["urls"] if url]


FLEET = "https://fleet.example/track/{}"


@pytest.mark.parametrize("side", ["retailer", "supplier"])
def test_the_customer_never_gets_the_link_of_a_number_that_was_corrected(world: World, side: str) -> None:
    order, po, _ = forwarded(world, {MUG: 1})
    person, form = visitor(SAM if side == "retailer" else DANA), f"/orders/{po.number}"
    form = form if side == "retailer" else f"/supplier{form}"
    with system_scope(ACTOR):
        quantities = {f"quantity_{line.pk}": line.quantity for line in po.lines.all()}
    typed = {"number": "F1", "carrier": "Own fleet", "url": FLEET.format("F1")}
    person.post(f"{form}/{'tracking' if side == 'retailer' else 'ship'}", {**quantities, **typed})
    world.settle()
    assert links(world, NORTHWIND, order) == [FLEET.format("F1")]
    with system_scope(ACTOR):
        parcel = Shipment.objects.get(purchase_order=po)

    def correct(**changes: str) -> str:
        """Correct the prefilled form; returns what is said."""
        typed.update(changes)
        answer = person.post(f"{form}/parcels/{parcel.pk}", typed, follow=True)
        world.settle()
        return answer.content.decode()

    assert "The tracking link was changed to the new number." in correct(number="F2")
    assert links(world, NORTHWIND, order) == [FLEET.format("F2")]
    assert numbers(world, NORTHWIND, order) == [["F2"]]
    correct(url="https://fleet.example/my-parcel")
    assert links(world, NORTHWIND, order) == ["https://fleet.example/my-parcel"]
    assert "led to the old parcel and was taken out" in correct(number="F3")
    assert links(world, NORTHWIND, order) == []
    correct(url="https://fleet.example/my-parcel")  # typed once more, for this very number
    assert links(world, NORTHWIND, order) == ["https://fleet.example/my-parcel"]


def test_a_correction_in_the_suppliers_store_leaves_the_old_link_behind(world: World) -> None:
    order, _, placed = forwarded(world, {MUG: 1})
    world.act(CASCADE, placed, "ship", company="Own fleet", number="G1", url="https://fleet.example/my-parcel")
    world.settle()
    assert links(world, NORTHWIND, order) == ["https://fleet.example/my-parcel"]
    world.advance(timedelta(minutes=1))
    world.act(CASCADE, placed, "track", company="Own fleet", number="G2", url="https://fleet.example/my-parcel")
    for _ in range(2):
        world.settle()
        world.poll()
    assert (numbers(world, NORTHWIND, order), links(world, NORTHWIND, order)) == ([["G2"]], [])
    world.act(CASCADE, placed, "track", company="Own fleet", number="G2", url="https://fleet.example/other-parcel")
    world.settle()
    world.poll()
    assert links(world, NORTHWIND, order) == ["https://fleet.example/other-parcel"]


def test_a_parcel_typed_in_both_places_is_one(world: World) -> None:
    order, po, placed = forwarded(world, {MUG: 1})
    world.fault(f"shopify:{CASCADE}", "webhook:*", "drop", count=None)
    world.act(CASCADE, placed, "ship", company="UPS", number="1ZBOTH")
    type_in_portal(po, "1ZBOTH")
    world.settle()
    world.poll()
    assert recorded(po) == numbers(world, CASCADE, placed) == numbers(world, NORTHWIND, order) == [["1ZBOTH"]]
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
    assert "/attention" in dana.get("/supplier/orders").content.decode()
    [row] = refused_there(po)
    assert (row.url, [button.url for button in row.buttons]) == (f"/supplier/orders/{po.number}", [again])
    assert str(row.detail) == "The app lacks permissions in the store. Connect it again and grant all of them."
    assert refused_there(po, SAM) == []
    # It is the supplier's own store: nobody else may write there, by whatever door.
    assert visitor(SAM).post(again).status_code == 404
    assert visitor("hugo@atelier-brume.example").post(again).status_code == 404
    assert (told(po).status, numbers(world, CASCADE, placed)) == (FulfillmentStatus.NEEDS_ATTENTION, [])
    world.post(address, {"scopes": SUPPLIER_SCOPES})
    assert dana.post(again).status_code == 302
    world.settle()
    assert numbers(world, CASCADE, placed) == recorded(po) == [["1ZNOSCOPE"]]
    assert refused_there(po) == []


def refused_there(po: PurchaseOrder, email: str = DANA) -> list[AttentionRow]:
    """What somebody's desk says of parcels that the supplier's own store did not take."""
    groups = visitor(email).get("/attention").context["page"].groups
    return [
        row for group in groups if group.reason == "not_in_own_store" for row in group.rows if po.number in row.title
    ]


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
    [row] = [row for row in group.rows if po.number in row.title]
    assert str(row.detail) == "What was given as a tracking number cannot be one."
    assert [button.url for button in row.buttons] == [f"/orders/{po.number}#tracking"]
    world.act(CASCADE, placed, "track", company="UPS", number="1ZMENDED")
    world.settle()
    assert recorded(po) == [["1ZMENDED"]]
    assert po.number not in sam.get("/attention").content.decode()


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
