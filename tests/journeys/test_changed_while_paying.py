"""The store changes an order while its payment is open, or after: both versions are shown, and a person decides."""

from __future__ import annotations

from html import unescape

import pytest

from orderlane.audit.models import AuditEntry
from orderlane.desk.queries import everything_stuck
from orderlane.payments.models import Payment
from orderlane.payments.states import PaymentStatus
from orderlane.purchasing.models import PurchaseOrder
from orderlane.purchasing.states import ForwardingState, PaymentState
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.test_paying import PAID, PROVIDERS, states
from tests.journeys.visitors import SAM, everything, visitor
from tests.journeys.world import ACTOR, BOTTLE, CASCADE, MUG, NORTHWIND, World

ELSEWHERE = {"address1": "1 Elsewhere Road", "city": "Boise"}
HELD = (PaymentState.PAID, ForwardingState.NEEDS_ATTENTION)


def page(path: str, language: str = "en") -> str:
    """What Northwind's owner reads there."""
    answer = visitor(SAM, language=language).get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def desk_reasons(po: PurchaseOrder) -> list[str]:
    """Under which reasons a purchase order is on its retailer's desk."""
    with acting_for(po.retailer_id, ACTOR):
        return [each.reason for each in everything_stuck() if po.pk in {getattr(row, "pk", None) for row in each.rows}]


def acts(po: PurchaseOrder, action: str) -> int:
    """How often something was done to a purchase order."""
    with system_scope(ACTOR):
        return AuditEntry.objects.filter(about_id=po.pk, action=action).count()


def moved_while_open(world: World, provider: str) -> tuple[str, PurchaseOrder, Payment]:
    """An order whose address the customer changed after Pay now."""
    order, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    payment = world.start([po], provider)
    world.act(NORTHWIND, order, "edit", address=ELSEWHERE)
    world.settle()
    return order, po, payment


def paid_after_moving(world: World, provider: str = "stripe") -> tuple[str, PurchaseOrder, Payment]:
    """The same, paid all the same."""
    order, po, payment = moved_while_open(world, provider)
    world.approve(payment)
    world.back(payment)
    world.settle()
    assert world.payment(payment).status == PaymentStatus.CAPTURED
    return order, po, payment


@pytest.mark.parametrize("provider", PROVIDERS)
def test_both_addresses_are_shown_while_the_payment_is_open(world: World, provider: str) -> None:
    _, po, payment = moved_while_open(world, provider)
    shown = page(f"/orders/{po.number}")
    for words in (
        "while a payment is open",
        "Being paid for",
        po.ship_to.line1,
        "1 Elsewhere Road",
        "The store now says",
    ):
        assert words in shown
    result = page(f"/payments/{payment.pk}/return")
    assert "Waits for your decision" in result
    assert "The delivery address is another one now." in result
    world.back(payment, give_up=True)
    world.settle()
    # Paid anew, it goes where the store says now, and nothing is left to decide.
    assert "while a payment is open" not in page(f"/orders/{po.number}")
    world.pay([world.fresh(po)], provider)
    [placed] = world.placed(po)
    assert placed["ship_to"]["city"] == "Boise"
    assert desk_reasons(po) == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_was_paid_for_another_address_is_held_until_somebody_decides(world: World, provider: str) -> None:
    _, po, payment = paid_after_moving(world, provider)
    assert states(world, po) == HELD
    assert world.placed(po) == []
    assert desk_reasons(po) == ["held_back"]
    result = page(f"/payments/{payment.pk}/return")
    assert "Not everything can go to the supplier by itself" in result
    assert "You have nothing more to do" not in result
    assert f'href="/orders/{po.number}"' in result
    shown = page(f"/orders/{po.number}")
    for words in (
        "before its payment went through",
        "Paid for",
        "1 Elsewhere Road",
        "It is held",
        "Write to the supplier",
    ):
        assert words in shown
    assert po.ship_to.line1 in shown
    assert "The supplier does not have this order yet" not in shown
    untouched = everything()
    told = visitor(SAM).post(f"/attention/note/{po.pk}", follow=True)
    assert "It is held until you decide" in told.content.decode()
    assert everything() == untouched
    answer = visitor(SAM).post(f"/attention/forward/{po.pk}", {"next": f"/orders/{po.number}"})
    assert answer["Location"] == f"/orders/{po.number}"
    world.settle()
    assert states(world, po) == PAID
    [placed] = world.placed(po)
    assert placed["ship_to"]["city"] == "Portland"
    assert acts(po, "purchase_order.change_accepted") == 1
    assert desk_reasons(po) == []
    # The parcel makes a new version of the order in the store: what was decided stays decided.
    world.act(CASCADE, placed["order_id"], "ship", company="UPS", number="1ZDECIDED")
    world.settle()
    world.poll()
    assert world.fresh(po).changed_in_store_at is None
    assert desk_reasons(po) == []
    assert "1 Elsewhere Road" in page(f"/orders/{po.number}")


def test_a_change_after_payment_is_said_to_be_after_it_and_noted(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {BOTTLE: 2, MUG: 1})
    world.pay([po])
    world.act(NORTHWIND, order, "edit", quantities={BOTTLE: 1}, address=ELSEWHERE)
    world.settle()
    assert desk_reasons(po) == ["changed_in_store"]
    shown = page(f"/orders/{po.number}")
    for words in ("after payment", "paid 2, wanted now 1", "1 Elsewhere Road", "The supplier was sent what was paid."):
        assert words in shown
    assert "before its payment" not in shown
    desk = page("/attention", "fr")
    assert "L’adresse de livraison n’est plus la même." in desk
    visitor(SAM).post(f"/attention/note/{po.pk}")
    assert acts(po, "purchase_order.change_noted") == 1
    assert desk_reasons(po) == []
    assert len(world.placed(po)) == 1


def test_a_stranger_decides_nothing(world: World) -> None:
    _, po, _ = paid_after_moving(world)
    before = everything()
    for email in ("lea@maison-lumen.example", "dana@cascade-gear.example"):
        for act in ("forward", "note"):
            assert visitor(email).post(f"/attention/{act}/{po.pk}").status_code == 404
    assert everything() == before


def test_the_result_page_renews_itself_until_all_is_with_the_supplier(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], "stripe")
    world.approve(payment)
    client, address = visitor(SAM), f"/payments/{payment.pk}/return"
    going = client.get(address).content.decode()
    assert "on their way to the supplier" in going
    assert 'hx-trigger="every 5s"' in going
    assert client.get(f"{address}?shown=paid-going", headers={"HX-Request": "true"}).status_code == 204
    world.settle()
    done = client.get(f"{address}?shown=paid-going", headers={"HX-Request": "true"}).content.decode()
    assert "The supplier has the purchase orders." in done
    assert "hx-trigger" not in done
