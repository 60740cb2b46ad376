"""What people do in the simulated Ecwid stores, on pages and as actions; and the webhooks that follow."""

import base64
import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from sandbox.serving import RunningSandbox
from sandbox.tests.ecwid_caller import BREAD, HIRONDELLE, HONEY, MIELLERIE, EcwidCaller, new_order
from sandbox.tests.shop import Receiver, until


@pytest.fixture
def retailer(shops: RunningSandbox) -> EcwidCaller:
    caller = EcwidCaller(shops, HIRONDELLE)
    caller.point("")
    return caller


def settled(caller: EcwidCaller) -> None:
    until(lambda: httpx.get(f"{caller.root}/journal.json").json()["pending_webhooks"] == 0, seconds=20)


def test_a_partial_shipment_is_processing_with_a_number_and_nothing_more(retailer: EcwidCaller) -> None:
    order_id = retailer.buy(HONEY, BREAD)["order_id"]
    retailer.act(f"orders/{order_id}/ship", lines={HONEY: 1}, number="A1", company="Colissimo")
    order = retailer.get(f"/orders/{order_id}")
    assert (order["fulfillmentStatus"], order["trackingNumber"]) == ("PROCESSING", "A1")
    assert retailer.act(f"orders/{order_id}/ship", 422, lines={HONEY: 1})["error"] == (
        "There is not that much left to ship."
    )
    retailer.act(f"orders/{order_id}/ship", numbers=["B2", "B3"])
    retailer.act(f"orders/{order_id}/track", number="B4")
    order = retailer.get(f"/orders/{order_id}")
    assert (order["fulfillmentStatus"], order["trackingNumber"]) == ("SHIPPED", "A1, B4")
    shipped = retailer.journal("fulfillment.created")
    assert [sum(line["quantity"] for line in row["lines"]) for row in shipped] == [1, 1]
    assert len({row["fulfillment_id"] for row in shipped}) == 2
    retailer.act(f"orders/{order_id}/cancel_fulfillment")
    assert retailer.get(f"/orders/{order_id}")["fulfillmentStatus"] == "PROCESSING"


def test_paying_canceling_refunding_and_editing(retailer: EcwidCaller) -> None:
    unpaid = retailer.buy(BREAD, paid=False)
    assert unpaid["financial_status"] == "PENDING"
    paid = retailer.act(f"orders/{unpaid['order_id']}/pay")["order"]
    assert paid["financial_status"] == "PAID"
    assert retailer.act(f"orders/{unpaid['order_id']}/pay", 422)["error"] == "The order does not wait for payment."

    order_id = retailer.buy(HONEY, BREAD)["order_id"]
    edited = retailer.act(f"orders/{order_id}/edit", quantities={BREAD: 0}, address={"city": "Nantes"})["order"]
    assert [(line["sku"], line["quantity"]) for line in edited["lines"]] == [(HONEY, 1)]
    assert (edited["ship_to"]["city"], edited["total"]) == ("Nantes", "25.80")
    partly = retailer.act(f"orders/{order_id}/refund", amount="5")["order"]
    assert partly["financial_status"] == "PARTIALLY_REFUNDED"
    assert retailer.act(f"orders/{order_id}/refund", 422, amount="50")["error"].startswith("Between 0 and")
    canceled = retailer.act(f"orders/{order_id}/cancel")["order"]
    assert (canceled["cancelled"], canceled["financial_status"]) == (True, "REFUNDED")
    refunds = retailer.get(f"/orders/{order_id}")["refunds"]
    assert [row["amount"] for row in refunds] == [5, 20.8]
    unpaid_id = retailer.buy(BREAD, paid=False)["order_id"]
    assert retailer.act(f"orders/{unpaid_id}/cancel")["order"]["financial_status"] == "CANCELLED"
    for verb in ("cancel", "edit", "ship"):
        retailer.act(f"orders/{unpaid_id}/{verb}", 422)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "An order needs at least one line."),
        ([{"sku": "no such"}], "A line needs a known sku or variant_id, or a title."),
        ([{"sku": BREAD, "quantity": 0}], "A quantity must be at least 1."),
        ([{"sku": BREAD, "price": "NaN"}], "Not an amount: NaN"),
    ],
)
def test_senseless_purchases_are_refused(retailer: EcwidCaller, lines: list[dict[str, Any]], message: str) -> None:
    assert retailer.act("orders", 422, lines=lines)["error"] == message
    assert retailer.journal("order.created") == []


def test_customers_are_mailed_when_the_fulfillment_status_changes_unless_it_is_switched_off(
    retailer: EcwidCaller, shops: RunningSandbox
) -> None:
    supplier = EcwidCaller(shops, MIELLERIE)
    quiet = supplier.call("POST", "/orders", new_order(disableAllCustomerNotifications=True)).json()["orderid"]
    loud = supplier.call("POST", "/orders", new_order()).json()["orderid"]
    for order_id in (quiet, loud):
        supplier.call("PUT", f"/orders/{order_id}", {"fulfillmentStatus": "SHIPPED", "trackingNumber": "A1"})
        supplier.call("PUT", f"/orders/{order_id}", {"trackingNumber": "A2"})
    assert [(row["order_id"], row["tracking_number"]) for row in supplier.journal("customer.mailed")] == [(loud, "A1")]


def test_webhooks_sign_time_and_id_alone(retailer: EcwidCaller, receiver: Receiver) -> None:
    retailer.point(f"{receiver.url}/hooks/platforms/ecwid")
    order_id = retailer.buy(BREAD)["order_id"]
    retailer.act(f"orders/{order_id}/ship", number="A1")
    until(lambda: len(receiver.received) == 2)
    told = {
        json.loads(body)["eventType"]: (headers, json.loads(body), path) for headers, body, path in receiver.received
    }
    headers, message, path = told["order.updated"]
    assert path == "/hooks/platforms/ecwid?eventtype=order.updated"
    assert message["storeId"] == int(HIRONDELLE)
    assert message["data"] == {
        "orderId": order_id,
        "oldPaymentStatus": "PAID",
        "newPaymentStatus": "PAID",
        "oldFulfillmentStatus": "AWAITING_PROCESSING",
        "newFulfillmentStatus": "SHIPPED",
    }
    signed = f"{message['eventCreated']}.{message['eventId']}".encode()
    secret = retailer.told["client_secret"].encode()
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["x-ecwid-webhook-signature"] == expected


def test_only_five_codes_count_and_a_retry_is_the_same_message(retailer: EcwidCaller, receiver: Receiver) -> None:
    retailer.point(f"{receiver.url}/hooks")
    receiver.answers[:] = [500, 203, 302, 209]
    retailer.buy(BREAD)
    settled(retailer)
    assert len(receiver.received) == 4
    assert len({body for _, body, _ in receiver.received}) == 1


def test_a_dead_address_is_tried_twenty_seven_times_more_and_blocked_after_two_weeks(
    retailer: EcwidCaller, receiver: Receiver
) -> None:
    retailer.point(f"{receiver.url}/hooks")
    receiver.answers[:] = [500] * 100
    retailer.buy(BREAD)
    settled(retailer)
    assert len(receiver.received) == 28
    httpx.post(f"{retailer.root}/clock.json", json={"advance": 15 * 24 * 3600})
    retailer.buy(BREAD)
    until(lambda: retailer.journal("webhooks.blocked"))
    settled(retailer)
    count = len(receiver.received)
    retailer.buy(BREAD)
    settled(retailer)
    assert len(receiver.received) == count
    retailer.point(f"{receiver.url}/hooks")
    receiver.answers.clear()
    retailer.buy(BREAD)
    until(lambda: len(receiver.received) == count + 1)


def test_only_ticked_events_of_stores_with_the_app_are_sent(retailer: EcwidCaller, receiver: Receiver) -> None:
    retailer.point(f"{receiver.url}/hooks", events=["order.deleted", "application.uninstalled"])
    order_id = retailer.buy(BREAD)["order_id"]
    retailer.act(f"orders/{order_id}/delete")
    retailer.act("uninstall")
    retailer.act(f"orders/{retailer.buy(BREAD)['order_id']}/delete")
    settled(retailer)
    messages = [json.loads(body) for _, body, _ in receiver.received]
    assert sorted(message["eventType"] for message in messages) == ["application.uninstalled", "order.deleted"]
    deleted = next(message for message in messages if message["eventType"] == "order.deleted")
    assert "data" not in deleted
    assert type(deleted["entityId"]) is int
    retailer.point("", events=["order.created", "order.updated", "order.deleted", "application.uninstalled"])


def page(caller: EcwidCaller, path: str, language: str) -> httpx.Response:
    return httpx.get(f"{caller.url}{path}", headers={"Accept-Language": language})


def test_pages_speak_both_languages_and_act(retailer: EcwidCaller) -> None:
    assert "Passer la commande" in page(retailer, "/", "fr").text
    assert "Place the order" in page(retailer, "/", "en").text
    good = next(row for row in retailer.seed["variants"] if row["sku"] == HONEY)["variant_id"]
    form = {f"qty-{good}": "2", "paid": "no", "addr-first_name": "Ana", "addr-last_name": "Diaz"}
    answer = httpx.post(f"{retailer.url}/", data={**form, "addr-address1": "Gran Vía 1", "addr-city": "Madrid"})
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert "En attente de paiement" in httpx.get(f"{retailer.root}{path}", headers={"Accept-Language": "fr"}).text
    order_id = path.partition("?")[0].rpartition("/")[2]
    for verb in ("pay", "ship"):
        assert httpx.post(f"{retailer.url}/orders/{order_id}/{verb}", data={"numbers": "A1, B2"}).status_code == 303
    assert retailer.get(f"/orders/{order_id}")["trackingNumber"] == "A1, B2"
    assert "A1, B2" in page(retailer, "/orders", "fr").text
    assert httpx.post(f"{retailer.url}/orders/{order_id}/cancel").status_code == 409
    assert httpx.post(f"{retailer.url}/orders/{order_id}/delete").headers["location"].endswith("/orders")
    assert page(retailer, f"/orders/{order_id}", "fr").status_code == 404
    assert httpx.post(f"{retailer.url}/", data={"paid": "yes"}).status_code == 400


def test_an_unknown_app_gets_no_consent_page(retailer: EcwidCaller) -> None:
    query = {"client_id": "other", "response_type": "code", "redirect_uri": "https://evil.example"}
    answer = httpx.get(f"{retailer.root}/ecwid/api/oauth/authorize", params=query)
    assert answer.status_code == 400
    assert "<form" not in answer.text
