"""Our words to theirs: the order we place, the parcel we record, its tracking."""

from __future__ import annotations

import pytest

from orderlane.connectors.stores.shopify import inputs
from orderlane.connectors.stores.shopify.carriers import exact_carrier
from orderlane.connectors.stores.shopify.inputs import Parcel
from orderlane.connectors.stores.shopify.tests.examples import purchase_order, usd
from orderlane.kernel.address import Address
from orderlane.kernel.money import Money
from orderlane.ports.stores import FulfillmentWork, RequestState, Tracking


def bag(amount: str) -> dict[str, object]:
    return {"shopMoney": {"amount": amount, "currencyCode": "USD"}}


def test_order_is_paid_unfulfilled_and_says_who_ordered() -> None:
    assert inputs.order_input(purchase_order()) == {
        "currency": "USD",
        "financialStatus": "PAID",
        "lineItems": [
            {
                "variantId": "gid://shopify/ProductVariant/8001",
                "quantity": 2,
                "priceSet": bag("10.00"),
                "requiresShipping": True,
                "taxable": False,
                "properties": [{"name": "_orderlane_line", "value": "L1"}],
            },
            {
                "variantId": "gid://shopify/ProductVariant/8002",
                "quantity": 1,
                "priceSet": bag("5.50"),
                "requiresShipping": True,
                "taxable": False,
                "properties": [{"name": "_orderlane_line", "value": "L2"}],
            },
        ],
        "processedAt": "2026-11-20T09:30:00Z",
        "shippingAddress": {
            "firstName": "Zoé Anne",
            "lastName": "Martin",
            "address1": "12 rue des Lilas",
            "city": "Lyon",
            "zip": "69003",
            "countryCode": "FR",
        },
        "shippingLines": [{"title": "Shipping", "code": "orderlane", "priceSet": bag("2.00")}],
        "sourceIdentifier": "OL-100234",
        "tags": ["orderlane", "OL-100234"],
        "note": "Orderlane OL-100234 for Maison Lumen (maison-lumen.com)",
        "customAttributes": [
            {"key": "Orderlane number", "value": "OL-100234"},
            {"key": "Retailer", "value": "Maison Lumen"},
            {"key": "Retailer domain", "value": "maison-lumen.com"},
            {"key": "Payment reference", "value": "PAY-7"},
        ],
        "taxesIncluded": False,
        "transactions": [{"kind": "SALE", "status": "SUCCESS", "gateway": "Orderlane", "amountSet": bag("27.50")}],
    }
    assert inputs.ORDER_OPTIONS == {
        "inventoryBehaviour": "DECREMENT_OBEYING_POLICY",
        "sendReceipt": False,
        "sendFulfillmentReceipt": False,
    }


def test_tax_is_one_line_of_the_order_and_part_of_the_payment() -> None:
    order = inputs.order_input(purchase_order(tax=usd(550)))
    assert order["taxLines"] == [{"title": "VAT", "rate": "0.2000", "priceSet": bag("5.50")}]
    assert order["transactions"][0]["amountSet"] == bag("33.00")
    assert [line["taxable"] for line in order["lineItems"]] == [True, True]
    assert "taxLines" not in order["lineItems"][0]


def test_an_order_in_yen_has_no_decimals() -> None:
    zero = Money.zero("JPY")
    order = inputs.order_input(purchase_order(lines=[], shipping=Money(300, "JPY"), tax=zero))
    assert order["transactions"][0]["amountSet"] == {"shopMoney": {"amount": "300", "currencyCode": "JPY"}}
    assert "transactions" not in inputs.order_input(purchase_order(lines=[], shipping=zero, tax=zero))


def test_a_single_name_is_a_last_name() -> None:
    order = inputs.order_input(purchase_order(ship_to=Address(name="Cher", line1="1 Main St", country="US")))
    assert order["shippingAddress"] == {"lastName": "Cher", "address1": "1 Main St", "countryCode": "US"}


def test_reference_is_quoted_in_the_search() -> None:
    assert inputs.placed_under_query("OL-1") == "source_identifier:'OL-1' OR tag:'OL-1'"
    assert inputs.placed_under_query("a' OR 'b") == "source_identifier:'a\\' OR \\'b' OR tag:'a\\' OR \\'b'"


@pytest.mark.parametrize(
    ("tracking", "written"),
    [
        (Tracking("ups", ["1Z"], ["https://a/1"]), {"company": "UPS", "number": "1Z", "url": "https://a/1"}),
        (Tracking("", ["1Z"], []), {"number": "1Z"}),
        (Tracking("Chez Nous", [], ["http://a/1"]), {"company": "Chez Nous", "url": "http://a/1"}),
        (Tracking("UPS", ["1Z"], ["javascript:alert(1)"]), {"company": "UPS", "number": "1Z"}),
        (
            Tracking("UPS", ["1", "2"], ["https://a/1", "https://a/2"]),
            {"company": "UPS", "numbers": ["1", "2"], "urls": ["https://a/1", "https://a/2"]},
        ),
        (Tracking("UPS", ["1", "2"], ["https://a/1", ""]), {"company": "UPS", "numbers": ["1", "2"]}),
        (Tracking(), {}),
    ],
)
def test_tracking(tracking: Tracking, written: dict[str, object]) -> None:
    assert inputs.tracking_input(tracking) == written


def test_carrier_spelling() -> None:
    assert exact_carrier("  royal  MAIL ") == "Royal Mail"
    assert exact_carrier("Royal Mail Group") == "Royal Mail Group"


def work(number: int, location: str, remaining: dict[str, int], *, is_open: bool = True) -> FulfillmentWork:
    lines = {line: (f"W{number}-{line}", count) for line, count in remaining.items()}
    return FulfillmentWork(f"W{number}", "O1", location, is_open, RequestState.NONE, lines)


def test_a_parcel_takes_the_right_lines_only() -> None:
    works = [work(1, "paris", {"a": 2, "b": 5}), work(2, "paris", {"a": 1}), work(3, "paris", {"a": 9}, is_open=False)]
    assert inputs.missing_work(works, {"a": 3}) == {}
    assert inputs.choose_parcel(works, {"a": 3}) == Parcel({"W1": {"W1-a": 2}, "W2": {"W2-a": 1}}, {"a": 3})


def test_a_parcel_never_mixes_locations_and_takes_the_fuller_one() -> None:
    works = [work(1, "paris", {"a": 1}), work(2, "lyon", {"a": 1, "b": 2})]
    assert inputs.missing_work(works, {"a": 2, "b": 2}) == {}
    assert inputs.choose_parcel(works, {"a": 2, "b": 2}) == Parcel({"W2": {"W2-a": 1, "W2-b": 2}}, {"a": 1, "b": 2})


def test_what_is_missing_is_counted_over_open_work() -> None:
    works = [work(1, "paris", {"a": 1}), work(2, "lyon", {"a": 4}, is_open=False)]
    assert inputs.missing_work(works, {"a": 3, "x": 1}) == {"a": 2, "x": 1}
    assert inputs.choose_parcel([], {"a": 1}) == Parcel({}, {})


def test_a_parcel_has_no_more_lines_than_one_call_takes() -> None:
    many = {f"l{n}": 1 for n in range(300)}
    parcel = inputs.choose_parcel([work(1, "paris", many)], many)
    assert (len(parcel.quantities), sum(len(lines) for lines in parcel.work.values())) == (250, 250)
