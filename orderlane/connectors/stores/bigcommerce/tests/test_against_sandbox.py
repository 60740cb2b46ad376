"""The whole connector against the shipped simulator, over real HTTP; what only the two together can show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderlane.connectors.stores.bigcommerce.connector import BigCommerceStore
from orderlane.connectors.stores.bigcommerce.tests.examples import usd
from orderlane.connectors.stores.bigcommerce.tests.wire import BOWL, LANTERN, LOST, MUG, Bench, gbp
from orderlane.kernel.errors import Declined, NeedsAttention, Unavailable
from orderlane.ports.stores import (
    FinancialState,
    FulfillmentRequest,
    PurchaseOrderLineRequest,
    Tracking,
)
from sandbox.bigcommerce.seed import RETAILER, SUPPLIER
from sandbox.core.settings import SandboxSettings
from sandbox.seed import ADDRESSES
from sandbox.serving import running_sandbox

SINCE = timedelta(minutes=1)


def test_who_answers(bench: Bench) -> None:
    identity = bench.store.identify()
    assert (identity.external_id, identity.name, identity.currency) == (RETAILER, "Harbor & Pine", "USD")
    assert identity.domain == "harbor-pine.example"


def test_a_quiet_store_has_nothing_to_poll(bench: Bench) -> None:
    page = bench.store.changed_orders(datetime.now(UTC) - SINCE)
    assert (list(page.refs), page.next_cursor) == ([], "")


def test_an_order_is_polled_and_read(bench: Bench) -> None:
    number = bench.bought(paid=False)
    (ref,) = bench.store.changed_orders(datetime.now(UTC) - SINCE).refs
    assert ref.external_id == number
    order = bench.store.fetch_order(number)
    assert order is not None
    assert (order.financial_state, order.updated_at) == (FinancialState.PENDING, ref.updated_at)
    assert [(line.sku, line.quantity) for line in order.lines] == [(MUG, 2), (BOWL, 1)]
    assert (order.ship_to.name, order.ship_to.region, order.ship_to.country) == ("Jordan Reyes", "OR", "US")
    assert order.ship_to.shippable
    assert [line.ship_to for line in order.lines] == [None, None]
    paid = sum(line.unit_price.minor * line.quantity for line in order.lines) + 650
    assert order.total == usd(paid)

    bench.press(f"orders/{number}/pay")
    bench.press(f"orders/{number}/edit", quantities={MUG: 1})
    order = bench.store.fetch_order(number)
    assert order is not None
    assert order.financial_state is FinancialState.PAID
    assert [(line.sku, line.quantity) for line in order.lines] == [(MUG, 1), (BOWL, 1)]

    bench.press(f"orders/{number}/cancel")
    order = bench.store.fetch_order(number)
    assert order is not None
    assert order.financial_state is FinancialState.CANCELED
    assert order.canceled_at is not None
    assert bench.store.fetch_order("1") is None


def test_an_abandoned_checkout_is_no_order_until_it_is_paid(bench: Bench) -> None:
    number = bench.bought(incomplete=True)
    assert bench.store.fetch_order(number) is None
    assert list(bench.store.changed_orders(datetime.now(UTC) - SINCE).refs) == []
    bench.press(f"orders/{number}/pay")
    order = bench.store.fetch_order(number)
    assert order is not None
    assert order.financial_state is FinancialState.PAID
    assert [ref.external_id for ref in bench.store.changed_orders(datetime.now(UTC) - SINCE).refs] == [number]


def test_discounts_refunds_and_archiving(bench: Bench) -> None:
    lines = [{"sku": MUG, "quantity": 3, "price": "20.00", "discount": "5.00"}, {"sku": BOWL, "quantity": 1}]
    number = bench.bought(lines=lines)
    order = bench.store.fetch_order(number)
    assert order is not None
    # 60.00 less 5.00, by three
    assert order.lines[0].unit_price == usd(1833)

    bench.press(f"orders/{number}/refund", lines={MUG: 1})
    order = bench.store.fetch_order(number)
    assert order is not None
    assert (order.financial_state, [line.quantity for line in order.lines]) == (FinancialState.PAID, [2, 1])

    bench.press(f"orders/{number}/delete")
    order = bench.store.fetch_order(number)
    assert order is not None
    assert (order.financial_state, order.canceled_at) == (FinancialState.UNKNOWN, None)

    done = bench.bought()
    bench.press(f"orders/{done}/ship")
    bench.press(f"orders/{done}/delete")
    order = bench.store.fetch_order(done)
    assert order is not None
    assert order.financial_state is FinancialState.PAID

    third = bench.bought()
    bench.press(f"orders/{third}/refund")
    order = bench.store.fetch_order(third)
    assert order is not None
    assert (order.financial_state, [line.quantity for line in order.lines]) == (FinancialState.REFUNDED, [0, 0])


def test_digital_custom_and_test_orders(bench: Bench) -> None:
    lines = [
        {"sku": MUG, "quantity": 1},
        {"title": "Engraving", "price": "4.00"},
        {"title": "Pattern (PDF)", "price": "3.00", "requires_shipping": False},
    ]
    order = bench.store.fetch_order(bench.bought(lines=lines, test=True))
    assert order is not None
    assert order.is_test
    assert [line.requires_shipping for line in order.lines] == [True, True, False]
    assert [bool(line.variant_id) for line in order.lines] == [True, False, False]

    order = bench.store.fetch_order(bench.bought(digital=True))
    assert order is not None
    assert not order.ship_to.shippable
    assert [line.requires_shipping for line in order.lines] == [False, False]
    assert order.customer_email == "jordan.reyes@example.com"


def test_a_status_nobody_knows_parks_the_order(bench: Bench) -> None:
    number = bench.bought()
    bench.press(f"orders/{number}/status", status_id=99)
    order = bench.store.fetch_order(number)
    assert order is not None
    assert order.financial_state is FinancialState.UNKNOWN


def test_an_order_with_many_lines_is_read_whole(bench: Bench) -> None:
    lines = [{"title": f"Thing {n}", "price": "1.00", "quantity": 1} for n in range(400)]
    order = bench.store.fetch_order(bench.bought(lines=lines))
    assert order is not None
    assert [line.title for line in order.lines] == [f"Thing {n}" for n in range(400)]
    assert all(line.requires_shipping for line in order.lines)


def polled(bench: Bench, touch: list[str]) -> list[str]:
    """Every order the poll tells of; after each page one of ``touch`` changes and so moves to the end of the list."""
    cursor, found = "", []
    for number in touch:
        page = bench.store.changed_orders(datetime.now(UTC) - SINCE, cursor)
        found += [ref.external_id for ref in page.refs]
        if number:
            bench.press(f"orders/{number}/edit", note="touched")
        cursor = page.next_cursor
        if not cursor:
            return found
    raise AssertionError("the list has no end")


def test_polling_walks_every_page_of_one_second(bench: Bench) -> None:
    made = bench.press("orders", lines=[{"sku": MUG, "quantity": 1}], count=600)["orders"]
    assert sorted(set(polled(bench, [""] * 9))) == sorted(order["order_id"] for order in made)


def test_no_order_is_skipped_though_the_list_moves_while_it_is_read(bench: Bench) -> None:
    numbers: list[str] = []
    for _ in range(8):
        made = bench.press("orders", lines=[{"sku": MUG, "quantity": 1}], count=40)["orders"]
        numbers += [order["order_id"] for order in made]
        bench.world.clock.advance(2)
    assert set(polled(bench, numbers[:20])) == set(numbers)


def test_parcels_are_recorded_corrected_and_listed(bench: Bench) -> None:
    number = bench.bought()
    order = bench.store.fetch_order(number)
    assert order is not None
    mug, bowl = (line.external_id for line in order.lines)
    (work,) = bench.store.list_work(number)
    assert {line: left for line, (_, left) in work.remaining.items()} == {mug: 2, bowl: 1}

    two = Tracking("ups", ("1Z1", "1Z2"), ("https://t.example/1", ""))
    first = bench.store.push_fulfillment(FulfillmentRequest(number, {mug: 1, bowl: 1}, two))
    assert first.quantities == {mug: 1, bowl: 1}
    with pytest.raises(Declined) as caught:
        bench.store.push_fulfillment(FulfillmentRequest(number, {mug: 2}, two))
    assert caught.value.reason == "nothing_left_to_fulfill"
    assert bench.described(number)["status_id"] == 3
    second = bench.store.push_fulfillment(FulfillmentRequest(number, {mug: 1}, Tracking("FedEx", ("7777",))))
    assert bench.described(number)["status_id"] == 2
    bench.store.update_tracking(second.external_id, Tracking("Colissimo", ("8R9",), ("https://t.example/9",)), False)

    listed = {one.external_id: one for one in bench.store.list_fulfillments(number)}
    assert listed[first.external_id].tracking == Tracking("UPS", two.numbers, two.urls)
    assert listed[second.external_id].tracking == Tracking("Colissimo", ("8R9",), ("https://t.example/9",))
    assert [one.quantities for one in listed.values()] == [{mug: 1, bowl: 1}, {mug: 1}]
    assert bench.store.list_work(number) == []
    assert bench.store.list_fulfillments(bench.bought()) == []


def test_a_parcel_to_two_addresses_takes_two_calls(bench: Bench) -> None:
    lines = [{"sku": MUG, "quantity": 2}, {"sku": LANTERN, "quantity": 1, "address": ADDRESSES[2]}]
    number = bench.bought(lines=lines)
    order = bench.store.fetch_order(number)
    assert order is not None
    mug, lantern = order.lines
    assert (order.ship_to.city, mug.ship_to) == ("Portland", None)
    assert lantern.ship_to is not None
    assert (lantern.ship_to.city, lantern.ship_to.region) == ("Montréal", "QC")

    wanted = {mug.external_id: 2, lantern.external_id: 1}
    first = bench.store.push_fulfillment(FulfillmentRequest(number, wanted, Tracking("UPS", ("1Z1",))))
    assert first.quantities == {mug.external_id: 2}
    rest = {lantern.external_id: 1}
    second = bench.store.push_fulfillment(FulfillmentRequest(number, rest, Tracking("UPS", ("1Z1",))))
    assert second.quantities == rest
    assert [one.quantities for one in bench.store.list_fulfillments(number)] == [{mug.external_id: 2}, rest]


def test_nothing_is_recorded_on_a_canceled_order(bench: Bench) -> None:
    number = bench.bought()
    order = bench.store.fetch_order(number)
    assert order is not None
    bench.press(f"orders/{number}/cancel")
    with pytest.raises(Declined) as caught:
        bench.store.push_fulfillment(FulfillmentRequest(number, {order.lines[0].external_id: 1}, Tracking()))
    assert caught.value.reason == "fulfillment_refused"
    assert bench.store.list_fulfillments(number) == []
    assert bench.described(number)["status_id"] == 5


@pytest.mark.parametrize("numbers", [("1Z1", "1Z2", "1Z3"), tuple(f"1Z999AA1012345678{n}" for n in range(4))])
def test_several_numbers_are_read_back_as_they_were_written(bench: Bench, numbers: tuple[str, ...]) -> None:
    number = bench.bought()
    order = bench.store.fetch_order(number)
    assert order is not None
    line = order.lines[0].external_id
    bench.store.push_fulfillment(FulfillmentRequest(number, {line: 1}, Tracking("UPS", numbers)))
    (listed,) = bench.store.list_fulfillments(number)
    assert listed.tracking.numbers == numbers
    bench.store.update_tracking(listed.external_id, Tracking("UPS", ("1ZNEW",)), True)
    (listed,) = bench.store.list_fulfillments(number)
    assert listed.tracking.numbers == ("1ZNEW",)


@pytest.mark.parametrize(("mode", "kind", "placed"), LOST)
def test_a_lost_parcel_is_found_in_the_list(bench: Bench, mode: str, kind: type[Exception], placed: bool) -> None:
    number = bench.bought()
    order = bench.store.fetch_order(number)
    assert order is not None
    line = order.lines[0].external_id
    bench.arm("createOrderShipments", mode)
    with pytest.raises(kind):
        bench.store.push_fulfillment(FulfillmentRequest(number, {line: 1}, Tracking("UPS", ("1Z1",))))
    found = [(one.quantities, one.tracking.numbers) for one in bench.store.list_fulfillments(number)]
    assert found == ([({line: 1}, ("1Z1",))] if placed else [])


def test_a_wrong_token_and_missing_scopes(bench: Bench) -> None:
    bad = BigCommerceStore(bench.account(RETAILER, access_token="wrong"))
    with pytest.raises(NeedsAttention) as caught:
        bad.identify()
    assert caught.value.reason == "access_refused"
    bench.press("scopes", scopes=["store_v2_products_read_only"])
    with pytest.raises(NeedsAttention) as caught:
        bench.store.identify()
    assert caught.value.reason == "missing_scope"
    assert caught.value.params["scopes"] == "store_v2_information_read_only, store_v2_orders"
    bench.press("scopes", store=SUPPLIER, scopes=["store_v2_orders_read_only", "store_v2_information_read_only"])
    with pytest.raises(NeedsAttention) as caught:
        bench.channel.send_purchase_order(
            bench.ordering(lines=[PurchaseOrderLineRequest("l", "", "S", "T", 1, gbp(100))])
        )
    assert caught.value.reason == "missing_scope"
    assert bench.orders() == []


def test_an_install_that_gave_too_little_is_noticed(bench: Bench) -> None:
    store = BigCommerceStore(bench.account(RETAILER, granted_scopes="store_v2_orders_read_only"))
    with pytest.raises(NeedsAttention) as caught:
        store.identify()
    assert (caught.value.reason, caught.value.params["scopes"]) == ("missing_scope", "store_v2_orders")


def test_too_many_calls_say_how_long_to_wait() -> None:
    with running_sandbox(SandboxSettings()) as running:
        bench = Bench(running)
        number = bench.bought()

        def ask_too_often() -> None:
            for _ in range(200):
                bench.store.list_fulfillments(number)

        with pytest.raises(Unavailable) as caught:
            ask_too_often()
    assert caught.value.reason == "throttled"
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 30
