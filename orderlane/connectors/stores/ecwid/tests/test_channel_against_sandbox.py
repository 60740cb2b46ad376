"""A supplier's store against the shipped simulator: purchase orders placed once, parcels picked up."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orderlane.connectors.stores.ecwid.tests.examples import eur, purchase_order
from orderlane.connectors.stores.ecwid.tests.outside import (
    BREAD,
    HONEY,
    LOST,
    arm,
    channel,
    eventually,
    journal,
    ordered,
    press,
)
from orderlane.kernel.errors import NeedsAttention, OutcomeUnknown
from orderlane.kernel.money import Money
from orderlane.ports.stores import (
    PurchaseOrderLineRequest,
)
from sandbox.ecwid.seed import SUPPLIER
from sandbox.serving import RunningSandbox


def test_goods_are_listed_with_price_and_stock(sandbox: RunningSandbox) -> None:
    press(sandbox, SUPPLIER, "stock", sku=HONEY, stock=7)
    page = channel(sandbox).list_goods()
    goods = {good.sku: good for good in page.goods}
    assert page.next_cursor == ""
    assert len(goods) == 7
    honey, bread = goods[HONEY], goods[BREAD]
    assert (honey.title, honey.variant_title, honey.price, honey.stock) == (
        "Miel de châtaignier",
        "500 g",
        eur(1090),
        7,
    )
    assert (honey.ean, bread.ean) == ("3760123400022", "3760123400053")
    assert ("-" in honey.variant_id, "-" in bread.variant_id) == (True, False)
    assert bread.price == eur(540)


def test_a_purchase_order_is_placed_paid_and_unfulfilled_and_mails_nobody(sandbox: RunningSandbox) -> None:
    placed = channel(sandbox).send_purchase_order(ordered(sandbox))
    (told,) = journal(sandbox, SUPPLIER, "order.created")
    assert (told["order_id"], told["source_identifier"]) == (placed.external_id, "OL-100234")
    assert (told["financial_status"], told["fulfillment_status"]) == ("PAID", "AWAITING_PROCESSING")
    assert (told["total"], told["currency"]) == ("43.09", "EUR")
    assert [(line["sku"], line["quantity"], line["price"]) for line in told["lines"]] == [
        (HONEY, 2, "10.9"),
        (BREAD, 3, "5.4"),
    ]
    assert "epicerie-hirondelle.company.site" in told["note"]
    assert told["attributes"] == {"email": "no-reply@epicerie-hirondelle.company.site", "external_fulfillment": False}
    assert (told["ship_to"]["address1"], told["ship_to"]["address2"]) == ("12 rue des Lilas", "3e étage")
    press(sandbox, SUPPLIER, f"orders/{placed.external_id}/ship", number="LP1")
    assert journal(sandbox, SUPPLIER, "customer.mailed") == []


def test_a_purchase_order_is_found_by_its_reference_alone(sandbox: RunningSandbox) -> None:
    assert channel(sandbox).find_purchase_order("OL-100234") is None
    placed = channel(sandbox).send_purchase_order(ordered(sandbox))
    channel(sandbox).send_purchase_order(ordered(sandbox, reference="OL-1002345"))
    assert eventually(lambda: channel(sandbox).find_purchase_order("OL-100234")) == placed
    assert channel(sandbox).find_purchase_order("OL-10023") is None
    second = channel(sandbox).send_purchase_order(ordered(sandbox))
    time.sleep(0.1)
    with pytest.raises(NeedsAttention) as caught:
        channel(sandbox).find_purchase_order("OL-100234")
    assert caught.value.reason == "placed_twice"
    press(sandbox, SUPPLIER, f"orders/{placed.external_id}/cancel")
    assert eventually(lambda: channel(sandbox).find_purchase_order("OL-100234")) == second
    press(sandbox, SUPPLIER, f"orders/{second.external_id}/cancel")
    canceled = channel(sandbox).find_purchase_order("OL-100234")
    assert canceled is not None
    assert canceled.canceled


@pytest.mark.parametrize("mode", LOST)
def test_a_purchase_order_whose_answer_was_lost_is_found_and_not_doubled(sandbox: RunningSandbox, mode: str) -> None:
    arm(sandbox, "createOrder", mode)
    with pytest.raises(OutcomeUnknown):
        channel(sandbox).send_purchase_order(ordered(sandbox))
    found = eventually(lambda: channel(sandbox).find_purchase_order("OL-100234"))
    assert found is not None
    assert [row["order_id"] for row in journal(sandbox, SUPPLIER, "order.created")] == [found.external_id]


def test_a_search_that_lags_finds_nothing_yet(sandbox: RunningSandbox) -> None:
    arm(sandbox, "orders", "search_lag", seconds=60, count=None)
    channel(sandbox).send_purchase_order(ordered(sandbox))
    assert channel(sandbox).find_purchase_order("OL-100234") is None
    assert channel(sandbox).lookup_settle >= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("shipping", "reason"), [(Money(390, "USD"), "other_currency"), (Money(390, "EUR"), "mixed_currencies")]
)
def test_another_currency_is_refused_before_anything_is_sent(
    sandbox: RunningSandbox, shipping: Money, reason: str
) -> None:
    lines = [PurchaseOrderLineRequest("L1", "", "X", "X", 1, Money(100, "USD"))]
    with pytest.raises(NeedsAttention) as caught:
        channel(sandbox).send_purchase_order(purchase_order(lines=lines, shipping=shipping))
    assert caught.value.reason == reason
    assert journal(sandbox, SUPPLIER, "order.created") == []


def test_shipping_correction_and_cancellation_are_picked_up(sandbox: RunningSandbox) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    placed = channel(sandbox).send_purchase_order(ordered(sandbox))
    assert [ref.external_id for ref in channel(sandbox).changed_purchase_orders(since).refs] == [placed.external_id]
    path = f"orders/{placed.external_id}"

    def shipment() -> Any:
        state = channel(sandbox).read_purchase_order(placed.external_id)
        assert state is not None
        return state.shipments[0]

    assert shipment().canceled
    press(sandbox, SUPPLIER, f"{path}/ship", lines={HONEY: 2}, number="LP1")
    # Something is under way, but what, Ecwid cannot say: nothing is claimed.
    assert shipment().canceled
    press(sandbox, SUPPLIER, f"{path}/ship", number="LP2")
    sent = shipment()
    assert (sent.canceled, sent.quantities, sent.tracking.numbers) == (False, {"L1": 2, "L2": 3}, ("LP1", "LP2"))
    press(sandbox, SUPPLIER, f"{path}/track", number="LP3")
    corrected = shipment()
    assert corrected.tracking.numbers == ("LP1", "LP3")
    assert corrected.external_id == sent.external_id
    press(sandbox, SUPPLIER, f"{path}/cancel_fulfillment")
    assert shipment().canceled
    press(sandbox, SUPPLIER, f"{path}/cancel_fulfillment")
    press(sandbox, SUPPLIER, f"{path}/cancel")
    state = channel(sandbox).read_purchase_order(placed.external_id)
    assert state is not None
    assert state.order.canceled
    press(sandbox, SUPPLIER, f"{path}/delete")
    assert channel(sandbox).read_purchase_order(placed.external_id) is None


def test_a_line_the_supplier_took_off_is_not_shipped(sandbox: RunningSandbox) -> None:
    placed = channel(sandbox).send_purchase_order(ordered(sandbox))
    press(sandbox, SUPPLIER, f"orders/{placed.external_id}/edit", quantities={HONEY: 0, BREAD: 2})
    press(sandbox, SUPPLIER, f"orders/{placed.external_id}/ship", number="LP1")
    state = channel(sandbox).read_purchase_order(placed.external_id)
    assert state is not None
    assert state.shipments[0].quantities == {"L2": 2}
