"""The story of a sale, when all goes well."""

from __future__ import annotations

from orderlane.audit.models import AuditEntry
from orderlane.catalog.actions.save_goods import save_product
from orderlane.kernel import clock
from orderlane.kernel.money import Money
from orderlane.payments.states import PaymentStatus
from orderlane.purchasing.states import ForwardingState, FulfillmentState, PaymentState
from orderlane.tenants.scope import acting_for
from tests.journeys.world import ACTOR, BOTTLE, BOWL, BRUME, CANDLE, CASCADE, LANTERN, LUMEN, MUG, NORTHWIND, World


def test_a_card_payment_brings_one_order_to_its_customer(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {LANTERN: 2, MUG: 1})
    assert po.payable
    payment = world.pay([po], "stripe")
    assert payment.status == PaymentStatus.CAPTURED
    po = world.fresh(po)
    assert (po.payment_state, po.forwarding_state) == (PaymentState.PAID, ForwardingState.DELIVERED)
    [placed] = world.placed(po)
    assert placed["financial_status"] == "PAID"
    world.act(CASCADE, placed["order_id"], "ship", company="UPS", number="1Z999AA10123456784")
    world.settle()
    assert world.fresh(po).fulfillment_state == FulfillmentState.FULFILLED
    [parcel] = world.outside_order(NORTHWIND, order)["fulfillments"]
    assert parcel["numbers"] == ["1Z999AA10123456784"]
    assert world.outside_order(NORTHWIND, order)["fulfillment_status"] == "FULFILLED"


def test_paypal_pays_several_orders_at_once_and_one_ships_in_two_parcels(world: World) -> None:
    first, one = world.ordered(LUMEN, {CANDLE: 2, BOWL: 1})
    second, two = world.ordered(LUMEN, {BOWL: 3})
    payment = world.pay([one, two], "paypal")
    assert payment.status == PaymentStatus.CAPTURED
    for po in (one, two):
        assert world.fresh(po).forwarding_state == ForwardingState.DELIVERED
        assert len(world.placed(po)) == 1
    [capture] = [each for each in world.journal("capture.completed") if each["reference"] == payment.reference]
    assert capture["amount_minor"] == payment.amount_minor
    [placed] = world.placed(one)
    world.act(BRUME, placed["order_id"], "ship", lines={CANDLE: 2}, company="Colissimo", number="6A12345678901")
    world.settle()
    assert world.fresh(one).fulfillment_state == FulfillmentState.PARTIALLY_FULFILLED
    assert world.outside_order(LUMEN, first)["fulfillment_status"] == "PARTIALLY_FULFILLED"
    world.act(BRUME, placed["order_id"], "ship", company="Colissimo", number="6A12345678902")
    world.settle()
    assert world.fresh(one).fulfillment_state == FulfillmentState.FULFILLED
    parcels = world.outside_order(LUMEN, first)["fulfillments"]
    assert [parcel["numbers"] for parcel in parcels] == [["6A12345678901"], ["6A12345678902"]]
    assert world.outside_order(LUMEN, second)["fulfillments"] == []


def test_one_order_of_two_suppliers_becomes_two_purchase_orders_with_their_own_parcels(world: World) -> None:
    order = world.buy(LUMEN, {CANDLE: 1, MUG: 2})
    world.settle()
    purchase_orders = world.purchase_orders(LUMEN, order)
    assert len({po.supplier_id for po in purchase_orders}) == 2
    for po in purchase_orders:
        world.pay([po], "stripe")
    for po, number in zip(purchase_orders, ("8V00001", "8V00002"), strict=True):
        [placed] = world.placed(world.fresh(po))
        domain = BRUME if placed["lines"][0]["sku"] == CANDLE else CASCADE
        world.act(domain, placed["order_id"], "ship", company="DHL", number=number)
        world.settle()
    shipped = world.outside_order(LUMEN, order)
    assert shipped["fulfillment_status"] == "FULFILLED"
    assert len(shipped["fulfillments"]) == 2


def test_a_corrected_tracking_number_replaces_the_first(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {BOTTLE: 1})
    world.pay([po])
    [placed] = world.placed(po)
    world.act(CASCADE, placed["order_id"], "ship", company="UPS", number="1ZWRONG0001")
    world.settle()
    world.act(CASCADE, placed["order_id"], "track", company="UPS", number="1ZRIGHT0001")
    world.settle()
    [parcel] = world.outside_order(NORTHWIND, order)["fulfillments"]
    assert parcel["numbers"] == ["1ZRIGHT0001"]


def test_what_the_customer_has_not_paid_becomes_payable_once_paid(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1}, paid=False)
    assert po.hold == "customer_unpaid"
    assert not po.payable
    world.act(NORTHWIND, order, "pay")
    world.settle()
    assert world.fresh(po).payable
    with acting_for(po.retailer_id, ACTOR):
        holds = AuditEntry.objects.filter(about_id=po.pk, action="purchase_order.hold_changed").order_by("id")
        assert list(holds.values_list("old", "new")) == [("", "customer_unpaid"), ("customer_unpaid", "")]
    assert world.pay([po]).status == PaymentStatus.CAPTURED
    assert world.fresh(po).payment_state == PaymentState.PAID


def test_the_worked_example_to_the_cent(world: World) -> None:
    """Wholesale 10.00 and shipping 2.00, sold at 15.00: 15.00 from the customer, 12.00 to the supplier."""
    supplier = world.seeded.suppliers["cascade-gear"]

    def wholesale(minor: int) -> None:
        with acting_for(supplier, ACTOR):
            save_product(supplier, BOTTLE, price=Money(minor, "USD"), now=clock.now())

    wholesale(1000)
    lines = [{"sku": BOTTLE, "quantity": 1, "price": "15.00"}]
    told = world.post(f"/shopify/{NORTHWIND}/_sandbox/orders", {"lines": lines, "shipping": "0"})
    world.settle()
    order = told["order"]["order_id"]
    assert world.order(NORTHWIND, order).total == Money(1500, "USD")
    [po] = world.purchase_orders(NORTHWIND, order)
    quote = world.quote([po])
    assert (quote.goods, quote.shipping, quote.total) == (Money(1000, "USD"), Money(200, "USD"), Money(1200, "USD"))
    payment = world.pay([po], "paypal")
    [capture] = [each for each in world.journal("capture.completed") if each["reference"] == payment.reference]
    assert (capture["amount_minor"], capture["currency"], capture["payee"]) == (1200, "USD", payment.payee)
    [placed] = world.placed(po)
    assert (placed["total"], placed["currency"]) == ("12.00", "USD")
    world.act(CASCADE, placed["order_id"], "ship", company="UPS", number="1ZWORKED")
    world.settle()
    [parcel] = world.outside_order(NORTHWIND, order)["fulfillments"]
    assert (parcel["company"], parcel["numbers"]) == ("UPS", ["1ZWORKED"])
    wholesale(1675)
