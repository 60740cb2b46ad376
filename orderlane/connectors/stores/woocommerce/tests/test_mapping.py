"""Their words to ours: the recorded examples, and every way in which a shop may differ from them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderlane.connectors.stores.woocommerce import mapping, placing, showing
from orderlane.connectors.stores.woocommerce.parcels import PREFIX, Parcel, parcels_in, split_id
from orderlane.connectors.stores.woocommerce.tests.simulator import eur
from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money
from orderlane.ports.stores import FinancialState, StoreOrder, Tracking

RECORDED = Path(__file__).parent.parent / "recorded"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


def order(**changed: Any) -> dict[str, Any]:
    return {**recorded("order"), "refunds": [], **changed}


def read(told: dict[str, Any]) -> StoreOrder:
    return mapping.order_from(told, [], {}, frozenset())


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def test_the_recorded_order() -> None:
    told = mapping.order_from(recorded("order"), [recorded("refund")], {"316": 1}, {"93"})
    assert (told.external_id, told.number, told.total) == ("727", "727", usd(3635 - 350))
    assert told.placed_at.isoformat() == "2026-03-22T19:28:02+00:00"
    single, idea, wrap = told.lines
    assert (single.quantity, single.unit_price, single.requires_shipping) == (1, usd(300), False)
    assert (idea.variant_id, idea.title, idea.variant_title) == ("23", "Ship Your Idea", "Green / XL")
    assert (idea.unit_price, idea.fulfilled) == (usd(1500), 1)
    assert (wrap.variant_id, wrap.sku, wrap.image_url) == ("", "", "")
    assert (told.ship_to.name, told.ship_to.region, told.ship_to.phone) == ("Robin Park", "OR", "(555) 555-5555")
    assert (told.customer_name, told.customer_email) == ("Robin Park", "jo.park@example.com")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", FinancialState.PENDING),
        ("on-hold", FinancialState.PENDING),
        ("failed", FinancialState.PENDING),
        ("processing", FinancialState.PAID),
        ("completed", FinancialState.PAID),
        ("refunded", FinancialState.REFUNDED),
        ("cancelled", FinancialState.CANCELED),
        ("trash", FinancialState.CANCELED),
        ("shipped", FinancialState.UNKNOWN),
        ("", FinancialState.UNKNOWN),
    ],
)
def test_statuses_and_those_of_extensions(status: str, state: FinancialState) -> None:
    assert read(order(status=status)).financial_state is state


@pytest.mark.parametrize(
    ("total", "currency", "expected"),
    [
        ("36.35", "USD", usd(3635)),
        ("36", "USD", usd(3600)),
        ("36.3456", "USD", usd(3635)),
        ("36.345", "EUR", eur(3635)),
        ("4200.00", "JPY", Money(4200, "JPY")),
        ("1.234", "KWD", Money(1234, "KWD")),
    ],
)
def test_amounts_in_the_shops_own_decimals(total: str, currency: str, expected: Money) -> None:
    lines = [{**line, "total": "1", "total_tax": "0"} for line in order()["line_items"]]
    assert read(order(total=total, currency=currency, line_items=lines)).total == expected


def test_taxes_are_part_of_a_price_only_where_the_shop_has_it_so() -> None:
    assert [line.unit_price for line in read(order(prices_include_tax=True)).lines] == [
        usd(323),  # (6.00 + 0.45) / 2
        usd(1590),
        usd(400),
    ]


def test_an_order_for_pickup_or_of_downloads_has_no_address() -> None:
    nothing: list[object] = [[], None, {}]
    for shipping in nothing:
        assert not read(order(shipping=shipping)).ship_to.shippable


def test_numbers_that_extensions_write_and_ids_that_are_large() -> None:
    told = read(order(id=2**63 + 1, number=1001))
    assert (told.external_id, told.number) == (str(2**63 + 1), "1001")
    assert read(order(number="")).number == "727"


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "727"},
        {"id": 0},
        {"id": Decimal("7.5")},
        {"total": None},
        {"total": "a lot"},
        {"currency": "euro"},
        {"date_modified_gmt": None},
        {"date_modified_gmt": "yesterday"},
        {"line_items": "none"},
        {"line_items": [7]},
        {"billing": "Jo"},
        {"line_items": [{"id": 1, "quantity": Decimal("1.5"), "total": "1", "total_tax": "0"}]},
        {"line_items": [{"id": 1, "quantity": -1, "total": "1", "total_tax": "0"}]},
    ],
)
def test_what_breaks_the_schema_is_an_error_with_a_name(changed: dict[str, Any]) -> None:
    with pytest.raises(NeedsAttention) as caught:
        read(order(**changed))
    assert caught.value.reason == "unreadable_answer"
    assert caught.value.params["field"] in {*changed, "quantity", "list"}


def test_text_is_made_storable() -> None:
    told = read(order(number="a\x00b\ud800" + "c" * 5000))
    assert told.number.startswith("a\ufffdb\ufffdc")
    assert len(told.number) == 2000


def test_the_recorded_product_and_variation() -> None:
    (good,) = mapping.goods_from(recorded("product"), [], "USD")
    assert (good.variant_id, good.sku, good.price, good.stock, good.ean) == (
        "794",
        "PQ-1",
        usd(2199),
        12,
        "4006381333931",
    )
    assert (good.variant_title, good.picture_url) == ("", "https://shop.example/premium.jpg")
    variable = {**recorded("product"), "type": "variable", "stock_quantity": 4}
    (good,) = mapping.goods_from(variable, [recorded("variation")], "USD")
    assert (good.variant_id, good.title, good.variant_title) == ("733", "Premium Quality", "Black / M")
    assert (good.price, good.stock) == (usd(900), 4)


@pytest.mark.parametrize(
    ("changed", "stock"),
    [
        ({"manage_stock": False, "stock_status": "instock"}, None),
        ({"manage_stock": False, "stock_status": "outofstock"}, 0),
        ({"stock_quantity": -3}, 0),
        ({"stock_quantity": 0, "backorders": "notify"}, None),
        ({"stock_quantity": None}, 0),
    ],
)
def test_stock(changed: dict[str, Any], stock: int | None) -> None:
    assert mapping.stock_of({**recorded("product"), **changed}, {}) == stock


def test_what_has_no_price_or_is_not_sold_is_left_out_and_a_finer_price_is_refused() -> None:
    for changed in ({"price": ""}, {"purchasable": False}, {"status": "private"}):
        assert mapping.goods_from({**recorded("product"), **changed}, [], "USD") == []
    for price in ("21.999", "-1", "free"):
        with pytest.raises(NeedsAttention):
            mapping.goods_from({**recorded("product"), "price": price}, [], "USD")


def test_the_recorded_fulfillment_and_trackings() -> None:
    fulfillment = recorded("fulfillment")
    assert showing.fulfilled_quantities(fulfillment) == {"315": 1, "316": 1}
    url = "https://www.ups.com/track?tracknum=1Z999AA1234567890"
    assert showing.fulfillment_tracking(fulfillment) == Tracking("UPS", ("1Z999AA1234567890",), (url,))
    assert not showing.is_ours(fulfillment)
    assert not showing.is_fulfilled({**fulfillment, "date_deleted": "2026-03-24T00:00:00Z"})
    link = "https://tools.usps.com/tracking/9400111899560000000000"
    assert placing.trackers_tracking(recorded("trackings")) == Tracking("USPS", ("9400111899560000000000",), (link,))


def test_links_are_web_addresses_or_nothing() -> None:
    entries = [
        {"key": "_tracking_number", "value": "A; B"},
        {"key": "_shipment_provider", "value": "other"},
        {"key": "_provider_name", "value": "Vélo"},
        {"key": "_tracking_url", "value": "javascript:alert(1)"},
    ]
    assert showing.fulfillment_tracking({"meta_data": entries}) == Tracking("Vélo", ("A", "B"), ("", ""))
    assert showing.fulfillment_tracking({"meta_data": [{**entries[0], "value": "A"}, entries[3]]}).urls == ("",)


def test_a_parcel_survives_the_order_it_is_written_on() -> None:
    parcel = Parcel("0aF", {"315": 2, "316": 1}, Tracking("Pošta \U0001f4e6", ("A", "B"), ("https://x/1", "")), "t:1,2")
    entry = parcel.entry()
    assert parcels_in({"meta_data": [{"id": 1, **entry}, {"key": "other", "value": "x"}]}) == [parcel]
    assert isinstance(entry["value"], str)
    assert split_id(parcel.as_fulfillment("727").external_id) == ("727", "0aF")


@pytest.mark.parametrize(
    "value", ["", "{", "[]", '{"lines": {"1": 0}, "carrier": "", "numbers": [], "urls": []}', None, 7, "[" * 100_000]
)
def test_a_note_that_somebody_spoiled_is_not_taken_for_no_parcel(value: object) -> None:
    with pytest.raises(NeedsAttention) as caught:
        parcels_in({"meta_data": [{"key": f"{PREFIX}1", "value": value}]})
    assert caught.value.reason == "unreadable_answer"


def test_what_the_customer_reads_needs_no_language() -> None:
    assert showing.note_text(Tracking("DHL", ("A", "B"), ("https://dhl.example/A", "javascript:x"))).splitlines() == [
        "\N{PACKAGE} DHL",
        "A https://dhl.example/A",
        "B",
    ]
