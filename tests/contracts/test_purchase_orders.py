"""OrderChannel: a purchase order in the supplier's store, from its placing to its cancellation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orderlane.kernel.errors import Declined, NeedsAttention
from orderlane.kernel.money import Money, total
from orderlane.ports.stores import PlacedOrder, PurchaseOrderRequest
from tests.contracts.outside import SUPPLIER, Outside

REFERENCE = "OL-100234"


def asked(outside: Outside, reference: str = REFERENCE, **changed: Any) -> PurchaseOrderRequest:
    """What a purchase order asks for."""
    return outside.purchase_order(reference, datetime.now(UTC), **changed)


def test_it_is_placed_paid_and_unfulfilled(outside: Outside) -> None:
    request, channel = asked(outside), outside.channel()
    placed = channel.send_purchase_order(request)
    [there] = outside.placed()
    assert placed.external_id == outside.key(there["order_id"])
    assert (placed.number.lstrip("#"), placed.canceled) == (there["name"].lstrip("#"), False)
    assert (there["source_identifier"], there["financial_status"]) == (REFERENCE, "PAID")
    assert (there["fulfillments"], there["cancelled"]) == ([], False)
    wanted = [(line.sku, line.quantity, line.unit_cost) for line in request.lines]
    currency = outside.facts(SUPPLIER)["currency"]
    assert [(line["sku"], line["quantity"], Money.parse(line["price"], currency)) for line in there["lines"]] == wanted
    goods = {good["sku"]: good["variant_id"] for good in outside.facts(SUPPLIER)["variants"]}
    assert [line["variant_id"] for line in there["lines"]] == [goods[line.sku] for line in request.lines]
    assert there["currency"] == currency
    costs = [line.unit_cost * line.quantity for line in request.lines]
    assert Money.parse(there["total"], currency) == total([*costs, request.shipping], currency)
    ship_to = there["ship_to"]
    assert (ship_to["first_name"], ship_to["last_name"]) == ("Chloé", "Tremblay")
    assert (ship_to["address1"], ship_to["address2"]) == ("4521 rue Saint-Denis", "Apt 3")
    assert (ship_to["city"], ship_to["province_code"], ship_to["zip"]) == ("Montréal", "QC", "H2J 2L4")
    assert (ship_to["country_code"], ship_to["phone"]) == ("CA", "+15145550173")


def test_it_is_known_as_ours_when_the_store_is_read_as_a_retailers(outside: Outside) -> None:
    placed = outside.channel().send_purchase_order(asked(outside))
    store = outside.store(outside.account(SUPPLIER))
    read = store.fetch_order(placed.external_id)
    assert read is not None
    assert read.purchase_order == REFERENCE
    sold = store.fetch_order(outside.key(outside.buy(SUPPLIER)))
    assert sold is not None
    assert sold.purchase_order == ""


def test_the_supplier_reads_for_whom_it_is(outside: Outside) -> None:
    outside.channel().send_purchase_order(asked(outside))
    assert "harbor-pine.example" in json.dumps(outside.placed()[0], ensure_ascii=False)


def test_tax_is_part_of_the_total(outside: Outside) -> None:
    currency = outside.facts(SUPPLIER)["currency"]
    request = asked(outside, tax=Money(311, currency))
    outside.channel().send_purchase_order(request)
    costs = [line.unit_cost * line.quantity for line in request.lines]
    expected = total([*costs, request.shipping, request.tax], currency)
    assert Money.parse(outside.placed()[0]["total"], currency) == expected


def test_a_purchase_order_that_costs_nothing(outside: Outside) -> None:
    currency = outside.facts(SUPPLIER)["currency"]
    free = [replace(line, unit_cost=Money(0, currency)) for line in asked(outside).lines]
    request = asked(outside, lines=free, shipping=Money(0, currency))
    outside.channel().send_purchase_order(request)
    [there] = outside.placed(REFERENCE)
    assert (Money.parse(there["total"], currency), there["financial_status"]) == (Money(0, currency), "PAID")
    assert outside.channel().find_purchase_order(REFERENCE) is not None


def test_goods_that_the_store_does_not_know_are_placed_as_typed_or_refused(outside: Outside) -> None:
    known, line = asked(outside).lines
    typed = replace(line, variant_id="", sku="HAND-1", title="Typed by hand")
    try:
        outside.channel().send_purchase_order(asked(outside, lines=[known, typed]))
    except NeedsAttention:
        assert outside.placed() == []
    else:
        [there] = outside.placed(REFERENCE)
        assert [(one["sku"], one["quantity"]) for one in there["lines"]] == [(known.sku, 2), ("HAND-1", 1)]
        assert there["lines"][1]["title"] == "Typed by hand"


@pytest.mark.parametrize("part", ["lines", "shipping", "tax"])
def test_two_currencies_are_refused(outside: Outside, part: str) -> None:
    other = Money(500, "JPY")
    first, second = asked(outside).lines
    changed: dict[str, Any] = {"lines": [first, replace(second, unit_cost=other)], "shipping": other, "tax": other}
    with pytest.raises(NeedsAttention) as caught:
        outside.channel().send_purchase_order(asked(outside, **{part: changed[part]}))
    assert caught.value.reason in ("mixed_currencies", "other_currency")
    assert outside.placed() == []


def test_it_is_found_by_exactly_its_reference(outside: Outside) -> None:
    channel = outside.channel()
    assert channel.find_purchase_order(REFERENCE) is None
    first = channel.send_purchase_order(asked(outside))
    second = channel.send_purchase_order(asked(outside, f"{REFERENCE}5"))
    outside.buy(SUPPLIER, note=REFERENCE)
    assert channel.find_purchase_order(REFERENCE) == first
    assert channel.find_purchase_order(f"{REFERENCE}5") == second
    for near in (REFERENCE[:-1], f"{REFERENCE}6", f"X{REFERENCE}", "OL", "OL-999999"):
        assert channel.find_purchase_order(near) is None


def test_two_under_one_reference_are_for_a_person(outside: Outside) -> None:
    channel = outside.channel()
    for _ in range(2):
        channel.send_purchase_order(asked(outside))
    if len(outside.placed(REFERENCE)) == 1:
        # The channel itself looks before it places.
        assert channel.find_purchase_order(REFERENCE) is not None
        return
    with pytest.raises(NeedsAttention) as caught:
        channel.find_purchase_order(REFERENCE)
    assert caught.value.reason == "placed_twice"


def test_a_search_that_lags(outside: Outside) -> None:
    outside.sandbox.world.faults.add(outside.platform, "*", "search_lag", count=None, seconds=60.0)
    placed = outside.channel().send_purchase_order(asked(outside))
    found = outside.channel().find_purchase_order(REFERENCE)
    # Absent means absent only after the channel's own time for a search to settle.
    assert found == placed or (found is None and outside.channel().lookup_settle > timedelta(minutes=1))


def test_it_is_read_back(outside: Outside) -> None:
    channel = outside.channel()
    placed = channel.send_purchase_order(asked(outside))
    state = channel.read_purchase_order(placed.external_id)
    assert state is not None
    assert state.order == placed
    assert [one for one in state.shipments if not one.canceled] == []
    refs = channel.changed_purchase_orders(datetime.now(UTC) - timedelta(minutes=1)).refs
    assert [ref.external_id for ref in refs] == [placed.external_id]


def test_it_is_canceled_there(outside: Outside) -> None:
    channel = outside.channel()
    placed = channel.send_purchase_order(asked(outside))
    outside.act(outside.placed()[0]["order_id"], "cancel", SUPPLIER)
    canceled = PlacedOrder(placed.external_id, placed.number, canceled=True)
    state = channel.read_purchase_order(placed.external_id)
    assert state is not None
    assert state.order == canceled
    # It was placed, so it is not placed again.
    assert channel.find_purchase_order(REFERENCE) == canceled


def test_what_is_out_of_stock_is_said_or_taken(outside: Outside) -> None:
    request = asked(outside)
    outside.press("stock", SUPPLIER, sku=request.lines[0].sku, stock=1)
    try:
        outside.channel().send_purchase_order(request)
    except Declined:
        assert outside.placed() == []
    else:
        assert len(outside.placed(REFERENCE)) == 1
