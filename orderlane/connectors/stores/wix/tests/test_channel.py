"""A supplier's store against the shipped simulator: placed once and paid once, whatever gets lost."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from orderlane.connectors.stores.wix import ids
from orderlane.connectors.stores.wix.channel import WixOrderChannel
from orderlane.connectors.stores.wix.connector import WixStore
from orderlane.connectors.stores.wix.tests.against_sandbox import (
    CUP,
    POT,
    account,
    arm,
    eur,
    eventually,
    journal,
    order_for,
    press,
    seed,
)
from orderlane.kernel.address import Address
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.stores import (
    FinancialState,
    PlacedOrder,
    PurchaseOrderLineRequest,
)
from sandbox.serving import RunningSandbox


def test_a_purchase_order_is_placed_once_found_and_followed(sandbox: RunningSandbox) -> None:
    channel = WixOrderChannel(account(sandbox, "supplier"))
    request = order_for(sandbox, tax=eur(550))
    assert channel.find_purchase_order(request.reference) is None
    placed = channel.send_purchase_order(request)
    assert eventually(lambda: channel.find_purchase_order(request.reference)) == placed

    order = WixStore(account(sandbox, "supplier")).fetch_order(placed.external_id)
    assert order is not None
    assert (order.financial_state, order.total) == (FinancialState.PAID, eur(2 * 1140 + 3 * 620 + 590 + 550))
    assert order.ship_to == Address(
        "Zoé Anne Martin", "", "12 Main St", "Apt 4", "New York", "NY", "10011", "US", "+1", ""
    )
    assert [(line.requires_shipping, line.variant_title) for line in order.lines] == [
        (True, "Ø 14 cm"),
        (True, "20 cl"),
    ]
    (told,) = [facts for facts in journal(sandbox, "order.created") if facts["source_identifier"]]
    assert (told["source_identifier"], told["attributes"]["Retailer domain"]) == (
        "OL-100234",
        "studio-cerise.example",
    )
    described = httpx.get(f"{seed(sandbox, 'supplier')['base_url']}/_sandbox/orders/{placed.external_id}").json()
    assert described["order"]["notified"] is False
    assert described["order"]["payments"] == [{"amount": "52.80", "transaction": "OL-100234"}]

    press(sandbox, "supplier", f"orders/{placed.external_id}/ship", lines={CUP: 2}, company="DHL", number="JJD5")
    state = channel.read_purchase_order(placed.external_id)
    assert state is not None
    ((shipment),) = state.shipments
    assert (shipment.quantities, shipment.tracking.carrier, shipment.tracking.numbers) == ({"L2": 2}, "DHL", ("JJD5",))
    press(sandbox, "supplier", f"orders/{placed.external_id}/track", company="UPS", number="1Z5")
    state = channel.read_purchase_order(placed.external_id)
    assert state is not None
    ((corrected),) = state.shipments
    assert (corrected.external_id, corrected.tracking.numbers) == (shipment.external_id, ("1Z5",))
    assert corrected.updated_at >= shipment.updated_at
    since = datetime.now(UTC) - timedelta(minutes=1)
    time.sleep(0.1)
    assert placed.external_id in {ref.external_id for ref in channel.changed_purchase_orders(since).refs}

    press(sandbox, "supplier", f"orders/{placed.external_id}/cancel")
    time.sleep(0.1)
    assert channel.find_purchase_order(request.reference) == PlacedOrder(placed.external_id, placed.number, True)
    press(sandbox, "supplier", f"orders/{placed.external_id}/delete")
    assert channel.read_purchase_order(placed.external_id) is None


def test_a_suppliers_goods_are_listed_with_price_and_stock(sandbox: RunningSandbox) -> None:
    press(sandbox, "supplier", "stock", sku=CUP, stock=7)
    page = WixOrderChannel(account(sandbox, "supplier")).list_goods()
    goods = {good.sku: good for good in page.goods}
    assert (goods[POT].title, goods[POT].variant_title, goods[POT].price, goods[POT].stock, goods[POT].ean) == (
        "Cache-pot Nervure", "Ø 14 cm", eur(1140), 500, "3702345600011",
    )  # fmt: skip
    assert (goods[CUP].stock, len(goods), page.next_cursor) == (7, 6, "")
    rows = {row["sku"]: row["variant_id"] for row in seed(sandbox, "supplier")["variants"]}
    assert {sku: good.variant_id for sku, good in goods.items()} == rows


def test_two_orders_under_one_reference_are_noticed(sandbox: RunningSandbox) -> None:
    channel = WixOrderChannel(account(sandbox, "supplier"))
    request = order_for(sandbox)
    arm(sandbox, "searchOrders", "search_lag", count=None, seconds=60)
    channel.send_purchase_order(request)
    channel.send_purchase_order(request)
    httpx.delete(f"{sandbox.url}/faults.json")
    time.sleep(0.1)
    for look in (channel.find_purchase_order, lambda _: channel.send_purchase_order(request)):
        with pytest.raises(NeedsAttention) as caught:
            look(request.reference)
        assert caught.value.reason == "placed_twice"
    assert len(journal(sandbox, "order.created")) == 2


def test_a_good_that_is_gone_places_nothing(sandbox: RunningSandbox) -> None:
    channel = WixOrderChannel(account(sandbox, "supplier"))
    variant = f"00000000-0000-4000-8000-000000000000:{ids.NO_VARIANT}"
    gone = PurchaseOrderLineRequest("L1", variant, "X", "X", 1, eur(100))
    with pytest.raises(NeedsAttention) as caught:
        channel.send_purchase_order(order_for(sandbox, lines=[gone]))
    assert (caught.value.reason, journal(sandbox, "order.created")) == ("order_refused", [])


LOST = [
    ("429", Unavailable, False),
    ("500", OutcomeUnknown, False),
    ("503", OutcomeUnknown, False),
    ("reset", OutcomeUnknown, False),
    ("500_after", OutcomeUnknown, True),
    ("reset_after", OutcomeUnknown, True),
    ("html", OutcomeUnknown, True),
    ("truncated", OutcomeUnknown, True),
]


@pytest.mark.parametrize(("mode", "kind", "created"), LOST)
def test_an_order_with_its_answer_lost_is_completed_and_never_placed_twice(
    sandbox: RunningSandbox, mode: str, kind: type[Exception], created: bool
) -> None:
    channel = WixOrderChannel(account(sandbox, "supplier"))
    request = order_for(sandbox)
    arm(sandbox, "createOrder", mode)
    with pytest.raises(kind):
        channel.send_purchase_order(request)
    time.sleep(0.1)
    assert len(journal(sandbox, "order.created")) == int(created)
    # Created, but not paid: not placed yet.
    assert channel.find_purchase_order(request.reference) is None
    placed = channel.send_purchase_order(request)
    assert eventually(lambda: channel.find_purchase_order(request.reference)) == placed
    assert [facts["order_id"] for facts in journal(sandbox, "order.created")] == [placed.external_id]
    assert [facts["amount"] for facts in journal(sandbox, "order.paid")] == ["47.30"]


@pytest.mark.parametrize(("mode", "paid"), [(mode, done) for mode, _, done in LOST])
def test_a_payment_with_its_answer_lost_is_recorded_once(sandbox: RunningSandbox, mode: str, paid: bool) -> None:
    channel = WixOrderChannel(account(sandbox, "supplier"))
    request = order_for(sandbox)
    arm(sandbox, "addPayments", mode)
    # Whatever went wrong with the payment, the order stands: never "nothing happened".
    with pytest.raises(OutcomeUnknown):
        channel.send_purchase_order(request)
    assert len(journal(sandbox, "order.paid")) == int(paid)
    time.sleep(0.1)
    assert (channel.find_purchase_order(request.reference) is not None) is paid
    placed = channel.send_purchase_order(request)
    assert eventually(lambda: channel.find_purchase_order(request.reference)) == placed
    assert len(journal(sandbox, "order.created")) == 1
    assert [facts["amount"] for facts in journal(sandbox, "order.paid")] == ["47.30"]


def test_a_payment_that_searches_do_not_show_yet_is_not_recorded_again(sandbox: RunningSandbox) -> None:
    channel = WixOrderChannel(account(sandbox, "supplier"))
    request = order_for(sandbox)
    arm(sandbox, "addPayments", "reset")
    with pytest.raises(OutcomeUnknown):
        channel.send_purchase_order(request)
    time.sleep(1)
    channel.send_purchase_order(request)
    # Searches now show the order, and not its payment.
    arm(sandbox, "searchOrders", "search_lag", count=None, seconds=0.7)
    assert channel.find_purchase_order(request.reference) is None
    channel.send_purchase_order(request)
    assert (len(journal(sandbox, "order.created")), len(journal(sandbox, "order.paid"))) == (1, 1)


def test_a_permission_that_keeps_the_payment_from_being_recorded_is_named(sandbox: RunningSandbox) -> None:
    channel = WixOrderChannel(account(sandbox, "supplier"))
    request = order_for(sandbox)
    scopes = seed(sandbox, "supplier")["scopes"]
    press(sandbox, "supplier", "scopes", scopes=[one for one in scopes if one != "ECOM.MODIFY_TRANSACTIONS"])
    with pytest.raises(OutcomeUnknown) as first:
        channel.send_purchase_order(request)
    assert first.value.reason == "payment_not_recorded"
    time.sleep(0.1)
    with pytest.raises(NeedsAttention) as caught:
        channel.send_purchase_order(request)
    assert (caught.value.reason, caught.value.params["scopes"]) == ("missing_scope", ["ECOM.MODIFY_TRANSACTIONS"])
    press(sandbox, "supplier", "scopes", scopes=scopes)
    channel.send_purchase_order(request)
    assert (len(journal(sandbox, "order.created")), len(journal(sandbox, "order.paid"))) == (1, 1)
