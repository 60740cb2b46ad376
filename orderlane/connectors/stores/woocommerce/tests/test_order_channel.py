"""The supplier's side against the shipped simulator: placed once, found again, followed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orderlane.connectors.stores.woocommerce.channel import WooCommerceOrderChannel
from orderlane.connectors.stores.woocommerce.tests.simulator import (
    BLANKET,
    RETAILER,
    SUPPLIER,
    YARN,
    Simulator,
    eur,
    purchase_order,
)
from orderlane.kernel import clock
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, OutsideError, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.stores import PlacedOrder, PurchaseOrderLineRequest, SupplierShipment, Tracking

REFERENCE = "OL-100234"


def shipments(simulator: Simulator, number: str) -> list[SupplierShipment]:
    state = simulator.channel().read_purchase_order(number)
    assert state is not None
    return list(state.shipments)


def live(simulator: Simulator, number: str) -> list[SupplierShipment]:
    return [shipment for shipment in shipments(simulator, number) if not shipment.canceled]


def test_a_purchase_order_is_placed_paid_untaxed_and_tells_where_it_comes_from(simulator: Simulator) -> None:
    channel = simulator.channel()
    assert channel.find_purchase_order(REFERENCE) is None
    placed = channel.send_purchase_order(purchase_order(tax=eur(550)))
    assert channel.find_purchase_order(REFERENCE) == placed == PlacedOrder(placed.external_id, placed.external_id)
    order = simulator.order(SUPPLIER, placed.external_id)
    assert (order["status"], order["financial_status"], order["source_identifier"]) == ("processing", "PAID", REFERENCE)
    # Exactly what was paid: the shop would have put twenty percent of its own tax on top.
    assert order["total"] == (eur(4200) * 2 + eur(735) * 3 + eur(590) + eur(550)).format_plain()
    assert [(line["sku"], line["quantity"], line["price"]) for line in order["lines"]] == [
        (BLANKET, 2, "42.00"),
        (YARN, 3, "7.35"),
    ]
    assert order["attributes"]["Orderlane"] == REFERENCE
    assert order["attributes"]["Retailer domain"] == RETAILER
    ship_to = order["ship_to"]
    assert (ship_to["first_name"], ship_to["last_name"]) == ("Zoé Anne", "Martin")
    assert (ship_to["address1"], ship_to["address2"], ship_to["zip"]) == ("12 rue des Lilas", "Bât. B", "69003")
    assert simulator.journal("mail.sent") == []
    assert channel.find_purchase_order("OL-10023") is None


def test_two_live_orders_under_one_reference_are_noticed(simulator: Simulator) -> None:
    channel = simulator.channel()
    first = channel.send_purchase_order(purchase_order())
    second = channel.send_purchase_order(purchase_order())
    with pytest.raises(NeedsAttention) as caught:
        channel.find_purchase_order(REFERENCE)
    assert caught.value.reason == "placed_twice"
    assert caught.value.params["orders"] == [first.external_id, second.external_id]
    simulator.act(SUPPLIER, first.external_id, "cancel")
    assert channel.find_purchase_order(REFERENCE) == second


@pytest.mark.parametrize("verb", ["cancel", "delete", "refund"])
def test_what_the_supplier_took_back_was_placed_all_the_same(simulator: Simulator, verb: str) -> None:
    channel = simulator.channel()
    placed = channel.send_purchase_order(purchase_order())
    simulator.act(SUPPLIER, placed.external_id, verb)
    assert channel.find_purchase_order(REFERENCE) == replace(placed, canceled=True)
    state = channel.read_purchase_order(placed.external_id)
    assert state is not None
    assert state.order.canceled


def test_what_was_deleted_for_good_is_gone(simulator: Simulator) -> None:
    channel = simulator.channel()
    placed = channel.send_purchase_order(purchase_order())
    simulator.press(SUPPLIER, f"orders/{placed.external_id}/delete", forever=True)
    assert channel.read_purchase_order(placed.external_id) is None


@pytest.mark.parametrize(
    ("mode", "kind", "placed"),
    [
        ("429", Unavailable, False),
        ("500", OutcomeUnknown, False),
        ("503", OutcomeUnknown, False),
        ("reset", OutcomeUnknown, False),
        ("500_after", OutcomeUnknown, True),
        ("reset_after", OutcomeUnknown, True),
        ("html", OutcomeUnknown, True),
        ("truncated", OutcomeUnknown, True),
    ],
)
@pytest.mark.parametrize("finds", [True, False])
def test_a_lost_answer_is_resolved_by_the_look_up(
    simulator: Simulator, mode: str, kind: type[OutsideError], placed: bool, finds: bool
) -> None:
    simulator.press(SUPPLIER, "search", finds=finds)
    channel = simulator.channel()
    simulator.fault("createOrder", mode)
    with pytest.raises(kind):
        channel.send_purchase_order(purchase_order())
    found = channel.find_purchase_order(REFERENCE)
    assert (found is not None) is placed
    assert [order["order_id"] for order in simulator.orders(SUPPLIER)] == ([found.external_id] if found else [])


def test_without_a_search_only_the_last_days_are_read(simulator: Simulator) -> None:
    channel = simulator.channel()
    channel.send_purchase_order(purchase_order())
    simulator.press(SUPPLIER, "search", finds=False)
    with clock.shifted(timedelta(days=3)):
        assert channel.find_purchase_order(REFERENCE) is None
    simulator.press(SUPPLIER, "search", finds=True)
    with clock.shifted(timedelta(days=3)):
        assert channel.find_purchase_order(REFERENCE) is not None


@pytest.mark.parametrize("operation", ["listOrders"])
@pytest.mark.parametrize("mode", ["500", "html", "truncated", "reset"])
def test_a_look_up_that_fails_does_not_say_absent(simulator: Simulator, operation: str, mode: str) -> None:
    channel = simulator.channel()
    channel.send_purchase_order(purchase_order())
    simulator.fault(operation, mode)
    with pytest.raises(Unavailable):
        channel.find_purchase_order(REFERENCE)


def test_what_is_not_there_is_not_ordered(simulator: Simulator) -> None:
    channel = simulator.channel()
    simulator.press(SUPPLIER, "stock", sku=BLANKET, stock=1)
    with pytest.raises(Declined) as caught:
        channel.send_purchase_order(purchase_order())
    assert caught.value.reason == "out_of_stock"
    gone = PurchaseOrderLineRequest("L9", "987654", "GONE", "Gone", 1, eur(100))
    with pytest.raises(NeedsAttention) as refused:
        channel.send_purchase_order(purchase_order(lines=[gone]))
    assert refused.value.reason == "order_refused"
    unknown = PurchaseOrderLineRequest("L9", "", "GONE", "Gone", 1, eur(100))
    with pytest.raises(NeedsAttention) as refused:
        channel.send_purchase_order(purchase_order(lines=[unknown]))
    assert refused.value.reason == "bad_request"
    dollars = PurchaseOrderLineRequest("L9", "", BLANKET, "Plaid", 1, Money(100, "USD"))
    with pytest.raises(NeedsAttention) as refused:
        channel.send_purchase_order(purchase_order(lines=[dollars]))
    assert refused.value.reason == "mixed_currencies"
    assert simulator.orders(SUPPLIER) == []


def test_a_line_can_be_named_by_its_sku(simulator: Simulator) -> None:
    lines = [PurchaseOrderLineRequest("L1", "", YARN, "Pelote", 2, eur(700))]
    placed = simulator.channel().send_purchase_order(purchase_order(lines=lines))
    assert [line["sku"] for line in simulator.order(SUPPLIER, placed.external_id)["lines"]] == [YARN]


def test_parcels_with_lines_are_followed_corrected_and_taken_back(simulator: Simulator) -> None:
    placed = simulator.channel().send_purchase_order(purchase_order())
    number = placed.external_id
    assert live(simulator, number) == []
    simulator.act(
        SUPPLIER, number, "ship", lines={YARN: 2}, company="Colissimo", number="6A1", url="https://l.example/6A1"
    )
    simulator.act(SUPPLIER, number, "ship", company="Messagerie du Vercors", numbers=["V1", "V2"])
    first, second = live(simulator, number)
    assert (first.quantities, first.tracking) == (
        {"L2": 2},
        Tracking("Colissimo", ("6A1",), ("https://l.example/6A1",)),
    )
    assert second.quantities == {"L1": 2, "L2": 1}
    assert (second.tracking.carrier, second.tracking.numbers) == ("Messagerie du Vercors", ("V1", "V2"))
    simulator.act(SUPPLIER, number, "track", company="UPS", number="1Z5")
    assert live(simulator, number)[1].tracking == Tracking("UPS", ("1Z5",), ("",))
    simulator.act(SUPPLIER, number, "cancel_fulfillment")
    assert [(each.external_id, each.canceled) for each in shipments(simulator, number)] == [
        (first.external_id, False),
        (second.external_id, True),
    ]
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert number in {ref.external_id for ref in simulator.channel().changed_purchase_orders(since).refs}


@pytest.mark.parametrize("way", ["extension", "notes"])
def test_without_lines_the_whole_order_leaves_when_it_is_completed(simulator: Simulator, way: str) -> None:
    simulator.press(SUPPLIER, "tracking", way=way)
    number = simulator.channel().send_purchase_order(purchase_order()).external_id
    simulator.act(SUPPLIER, number, "ship", lines={YARN: 2}, company="DHL", number="JD1")
    assert live(simulator, number) == []
    simulator.act(SUPPLIER, number, "status", status="completed")
    (whole,) = live(simulator, number)
    assert whole.quantities == {"L1": 2, "L2": 3}
    assert whole.tracking.numbers == (("JD1",) if way == "extension" else ())
    if way == "extension":
        simulator.act(SUPPLIER, number, "track", company="DHL", number="JD2")
        (corrected,) = live(simulator, number)
        assert (corrected.external_id, corrected.tracking.numbers) == (whole.external_id, ("JD2",))
    simulator.act(SUPPLIER, number, "cancel_fulfillment")
    assert [(each.external_id, each.canceled) for each in shipments(simulator, number)] == [(whole.external_id, True)]


def test_a_suppliers_goods_are_listed_with_their_variations(simulator: Simulator) -> None:
    simulator.press(SUPPLIER, "stock", sku=BLANKET, stock=7)
    page = simulator.channel().list_goods()
    goods = {good.sku: good for good in page.goods}
    blanket, yarn = goods[BLANKET], goods[YARN]
    assert (blanket.title, blanket.variant_title, blanket.price) == ("Plaid en laine du Vercors", "Écru", eur(4200))
    assert (blanket.stock, blanket.ean) == (7, "3701999000010")
    assert (yarn.title, yarn.variant_title, yarn.price, yarn.stock) == ("Pelote mérinos 100 g", "", eur(735), 500)
    assert yarn.picture_url.endswith(".svg")
    assert (len(goods), page.next_cursor) == (6, "")
    request = purchase_order()
    assert [line.variant_id for line in request.lines] == [blanket.variant_id, yarn.variant_id]


def test_another_supplier_sees_nothing_of_it(simulator: Simulator) -> None:
    simulator.channel().send_purchase_order(purchase_order())
    assert WooCommerceOrderChannel(simulator.account(RETAILER)).find_purchase_order(REFERENCE) is None
