"""Their words to ours, exactly; and what we refuse to believe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orderlane.connectors.reading import Node
from orderlane.connectors.stores.shopify import mapping
from orderlane.connectors.stores.shopify.paging import MAX_DEPTH, Window, all_nodes
from orderlane.connectors.stores.shopify.tests.examples import LINE, ORDER, recorded
from orderlane.kernel.address import Address
from orderlane.kernel.errors import NeedsAttention
from orderlane.kernel.money import Money
from orderlane.ports.accounts import Environment
from orderlane.ports.stores import (
    ChannelGood,
    FinancialState,
    FulfillmentWork,
    OrderRef,
    RequestState,
    StoreFulfillment,
    StoreIdentity,
    StoreOrder,
    StoreOrderLine,
    SupplierShipment,
    Tracking,
)


def order_of(**changed: Any) -> StoreOrder:
    order = {**recorded("order"), **changed}
    return mapping.order_from(order, order["lineItems"]["nodes"])


def line_of(**changed: Any) -> StoreOrderLine:
    line: dict[str, Any] = {**recorded("order")["lineItems"]["nodes"][0], **changed}
    return mapping.order_line_from(line)


def bag(amount: Any, currency: Any) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def test_order_with_exact_values() -> None:
    assert order_of() == StoreOrder(
        external_id=ORDER,
        number="#1001",
        placed_at=datetime(2026, 11, 20, 9, 14, 58, tzinfo=UTC),
        updated_at=datetime(2026, 11, 20, 9, 16, 10, tzinfo=UTC),
        financial_state=FinancialState.PAID,
        total=Money(3490, "EUR"),
        lines=[
            StoreOrderLine(
                external_id=LINE,
                title="Lampe Lune",
                quantity=2,
                unit_price=Money(1495, "EUR"),
                variant_id="gid://shopify/ProductVariant/8001",
                variant_title="Petite",
                sku="LUNE-S",
                image_url="https://cdn.example.com/lune.jpg",
                requires_shipping=True,
            ),
            StoreOrderLine(
                external_id="gid://shopify/LineItem/7002",
                title="Carte cadeau",
                quantity=1,
                unit_price=Money(500, "EUR"),
                requires_shipping=False,
            ),
        ],
        ship_to=Address(
            name="Zoé Martin",
            line1="12 rue des Lilas",
            line2="Bâtiment B",
            city="Lyon",
            postcode="69003",
            country="FR",
            phone="+33100000000",
            email="zoe@example.com",
        ),
        customer_name="Zoé Martin",
        customer_email="zoe@example.com",
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("AUTHORIZED", FinancialState.PENDING),
        ("PENDING", FinancialState.PENDING),
        ("PARTIALLY_PAID", FinancialState.PENDING),
        ("EXPIRED", FinancialState.PENDING),
        ("PAID", FinancialState.PAID),
        ("PARTIALLY_REFUNDED", FinancialState.PAID),
        ("REFUNDED", FinancialState.REFUNDED),
        ("VOIDED", FinancialState.CANCELED),
        ("SOMETHING_NEW", FinancialState.UNKNOWN),
        (None, FinancialState.UNKNOWN),
    ],
)
def test_financial_state(status: str | None, state: FinancialState) -> None:
    assert order_of(displayFinancialStatus=status).financial_state is state


def test_canceled_order_is_canceled_even_when_paid() -> None:
    order = order_of(cancelledAt="2026-11-21T01:00:00+01:00")
    assert order.financial_state is FinancialState.CANCELED
    assert order.canceled_at == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("1200", "JPY", 1200), ("1200.0", "JPY", 1200), ("1.234", "KWD", 1234), ("0.0", "USD", 0)],
)
def test_currencies_with_other_decimals(amount: str, currency: str, minor: int) -> None:
    order = recorded("order")
    for line in order["lineItems"]["nodes"]:
        line["discountedUnitPriceAfterAllDiscountsSet"] = bag(amount, currency)
    order["currentTotalPriceSet"] = bag(amount, currency)
    read = mapping.order_from(order, order["lineItems"]["nodes"])
    assert (read.total, read.lines[0].unit_price) == (Money(minor, currency), Money(minor, currency))


def test_approximate_unit_price_is_rounded_but_a_total_never() -> None:
    assert line_of(discountedUnitPriceAfterAllDiscountsSet=bag("3.335", "EUR")).unit_price == Money(334, "EUR")
    with pytest.raises(NeedsAttention) as caught:
        order_of(currentTotalPriceSet=bag("3.335", "EUR"))
    assert caught.value.params["field"] == "currentTotalPriceSet"


@pytest.mark.parametrize(
    "broken",
    [
        {"currentTotalPriceSet": bag("-1.00", "EUR")},
        {"currentTotalPriceSet": bag("1.00", "euro")},
        {"currentTotalPriceSet": bag("1e9", "EUR")},
        {"currentTotalPriceSet": bag(34.9, "EUR")},
        {"currentTotalPriceSet": bag("34.90", "USD")},  # lines are in EUR
        {"currentTotalPriceSet": None},
        {"updatedAt": None},
        {"updatedAt": "yesterday"},
        {"updatedAt": "2026-11-20T09:16:10"},
        {"id": "gid://shopify/Customer/1"},
        {"id": 6001001},
        {"shippingAddress": ["not", "an", "object"]},
    ],
)
def test_order_that_makes_no_sense_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(NeedsAttention) as caught:
        order_of(**broken)
    assert caught.value.reason == "unreadable_answer"


@pytest.mark.parametrize(
    "broken",
    [
        {"currentQuantity": -1},
        {"currentQuantity": 1_000_001},
        {"currentQuantity": 1.5},
        {"currentQuantity": True},
        {"currentQuantity": None},
        {"discountedUnitPriceAfterAllDiscountsSet": bag("-0.01", "EUR")},
        {"discountedUnitPriceAfterAllDiscountsSet": bag("9" * 16, "EUR")},
        {"variant": {"id": "8001"}},
        {"title": {"nested": True}},
    ],
)
def test_line_that_makes_no_sense_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(NeedsAttention) as caught:
        line_of(**broken)
    assert caught.value.reason == "unreadable_answer"


def test_missing_optional_fields_are_empty() -> None:
    minimal: dict[str, Any] = {
        "id": ORDER,
        "createdAt": "2026-11-20T09:15:00Z",
        "updatedAt": "2026-11-20T09:15:00Z",
        "currentTotalPriceSet": bag("0.0", "EUR"),
    }
    order = mapping.order_from(minimal, [])
    assert (order.number, order.lines, order.ship_to, order.is_test) == ("", [], Address(), False)
    assert order.placed_at == datetime(2026, 11, 20, 9, 15, tzinfo=UTC)


def test_texts_that_cannot_be_stored_are_made_storable() -> None:
    assert line_of(title="a\x00b\ud800c").title == "a\ufffdb\ufffdc"
    assert line_of(title="x" * 5_000).title == "x" * 2_000


def test_only_web_images_are_kept() -> None:
    assert line_of(image={"url": "javascript:alert(1)"}).image_url == ""


def test_a_province_keeps_its_code_for_machines_and_its_name_for_people() -> None:
    kyoto = order_of(
        shippingAddress={"address1": "3-12 Gionmachi", "province": "Kyōto", "provinceCode": "JP-26"}
    ).ship_to
    assert (kyoto.region, kyoto.region_name) == ("JP-26", "Kyōto")


def test_address_falls_back_on_names_but_never_on_the_billing_street() -> None:
    shipping = {"firstName": "Ann", "lastName": "Lee", "address1": "1 Main St", "province": "Ohio", "phone": "+1555"}
    order = order_of(shippingAddress=shipping)
    assert order.ship_to == Address(
        name="Ann Lee", line1="1 Main St", phone="+1555", email="zoe@example.com", region_name="Ohio"
    )
    pickup = order_of(shippingAddress=None)
    assert (pickup.ship_to.line1, pickup.ship_to.shippable) == ("", False)
    assert pickup.customer_name == "Zoé Martin"


def test_test_orders_are_marked() -> None:
    assert order_of(test=True).is_test is True


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("UNSUBMITTED", RequestState.NONE),
        ("SUBMITTED", RequestState.REQUESTED),
        ("ACCEPTED", RequestState.ACCEPTED),
        ("REJECTED", RequestState.REJECTED),
        ("CANCELLATION_REQUESTED", RequestState.CANCELLATION_REQUESTED),
        ("CANCELLATION_REJECTED", RequestState.ACCEPTED),
        ("CANCELLATION_ACCEPTED", RequestState.NONE),
        ("CLOSED", RequestState.NONE),
        ("BRAND_NEW", RequestState.UNKNOWN),
    ],
)
def test_work_and_its_request_state(status: str, state: RequestState) -> None:
    work = {**recorded("work"), "requestStatus": status}
    assert mapping.work_from(work, work["lineItems"]["nodes"]) == FulfillmentWork(
        external_id="gid://shopify/FulfillmentOrder/5001",
        order_external_id=ORDER,
        location_id="gid://shopify/Location/1",
        open=True,
        request_state=state,
        remaining={LINE: ("gid://shopify/FulfillmentOrderLineItem/51", 2)},
        requested_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("status", "is_open", "waiting"),
    [
        ("OPEN", True, False),
        ("IN_PROGRESS", True, False),
        ("ON_HOLD", False, True),
        ("SCHEDULED", False, True),
        ("CLOSED", False, False),
        ("CANCELLED", False, False),
        ("BRAND_NEW", False, False),
    ],
)
def test_only_open_work_can_ship(status: str, is_open: bool, waiting: bool) -> None:
    work = {**recorded("work"), "status": status}
    assert (mapping.work_from(work, []).open, mapping.is_waiting(work)) == (is_open, waiting)


def test_fulfillment_and_shipment() -> None:
    found = recorded("fulfillment")
    lines = found["fulfillmentLineItems"]["nodes"]
    tracking = Tracking("UPS", ("1Z1", "1Z2"), ("https://track.example.com/1Z1", ""))
    assert mapping.fulfillment_from(found, lines) == StoreFulfillment(
        "gid://shopify/Fulfillment/9001", {LINE: 1, "gid://shopify/LineItem/7003": 2}, tracking
    )
    assert mapping.shipment_from(found, lines, {LINE: "L1"}) == SupplierShipment(
        external_id="gid://shopify/Fulfillment/9001",
        quantities={"L1": 1},
        tracking=tracking,
        shipped_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
        updated_at=datetime(2026, 11, 21, 10, 5, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("status", "canceled"),
    [("SUCCESS", False), ("CANCELLED", True), ("ERROR", True), ("FAILURE", True), ("BRAND_NEW", False)],
)
def test_fulfillment_status(status: str, canceled: bool) -> None:
    assert mapping.fulfillment_from({**recorded("fulfillment"), "status": status}, []).canceled is canceled


def test_our_line_reference_is_found_among_other_properties() -> None:
    line = {
        "id": LINE,
        "customAttributes": [{"key": "Engraving", "value": "Z"}, {"key": "_orderlane_line", "value": "L1"}],
    }
    assert mapping.line_references([line, {"id": "gid://shopify/LineItem/7009", "customAttributes": []}]) == {
        LINE: "L1"
    }


def test_orders_under_a_reference_are_checked_and_sorted() -> None:
    def order(number: int, at: str, source: str | None, *tags: str) -> Node:
        return {"id": f"gid://shopify/Order/{number}", "createdAt": at, "sourceIdentifier": source, "tags": list(tags)}

    fuzzy = order(1, "2026-11-20T08:00:00Z", "OL-1002349", "orderlane", "OL-1002349")
    second = order(2, "2026-11-20T09:00:00Z", "OL-100234")
    first = order(3, "2026-11-20T08:30:00Z", "OL-100234")
    copy = order(4, "2026-11-20T10:00:00Z", None, "orderlane", "OL-100234")
    assert mapping.orders_placed_under("OL-100234", [fuzzy, second, first, copy]) == [first, second]
    assert mapping.orders_placed_under("OL-100234", [fuzzy, copy]) == [copy]
    assert mapping.orders_placed_under("OL-100234", [fuzzy, order(5, "2026-11-20T10:00:00Z", None, "OL-100234")]) == []


def variant(**changed: Any) -> dict[str, Any]:
    product = {
        "title": "Lampe Lune",
        "onlineStoreUrl": "https://atelier.example/lune",
        "featuredMedia": {"preview": {"image": {"url": "https://cdn.example.com/lune.jpg"}}},
    }
    return {
        "id": "gid://shopify/ProductVariant/8001",
        "sku": "LUNE-S",
        "title": "Petite",
        "barcode": "3701234500016",
        "price": "14.50",
        "product": product,
        **changed,
    }


def test_a_suppliers_variant() -> None:
    assert mapping.good_from(variant(), "EUR") == ChannelGood(
        variant_id="gid://shopify/ProductVariant/8001",
        sku="LUNE-S",
        title="Lampe Lune",
        variant_title="Petite",
        price=Money(1450, "EUR"),
        ean="3701234500016",
        picture_url="https://cdn.example.com/lune.jpg",
        product_url="https://atelier.example/lune",
    )
    bare = mapping.good_from(
        variant(title="Default Title", product={"title": "X", "onlineStoreUrl": "javascript:alert(1)"}), "EUR"
    )
    assert (bare.variant_title, bare.picture_url, bare.product_url) == ("", "", "")


@pytest.mark.parametrize(("price", "currency"), [("-1.00", "EUR"), ("1.005", "EUR"), ("", "EUR"), ("1.00", "")])
def test_a_suppliers_price_that_makes_no_sense_is_refused(price: str, currency: str) -> None:
    with pytest.raises(NeedsAttention) as caught:
        mapping.good_from(variant(price=price), currency)
    assert caught.value.reason == "unreadable_answer"


def test_identity_of_a_development_store() -> None:
    shop = {
        "myshopifyDomain": "Maison-Lumen.myshopify.com",
        "name": "Maison Lumen",
        "currencyCode": "EUR",
        "primaryDomain": {"host": "maison-lumen.com"},
        "plan": {"partnerDevelopment": True},
    }
    assert mapping.identity_from(shop) == StoreIdentity(
        "maison-lumen.myshopify.com", "Maison Lumen", "maison-lumen.com", "EUR", Environment.TEST
    )


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(NeedsAttention) as caught:
        all_nodes(([], "same"), lambda cursor: ([], cursor))
    assert caught.value.reason == "too_many_lines"
    pages = {str(n): ([{"n": n}] * 100, str(n + 1) if n < 99 else "") for n in range(100)}
    assert len(all_nodes(pages["0"], pages.__getitem__)) == 10_000


def test_a_deep_listing_starts_a_new_window_at_the_last_change() -> None:
    since = datetime(2026, 11, 1, 12, 0, 0, 999_999, tzinfo=UTC)
    refs = [OrderRef(ORDER, since + timedelta(hours=1))]
    first = Window.at(since, "")
    assert (first.query, first.after) == ("updated_at:>='2026-11-01T12:00:00Z'", "")
    cursor = first.next_cursor(refs, "abc|def=")
    assert Window.at(since, cursor) == Window(since.replace(microsecond=0), 1, "abc|def=")
    assert first.next_cursor(refs, "") == ""
    deep = Window(since, MAX_DEPTH - 1, "x").next_cursor(refs, "y")
    assert Window.at(since, deep) == Window(datetime(2026, 11, 1, 13, tzinfo=UTC), 0, "")
    stuck = Window(since, MAX_DEPTH, "x").next_cursor([OrderRef(ORDER, since)], "y")
    assert Window.at(since, stuck).after == "y"


@pytest.mark.parametrize("cursor", ["abc", "2026-11-01T12:00:00Z", "2026-11-01T12:00:00Z|x|y", "|1|y"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(NeedsAttention) as caught:
        Window.at(datetime(2026, 11, 1, tzinfo=UTC), cursor)
    assert caught.value.reason == "bad_cursor"
