"""Wix's words to ours, on our recorded order and on every kind of nonsense."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from orderlane.connectors.stores.wix import ids, mapping
from orderlane.connectors.stores.wix.tests.examples import LINE, ORDER, PRODUCT, VARIANT, recorded, usd
from orderlane.kernel.address import Address
from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money
from orderlane.ports.stores import FinancialState, StoreOrderLine

BOOKINGS = "13d21c63-b5ec-5912-8397-c3a5ddb27a97"


def line(**changed: Any) -> StoreOrderLine:
    order = recorded("order")
    return mapping.order_line_from({**order["lineItems"][0], **changed}, ORDER, order)


def test_an_order_is_read_whole() -> None:
    order = mapping.order_from(recorded("order"))
    assert (order.external_id, order.number, order.financial_state) == (ORDER, "10002", FinancialState.PAID)
    assert order.updated_at == datetime(2026, 11, 20, 9, 5, 0, 123000, UTC)
    assert (order.placed_at, order.canceled_at, order.is_test) == (datetime(2026, 11, 20, 9, tzinfo=UTC), None, False)
    assert order.total == usd(6200 - 1667)
    assert (order.customer_name, order.customer_email) == ("Jane Doe", "jane@example.com")
    assert order.ship_to == Address(
        "Jane Doe", "", "525 W 20th St", "Apt 4B", "New York", "NY", "10011", "US", "+1-555-010-0000",
        "jane@example.com",
    )  # fmt: skip
    assert list(order.lines) == [
        StoreOrderLine(
            external_id=f"{ORDER}/{LINE}",
            title="Brazilian Arabica",
            quantity=2,
            unit_price=usd(1667),
            variant_id=VARIANT,
            variant_title="500g, Black",
            sku="ARA-500-ST",
            image_url="https://static.example/a.jpg",
        )
    ]


@pytest.mark.parametrize(
    ("status", "payment", "expected"),
    [
        ("APPROVED", "PAID", FinancialState.PAID),
        ("APPROVED", "PARTIALLY_REFUNDED", FinancialState.PAID),
        ("APPROVED", "FULLY_REFUNDED", FinancialState.REFUNDED),
        ("APPROVED", "NOT_PAID", FinancialState.PENDING),
        ("APPROVED", "PENDING", FinancialState.PENDING),
        ("APPROVED", "PENDING_MERCHANT", FinancialState.PENDING),
        ("APPROVED", "PARTIALLY_PAID", FinancialState.PENDING),
        ("APPROVED", "DECLINED", FinancialState.PENDING),
        ("APPROVED", "CANCELED", FinancialState.CANCELED),
        ("APPROVED", "UNSPECIFIED", FinancialState.UNKNOWN),
        ("APPROVED", "BRAND_NEW", FinancialState.UNKNOWN),
        ("APPROVED", "", FinancialState.UNKNOWN),
        ("CANCELED", "PAID", FinancialState.CANCELED),
        ("REJECTED", "NOT_PAID", FinancialState.CANCELED),
        ("PENDING", "PAID", FinancialState.PENDING),
        ("INITIALIZED", "PAID", FinancialState.PENDING),
        ("BRAND_NEW", "PAID", FinancialState.UNKNOWN),
        ("", "PAID", FinancialState.UNKNOWN),
    ],
)
def test_both_statuses_decide_whether_it_is_paid(status: str, payment: str, expected: FinancialState) -> None:
    assert mapping.financial_state_from(status, payment) is expected


@pytest.mark.parametrize(
    ("changed", "ships", "variant"),
    [
        ({}, True, VARIANT),
        ({"itemType": {"preset": "DIGITAL"}}, False, VARIANT),
        ({"itemType": {"preset": "GIFT_CARD"}}, False, VARIANT),
        ({"itemType": {"preset": "SERVICE"}}, False, VARIANT),
        ({"itemType": {"custom": "Handmade"}}, True, VARIANT),
        ({"physicalProperties": {"shippable": False}}, False, VARIANT),
        ({"catalogReference": None}, True, ""),
        ({"catalogReference": {"appId": BOOKINGS, "catalogItemId": "x"}}, False, ""),
    ],
)
def test_which_lines_are_goods_to_ship(changed: dict[str, Any], ships: bool, variant: str) -> None:
    read = line(**changed)
    assert (read.requires_shipping, read.variant_id) == (ships, variant)


def test_a_product_without_options_has_a_variant_of_its_own() -> None:
    reference = {"appId": mapping.STORES_APP, "catalogItemId": PRODUCT, "options": {"options": {"Size": "L"}}}
    assert line(catalogReference=reference).variant_id == f"{PRODUCT}:{ids.NO_VARIANT}"


def test_prices_with_tax_inside_are_read_as_the_customer_saw_them() -> None:
    order = {**recorded("order"), "taxIncludedInPrices": True}
    with_tax = {**order["lineItems"][0], "totalPriceAfterTax": {"amount": "60.00"}}
    assert mapping.order_line_from(with_tax, ORDER, order).unit_price == usd(2000)
    without = {key: value for key, value in with_tax.items() if not key.startswith("totalPrice")}
    assert mapping.order_line_from(without, ORDER, order).unit_price == usd(1850)


def test_a_pick_up_point_never_becomes_an_address() -> None:
    order = recorded("order")
    order["shippingInfo"]["logistics"]["pickupDetails"] = {"pickupMethod": "PICKUP_POINT"}
    order["recipientInfo"] = {"address": {"addressLine": "1 Home"}, "contactDetails": {"firstName": "Jane"}}
    read = mapping.order_from(order)
    assert read.ship_to == Address(email="jane@example.com")
    assert (read.ship_to.shippable, read.customer_name) == (False, "Jane")


def test_without_a_destination_the_recipient_is_meant() -> None:
    order = recorded("order")
    order["recipientInfo"] = order.pop("shippingInfo")["logistics"]["shippingDestination"]
    assert mapping.order_from(order).ship_to.line1 == "525 W 20th St"


def test_states_lose_their_country_and_streets_may_come_in_parts() -> None:
    parts = {"country": "JP", "subdivision": "JP-26", "streetAddress": {"number": "3", "name": "Gionmachi"}}
    read = mapping.address_from({"address": parts})
    assert (read.region, read.line1) == ("26", "3 Gionmachi")
    assert mapping.address_from({"address": {"subdivision": "Quebec"}}).region == "Quebec"


def test_a_cancellation_has_its_time_among_the_activities() -> None:
    order = {**recorded("order"), "status": "CANCELED"}
    assert mapping.order_from(order).canceled_at == datetime(2026, 11, 20, 9, 5, 0, 123000, UTC)
    order["activities"] = [{"activityType": "ORDER_CANCELED", "createdDate": "2026-11-20T09:04:00Z"}]
    assert mapping.order_from(order).canceled_at == datetime(2026, 11, 20, 9, 4, tzinfo=UTC)


def test_currencies_keep_their_own_decimals() -> None:
    order = {**recorded("order"), "currency": "JPY", "priceSummary": {"total": {"amount": "6200"}}}
    order["balanceSummary"] = {"refunded": {"amount": "0"}}
    read = mapping.order_from(order)
    assert (read.total, read.lines[0].unit_price) == (Money(6200, "JPY"), Money(17, "JPY"))


@pytest.mark.parametrize(
    "changed",
    [
        {"id": None},
        {"id": "../x"},
        {"number": 1.5},
        {"updatedDate": None},
        {"updatedDate": "yesterday"},
        {"currency": "dollars"},
        {"priceSummary": {}},
        {"priceSummary": {"total": {"amount": 62.0}}},
        {"priceSummary": {"total": {"amount": "62.005"}}},
        {"priceSummary": {"total": {"amount": "-1"}}},
        {"lineItems": "many"},
        {"lineItems": [{"id": LINE, "quantity": 1}]},
        {"lineItems": [{"id": LINE, "quantity": 1.5, "price": {"amount": "1"}}]},
        {"lineItems": [{"id": LINE, "quantity": -1, "price": {"amount": "1"}}]},
        {"lineItems": [{"id": "a/b", "quantity": 1, "price": {"amount": "1"}}]},
        {"shippingInfo": []},
    ],
)
def test_nonsense_is_refused_by_name(changed: dict[str, Any]) -> None:
    with pytest.raises(NeedsAttention) as caught:
        mapping.order_from({**recorded("order"), **changed})
    assert caught.value.reason == "unreadable_answer"


def test_stock_is_counted_over_all_locations() -> None:
    counted = {"productId": PRODUCT, "variantId": "v", "trackQuantity": True}
    items = [{**counted, "quantity": 2}, {**counted, "quantity": 3}, {**counted, "quantity": -4}]
    assert mapping.stock_from(items) == {f"{PRODUCT}:v": 5}
    assert mapping.stock_from([{"productId": PRODUCT, "inStock": True}]) == {f"{PRODUCT}:{ids.NO_VARIANT}": None}
    assert mapping.stock_from([{"productId": PRODUCT, "inStock": False}]) == {f"{PRODUCT}:{ids.NO_VARIANT}": 0}


def test_an_order_is_ours_only_under_exactly_our_reference() -> None:
    ours = {"channelInfo": {"type": "OTHER_PLATFORM", "externalOrderId": "OL-1"}}
    assert mapping.carries(ours, "OL-1")
    assert not mapping.carries(ours, "OL-10")
    assert not mapping.carries({"channelInfo": {"type": "WEB", "externalOrderId": "OL-1"}}, "OL-1")


def test_ids_of_other_orders_and_platforms_are_refused() -> None:
    for wrong in (f"{PRODUCT}/{LINE}", LINE, ORDER, ""):
        with pytest.raises(NeedsAttention):
            ids.part_of(ORDER, wrong)
    for wrong in ("gid://shopify/ProductVariant/1", "", f"{PRODUCT}:", f"{PRODUCT}:../x"):
        with pytest.raises(NeedsAttention):
            ids.product_and_variant(wrong)
