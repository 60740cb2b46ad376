"""The whole connector against the shipped simulator, over real HTTP; what only the two together can show."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from orderlane.connectors.stores.shopify.channel import ShopifyOrderChannel
from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.shopify.presence import TOPICS
from orderlane.connectors.stores.shopify.tests.examples import purchase_order, usd
from orderlane.connectors.stores.shopify.tests.simulator import (
    MUG,
    RETAILER,
    SUPPLIER,
    TENT,
    account,
    arm,
    bought,
    eventually,
    press,
)
from orderlane.connectors.tests.loopback import Answer, loopback
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.accounts import Account
from orderlane.ports.stores import (
    FinancialState,
    FulfillmentRequest,
    PlacedOrder,
    PurchaseOrderLineRequest,
    PurchaseOrderRequest,
    RequestAnswer,
    RequestState,
    Tracking,
)
from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox


def order_for(sandbox: RunningSandbox, **changed: Any) -> PurchaseOrderRequest:
    """A purchase order for goods the supplier really has."""
    placed = bought(sandbox, SUPPLIER)
    known = ShopifyStore(account(sandbox, SUPPLIER)).fetch_order(placed)
    assert known is not None
    lines = [
        PurchaseOrderLineRequest(f"L{n}", line.variant_id, line.sku, line.title, line.quantity, usd(1000 * n))
        for n, line in enumerate(known.lines, start=1)
    ]
    return purchase_order(lines=lines, **changed)


def test_who_answers(sandbox: RunningSandbox) -> None:
    identity = ShopifyStore(account(sandbox, RETAILER)).identify()
    assert (identity.external_id, identity.name, identity.currency) == (RETAILER, "Northwind Outdoor", "USD")


def test_an_order_is_polled_and_read(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    since = datetime.now(UTC) - timedelta(minutes=1)
    number = bought(sandbox, paid=False)
    (ref,) = eventually(lambda: store.changed_orders(since).refs)
    assert ref.external_id == f"gid://shopify/Order/{number}"
    order = store.fetch_order(ref.external_id)
    assert order is not None
    assert (order.financial_state, order.updated_at) == (FinancialState.PENDING, ref.updated_at)
    assert [(line.sku, line.quantity) for line in order.lines] == [(TENT, 2), (MUG, 3)]
    assert order.ship_to.shippable

    press(sandbox, RETAILER, f"orders/{number}/pay")
    press(sandbox, RETAILER, f"orders/{number}/edit", quantities={MUG: 1})
    order = store.fetch_order(number)
    assert order is not None
    assert order.financial_state is FinancialState.PAID
    assert [(line.sku, line.quantity) for line in order.lines] == [(TENT, 2), (MUG, 1)]

    press(sandbox, RETAILER, f"orders/{number}/cancel")
    order = store.fetch_order(number)
    assert order is not None
    assert order.financial_state is FinancialState.CANCELED
    assert store.fetch_order("1") is None


def test_an_order_with_many_lines(sandbox: RunningSandbox) -> None:
    lines = [{"title": f"Thing {n}", "price": "1.00", "quantity": 1} for n in range(400)]
    external_id = bought(sandbox, lines=lines)
    # The shop routes the order a moment later, which changes it: a read that straddles that is refused, rightly.
    time.sleep(1)
    order = ShopifyStore(account(sandbox, RETAILER)).fetch_order(external_id)
    assert order is not None
    assert [line.title for line in order.lines] == [f"Thing {n}" for n in range(400)]
    assert [line.variant_id for line in order.lines] == [""] * 400


def test_polling_walks_every_page(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    since = datetime.now(UTC) - timedelta(minutes=1)
    made = press(sandbox, RETAILER, "orders", lines=[{"sku": MUG, "quantity": 1}], count=250)["orders"]
    time.sleep(0.3)
    found, cursor = [], ""
    while True:
        page = store.changed_orders(since, cursor)
        found += [ref.external_id for ref in page.refs]
        cursor = page.next_cursor
        if not cursor:
            break
    assert sorted(found) == sorted(f"gid://shopify/Order/{order['order_id']}" for order in made)


def test_parcels_are_recorded_corrected_and_listed(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    number = bought(sandbox)
    works = eventually(lambda: store.list_work(number))
    order = store.fetch_order(number)
    assert order is not None
    tent, mug = (line.external_id for line in order.lines)
    assert {line: left for line, (_, left) in works[0].remaining.items()} == {tent: 2, mug: 3}

    two = Tracking("ups", ("1Z1", "1Z2"), ("https://t.example/1", "https://t.example/2"))
    first = store.push_fulfillment(FulfillmentRequest(number, {tent: 1, mug: 3}, two))
    assert first.quantities == {tent: 1, mug: 3}
    with pytest.raises(Declined) as caught:
        store.push_fulfillment(FulfillmentRequest(number, {tent: 2}, two))
    assert caught.value.reason == "nothing_left_to_fulfill"
    second = store.push_fulfillment(FulfillmentRequest(number, {tent: 1}, Tracking("FedEx", ("7777",))))
    store.update_tracking(second.external_id, Tracking("UPS", ("1Z9",), ("https://t.example/9",)), False)

    listed = {one.external_id: one for one in store.list_fulfillments(number)}
    assert listed[first.external_id].tracking == Tracking("UPS", two.numbers, two.urls)
    assert listed[second.external_id].tracking == Tracking("UPS", ("1Z9",), ("https://t.example/9",))
    assert [one.quantities for one in listed.values()] == [{tent: 1, mug: 3}, {tent: 1}]
    assert not any(work.open for work in store.list_work(number))


def test_requested_work_is_accepted_and_a_parcel_over_two_locations_takes_two_calls(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    store.offer_fulfillment(f"{sandbox.url}/nobody")
    number = bought(sandbox, lines=[{"sku": TENT, "quantity": 2}, {"title": "Own goods", "price": "5.00"}])
    eventually(lambda: store.list_work(number))
    press(sandbox, RETAILER, f"orders/{number}/request_fulfillment")
    (asked,) = store.requested_work()
    assert (asked.order_external_id, asked.request_state) == (f"gid://shopify/Order/{number}", RequestState.REQUESTED)
    store.answer_request(asked.external_id, RequestAnswer.ACCEPT)
    assert [work.request_state for work in store.requested_work()] == [RequestState.ACCEPTED]
    with pytest.raises(Declined) as caught:
        store.answer_request(asked.external_id, RequestAnswer.ACCEPT)
    assert caught.value.reason == "request_not_open"

    order = store.fetch_order(number)
    assert order is not None
    tent, own = (line.external_id for line in order.lines)
    first = store.push_fulfillment(FulfillmentRequest(number, {tent: 2, own: 1}, Tracking("UPS", ("1Z1",))))
    assert first.quantities == {tent: 2}
    second = store.push_fulfillment(FulfillmentRequest(number, {own: 1}, Tracking("UPS", ("1Z1",))))
    assert second.quantities == {own: 1}
    assert [one.quantities for one in store.list_fulfillments(number)] == [{tent: 2}, {own: 1}]


def test_a_parcel_before_routing_waits() -> None:
    with running_sandbox(SandboxSettings(routing_delay=60)) as sandbox:
        number = bought(sandbox)
        with pytest.raises(Unavailable) as caught:
            ShopifyStore(account(sandbox, RETAILER)).push_fulfillment(
                FulfillmentRequest(number, {"gid://shopify/LineItem/1": 1}, Tracking())
            )
    assert caught.value.reason == "not_routed_yet"


def test_a_purchase_order_is_placed_once_found_and_followed(sandbox: RunningSandbox) -> None:
    channel = ShopifyOrderChannel(account(sandbox, SUPPLIER))
    request = order_for(sandbox, tax=usd(550))
    assert channel.find_purchase_order(request.reference) is None
    placed = channel.send_purchase_order(request)
    assert eventually(lambda: channel.find_purchase_order(request.reference)) == placed

    order = ShopifyStore(account(sandbox, SUPPLIER)).fetch_order(placed.external_id)
    assert order is not None
    assert (order.financial_state, order.total) == (FinancialState.PAID, usd(2 * 1000 + 3 * 2000 + 200 + 550))
    assert (order.ship_to.name, order.ship_to.line1, order.customer_email) == (
        "Zoé Anne Martin",
        "12 rue des Lilas",
        "",
    )
    assert [line.requires_shipping for line in order.lines] == [True, True]

    number = placed.external_id.rsplit("/", 1)[-1]
    time.sleep(0.2)
    press(sandbox, SUPPLIER, f"orders/{number}/ship", lines={MUG: 2}, company="UPS", number="1Z5")
    state = channel.read_purchase_order(placed.external_id)
    assert state is not None
    ((shipment),) = state.shipments
    assert (shipment.quantities, shipment.tracking.numbers, shipment.canceled) == ({"L2": 2}, ("1Z5",), False)
    press(sandbox, SUPPLIER, f"orders/{number}/cancel_fulfillment")
    state = channel.read_purchase_order(placed.external_id)
    assert state is not None
    assert [one.canceled for one in state.shipments] == [True]
    since = datetime.now(UTC) - timedelta(minutes=1)
    time.sleep(0.2)
    assert placed.external_id in {ref.external_id for ref in channel.changed_purchase_orders(since).refs}

    press(sandbox, SUPPLIER, f"orders/{number}/cancel")
    time.sleep(0.2)
    assert channel.find_purchase_order(request.reference) == PlacedOrder(placed.external_id, placed.number, True)


def test_a_suppliers_goods_are_listed(sandbox: RunningSandbox) -> None:
    page = ShopifyOrderChannel(account(sandbox, SUPPLIER)).list_goods()
    (tent,) = [good for good in page.goods if good.sku == TENT]
    assert (tent.title, tent.variant_title, tent.price, tent.ean) == (
        "Ridgeline 2P Tent",
        "Moss",
        usd(12900),
        "0850012300018",
    )
    assert tent.stock == 500
    assert page.next_cursor == ""


def test_two_orders_under_one_reference_are_noticed(sandbox: RunningSandbox) -> None:
    channel = ShopifyOrderChannel(account(sandbox, SUPPLIER))
    request = order_for(sandbox)
    channel.send_purchase_order(request)
    channel.send_purchase_order(request)
    time.sleep(0.2)
    with pytest.raises(NeedsAttention) as caught:
        channel.find_purchase_order(request.reference)
    assert caught.value.reason == "placed_twice"


def test_out_of_stock_places_nothing(sandbox: RunningSandbox) -> None:
    channel = ShopifyOrderChannel(account(sandbox, SUPPLIER))
    request = order_for(sandbox)
    press(sandbox, SUPPLIER, "stock", sku=TENT, stock=1)
    with pytest.raises(Declined) as caught:
        channel.send_purchase_order(request)
    assert caught.value.reason == "out_of_stock"
    time.sleep(0.2)
    assert channel.find_purchase_order(request.reference) is None


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
def test_a_lost_answer_is_resolved_by_the_look_up(
    sandbox: RunningSandbox, mode: str, kind: type[Exception], placed: bool
) -> None:
    channel = ShopifyOrderChannel(account(sandbox, SUPPLIER))
    request = order_for(sandbox)
    arm(sandbox, "orderCreate", mode)
    with pytest.raises(kind):
        channel.send_purchase_order(request)
    time.sleep(0.2)
    assert (channel.find_purchase_order(request.reference) is not None) is placed


def test_a_wrong_token_and_a_missing_scope(sandbox: RunningSandbox) -> None:
    good = account(sandbox, RETAILER)
    bad = Account(good.external_id, good.api_url, {**good.secrets, "access_token": "shpat_wrong"})
    with pytest.raises(NeedsAttention) as caught:
        ShopifyStore(bad).identify()
    assert caught.value.reason == "access_refused"
    with pytest.raises(NeedsAttention) as caught:  # a retailer's app may not create orders
        ShopifyOrderChannel(good).send_purchase_order(purchase_order())
    assert (caught.value.reason, caught.value.params) == ("missing_scope", {"field": "orderCreate"})


def test_too_many_calls_say_how_long_to_wait(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    number = bought(sandbox, lines=[{"title": f"Thing {n}", "price": "1.00"} for n in range(30)])

    def ask_too_often() -> None:
        for _ in range(100):
            store.fetch_order(number)

    with pytest.raises(Unavailable) as caught:
        ask_too_often()
    assert caught.value.reason == "throttled"
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 10


def test_webhooks_are_subscribed_verified_and_name_the_order(sandbox: RunningSandbox) -> None:
    store = ShopifyStore(account(sandbox, RETAILER))
    with loopback(lambda _: Answer()) as door:
        callback = f"{door.url}/hooks/shopify/1"
        assert sorted(store.subscribe(callback)) == sorted(TOPICS)
        assert store.subscribe(callback) == []
        made = httpx.get(f"{sandbox.url}/shopify/{RETAILER}/_sandbox/subscriptions").json()["subscriptions"]
        assert sorted(one["topic"] for one in made) == sorted(TOPICS)

        number = bought(sandbox)
        eventually(lambda: len(door.received) >= 4)
        events = [store.verify_webhook(one.headers, one.body, datetime.now(UTC)) for one in door.received]
    orders = [event for event in events if event.topic.startswith("orders/")]
    assert {event.topic for event in orders} == {"orders/create", "orders/updated", "orders/paid"}
    assert {event.resource_id for event in orders} == {f"gid://shopify/Order/{number}"}
    assert len({event.external_id for event in events}) == len(events)
    assert {event.resource_id for event in events if event not in orders} == {""}
