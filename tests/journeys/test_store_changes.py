"""What stores do while we look elsewhere: cancelations, edits, new listings, requests."""

from __future__ import annotations

import pytest

from orderlane.catalog.actions.answer_listing import save_listing
from orderlane.catalog.models import Product
from orderlane.kernel import clock
from orderlane.members.models import Member
from orderlane.orders.models import LineMatch, OrderLine
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.tenants.scope import acting_for, system_scope
from tests.journeys.platforms import SIDES
from tests.journeys.visitors import visitor
from tests.journeys.world import ACTOR, BOTTLE, CANDLE, CASCADE, LUMEN, MUG, NORTHWIND, World

UNKNOWN = "ML-FIGUIER"


def test_a_line_without_a_listing_waits_for_one_and_one_listing_mends_all(world: World) -> None:
    orders = [world.buy(LUMEN, {CANDLE: 1, UNKNOWN: count}) for count in (1, 2)]
    world.settle()
    retailer = world.retailer(LUMEN)
    assert [len(world.purchase_orders(LUMEN, order)) for order in orders] == [1, 1]
    with acting_for(retailer, ACTOR):
        waiting = OrderLine.objects.filter(match=LineMatch.UNMATCHED, sku=UNKNOWN)
        assert waiting.count() == 2
        variant = waiting.first()
        assert variant is not None
        mug = Product.objects.get(sku=MUG)
        save_listing(
            retailer_id=retailer,
            store_id=world.seeded.stores[LUMEN],
            variant_id=variant.variant_id,
            product_id=mug.pk,
            now=clock.now(),
        )
    world.settle()
    for order in orders:
        [new] = [po for po in world.purchase_orders(LUMEN, order) if po.supplier_id == mug.supplier_id]
        assert world.pay([new]).status == "captured"


@pytest.mark.parametrize("lost", [False, True], ids=["told", "polled"])
def test_an_order_canceled_before_it_is_paid_cannot_be_paid(world: World, lost: bool) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    if lost:
        world.fault(f"shopify:{NORTHWIND}", "webhook:*", "drop", count=None)
    world.act(NORTHWIND, order, "cancel")
    world.settle()
    if lost:
        world.poll()
    po = world.fresh(po)
    assert po.hold == "canceled_in_store"
    assert not po.payable


def test_an_order_that_its_store_revives_before_it_is_paid_can_be_paid_again(world: World) -> None:
    side = SIDES["woocommerce"]
    order, po = world.ordered(side.retailer, {side.goods[0]: 1})
    world.act(side.retailer, order, "cancel")
    world.settle()
    assert world.fresh(po).hold == "canceled_in_store"
    world.sandbox.world.clock.advance(2)  # WooCommerce counts changes in whole seconds
    world.act(side.retailer, order, "status", status="processing")
    world.settle()
    world.poll()
    po = world.fresh(po)
    assert (po.hold, po.payable, po.order.canceled_at) == ("", True, None)


def test_an_order_canceled_after_it_was_paid_is_flagged_and_stays_at_the_supplier(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    world.pay([po])
    world.act(NORTHWIND, order, "cancel")
    world.settle()
    po = world.fresh(po)
    assert po.changed_in_store_at is not None
    assert (po.payment_state, po.forwarding_state) == (PaymentState.PAID, ForwardingState.DELIVERED)
    assert len(world.placed(po)) == 1


def test_an_address_changed_after_paying_is_flagged_and_changes_nothing(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    world.pay([po])
    world.act(NORTHWIND, order, "edit", address={"address1": "1 Elsewhere Road", "city": "Boise"})
    world.settle()
    po = world.fresh(po)
    assert po.changed_in_store_at is not None
    assert po.ship_to.city == "Portland"
    [placed] = world.placed(po)
    assert placed["ship_to"]["city"] == "Portland"


@pytest.mark.parametrize("platform", sorted(SIDES))
def test_a_line_taken_away_after_paying_marks_its_own_purchase_order_alone(world: World, platform: str) -> None:
    side = SIDES[platform]
    edited = side.goods[0]
    order = world.buy(side.retailer, {edited: 2, side.elsewhere: 1})
    world.settle()
    for po in world.purchase_orders(side.retailer, order):
        world.pay([po], "stripe")
    world.act(side.retailer, order, "edit", quantities={edited: 1})
    world.settle()
    world.poll()
    purchase_orders = world.purchase_orders(side.retailer, order)
    with system_scope(ACTOR):
        marked = {po.lines.get().sku: po.changed_in_store_at is not None for po in purchase_orders}
        owner = Member.objects.get(
            memberships__organization_id=purchase_orders[0].retailer_id, memberships__role="owner"
        )
    assert marked == {edited: True, side.elsewhere: False}
    person = visitor(owner.email)
    shown = {po.number: person.get(f"/orders/{po.number}").content.decode() for po in purchase_orders}
    told = {po.number for po in purchase_orders if "The store changed the order" in shown[po.number]}
    assert told == {po.number for po in purchase_orders if po.changed_in_store_at}


def test_of_a_line_bought_in_two_goes_the_last_one_is_marked_when_pieces_go(world: World) -> None:
    order, first = world.ordered(NORTHWIND, {BOTTLE: 1})
    world.pay([first])
    world.act(NORTHWIND, order, "edit", quantities={BOTTLE: 3})
    world.act(NORTHWIND, order, "pay")
    world.settle()
    _, second = world.purchase_orders(NORTHWIND, order)
    world.pay([second])
    world.act(NORTHWIND, order, "edit", quantities={BOTTLE: 2})
    world.settle()
    marked = [po.changed_in_store_at is not None for po in world.purchase_orders(NORTHWIND, order)]
    assert marked == [False, True]


def test_pieces_added_after_paying_become_a_new_purchase_order(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    world.pay([po])
    world.act(NORTHWIND, order, "edit", quantities={BOTTLE: 3})
    world.settle()
    _, added = world.purchase_orders(NORTHWIND, order)
    assert added.hold == "customer_unpaid"
    world.act(NORTHWIND, order, "pay")
    world.settle()
    assert world.fresh(added).payable
    world.pay([added])
    quantities = [world.placed(each)[0]["lines"][0]["quantity"] for each in (po, added)]
    assert quantities == [1, 2]


def test_request_fulfillment_is_accepted_and_orders_nothing(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1})
    world.act(NORTHWIND, order, "request_fulfillment")
    world.settle()
    po = world.fresh(po)
    assert (po.payment_state, po.fulfillment_state) == (PaymentState.UNPAID, FulfillmentState.IN_PROGRESS)
    assert world.placed(po) == []
    world.pay([po])
    world.act(CASCADE, world.placed(po)[0]["order_id"], "ship", company="UPS", number="1ZREQUESTED")
    world.settle()
    assert world.outside_order(NORTHWIND, order)["fulfillment_status"] == "FULFILLED"
