"""What every platform must do as a supplier's store that takes purchase orders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.stores import OrderRef, PlacedOrderState, StoreCapability
from tests.contracts.outside import WRITES, Side

DID_IT = ["500_after", "reset_after", "html", "truncated"]
SAID_NOTHING = ["429", "503", "reset"]


def _state(side: Side, external_id: str) -> PlacedOrderState:
    found = side.channel.read_purchase_order(external_id)
    assert found is not None
    return found


def test_goods_come_with_price_and_stock(supplier: Side) -> None:
    goods = {good.sku: good for good in supplier.goods()}
    assert set(supplier.skus) <= set(goods)
    assert all(good.price.minor > 0 and good.price.currency == supplier.facts["currency"] for good in goods.values())
    assert all(good.variant_id and good.title for good in goods.values())
    supplier.press("stock", sku=supplier.skus[0], stock=7)
    assert {good.sku: good.stock for good in supplier.goods()}[supplier.skus[0]] == 7
    supplier.press("stock", sku=supplier.skus[0], stock=500)


def test_a_purchase_order_is_placed_once_paid_and_unfulfilled(supplier: Side) -> None:
    first, second = supplier.skus[:2]
    request = supplier.ordering({first: 2, second: 1})
    placed = supplier.channel.send_purchase_order(request)
    assert placed.external_id
    assert placed.number
    [facts] = supplier.placed(request.reference)
    assert supplier.api_id(str(facts["order_id"])) == placed.external_id
    assert {line["sku"]: line["quantity"] for line in facts["lines"]} == {first: 2, second: 1}
    assert facts["ship_to"]["city"] == "Lyon"
    order = supplier.store.fetch_order(placed.external_id)
    assert order is not None
    assert order.financial_state == "paid"
    assert order.total.minor == sum(line.unit_cost.minor * line.quantity for line in request.lines) + 450
    assert {line.fulfilled for line in order.lines} == {0}
    assert supplier.channel.find_purchase_order(request.reference) == placed
    assert [each for each in _state(supplier, placed.external_id).shipments if not each.canceled] == []


def test_what_was_never_placed_is_not_found(supplier: Side) -> None:
    assert supplier.channel.find_purchase_order("OL-999999") is None


def test_a_number_that_begins_alike_is_another(supplier: Side) -> None:
    request = supplier.ordering({supplier.skus[0]: 1})
    supplier.channel.send_purchase_order(request)
    assert supplier.channel.find_purchase_order(request.reference[:-1]) is None


def test_two_currencies_are_refused_and_nothing_is_placed(supplier: Side) -> None:
    request = supplier.ordering({supplier.skus[0]: 1}, shipping=Money(450, "JPY"))
    with pytest.raises(NeedsAttention):
        supplier.channel.send_purchase_order(request)
    assert supplier.placed(request.reference) == []


@pytest.mark.parametrize("mode", DID_IT)
def test_an_order_whose_answer_was_lost_is_found_once(supplier: Side, mode: str) -> None:
    request = supplier.ordering({supplier.skus[0]: 1})
    supplier.fault(WRITES[supplier.platform][1], mode)
    with pytest.raises(OutcomeUnknown):
        supplier.channel.send_purchase_order(request)
    found = supplier.channel.find_purchase_order(request.reference)
    if found is None:
        # Placed in two steps, and only the first is done: a repeat completes it instead of placing another.
        found = supplier.channel.send_purchase_order(request)
    assert supplier.channel.find_purchase_order(request.reference) == found
    assert len(supplier.placed(request.reference)) == 1
    order = supplier.store.fetch_order(found.external_id)
    assert order is not None
    assert order.financial_state == "paid"


@pytest.mark.parametrize("mode", SAID_NOTHING)
def test_an_order_that_was_not_taken_is_never_called_placed(supplier: Side, mode: str) -> None:
    request = supplier.ordering({supplier.skus[0]: 1})
    supplier.fault(WRITES[supplier.platform][1], mode, seconds=1)
    with pytest.raises((Unavailable, OutcomeUnknown)):
        supplier.channel.send_purchase_order(request)
    assert supplier.channel.find_purchase_order(request.reference) is None
    assert supplier.placed(request.reference) == []


def test_what_the_supplier_ships_is_read_with_our_lines(supplier: Side) -> None:
    first, second = supplier.skus[:2]
    request = supplier.ordering({first: 2, second: 1})
    placed = supplier.channel.send_purchase_order(request)
    if StoreCapability.PARTIAL_FULFILLMENT in supplier.store.capabilities:
        supplier.act(placed.external_id, "ship", lines={first: 1}, company="UPS", number="1ZFIRST")
        [one] = _state(supplier, placed.external_id).shipments
        assert (one.quantities, list(one.tracking.numbers)) == ({f"line-{first}": 1}, ["1ZFIRST"])
    supplier.act(placed.external_id, "ship", company="UPS", number="1ZLAST")
    shipments = _state(supplier, placed.external_id).shipments
    pieces: dict[str, int] = {}
    for shipment in shipments:
        for line, quantity in shipment.quantities.items():
            pieces[line] = pieces.get(line, 0) + quantity
    assert pieces == {f"line-{first}": 2, f"line-{second}": 1}
    assert "1ZLAST" in {number for shipment in shipments for number in shipment.tracking.numbers}


def test_a_correction_is_read_as_the_newer(supplier: Side) -> None:
    request = supplier.ordering({supplier.skus[0]: 1})
    placed = supplier.channel.send_purchase_order(request)
    supplier.act(placed.external_id, "ship", company="UPS", number="1ZOLD")
    [before] = _state(supplier, placed.external_id).shipments
    supplier.act(placed.external_id, "track", company="UPS", number="1ZNEW")
    [after] = _state(supplier, placed.external_id).shipments
    assert (after.external_id, list(after.tracking.numbers)) == (before.external_id, ["1ZNEW"])
    assert after.updated_at >= before.updated_at


def test_a_cancelation_and_every_change_are_noticed(supplier: Side) -> None:
    since = supplier.sandbox.world.clock.now() - timedelta(seconds=1)
    request = supplier.ordering({supplier.skus[0]: 1})
    placed = supplier.channel.send_purchase_order(request)
    supplier.act(placed.external_id, "cancel")
    assert _state(supplier, placed.external_id).order.canceled
    found = supplier.channel.find_purchase_order(request.reference)
    assert found is not None
    assert found.canceled
    refs: list[OrderRef] = []
    cursor = ""
    while True:
        page = supplier.channel.changed_purchase_orders(since, cursor)
        refs += page.refs
        cursor = page.next_cursor
        if not cursor:
            break
    assert placed.external_id in {ref.external_id for ref in refs}
