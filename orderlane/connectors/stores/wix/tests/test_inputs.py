"""What we send: the bodies of searches, fulfillments, orders and payments."""

from __future__ import annotations

from datetime import UTC, datetime

from orderlane.connectors.stores.wix import inputs
from orderlane.connectors.stores.wix.tests.examples import PRODUCT, purchase_order, usd
from orderlane.kernel.address import Address
from orderlane.ports.stores import PurchaseOrderLineRequest


def test_a_poll_asks_for_every_status() -> None:
    asked = inputs.changed_since(datetime(2026, 11, 20, 9, 30, 15, 123999, UTC))
    assert asked["filter"] == {
        "status": {"$in": ["APPROVED", "CANCELED", "PENDING", "REJECTED"]},
        "updatedDate": {"$gte": "2026-11-20T09:30:15.123Z"},
    }
    assert asked["sort"] == [{"fieldName": "updatedDate", "order": "ASC"}]
    assert inputs.next_page("c") == {"cursorPaging": {"limit": 100, "cursor": "c"}}


def test_a_fulfillment_names_every_quantity() -> None:
    body = inputs.fulfillment_input({"a": 2, "b": 1}, {"trackingNumber": "1"})
    assert body["fulfillment"]["lineItems"] == [{"id": "a", "quantity": 2}, {"id": "b", "quantity": 1}]


def test_an_order_is_placed_under_our_reference_and_mails_nobody() -> None:
    body = inputs.order_input(purchase_order(tax=usd(100)))
    order = body["order"]
    assert order["channelInfo"] == {"type": "OTHER_PLATFORM", "externalOrderId": "OL-100234"}
    assert body["settings"]["notifications"] == {
        "sendNotificationToBuyer": False,
        "sendNotificationsToBusiness": False,
    }
    assert "z@example.com" not in str(body)
    assert {key: price["amount"] for key, price in order["priceSummary"].items()} == {
        "subtotal": "25.50",
        "shipping": "2.00",
        "tax": "1.00",
        "discount": "0.00",
        "total": "28.50",
    }
    assert [row["value"] for row in order["customFields"]] == [
        "OL-100234",
        "Studio Cerise",
        "studio-cerise.example",
        "PAY-7",
    ]


def test_lines_name_the_variant_the_price_and_our_reference() -> None:
    goods, custom = inputs.order_input(purchase_order())["order"]["lineItems"]
    assert goods["catalogReference"] == {
        "appId": "215238eb-22a5-4c36-9e7b-e7c08025e04e",
        "catalogItemId": PRODUCT,
        "options": {"variantId": "00000000-0000-003f-0005-a316f7c67df7"},
    }
    assert (goods["quantity"], goods["price"]) == (2, {"amount": "10.00"})
    assert goods["descriptionLines"] == [
        {"name": {"original": "Orderlane line"}, "plainText": {"original": "L1"}},
    ]
    assert "catalogReference" not in custom
    assert custom["physicalProperties"] == {"shippable": True, "sku": "SOLEIL"}


def test_what_does_not_fit_is_shortened_or_left_out() -> None:
    long = PurchaseOrderLineRequest("L1", "", "S" * 41, "T" * 201, 1, usd(100))
    (line,) = inputs.order_input(purchase_order(lines=[long]))["order"]["lineItems"]
    assert line["physicalProperties"] == {"shippable": True}
    assert line["productName"]["original"] == "T" * 200


def test_states_are_written_with_their_country() -> None:
    def written(region: str, country: str = "US") -> object:
        request = purchase_order(ship_to=Address("A B", line1="1", region=region, country=country))
        return inputs.order_input(request)["order"]["recipientInfo"]["address"].get("subdivision")

    assert [written("NY"), written("26", "JP"), written("Quebec", "CA"), written("")] == [
        "US-NY",
        "JP-26",
        "Quebec",
        None,
    ]


def test_a_payment_names_the_whole_amount_and_our_reference() -> None:
    (payment,) = inputs.payment_input(purchase_order(tax=usd(100)))["payments"]
    assert (payment["amount"], payment["status"]) == ({"amount": "28.50"}, "APPROVED")
    assert payment["regularPaymentDetails"]["providerTransactionId"] == "OL-100234"
