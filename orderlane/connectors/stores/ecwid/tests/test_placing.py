"""What a supplier's store is sent, and what its orders say about shipping: pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from orderlane.connectors.stores.ecwid import placing
from orderlane.connectors.stores.ecwid.shipments import shipments_from
from orderlane.connectors.stores.ecwid.tests.examples import eur, purchase_order
from orderlane.kernel.address import Address
from orderlane.kernel.errors import NeedsAttention
from orderlane.ports.stores import PurchaseOrderLineRequest, SupplierShipment, Tracking


def placed(**changed: Any) -> dict[str, Any]:
    """The order of the example as the store gives it back."""
    return given_back(placing.order_input(purchase_order()), **changed)


def given_back(sent: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """What we sent, as the store gives it back."""
    items = [{**item, "id": number} for number, item in enumerate(sent["items"], start=1)]
    stamps = {"createTimestamp": 1795166100, "updateTimestamp": 1795166170}
    return {**sent, **stamps, "id": "XJ12H", "items": items, **changed}


def the_rest(order: dict[str, Any]) -> SupplierShipment:
    """What is in no parcel of ours."""
    return shipments_from(order)[-1]


def test_the_order_is_paid_quiet_and_under_the_suppliers_control() -> None:
    sent = placing.order_input(purchase_order())
    assert (sent["paymentStatus"], sent["fulfillmentStatus"]) == ("PAID", "AWAITING_PROCESSING")
    assert sent["disableAllCustomerNotifications"] is True
    assert not {"externalOrderId", "externalFulfillment"} & set(sent)
    # The customer's own address for mails stays with the retailer.
    assert "z@x.example" not in str(sent)
    assert sent["referenceTransactionId"] == "OL-100234"
    assert sent["privateAdminNotes"] == (
        "Orderlane OL-100234 for Épicerie Hirondelle (epicerie-hirondelle.company.site)"
    )
    amounts = {name: sent[name] for name in ("subtotal", "tax", "total")}
    assert amounts == {"subtotal": Decimal("17.80"), "tax": Decimal("1.19"), "total": Decimal("22.89")}
    assert sent["shippingOption"]["shippingRate"] == Decimal("3.90")
    assert sent["createDate"] == "2026-11-20 09:30:00 +0000"
    honey, bread = sent["items"]
    assert (honey["productId"], honey["combinationId"], honey["price"]) == (8001, 9001, Decimal("6.20"))
    assert (bread["productId"], "combinationId" in bread, bread["isShippingRequired"]) == (8002, False, True)


def test_a_line_without_a_known_variant_goes_by_its_sku() -> None:
    line = PurchaseOrderLineRequest("L1", "", "MIEL-250", "Miel", 2, eur(620))
    sent = placing.order_input(purchase_order(lines=[line]))
    assert "productId" not in sent["items"][0]
    assert the_rest(given_back(sent, fulfillmentStatus="SHIPPED")).quantities == {"L1": 2}


def test_both_lines_of_a_street_share_one_field() -> None:
    assert placing.person_input(Address("A B", "", "Street 1", "", "Lyon", "", "69001", "FR")) == {
        "name": "A B",
        "street": "Street 1",
        "city": "Lyon",
        "countryCode": "FR",
        "postalCode": "69001",
    }
    assert placing.person_input(Address(line1="Street 1", line2="Flat 2"))["street"] == "Street 1\nFlat 2"


@pytest.mark.parametrize(("count", "fits"), [(90, True), (150, False)])
def test_how_many_lines_an_order_may_have(count: int, fits: bool) -> None:
    lines = [
        PurchaseOrderLineRequest(str(uuid4()), f"6920000{n:02}-6920001{n:02}", f"S{n}", "T", 1, eur(100))
        for n in range(count)
    ]
    request = purchase_order(lines=lines)
    if fits:
        shipped = given_back(placing.order_input(request), fulfillmentStatus="SHIPPED")
        assert the_rest(shipped).quantities == {line.reference: 1 for line in lines}
        return
    with pytest.raises(NeedsAttention) as caught:
        placing.order_input(request)
    assert caught.value.reason == "too_many_lines"


def test_the_exact_order_is_told_from_its_likes() -> None:
    ours = placed()
    copied = placed(id="COPY", referenceTransactionId=None, createTimestamp=1795166099)
    likes = [placed(id="A", referenceTransactionId="OL-1002345", privateAdminNotes="Orderlane OL-1002345 for X")]
    likes += [placed(id="B", referenceTransactionId=None, privateAdminNotes="see Orderlane OL-100234 for this")]
    assert [order["id"] for order in placing.placed_under("OL-100234", [*likes, copied, ours])] == ["XJ12H"]
    # An order that lost the reference is known by the beginning of the note, oldest first.
    older = placed(id="OLD", referenceTransactionId="", createTimestamp=1)
    assert [order["id"] for order in placing.placed_under("OL-100234", [*likes, copied, older])] == ["OLD", "COPY"]
    assert placing.placed_under("OL-100234", likes) == []


@pytest.mark.parametrize(
    ("payment", "fulfillment", "canceled"),
    [
        ("PAID", "AWAITING_PROCESSING", True),
        ("PAID", "PROCESSING", True),
        ("PAID", "READY_FOR_PICKUP", True),
        ("PAID", "CUSTOM_FULFILLMENT_STATUS_1", True),
        ("PAID", "SHIPPED", False),
        ("PAID", "OUT_FOR_DELIVERY", False),
        ("PAID", "DELIVERED", False),
        ("PAID", "RETURNED", False),
        ("REFUNDED", "SHIPPED", False),
        ("CANCELLED", "SHIPPED", True),
        ("PAID", "WILL_NOT_DELIVER", True),
    ],
)
def test_what_counts_as_shipped(payment: str, fulfillment: str, canceled: bool) -> None:
    told = placed(paymentStatus=payment, fulfillmentStatus=fulfillment, trackingNumber="A1")
    assert the_rest(told).canceled is canceled


@pytest.mark.parametrize(
    ("changed", "tracking"),
    [
        ({"trackingNumber": "A1"}, Tracking("", ("A1",), ("",))),
        ({"trackingNumber": "A1", "trackingUrl": "https://t.example"}, Tracking("", ("A1",), ("https://t.example",))),
        ({"trackingNumber": "A1", "trackingUrl": "javascript:1"}, Tracking("", ("A1",), ("",))),
        (
            {"trackingNumber": "RR 1; B2,B2\nC3", "trackingUrl": "https://t.example"},
            Tracking("", ("RR 1", "B2", "C3"), ("", "", "")),
        ),
        ({"trackingNumber": None}, Tracking()),
        (
            {
                "shipments": [
                    {"tracking": {"trackingNumber": "L1"}, "shippingService": {"carrierName": "USPS"}},
                    {"tracking": {"tracking_number": "L2", "tracking_url": "https://t.example/2"}},
                    {"tracking": None},
                ]
            },
            Tracking("USPS", ("L1", "L2"), ("", "https://t.example/2")),
        ),
    ],
)
def test_numbers_come_from_the_field_or_else_from_labels(changed: dict[str, Any], tracking: Tracking) -> None:
    assert the_rest(placed(fulfillmentStatus="SHIPPED", **changed)).tracking == tracking


def test_two_lines_of_one_good_keep_their_own_quantities() -> None:
    lines = [PurchaseOrderLineRequest(f"L{n}", "8001-9001", "MIEL-250", "Miel", n, eur(620)) for n in (1, 2)]
    sent = placing.order_input(purchase_order(lines=lines))
    assert the_rest(given_back(sent, fulfillmentStatus="SHIPPED")).quantities == {"L1": 1, "L2": 2}


def test_an_order_that_lost_our_note_ships_nothing_that_we_could_name() -> None:
    assert the_rest(placed(orderExtraFields=[], fulfillmentStatus="SHIPPED")).quantities == {}
    damaged = [{"id": "orderlane_lines_1", "value": '[["L1"]]'}]
    with pytest.raises(NeedsAttention):
        the_rest(placed(orderExtraFields=damaged))
