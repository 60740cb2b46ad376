"""*Request fulfillment* in a Shopify admin: it moves an order to *In progress* and back; it neither pays nor orders."""

from __future__ import annotations

from datetime import timedelta
from time import sleep
from typing import Any

import pytest

from orderlane.kernel import clock
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.actions.answer_cancellation import answer_cancellation
from orderlane.shipping.effects.answer_requests import answer_requests
from orderlane.shipping.models import CancellationRequest
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.visitors import DANA, SAM, everything, visitor
from tests.journeys.world import ACTOR, BOTTLE, CANDLE, CASCADE, LANTERN, LUMEN, MUG, NORTHWIND, World


def works(world: World, domain: str, order: str) -> list[tuple[str, str]]:
    """The store's own words for the fulfillment orders of an order: status and request status."""
    rows = world.outside_order(domain, order)["fulfillment_orders"]
    return [(row["status"], row["request_status"]) for row in rows]


def shown(world: World, po: PurchaseOrder) -> FulfillmentState:
    return FulfillmentState(world.fresh(po).fulfillment_state)


def requested(world: World, domain: str, quantities: dict[str, int], **body: Any) -> tuple[str, PurchaseOrder]:
    """A customer's order for which the retailer has pressed *Request fulfillment*."""
    order, po = world.ordered(domain, quantities)
    world.act(domain, order, "request_fulfillment", **body)
    world.settle()
    return order, po


def polled_after(world: World, by: timedelta) -> None:
    """The poll as it runs so long after the store's own time; the other journeys' time does not move with it."""
    with clock.shifted(by - world.ahead):
        world.poll()


def nothing_moved(world: World, po: PurchaseOrder) -> None:
    """Nothing was paid, nothing ordered."""
    po = world.fresh(po)
    assert (po.payment_state, po.forwarding_state) == (PaymentState.UNPAID, ForwardingState.NOT_DUE)
    assert world.placed(po) == []


def test_a_request_shows_in_progress_at_once_and_is_accepted_when_paid(world: World) -> None:
    order, po = requested(world, NORTHWIND, {MUG: 1})
    assert shown(world, po) is FulfillmentState.IN_PROGRESS
    assert world.outside_order(NORTHWIND, order)["fulfillment_status"] == "IN_PROGRESS"
    assert works(world, NORTHWIND, order) == [("OPEN", "SUBMITTED")]
    nothing_moved(world, po)
    world.pay([po])
    assert works(world, NORTHWIND, order) == [("IN_PROGRESS", "ACCEPTED")]
    world.act(CASCADE, world.placed(po)[0]["order_id"], "ship", company="UPS", number="1ZREQUESTED")
    world.settle()
    assert shown(world, po) is FulfillmentState.FULFILLED
    assert world.outside_order(NORTHWIND, order)["fulfillment_status"] == "FULFILLED"


def test_a_paid_order_is_accepted_at_once(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    world.pay([po])
    world.act(NORTHWIND, order, "request_fulfillment")
    world.settle()
    assert works(world, NORTHWIND, order) == [("IN_PROGRESS", "ACCEPTED")]
    assert shown(world, po) is FulfillmentState.IN_PROGRESS
    assert len(world.placed(po)) == 1


@pytest.mark.parametrize("mode", ["drop", "duplicate", "delay"])
def test_lost_doubled_and_shuffled_messages_change_nothing(world: World, mode: str) -> None:
    choices = {"probability": 0.5, "seconds": 0.3} if mode == "delay" else {}
    world.fault(f"shopify:{NORTHWIND}", "webhook:*", mode, count=None, **choices)
    order = world.buy(NORTHWIND, {LANTERN: 1})
    world.act(NORTHWIND, order, "request_fulfillment")
    world.settle()
    world.poll()
    world.poll()  # what was requested before its order was here is seen by the next one
    [po] = world.purchase_orders(NORTHWIND, order)
    assert shown(world, po) is FulfillmentState.IN_PROGRESS
    nothing_moved(world, po)
    world.act(NORTHWIND, order, "request_cancellation")
    world.settle()
    world.poll()
    assert shown(world, po) is FulfillmentState.UNFULFILLED
    nothing_moved(world, po)
    world.act(NORTHWIND, order, "request_fulfillment")
    world.settle()
    world.poll()
    world.pay([po])
    world.poll()
    [accepted] = [facts for facts in world.journal("fulfillment_order.accepted") if facts["order_id"] == order]
    assert accepted["status"] == "IN_PROGRESS"
    assert len(world.placed(po)) == 1


def test_unpaid_after_a_day_it_is_declined_and_can_be_requested_again(world: World) -> None:
    order, po = requested(world, NORTHWIND, {BOTTLE: 2})
    polled_after(world, timedelta(hours=23))
    assert works(world, NORTHWIND, order) == [("OPEN", "SUBMITTED")]
    assert shown(world, po) is FulfillmentState.IN_PROGRESS
    polled_after(world, timedelta(hours=24, minutes=1))
    assert works(world, NORTHWIND, order) == [("OPEN", "REJECTED")]
    [declined] = [facts for facts in world.journal("fulfillment_order.rejected") if facts["order_id"] == order]
    assert (declined["reason"], declined["message"]) == (
        "PAYMENT_DECLINED",
        "Not paid in Orderlane within 24 hours.",
    )
    assert shown(world, po) is FulfillmentState.UNFULFILLED
    nothing_moved(world, po)
    page = visitor(SAM).get(f"/orders/{po.number}").content.decode()
    assert "declined: it was not paid in time" in page
    world.pay([po])
    assert len(world.placed(po)) == 1


def test_the_retailer_sets_the_hours_and_reads_the_reason_in_its_language(world: World) -> None:
    page = visitor("lea@maison-lumen.example", language="fr")
    form = {"name": "Maison Lumen", "country": "FR"}
    before = everything()
    assert page.post("/settings", {**form, "unpaid_hours": "0"}).status_code == 200
    assert everything() == before
    assert page.post("/settings", {**form, "unpaid_hours": "2"}).status_code == 302
    order, po = requested(world, LUMEN, {CANDLE: 1})
    polled_after(world, timedelta(hours=2, minutes=1))
    [declined] = [facts for facts in world.journal("fulfillment_order.rejected") if facts["order_id"] == order]
    assert declined["message"] == "Non payé dans Orderlane en 2 heures."
    assert shown(world, po) is FulfillmentState.UNFULFILLED
    assert page.post("/settings", {**form, "unpaid_hours": "24"}).status_code == 302


def test_a_part_of_an_order_is_requested(world: World) -> None:
    order = world.buy(LUMEN, {CANDLE: 1, MUG: 1})
    world.settle()
    purchase_orders = world.purchase_orders(LUMEN, order)
    with system_scope(ACTOR):
        by_sku = {po.lines.get().sku: po for po in purchase_orders}
    world.act(LUMEN, order, "request_fulfillment", lines={CANDLE: 1})
    world.settle()
    assert shown(world, by_sku[CANDLE]) is FulfillmentState.IN_PROGRESS
    assert shown(world, by_sku[MUG]) is FulfillmentState.UNFULFILLED
    world.pay([by_sku[MUG]])
    assert ("OPEN", "SUBMITTED") in works(world, LUMEN, order)
    world.pay([by_sku[CANDLE]])
    assert sorted(works(world, LUMEN, order)) == [("IN_PROGRESS", "ACCEPTED"), ("OPEN", "UNSUBMITTED")]


def test_accepted_work_that_was_never_noted_is_noted(world: World) -> None:
    order, po = requested(world, NORTHWIND, {MUG: 1})
    world.pay([po])
    with system_scope(ACTOR):  # as an older backup has it
        PurchaseOrder.objects.filter(pk=po.pk).update(fulfillment_state=FulfillmentState.UNFULFILLED)
    world.poll()
    assert shown(world, po) is FulfillmentState.IN_PROGRESS
    assert len([facts for facts in world.journal("fulfillment_order.accepted") if facts["order_id"] == order]) == 1


@pytest.mark.parametrize("mode", ["reset_after", "500_after", "timeout_after", "reset"])
def test_an_answer_whose_outcome_is_unknown_is_looked_up(world: World, mode: str) -> None:
    order, po = requested(world, NORTHWIND, {MUG: 1})
    world.fault(f"shopify:{NORTHWIND}", "fulfillmentOrderAcceptFulfillmentRequest", mode, count=1, seconds=0.1)
    world.pay([po])
    world.advance(timedelta(minutes=2))
    world.settle()
    assert works(world, NORTHWIND, order) == [("IN_PROGRESS", "ACCEPTED")]
    assert shown(world, po) is FulfillmentState.IN_PROGRESS
    assert len([facts for facts in world.journal("fulfillment_order.accepted") if facts["order_id"] == order]) == 1


@pytest.mark.parametrize("given_back", [0, 100])
def test_a_cancellation_before_forwarding_is_agreed_to_and_nothing_is_sent(world: World, given_back: int) -> None:
    order, po = requested(world, NORTHWIND, {MUG: 1})
    world.fault(f"shopify:{CASCADE}", "orderCreate", "429", count=None, seconds=600)
    payment = world.pay([po])
    if given_back:  # a part of the money: the rest of it still pays for the goods
        world.payer(payment, "refund", amount=given_back)
        world.settle()
    paid = PaymentState.PARTIALLY_REFUNDED if given_back else PaymentState.PAID
    assert (world.fresh(po).payment_state, world.fresh(po).forwarding_state) == (paid, ForwardingState.QUEUED)
    assert works(world, NORTHWIND, order) == [("IN_PROGRESS", "ACCEPTED")]
    world.act(NORTHWIND, order, "request_cancellation")
    world.settle()
    assert works(world, NORTHWIND, order) == [("CLOSED", "CANCELLATION_ACCEPTED"), ("OPEN", "UNSUBMITTED")]
    assert shown(world, po) is FulfillmentState.UNFULFILLED
    world.sandbox.world.faults.clear()
    world.advance(timedelta(minutes=20))
    world.sweep()
    po = world.fresh(po)
    assert (po.forwarding_state, po.forwarding_reason) == (
        ForwardingState.NEEDS_ATTENTION,
        "canceled_before_forwarding",
    )
    assert (po.payment_state, world.placed(po)) == (paid, [])
    assert "before it went to the supplier" in visitor(SAM).get(f"/orders/{po.number}").content.decode()


def put_to_supplier(world: World) -> tuple[str, PurchaseOrder, CancellationRequest]:
    """A paid and forwarded order that the retailer wants canceled in its store."""
    order, po = requested(world, NORTHWIND, {MUG: 1})
    world.pay([po])
    return order, po, ask_to_cancel(world, order, po)


def ask_to_cancel(world: World, order: str, po: PurchaseOrder) -> CancellationRequest:
    world.act(NORTHWIND, order, "request_cancellation", message="Wrong size")
    world.settle()
    world.poll()
    with system_scope(ACTOR):
        request = CancellationRequest.objects.filter(purchase_order=po).order_by("-asked_at", "-id").first()
    assert request is not None
    return request


def test_a_cancellation_after_forwarding_is_put_to_the_supplier_who_refuses_and_then_agrees(world: World) -> None:
    refunds = world.journal("refund.completed")
    order, po, request = put_to_supplier(world)
    assert (request.message, request.status) == ("Wrong size", "asked")
    assert works(world, NORTHWIND, order) == [("IN_PROGRESS", "CANCELLATION_REQUESTED")]
    assert shown(world, po) is FulfillmentState.IN_PROGRESS
    assert "Wrong size" in visitor(SAM).get(f"/orders/{po.number}").content.decode()
    dana = visitor(DANA)
    page = dana.get(f"/supplier/orders/{po.number}").content.decode()
    assert "Wrong size" in page
    address = f"/supplier/orders/{po.number}/cancellation/{request.pk}"
    assert address in page
    assert dana.post(address, {"answer": "refused", "words": "Already packed"}).status_code == 302
    world.settle()
    assert works(world, NORTHWIND, order) == [("IN_PROGRESS", "CANCELLATION_REJECTED")]
    [kept] = [facts for facts in world.journal("fulfillment_order.cancellation_rejected") if facts["order_id"] == order]
    assert kept["message"] == "Already packed"
    assert "Already packed" in visitor(SAM).get(f"/orders/{po.number}").content.decode()
    assert shown(world, po) is FulfillmentState.IN_PROGRESS

    sleep(1.1)  # the store tells one request from the next by its second
    again = ask_to_cancel(world, order, po)
    assert again.pk != request.pk
    dana.post(f"/supplier/orders/{po.number}/cancellation/{again.pk}", {"answer": "agreed", "words": ""})
    world.settle()
    assert works(world, NORTHWIND, order) == [("CLOSED", "CANCELLATION_ACCEPTED"), ("OPEN", "UNSUBMITTED")]
    po = world.fresh(po)
    assert (po.forwarding_state, po.fulfillment_state) == (ForwardingState.REJECTED, FulfillmentState.UNFULFILLED)
    assert po.payment_state == PaymentState.PAID
    assert world.journal("refund.completed") == refunds


def test_the_answer_is_given_once_and_by_the_supplier_alone(world: World) -> None:
    _, po, request = put_to_supplier(world)
    address = f"/supplier/orders/{po.number}/cancellation/{request.pk}"
    before = everything()
    assert visitor(SAM).post(address, {"answer": "agreed"}).status_code in {403, 404}
    assert visitor("hugo@atelier-brume.example").post(address, {"answer": "agreed"}).status_code == 404
    assert visitor(DANA).post(address, {"answer": "perhaps"}).status_code == 404
    assert everything() == before
    with acting_for(po.supplier_id, ACTOR):
        answer_cancellation(request.pk, agrees=False, words="", now=clock.now())
    visitor(DANA).post(address, {"answer": "agreed"})
    world.settle()
    with system_scope(ACTOR):
        assert CancellationRequest.objects.get(pk=request.pk).status == "refused"


def test_a_cancellation_waits_while_it_is_unknown_whether_the_supplier_has_it(world: World) -> None:
    order, po = requested(world, NORTHWIND, {MUG: 1})
    world.fault(f"shopify:{CASCADE}", "orderCreate", "reset_after", count=1)
    world.pay([po])
    assert world.fresh(po).forwarding_state == ForwardingState.OUTCOME_UNKNOWN
    world.act(NORTHWIND, order, "request_cancellation")
    world.settle()
    assert works(world, NORTHWIND, order) == [("IN_PROGRESS", "CANCELLATION_REQUESTED")]
    with system_scope(ACTOR):
        assert not CancellationRequest.objects.filter(purchase_order=po).exists()
    world.advance(timedelta(minutes=5))
    world.sweep()
    world.poll()
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    with system_scope(ACTOR):
        assert CancellationRequest.objects.get(purchase_order=po).status == "asked"


def test_a_store_without_requests_is_left_alone(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    before = works(world, NORTHWIND, order)
    store_id = world.seeded.stores[NORTHWIND]
    assert answer_requests(world.retailer(NORTHWIND), store_id, actor=ACTOR, now=clock.now()) == 0
    assert (works(world, NORTHWIND, order), shown(world, po)) == (before, FulfillmentState.UNFULFILLED)
