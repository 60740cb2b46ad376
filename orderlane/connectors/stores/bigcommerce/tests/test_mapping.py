"""Their words to ours and back, on our own small payloads."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from orderlane.connectors.stores.bigcommerce import inputs, mapping
from orderlane.connectors.stores.bigcommerce.carriers import PROVIDERS, SLUGS, carrier_name, provider_and_slug
from orderlane.connectors.stores.bigcommerce.states import region_code, written_state
from orderlane.connectors.stores.bigcommerce.tests.examples import purchase_order, recorded, usd
from orderlane.kernel.address import Address
from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Environment
from orderlane.ports.stores import FinancialState, StoreOrder, Tracking


def read(**changed: Any) -> StoreOrder:
    order = {**recorded("order"), **changed}
    return mapping.order_from(order, mapping.lines_from(order))


def line(**changed: Any) -> dict[str, Any]:
    told: dict[str, Any] = recorded("order")["consignments"]["shipping"][0]["line_items"][0]
    return {**told, **changed}


def test_an_order_with_two_addresses_a_custom_product_and_a_download() -> None:
    order = read()
    assert (order.external_id, order.number, order.total) == ("218", "218", usd(10482))
    assert (order.placed_at, order.updated_at) == (
        datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        datetime(2026, 11, 20, 9, 31, 5, tzinfo=UTC),
    )
    assert (order.financial_state, order.canceled_at, order.is_test) == (FinancialState.PAID, None, False)
    assert (order.customer_name, order.customer_email) == ("Jane Doe", "jane@example.com")
    plate, lantern, download = order.lines
    assert [one.external_id for one in order.lines] == ["300", "301", "302"]
    # The main address is that of the first line sold.
    assert (order.ship_to.city, order.ship_to.region, plate.ship_to) == ("Kyoto", "JP-26", None)
    assert lantern.ship_to is not None
    assert (lantern.ship_to.line1, lantern.ship_to.line2, lantern.ship_to.region) == ("555 East Street", "Apt 2", "TX")
    # 73.50 less 4.50, by three; one of them refunded
    assert (lantern.unit_price, lantern.quantity, lantern.sku) == (usd(2300), 2, "CG-LANT")
    assert (lantern.variant_id, lantern.variant_title) == ("118/93", "Red / Large")
    assert (plate.variant_id, plate.unit_price, plate.requires_shipping) == ("", usd(500), True)
    assert (download.requires_shipping, download.ship_to) == (False, None)


def test_prices_with_tax_are_read_as_they_were_shown() -> None:
    # 79.5638 less 4.50, by three: 25.0213
    assert read(is_tax_inclusive_pricing=True).lines[1].unit_price == usd(2502)


def test_how_much_of_a_line_has_shipped() -> None:
    order = recorded("order")  # three lanterns: one refunded, one shipped
    assert [one.fulfilled for one in read().lines] == [0, 1, 0]
    order["consignments"]["shipping"][0]["line_items"][0]["quantity_shipped"] = 3
    assert [one.fulfilled for one in mapping.order_from(order, mapping.lines_from(order)).lines] == [0, 2, 0]
    # Marked as shipped by hand, without a shipment; the download needs none.
    assert [one.fulfilled for one in read(status_id=2).lines] == [2, 2, 0]
    assert [one.fulfilled for one in read(status_id=3).lines] == [0, 1, 0]


def test_what_remains_to_ship_is_told_per_address() -> None:
    order = recorded("order")
    works = mapping.works_from(order, mapping.lines_from(order))
    assert {work.location_id: dict(work.remaining) for work in works} == {
        "152": {"300": ("300", 2)},
        "151": {"301": ("301", 1)},  # three, of which one is refunded and one shipped
    }
    assert all(work.open for work in works)


@pytest.mark.parametrize("changed", [{"status_id": 5}, {"status_id": 6}, {"status_id": 4}, {"is_deleted": True}])
def test_nothing_more_may_ship(changed: dict[str, Any]) -> None:
    order = {**recorded("order"), **changed}
    assert not any(work.open for work in mapping.works_from(order, mapping.lines_from(order)))


STATES = {
    1: "pending",
    2: "paid",
    3: "paid",
    4: "refunded",
    5: "canceled",
    6: "canceled",
    7: "pending",
    8: "paid",
    9: "paid",
    10: "paid",
    11: "paid",
    12: "pending",
    13: "pending",
    14: "paid",
    0: "unknown",
    15: "unknown",
    -1: "unknown",
}


@pytest.mark.parametrize("status", STATES)
def test_the_status_number_decides(status: int) -> None:
    order = read(status_id=status, status="Whatever the retailer calls it")
    assert order.financial_state == STATES[status]
    assert (order.canceled_at is not None) is (status in (5, 6))


@pytest.mark.parametrize("status", STATES)
def test_an_order_archived_before_it_was_done_is_for_a_person(status: int) -> None:
    state = read(status_id=status, is_deleted=True).financial_state
    assert state == (STATES[status] if status in (2, 4, 5, 6, 10) else "unknown")


@pytest.mark.parametrize(("method", "test"), [("Test Payment Gateway", True), ("Credit Card", False)])
def test_a_test_order_is_known_by_its_payment(method: str, test: bool) -> None:
    assert read(payment_method=method).is_test is test


@pytest.mark.parametrize("kind", ["digital", "giftcertificate"])
def test_a_digital_line_among_parcels_needs_none(kind: str) -> None:
    order = recorded("order")
    order["consignments"]["shipping"][0]["line_items"][0]["type"] = kind
    lines = mapping.lines_from(order)
    assert [one.left for one in lines] == [2, 0, 0]


def test_currency_and_exponent() -> None:
    order = recorded("order")
    order["consignments"] = {"shipping": []}
    yen = {**order, "default_currency_code": "JPY", "total_inc_tax": "1200.0000"}
    assert mapping.order_from(yen, []).total == Money(1200, "JPY")
    with pytest.raises(NeedsAttention):  # money is never rounded on reading
        mapping.order_from({**yen, "total_inc_tax": "1200.5000"}, [])


BROKEN: list[dict[str, Any]] = [
    {"id": None},
    {"id": "218"},
    {"id": 2.5},
    {"id": True},
    {"date_modified": "2026-11-20"},
    {"date_modified": ""},
    {"date_created": "yesterday"},
    {"status_id": "11"},
    {"total_inc_tax": "-1.0000"},
    {"total_inc_tax": "1e3"},
    {"total_inc_tax": "NaN"},
    {"total_inc_tax": "10.0001"},
    {"total_inc_tax": None},
    {"default_currency_code": "dollars"},
    {"consignments": None},
    {"consignments": {"url": "https://api.example", "resource": "/orders/218/consignments"}},
    {"consignments": {"shipping": [7]}},
    {"consignments": {"shipping": [{"line_items": [line(quantity=-1)]}]}},
    {"consignments": {"shipping": [{"line_items": [line(quantity="3")]}]}},
    {"consignments": {"shipping": [{"line_items": [line(id=0)]}]}},
    {"consignments": {"shipping": [{"line_items": [line(order_address_id=0)]}]}},
    {"consignments": {"shipping": [{"line_items": [line(total_ex_tax="∞")]}]}},
    {"consignments": {"shipping": [{"line_items": [line(name=["a"])]}]}},
    {"billing_address": "555 East Street"},
]


@pytest.mark.parametrize("changed", BROKEN, ids=str)
def test_an_order_that_breaks_the_schema_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(NeedsAttention) as caught:
        read(**changed)
    assert caught.value.reason == "unreadable_answer"


def test_unstorable_text_and_counts_with_a_point() -> None:
    told = line(name="Lan\x00tern\ud800", quantity_refunded=Decimal("1.0"))
    (placed,) = mapping.lines_placed({"consignments": {"shipping": [{"id": 151}]}}, [told])
    read_line = mapping.order_line_from(placed, "USD", inclusive=False, elsewhere=False)
    assert (read_line.title, read_line.quantity) == ("Lan\N{REPLACEMENT CHARACTER}tern\N{REPLACEMENT CHARACTER}", 2)


def test_ids_keep_their_last_digit() -> None:
    assert read(id=9_007_199_254_740_993).external_id == "9007199254740993"


def test_a_discount_beyond_the_price_leaves_nothing() -> None:
    order = recorded("order")
    order["consignments"]["shipping"][0]["line_items"][0]["applied_discounts"] = [{"amount": "99.0000"}]
    assert mapping.order_from(order, mapping.lines_from(order)).lines[1].unit_price == usd(0)


def test_shipments() -> None:
    shipment = recorded("shipment")
    fulfillment = mapping.fulfillment_from(shipment)
    assert (fulfillment.external_id, fulfillment.quantities) == ("218/7", {"301": 2})
    assert fulfillment.tracking == Tracking("UPS", ("1Z1", "1Z2"), ("https://tracking.example/ups/1Z1", ""))
    order = recorded("order")
    references = mapping.line_references(mapping.lines_from(order))
    assert references == {"301": "line-1"}
    told = mapping.shipment_from({**shipment, "tracking_link": "javascript:alert(1)"}, references, order)
    assert (told.quantities, told.canceled) == ({"line-1": 2}, False)
    assert told.tracking.urls[0].startswith("https://tracking.example/")
    assert (told.shipped_at.day, told.updated_at.day) == (21, 20)
    assert mapping.tracking_from({}) == Tracking()


@pytest.mark.parametrize("title", ["Lampe [large]", "Lampe", "x" * 400])
def test_a_reference_survives_its_title(title: str) -> None:
    written = mapping.with_reference(title, "0199c1aa-1111-7000-8000-000000000001")
    assert len(written) <= 250
    (placed,) = mapping.lines_placed({"consignments": {"shipping": [{"id": 151}]}}, [line(name_merchant=written)])
    assert mapping.line_references([placed]) == {"301": "0199c1aa-1111-7000-8000-000000000001"}


def test_goods() -> None:
    red, blue = mapping.goods_from(recorded("product"), "USD", "https://lanterns.example")
    assert (red.variant_id, red.sku, red.title, red.variant_title) == (
        "118/93", "CG-LANT-RED", "Lantern", "Red / Large",
    )  # fmt: skip
    assert (red.price, red.stock, red.ean) == (usd(2450), 4, "0850012300056")
    assert (blue.price, blue.stock, blue.ean, blue.variant_title) == (usd(2600), 5, "0850012300000", "")
    assert (red.picture_url, blue.picture_url) == ("https://cdn.example/lantern.jpg", "https://cdn.example/blue.jpg")
    assert red.product_url == "https://lanterns.example/lantern/"

    product = {**recorded("product"), "inventory_tracking": "product"}
    assert [good.stock for good in mapping.goods_from(product, "USD", "")] == [9, 9]
    product["inventory_tracking"] = "none"
    assert [good.stock for good in mapping.goods_from(product, "USD", "")] == [None, None]
    assert mapping.goods_from({**product, "type": "digital"}, "USD", "") == []


def test_a_partners_sandbox_is_a_test_environment() -> None:
    store = {"id": "abc", "name": "", "domain": "", "currency": "USD", "plan_name": "Partner Sandbox"}
    identity = mapping.identity_from(store)
    assert (identity.environment, identity.name, identity.domain) == (Environment.TEST, "abc", "abc")
    assert mapping.identity_from({**store, "plan_name": "Plus"}).environment is Environment.LIVE
    with pytest.raises(NeedsAttention):
        mapping.identity_from({})


@pytest.mark.parametrize(
    ("country", "code", "name"),
    [
        ("US", "OR", "Oregon"),
        ("CA", "QC", "Quebec"),
        ("JP", "JP-26", "Kyoto"),
        ("IT", "RM", "Roma"),
        ("IE", "D", "Co. Dublin"),
        ("FR", "Rhône", "Rhône"),
        ("XX", "Anywhere", "Anywhere"),
        ("", "", ""),
    ],
)
def test_states_are_written_out_and_read_back(country: str, code: str, name: str) -> None:
    assert written_state(country, code) == name
    assert region_code(country, name) == code


def test_states_are_recognized_as_people_write_them() -> None:
    assert [region_code("US", "oregon "), region_code("JP", "Kyōto"), region_code("IE", "Dublin")] == [
        "OR", "JP-26", "D",
    ]  # fmt: skip
    assert region_code("US", "OR") == "OR"


# Our words to theirs


def test_the_order_we_place() -> None:
    body = inputs.order_body(purchase_order(tax=usd(712)))
    assert (body["status_id"], body["payment_method"], body["external_order_id"]) == (11, "Manual", "OL-100234")
    assert (body["external_source"], body["total_ex_tax"], body["total_inc_tax"]) == ("Orderlane", "36.50", "43.62")
    assert (body["shipping_cost_ex_tax"], body["shipping_cost_inc_tax"]) == ("2.00", "2.00")
    assert body["staff_notes"] == "\n".join(
        ["Orderlane OL-100234 for Harbor & Pine (harbor-pine.example)", "Payment reference: PAY-7"]
    )
    assert body["products"][0] == {
        "product_id": 118, "variant_id": 93, "quantity": 2, "price_ex_tax": 14.5, "price_inc_tax": 14.5,
        "name_merchant": "Lampe [line-1]",
    }  # fmt: skip
    assert body["products"][1]["name"] == "Soleil"
    (address,) = body["shipping_addresses"]
    assert (address["first_name"], address["last_name"], address["state"]) == ("Jordan Lee", "Reyes", "Oregon")
    assert (address["country_iso2"], body["billing_address"]) == ("US", address)
    assert "z@example.com" not in json.dumps(body)


def test_a_place_without_postcodes_still_has_a_billing_address() -> None:
    hong_kong = Address("Mei Wong", "", "1 Queen's Road", "", "Central", "", "", "HK")
    body = inputs.order_body(purchase_order(ship_to=hong_kong))
    assert body["billing_address"]["zip"] == inputs.NO_POSTCODE
    assert "zip" not in body["shipping_addresses"][0]


@pytest.mark.parametrize("cents", [1, 10, 999, 1450, 123_456_789_012])
def test_prices_travel_to_the_last_cent(cents: int) -> None:
    request = purchase_order()
    body = inputs.order_body(replace(request, lines=[replace(request.lines[0], unit_cost=usd(cents))]))
    assert Decimal(json.dumps(body["products"][0]["price_inc_tax"])) * 100 == cents


@pytest.mark.parametrize(
    ("carrier", "written"),
    [
        ("UPS", ("ups", "")),
        (" royal  MAIL", ("royalmail", "")),
        ("Colissimo", ("", "la-poste-colissimo")),
        ("Pigeon", ("", "")),
    ],
)
def test_carriers_are_written_with_their_word(carrier: str, written: tuple[str, str]) -> None:
    assert provider_and_slug(carrier) == written
    body = inputs.tracking_body(Tracking(carrier, ("1",)))
    assert (body["shipping_provider"], body["tracking_carrier"]) == written
    assert ("shipping_method" in body) is (written == ("", ""))


def test_every_carrier_is_read_back_as_a_name_of_the_same_word() -> None:
    for name in (*PROVIDERS, *SLUGS):
        word = "".join(provider_and_slug(name))
        assert provider_and_slug(carrier_name(word)) == provider_and_slug(name)
    assert (carrier_name("la-poste-colissimo"), carrier_name("new-slug"), carrier_name("")) == (
        "Colissimo", "new-slug", "",
    )  # fmt: skip


@pytest.mark.parametrize("numbers", [(), ("1Z1",), ("1Z1", "1Z2"), ("N" * 30, "M" * 30), ("N" * 51,), ("A" * 60, "B")])
def test_numbers_that_do_not_fit_stand_in_the_comments(numbers: tuple[str, ...]) -> None:
    body = inputs.tracking_body(Tracking("UPS", numbers, ("ftp://a.example", "")))
    assert len(body["tracking_number"]) <= 50
    assert body["tracking_link"] == ""
    assert mapping.tracking_from(body).numbers == numbers


def test_a_parcel_for_one_address_takes_the_larger_part() -> None:
    order = recorded("order")
    works = mapping.works_from(order, mapping.lines_from(order))
    assert inputs.missing_work(works, {"300": 2, "301": 1}) == {}
    assert inputs.missing_work(works, {"300": 3, "301": 2, "999": 1}) == {"300": 1, "301": 1, "999": 1}
    assert inputs.choose_address(works, {"300": 2, "301": 1}) == ("152", {"300": 2})
    body = inputs.shipment_body("152", {"300": 2}, Tracking())
    assert (body["order_address_id"], body["items"]) == (152, [{"order_product_id": 300, "quantity": 2}])
