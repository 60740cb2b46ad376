"""Canceling what was paid: asked for here, answered by the supplier, heard from stores; parcels that come anyway."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.shipping.models import CancellationRequest
from orderlane.shipping.states import CancellationStatus, FulfillmentStatus
from orderlane.tenants.scope import system_scope
from tests.journeys.test_parcels import numbers
from tests.journeys.visitors import DANA, SAM, everything, read_only_member, visitor
from tests.journeys.world import ACTOR, CASCADE, MUG, NORTHWIND, World

HUGO = "hugo@atelier-brume.example"


def forwarded(world: World, pieces: int = 1) -> tuple[str, PurchaseOrder, str]:
    """A paid order at its supplier: the retailer's number, the purchase order, and the supplier's number."""
    order, po = world.ordered(NORTHWIND, {MUG: pieces})
    world.pay([po])
    return order, po, world.placed(po)[0]["order_id"]


def ask(po: PurchaseOrder, words: str = "The customer has changed her mind") -> str:
    """The retailer asks on the order's page; returns what is said."""
    return visitor(SAM).post(f"/orders/{po.number}/cancel", {"words": words}, follow=True).content.decode()


def wishes(po: PurchaseOrder) -> list[CancellationRequest]:
    with system_scope(ACTOR):
        return list(CancellationRequest.objects.filter(purchase_order=po).order_by("asked_at"))


def answer(po: PurchaseOrder, verdict: str, words: str = "") -> None:
    """The supplier answers in the portal."""
    [wish] = [each for each in wishes(po) if each.status == CancellationStatus.ASKED]
    address = f"/supplier/orders/{po.number}/cancellation/{wish.pk}"
    assert visitor(DANA).post(address, {"answer": verdict, "words": words}).status_code == 302


def on_desk(po: PurchaseOrder, email: str = SAM) -> dict[str, tuple[str, list[str]]]:
    """What the desk says about a purchase order: reason → detail and where its buttons lead."""
    groups = visitor(email).get("/attention").context["page"].groups
    rows = [(group.reason, row) for group in groups for row in group.rows if po.number in row.title]
    assert len(rows) == len({reason for reason, _ in rows})
    return {reason: (str(row.detail), [button.url for button in row.buttons]) for reason, row in rows}


def acts(po: PurchaseOrder) -> list[str]:
    with system_scope(ACTOR):
        return list(AuditEntry.objects.filter(about_id=po.pk).order_by("at", "id").values_list("action", flat=True))


def test_the_supplier_is_asked_and_agrees_and_no_money_moves_by_itself(world: World) -> None:
    refunds = world.journal("refund.completed")
    _, po, _ = forwarded(world)
    dana = visitor(DANA)
    assert "was asked to cancel it" in ask(po, "Wrong size")
    [wish] = wishes(po)
    assert (wish.message, wish.status) == ("Wrong size", CancellationStatus.ASKED)
    first = dana.get("/supplier/orders").context["page"].rows[0]
    assert (first.number, [str(flag) for flag, _ in first.flags]) == (po.number, ["Asks to cancel"])
    assert set(on_desk(po, DANA)) == {"to_answer"}
    assert "Wrong size" in dana.get(f"/supplier/orders/{po.number}").content.decode()
    before = everything()
    assert "has not answered yet" in ask(po)
    assert everything() == before
    answer(po, "agreed", "No problem")
    world.settle()
    po = world.fresh(po)
    assert (po.forwarding_state, po.payment_state) == (ForwardingState.REJECTED, PaymentState.PAID)
    assert world.journal("refund.completed") == refunds
    assert acts(po)[-3:] == ["cancellation.asked", "cancellation.agreed", "forwarding_state.moved"]
    page = visitor(SAM).get(f"/orders/{po.number}").content.decode()
    for words in ("The supplier agreed to cancel it", "Ask the supplier for the money back", "No problem", "Archive"):
        assert words in page
    assert "/orders/archive" in on_desk(po)["rejected"][1]
    assert "Give the money back" in dana.get(f"/supplier/orders/{po.number}").content.decode()
    assert on_desk(po, DANA) == {}


def test_a_refusal_leaves_everything_as_it_was_and_it_can_be_asked_again(world: World) -> None:
    _, po, _ = forwarded(world)
    ask(po)
    answer(po, "refused", "Already packed")
    assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
    assert "Already packed" in visitor(SAM).get(f"/orders/{po.number}").content.decode()
    assert "was asked to cancel it" in ask(po, "Please")
    assert [wish.status for wish in wishes(po)] == [CancellationStatus.REFUSED, CancellationStatus.ASKED]


def test_a_cancellation_in_the_suppliers_own_store_is_its_answer(world: World) -> None:
    _, po, placed = forwarded(world)
    ask(po)
    world.act(CASCADE, placed, "cancel")
    world.settle()
    po = world.fresh(po)
    assert (po.forwarding_state, po.forwarding_reason) == (ForwardingState.REJECTED, "cancellation_agreed")
    assert [wish.status for wish in wishes(po)] == [CancellationStatus.AGREED]
    assert on_desk(po, DANA) == {}


def test_a_cancellation_by_the_supplier_alone_has_a_banner_with_its_next_step(world: World) -> None:
    _, po, placed = forwarded(world)
    payment = visitor(SAM).get(f"/orders/{po.number}").context["page"].payment.url
    world.act(CASCADE, placed, "cancel")
    world.settle()
    page = visitor(SAM).get(f"/orders/{po.number}").context["page"]
    [problem] = page.problems
    assert str(problem.title) == "Canceled by the supplier"
    assert [button.url for button in problem.buttons] == [payment, "/orders/archive"]
    detail, _ = on_desk(po)["rejected"]
    assert "Canceled by the supplier. You have paid for it." in detail
    visitor(SAM).post("/orders/archive", {"purchase_order": [po.number]})
    assert on_desk(po) == {}


def test_what_was_not_sent_yet_is_canceled_at_once(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    world.fault(f"shopify:{CASCADE}", "orderCreate", "429", count=None, seconds=600)
    payment = world.pay([po])
    assert "Canceled before it was sent" in ask(po)
    assert [wish.status for wish in wishes(po)] == [CancellationStatus.AGREED]
    world.sandbox.world.faults.clear()
    world.advance(timedelta(minutes=20))
    world.sweep()
    assert world.placed(po) == []
    assert world.fresh(po).canceled_here
    [detail, _] = on_desk(po)["held_back"]
    assert "It was canceled before it went to the supplier." in detail
    assert set(on_desk(po)) == {"held_back"}
    assert "do not ship it" in visitor(DANA).get(f"/supplier/orders/{po.number}").content.decode()
    world.payer(payment, "refund")
    world.settle()
    assert world.fresh(po).payment_state == PaymentState.REFUNDED
    assert on_desk(po) == {}  # settled: it never went there, and the money is back


def test_what_may_be_on_its_way_is_not_canceled_before_that_is_known(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    world.fault(f"shopify:{CASCADE}", "orderCreate", "reset_after", count=1)
    world.pay([po])
    assert world.fresh(po).forwarding_state == ForwardingState.OUTCOME_UNKNOWN
    before = everything()
    assert "It is being sent to the supplier" in ask(po)
    assert everything() == before
    assert 'id="cancel"' not in visitor(SAM).get(f"/orders/{po.number}").content.decode()
    world.advance(timedelta(minutes=5))
    world.sweep()
    assert "was asked to cancel it" in ask(po)


def test_nothing_can_be_asked_of_what_is_unpaid_shipped_or_anothers(world: World) -> None:
    _, unpaid = world.ordered(NORTHWIND, {MUG: 1})
    _, shipped, placed = forwarded(world)
    world.act(CASCADE, placed, "ship", company="UPS", number="1ZGONE")
    world.settle()
    _, po, _ = forwarded(world)
    with read_only_member(world, NORTHWIND) as reader:
        before = everything()
        assert "There is nothing to cancel" in ask(unpaid)
        assert "already left" in ask(shipped)
        assert visitor(SAM).post(f"/orders/{po.number}/cancel", {"words": " "}).status_code == 422
        assert visitor(reader).post(f"/orders/{po.number}/cancel", {"words": "x"}).status_code == 403
        assert 'id="cancel"' not in visitor(reader).get(f"/orders/{po.number}").content.decode()
        for stranger in (DANA, HUGO, "lea@maison-lumen.example"):
            assert visitor(stranger).post(f"/orders/{po.number}/cancel", {"words": "x"}).status_code == 404
        assert everything() == before


def test_canceled_in_the_store_after_paying_is_said_once_and_leads_to_the_supplier(world: World) -> None:
    order, po, _ = forwarded(world)
    world.act(NORTHWIND, order, "cancel")
    world.settle()
    [(reason, (detail, buttons))] = on_desk(po).items()
    assert reason == "changed_in_store"
    assert detail == (
        "The customer’s order was canceled. The supplier has it and will ship it. Ask the supplier to cancel it."
    )
    assert f"/orders/{po.number}#cancel" in buttons
    page = visitor(SAM).get(f"/orders/{po.number}").context["page"]
    assert (page.problems, page.change.title) == ([], "Canceled in the store after payment")
    assert "Canceled in the store" in [str(flag) for flag, _ in page.row.flags]
    ask(po)
    assert on_desk(po) == {}  # the supplier's turn


def test_canceled_in_the_store_before_it_was_sent_is_held_back_and_is_one_row(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    world.fault(f"shopify:{CASCADE}", "orderCreate", "429", count=None, seconds=600)
    world.pay([po])
    world.act(NORTHWIND, order, "cancel")
    world.settle()
    world.sandbox.world.faults.clear()
    world.advance(timedelta(minutes=20))
    world.sweep()
    assert world.placed(po) == []
    assert set(on_desk(po)) == {"held_back"}
    assert "was canceled. It is held: nothing is sent" in on_desk(po)["held_back"][0]
    ask(po)
    assert "It was canceled before it went to the supplier." in on_desk(po)["held_back"][0]


def shipped_anyway(world: World) -> tuple[str, PurchaseOrder]:
    """The supplier agrees to cancel, and its own store tells of a parcel all the same."""
    order, po, placed = forwarded(world)
    ask(po)
    answer(po, "agreed")
    world.act(CASCADE, placed, "ship", company="UPS", number="1ZANYWAY")
    world.settle()
    world.poll()
    return order, po


@pytest.mark.parametrize("told", [True, False], ids=["told", "left"])
def test_a_parcel_after_an_agreed_cancellation_is_shown_and_the_retailer_decides(world: World, told: bool) -> None:
    order, po = shipped_anyway(world)
    assert world.tracked(NORTHWIND, order) == set()
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    sam = visitor(SAM)
    page = sam.get(f"/orders/{po.number}").content.decode()
    for words in (
        "1ZANYWAY",
        "Shipped although it was canceled",
        "has shipped it all the same",
        "You have paid for it",
    ):
        assert words in page
    detail, buttons = on_desk(po)["shipped_anyway"]
    assert set(on_desk(po)) == {"shipped_anyway"}
    assert "has shipped it all the same" in detail
    assert "You have paid for it" in detail
    tell, leave = buttons
    assert "canceled, and a parcel has left" in visitor(DANA).get(f"/supplier/orders/{po.number}").content.decode()
    answered = sam.post(tell if told else leave, {"next": "/attention"})
    assert answered["Location"] == "/attention"
    world.settle()
    assert world.tracked(NORTHWIND, order) == ({"1ZANYWAY"} if told else set())
    assert [each.status for each in world.fulfillments(po)] == [
        FulfillmentStatus.PUSHED if told else FulfillmentStatus.DONE_ELSEWHERE
    ]
    assert on_desk(po) == {}


def test_a_parcel_typed_in_after_an_agreed_cancellation_is_taken_from_either_side(world: World) -> None:
    order, po, placed = forwarded(world, 2)
    ask(po)
    answer(po, "agreed")
    with system_scope(ACTOR):
        [line] = po.lines.all()
    parcel = {f"quantity_{line.pk}": 1, "number": "1ZPORTAL", "carrier": "UPS", "url": ""}
    assert visitor(DANA).post(f"/supplier/orders/{po.number}/ship", parcel).status_code == 302
    world.settle()
    assert (world.tracked(NORTHWIND, order), world.tracked(CASCADE, placed)) == (set(), set())
    assert set(on_desk(po)) == {"shipped_anyway"}
    # The retailer who types a number in has decided: its store is told.
    assert visitor(SAM).post(f"/orders/{po.number}/tracking", {**parcel, "number": "1ZMINE"}).status_code == 302
    world.settle()
    assert world.tracked(NORTHWIND, order) == {"1ZMINE"}


def test_a_parcel_taken_back_after_the_store_was_told_is_taken_back_there_too(world: World) -> None:
    order, po, placed = forwarded(world)
    world.act(CASCADE, placed, "ship", company="UPS", number="1ZBACK")
    world.settle()
    assert world.tracked(NORTHWIND, order) == {"1ZBACK"}
    world.act(CASCADE, placed, "cancel_fulfillment")
    world.settle()
    assert (numbers(world, NORTHWIND, order), on_desk(po)) == ([], {})
    page = visitor(SAM).get(f"/orders/{po.number}").content.decode()
    assert "Canceled parcel" in page
    assert "your store shows it no longer" in page


def test_a_held_parcel_that_its_supplier_takes_back_leaves_the_desk(world: World) -> None:
    order, po = shipped_anyway(world)
    world.act(CASCADE, world.placed(po)[0]["order_id"], "cancel_fulfillment")
    world.settle()
    world.poll()
    assert world.tracked(NORTHWIND, order) == set()
    assert set(on_desk(po)) == {"rejected"}
