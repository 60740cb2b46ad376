"""A supplier's store that takes purchase orders, against the shipped simulator, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderlane.connectors.stores.bigcommerce.connector import BigCommerceStore
from orderlane.connectors.stores.bigcommerce.tests.examples import usd
from orderlane.connectors.stores.bigcommerce.tests.wire import BOWL, LOST, MUG, Bench, gbp
from orderlane.kernel.errors import Declined, NeedsAttention
from orderlane.ports.stores import PlacedOrder, PurchaseOrderLineRequest
from sandbox.bigcommerce.seed import SUPPLIER

SINCE = timedelta(minutes=1)


def test_a_purchase_order_is_placed_once_found_and_followed(bench: Bench) -> None:
    request = bench.ordering(tax=gbp(822))
    assert bench.channel.find_purchase_order(request.reference) is None
    placed = bench.channel.send_purchase_order(request)
    assert bench.channel.find_purchase_order(request.reference) == placed

    described = bench.described(placed.external_id, SUPPLIER)
    assert (described["status_id"], described["financial_status"]) == (11, "PAID")
    assert (described["fulfillment_status"], described["source_identifier"]) == ("UNFULFILLED", request.reference)
    assert described["total"] == "53.82"  # 2 x 9.80 + 21.50 + 4.50 + 8.22
    assert "harbor-pine.example" in described["note"]
    assert described["ship_to"]["province_code"] == "OR"
    order = BigCommerceStore(bench.account(SUPPLIER)).fetch_order(placed.external_id)
    assert order is not None
    assert (order.total, order.customer_email) == (gbp(5382), "")
    assert (order.ship_to.name, order.ship_to.line1, order.ship_to.region) == (
        "Jordan Lee Reyes",
        "2210 NW Lovejoy St",
        "OR",
    )
    assert [line.requires_shipping for line in order.lines] == [True, True]

    bench.press(f"orders/{placed.external_id}/ship", store=SUPPLIER, lines={BOWL: 1}, company="DPD UK", number="1555")
    state = bench.channel.read_purchase_order(placed.external_id)
    assert state is not None
    (shipment,) = state.shipments
    assert (shipment.quantities, shipment.canceled) == ({"line-2": 1}, False)
    assert (shipment.tracking.carrier, shipment.tracking.numbers) == ("DPD UK", ("1555",))
    bench.world.clock.advance(3)
    bench.press(f"orders/{placed.external_id}/track", store=SUPPLIER, company="DPD UK", number="1556")
    state = bench.channel.read_purchase_order(placed.external_id)
    assert state is not None
    assert state.shipments[0].tracking.numbers == ("1556",)
    assert state.shipments[0].updated_at > shipment.updated_at
    refs = bench.channel.changed_purchase_orders(datetime.now(UTC) - SINCE).refs
    assert placed.external_id in {ref.external_id for ref in refs}


def test_what_the_supplier_gives_up_is_read_as_canceled(bench: Bench) -> None:
    canceled = bench.channel.send_purchase_order(bench.ordering())
    bench.press(f"orders/{canceled.external_id}/cancel", store=SUPPLIER)
    assert bench.channel.find_purchase_order("OL-100234") == PlacedOrder(canceled.external_id, canceled.number, True)

    archived = bench.channel.send_purchase_order(bench.ordering(reference="OL-7"))
    bench.press(f"orders/{archived.external_id}/delete", store=SUPPLIER)
    state = bench.channel.read_purchase_order(archived.external_id)
    assert state is not None
    assert state.order.canceled
    assert bench.channel.read_purchase_order("1") is None


def test_a_suppliers_goods_are_listed(bench: Bench) -> None:
    page = bench.channel.list_goods()
    (mug,) = [good for good in page.goods if good.sku == MUG]
    assert (mug.title, mug.variant_title, mug.price, mug.ean, mug.stock) == (
        "Harbour Mug",
        "Tide",
        gbp(980),
        "5060012300012",
        500,
    )
    assert mug.picture_url.endswith("/pictures/mug-205.svg")
    assert mug.product_url == "https://kestrel-pottery.example/harbour-mug/"
    assert page.next_cursor == ""
    bench.press("stock", store=SUPPLIER, sku=MUG, stock=3)
    assert [good.stock for good in bench.channel.list_goods().goods if good.sku == MUG] == [3]


def test_two_orders_under_one_reference_are_noticed(bench: Bench) -> None:
    request = bench.ordering()
    bench.channel.send_purchase_order(request)
    bench.channel.send_purchase_order(request)
    with pytest.raises(NeedsAttention) as caught:
        bench.channel.find_purchase_order(request.reference)
    assert caught.value.reason == "placed_twice"


def test_a_product_without_a_variant_is_ordered_as_a_custom_one(bench: Bench) -> None:
    lines = [PurchaseOrderLineRequest("line-9", "", "KP-ODD", "Odd one", 3, gbp(100))]
    placed = bench.channel.send_purchase_order(bench.ordering(lines=lines))
    (line,) = bench.described(placed.external_id, SUPPLIER)["lines"]
    assert (line["title"], line["sku"], line["quantity"], line["price"]) == ("Odd one", "KP-ODD", 3, "1.0")
    bench.press(f"orders/{placed.external_id}/ship", store=SUPPLIER)
    state = bench.channel.read_purchase_order(placed.external_id)
    assert state is not None
    assert state.shipments[0].quantities == {"line-9": 3}


def test_out_of_stock_places_nothing(bench: Bench) -> None:
    request = bench.ordering()
    bench.press("stock", store=SUPPLIER, sku=MUG, stock=1)
    with pytest.raises(Declined) as caught:
        bench.channel.send_purchase_order(request)
    assert caught.value.reason == "out_of_stock"
    assert bench.channel.find_purchase_order(request.reference) is None
    assert bench.orders() == []


def test_another_currency_places_nothing(bench: Bench) -> None:
    with pytest.raises(NeedsAttention) as caught:
        bench.channel.send_purchase_order(bench.ordering(shipping=usd(450)))
    assert caught.value.reason == "other_currency"
    assert bench.orders() == []


@pytest.mark.parametrize(("mode", "kind", "placed"), LOST)
def test_a_lost_answer_is_resolved_by_the_look_up(bench: Bench, mode: str, kind: type[Exception], placed: bool) -> None:
    request = bench.ordering()
    bench.arm("createOrder", mode)
    with pytest.raises(kind):
        bench.channel.send_purchase_order(request)
    assert (bench.channel.find_purchase_order(request.reference) is not None) is placed
    assert len(bench.orders()) == placed
