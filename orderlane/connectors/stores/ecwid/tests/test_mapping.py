"""Ecwid's words to ours: states, exact money, discounts, addresses, goods; nonsense is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from orderlane.connectors.stores.ecwid import mapping
from orderlane.connectors.stores.ecwid.parcels import Parcel
from orderlane.connectors.stores.ecwid.reading import as_money
from orderlane.connectors.stores.ecwid.tests.examples import eur, recorded
from orderlane.kernel.address import Address
from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money
from orderlane.ports.stores import FinancialState


def order(**changed: Any) -> dict[str, Any]:
    return {**recorded("order"), **changed}


def line(**changed: Any) -> dict[str, Any]:
    return {"id": 1, "productId": 2, "name": "A", "sku": "A", "price": 10, "quantity": 1, **changed}


def test_an_order_is_read_whole() -> None:
    read = mapping.order_from(order(), "EUR")
    assert (read.external_id, read.number) == ("EH-7QK2M", "EH-7QK2M")
    assert read.placed_at == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)
    assert read.updated_at == datetime(2026, 11, 20, 9, 16, 10, tzinfo=UTC)
    assert (read.financial_state, read.canceled_at, read.is_test) == (FinancialState.PAID, None, False)
    assert (read.total, read.customer_name, read.customer_email) == (eur(5130), "Zoé Martin", "zoe@example.com")
    assert read.ship_to == Address(
        "Zoé Martin", "", "12 rue des Lilas", "Bâtiment B", "Lyon", "", "69003", "FR", "+33100000000", "zoe@example.com"
    )
    candle, guide, wrapping = read.lines
    assert (candle.external_id, candle.variant_id, candle.variant_title) == (
        "1828115520",
        "692730761-421616046",
        "180 g",
    )
    # Files come with the candle, which makes it "digital": it is sent all the same.
    assert [one.requires_shipping for one in read.lines] == [True, False, True]
    assert (guide.variant_id, wrapping.variant_id, wrapping.sku) == ("692730762", "", "")


def test_unit_prices_are_those_after_every_discount() -> None:
    # Candles: 45.60 less 4.56 and 1.00 of the coupon are 40.04; the coupon's other 3.00 go off all lines by worth.
    candle, guide, wrapping = mapping.order_from(order(), "EUR").lines
    whole = Decimal("46.84")
    assert candle.unit_price == as_money((Decimal("40.04") * (whole - 3) / whole) / 3, "EUR", "", approximate=True)
    assert (candle.unit_price, guide.unit_price, wrapping.unit_price) == (eur(1249), eur(636), eur(0))


@pytest.mark.parametrize(
    ("changed", "unit"),
    [
        ({}, 1000),
        ({"quantity": 3, "couponAmount": Decimal("0.01")}, 1000),
        ({"quantity": 3, "couponAmount": Decimal("0.02")}, 999),
        ({"discounts": [{"total": 4}, {"total": Decimal("1.5")}]}, 450),
        ({"discounts": [{"total": 40}]}, 0),
        ({"quantity": 0}, 0),
        ({"price": Decimal("10.005")}, 1001),
        ({"price": None}, 0),
    ],
)
def test_a_line_price(changed: dict[str, Any], unit: int) -> None:
    read = mapping.order_from(order(items=[line(**changed)], couponDiscount=0), "EUR")
    assert read.lines[0].unit_price == eur(unit)


def test_a_coupon_for_shipping_takes_nothing_off_the_goods() -> None:
    coupon = {"discountType": "ABS_AND_SHIPPING"}
    read = mapping.order_from(order(items=[line()], couponDiscount=4, discountCoupon=coupon), "EUR")
    assert read.lines[0].unit_price == eur(1000)
    read = mapping.order_from(order(items=[line()], couponDiscount=40, discountCoupon=None), "EUR")
    assert read.lines[0].unit_price == eur(0)


@pytest.mark.parametrize(
    ("payment", "fulfillment", "state"),
    [
        ("AWAITING_PAYMENT", "AWAITING_PROCESSING", FinancialState.PENDING),
        ("PAID", "SHIPPED", FinancialState.PAID),
        ("PAID", "RETURNED", FinancialState.PAID),
        ("PARTIALLY_REFUNDED", "PROCESSING", FinancialState.PAID),
        ("REFUNDED", "AWAITING_PROCESSING", FinancialState.REFUNDED),
        ("CANCELLED", "AWAITING_PROCESSING", FinancialState.CANCELED),
        ("PAID", "WILL_NOT_DELIVER", FinancialState.CANCELED),
        ("REFUNDED", "WILL_NOT_DELIVER", FinancialState.CANCELED),
        ("CUSTOM_PAYMENT_STATUS_1", "AWAITING_PROCESSING", FinancialState.UNKNOWN),
        ("SOMETHING_NEW", "SOMETHING_NEW", FinancialState.UNKNOWN),
        ("", "", FinancialState.UNKNOWN),
    ],
)
def test_states_and_unknown_words_stay_unknown(payment: str, fulfillment: str, state: FinancialState) -> None:
    read = mapping.order_from(order(paymentStatus=payment, fulfillmentStatus=fulfillment), "EUR")
    assert read.financial_state is state
    assert (read.canceled_at == read.updated_at) is (state is FinancialState.CANCELED)


def test_our_own_writes_are_no_news() -> None:
    fields = [{"id": "orderlane_parcels_1", "title": "Orderlane 1", "value": '[[1,"UPS",["1Z"],{"1828115520":1}]]'}]
    written = order(
        orderExtraFields=fields, trackingNumber="1Z", trackingUrl="https://t.example", fulfillmentStatus="PROCESSING"
    )
    assert mapping.order_from(written, "EUR") == mapping.order_from(order(), "EUR")


@pytest.mark.parametrize(
    ("status", "fulfilled"),
    [("PROCESSING", [0, 0, 0]), ("SHIPPED", [3, 0, 1]), ("DELIVERED", [3, 0, 1]), ("RETURNED", [3, 0, 1])],
)
def test_an_order_was_shipped_or_it_was_not(status: str, fulfilled: list[int]) -> None:
    read = mapping.order_from(order(fulfillmentStatus=status), "EUR")
    assert [line.fulfilled for line in read.lines] == fulfilled


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (Decimal("109.10000000000001"), "EUR", 10910),
        (Decimal("29.999999999999996"), "EUR", 3000),
        (Decimal(1200), "JPY", 1200),
        (Decimal("1.234"), "KWD", 1234),
    ],
)
def test_numbers_become_exact_money(amount: Decimal, currency: str, minor: int) -> None:
    assert as_money(amount, currency, "total") == Money(minor, currency)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"total": Decimal("10.005")}, "total"),
        ({"total": -1}, "total"),
        ({"total": None}, "total"),
        ({"total": "10.00"}, "total"),
        ({"total": True}, "total"),
        ({"total": 10**16}, "total"),
        ({"total": 12.5}, "total"),
        ({"id": ""}, "id"),
        ({"id": 5}, "id"),
        ({"items": "none"}, "items"),
        ({"items": [line(id=0)]}, "id"),
        ({"items": [line(quantity=-1)]}, "quantity"),
        ({"items": [line(quantity=True)]}, "quantity"),
        ({"items": [line(productId="2")]}, "productId"),
        ({"shippingPerson": []}, "shippingPerson"),
        ({"updateTimestamp": None, "updateDate": "yesterday"}, "updateDate"),
        ({"updateTimestamp": 10**18}, "updateDate"),
    ],
)
def test_nonsense_is_refused_and_named(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(NeedsAttention) as caught:
        mapping.order_from(order(**changed), "EUR")
    assert (caught.value.reason, caught.value.params["field"]) == ("unreadable_answer", field)


def test_a_written_date_stands_in_for_missing_seconds() -> None:
    read = mapping.order_from(order(updateTimestamp=None, createTimestamp=None), "EUR")
    assert read.updated_at == datetime(2026, 11, 20, 9, 16, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "changed",
    [
        {"shippingPerson": None},
        {"shippingPerson": {"name": "Zoé A. Martin", "city": "Lyon"}},
        {"shippingOption": {"isPickup": True}},
        {"shippingOption": {"fulfillmentType": "pickup"}},
    ],
)
def test_nowhere_to_send_it(changed: dict[str, Any]) -> None:
    read = mapping.order_from(order(**changed), "EUR").ship_to
    assert (read.line1, read.city, read.shippable) == ("", "", False)
    assert read.name in ("Zoé A. Martin", "Zoé Martin")


def test_what_is_left_is_what_no_parcel_of_ours_holds() -> None:
    left = mapping.work_from(order(), [Parcel(1, {"1828115520": 2}, "", ())])
    assert (left.open, dict(left.remaining)) == (
        True,
        {"1828115520": ("1828115520", 1), "1828115522": ("1828115522", 1)},
    )
    nothing: list[dict[str, Any]] = [{"paymentStatus": "CANCELLED"}, {"fulfillmentStatus": "RETURNED"}, {"items": []}]
    for changed in nothing:
        assert mapping.work_from(order(**changed), ()).open is False


def test_goods_cost_what_their_options_add() -> None:
    goods = mapping.goods_from(recorded("product"), "EUR")
    assert [(good.variant_id, good.sku, good.variant_title) for good in goods] == [
        ("689454040-421616045", "MIEL-250", "250 g"),
        ("689454040-421616046", "MIEL", "500 g"),
        ("689454040-421616047", "MIEL-1000", "1 kg"),
        ("689454040-421616048", "MIEL-3000", "3 kg"),
    ]
    assert [good.price for good in goods] == [eur(620), eur(1090), eur(1550), eur(4100)]
    assert [good.stock for good in goods] == [12, 0, None, 0]
    assert [good.ean for good in goods] == ["", "", "", "3760123400015"]
    assert {good.picture_url for good in goods} == {"https://images.example/miel.jpg"}
    (alone,) = mapping.goods_from({**recorded("product"), "combinations": []}, "EUR")
    assert (alone.variant_id, alone.variant_title, alone.stock, alone.price) == ("689454040", "", None, eur(620))


def test_a_profile_says_who_and_which_currency() -> None:
    profile = {
        "generalInfo": {"storeId": 1003, "starterSite": {"generatedUrl": "https://store1003.company.site/x"}},
        "account": {"accountName": "API Team Store"},
        "formatsAndUnits": {"currency": "EUR"},
    }
    identity = mapping.identity_from(profile)
    assert (identity.external_id, identity.name, identity.domain, identity.currency) == (
        "1003",
        "API Team Store",
        "store1003.company.site",
        "EUR",
    )
    for broken in ({**profile, "generalInfo": {}}, {**profile, "formatsAndUnits": {}}):
        with pytest.raises(NeedsAttention):
            mapping.identity_from(broken)
