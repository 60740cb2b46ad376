"""StoreConnector: an order as its store tells it, from the purchase to the last refund."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orderlane.kernel.money import Money
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import FinancialState, StoreOrder
from tests.contracts.outside import MONTREAL, SUPPLIER, Outside


def pieces(order: StoreOrder) -> dict[str, tuple[int, int]]:
    """Quantity and shipped pieces by SKU; a line that is gone has none of either."""
    return {line.sku: (line.quantity, line.fulfilled) for line in order.lines if line.quantity}


def test_an_order_is_read_as_it_was_placed(outside: Outside) -> None:
    first, second = outside.skus()
    number = outside.buy(address=MONTREAL, email="chloe@example.com", paid=False)
    order = outside.order(number)
    assert (order.external_id, order.financial_state) == (outside.key(number), FinancialState.PENDING)
    assert order.number
    assert [(line.sku, line.quantity, line.fulfilled) for line in order.lines] == [(first, 2, 0), (second, 1, 0)]
    assert [line.unit_price for line in order.lines] == [outside.price(first), outside.price(second)]
    assert order.total == Money.parse(outside.shown(number)["total"], outside.facts()["currency"])
    known = {good["sku"]: good for good in outside.facts()["variants"]}
    for line in order.lines:
        assert line.variant_id.rsplit("/", 1)[-1] == known[line.sku]["variant_id"]
        assert (line.title, line.requires_shipping, line.ship_to) == (known[line.sku]["title"], True, None)
    there = order.ship_to
    assert (there.name, there.line1, there.line2) == ("Chloé Tremblay", "4521 rue Saint-Denis", "Apt 3")
    assert (there.city, there.region, there.postcode, there.country) == ("Montréal", "QC", "H2J 2L4", "CA")
    assert (there.phone, there.shippable) == ("+15145550173", True)
    assert (order.customer_name, order.customer_email) == ("Chloé Tremblay", "chloe@example.com")
    assert order.canceled_at is None
    assert abs(datetime.now(UTC) - order.placed_at) < timedelta(seconds=5)
    assert order.updated_at >= order.placed_at


def test_the_language_of_the_customer_is_told_where_the_platform_knows_it(outside: Outside) -> None:
    language = outside.order(outside.buy()).language
    if outside.platform == "woocommerce":
        assert language == ""
    else:
        assert language[:2] in {"fr", "en"}


def test_an_order_that_is_paid_later(outside: Outside) -> None:
    number = outside.buy(paid=False)
    before = outside.order(number)
    outside.act(number, "pay")
    after = outside.order(number)
    assert (before.financial_state, after.financial_state) == (FinancialState.PENDING, FinancialState.PAID)
    assert after.updated_at >= before.updated_at
    assert pieces(after) == pieces(before)


def test_an_order_edited_to_fewer_pieces_and_another_address(outside: Outside) -> None:
    first, second = outside.skus()
    number = outside.buy()
    outside.act(number, "edit", quantities={first: 1}, address={"address1": "1 place du Marché", "city": "Lausanne"})
    order = outside.order(number)
    assert pieces(order) == {first: (1, 0), second: (1, 0)}
    assert (order.ship_to.line1, order.ship_to.city) == ("1 place du Marché", "Lausanne")
    outside.act(number, "edit", quantities={second: 0})
    assert pieces(outside.order(number)) == {first: (1, 0)}


def test_a_canceled_order(outside: Outside) -> None:
    for paid in (True, False):
        number = outside.buy(paid=paid)
        outside.act(number, "cancel")
        order = outside.order(number)
        assert order.financial_state is FinancialState.CANCELED
        # An order that was never paid may come back to life, and a store need not say when it gave it up.
        assert order.canceled_at is not None or not paid


def test_a_refund_of_one_piece_and_then_of_everything(outside: Outside) -> None:
    first, second = outside.skus()
    number = outside.buy()
    outside.refund(number, {first: 1})
    order = outside.order(number)
    assert (order.financial_state, pieces(order)) == (FinancialState.PAID, {first: (1, 0), second: (1, 0)})
    outside.refund(number)
    assert outside.order(number).financial_state is FinancialState.REFUNDED


def test_what_the_store_s_own_people_ship_is_counted(outside: Outside) -> None:
    first, second = outside.skus()
    number = outside.buy()
    outside.act(number, "ship", lines={first: 1}, company="UPS", number="1Z1")
    order = outside.order(number)
    if outside.can(StoreCapability.PARTIAL_FULFILLMENT):
        assert pieces(order) == {first: (2, 1), second: (1, 0)}
        outside.refund(number, {first: 1})
        assert pieces(outside.order(number)) == {first: (1, 1), second: (1, 0)}
    outside.act(number, "ship", company="UPS", number="1Z2")
    order = outside.order(number)
    assert [line.fulfilled for line in order.lines] == [line.quantity for line in order.lines]
    assert order.financial_state is FinancialState.PAID


def test_a_refund_of_what_has_shipped_leaves_no_more_shipped_than_bought(outside: Outside) -> None:
    first, second = outside.skus()
    number = outside.buy()
    outside.act(number, "ship", company="UPS", number="1Z1")
    outside.refund(number)
    order = outside.order(number)
    assert order.financial_state is FinancialState.REFUNDED
    assert all(0 <= line.fulfilled <= line.quantity for line in order.lines)
    assert {line.sku for line in order.lines} <= {first, second}


def test_custom_and_digital_lines(outside: Outside) -> None:
    first, _ = outside.skus()
    custom = {"title": "Gravure", "price": "4.00", "quantity": 2}
    number = outside.buy(lines=[{"sku": first, "quantity": 1}, custom, outside.digital_line()])
    goods, engraving, digital = outside.order(number).lines
    assert (goods.sku, goods.requires_shipping, bool(goods.variant_id)) == (first, True, True)
    assert (engraving.title, engraving.quantity, engraving.variant_id) == ("Gravure", 2, "")
    assert engraving.unit_price == Money(400, outside.facts()["currency"])
    assert engraving.requires_shipping
    assert not digital.requires_shipping


def test_an_order_that_nobody_ships(outside: Outside) -> None:
    order = outside.order(outside.buy(lines=[outside.digital_line()], digital=True))
    assert not order.ship_to.shippable
    assert [line.requires_shipping for line in order.lines] == [False]


def test_another_store_s_order_is_unknown_here(outside: Outside) -> None:
    elsewhere = outside.key(outside.buy(SUPPLIER))
    assert outside.channel().read_purchase_order(elsewhere) is not None
    assert outside.store().fetch_order(elsewhere) is None
    assert list(outside.store().list_fulfillments(elsewhere)) == []
    assert list(outside.store().list_work(elsewhere)) == []
