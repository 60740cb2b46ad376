"""Fulfillment orders, requests and parcels of the simulated stores."""

from typing import Any

from sandbox.tests.shop import FULFILL, WORKS, Receiver, Shop, gid, until

SERVICE = """
mutation S($url: URL) { fulfillmentServiceCreate(name: "Orderlane", callbackUrl: $url, trackingSupport: true) {
  fulfillmentService { id serviceName location { id name } } userErrors { message } } }
"""
ASSIGNED = """
{ assignedFulfillmentOrders(first: 10, assignmentStatus: FULFILLMENT_REQUESTED) { nodes { id orderId requestStatus } } }
"""
ACCEPT = """
mutation A($id: ID!) { fulfillmentOrderAcceptFulfillmentRequest(id: $id) {
  fulfillmentOrder { status requestStatus } userErrors { message } } }
"""
REJECT = """
mutation R($id: ID!) { fulfillmentOrderRejectFulfillmentRequest(id: $id, reason: PAYMENT_DECLINED) {
  fulfillmentOrder { status requestStatus order { displayFulfillmentStatus } } userErrors { message } } }
"""
RELEASE = """
mutation C($id: ID!) { fulfillmentOrderAcceptCancellationRequest(id: $id) {
  fulfillmentOrder { status requestStatus } userErrors { message } } }
"""
TRACK = """
mutation T($id: ID!, $t: FulfillmentTrackingInput!) { fulfillmentTrackingInfoUpdate(fulfillmentId: $id,
  trackingInfoInput: $t) { fulfillment { trackingInfo { company number url } } userErrors { message } } }
"""


def works(shop: Shop, number: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = shop.ask(WORKS, id=gid("Order", number))["order"]["fulfillmentOrders"]["nodes"]
    return nodes


def parcel(work: dict[str, Any], quantities: dict[str, int], **tracking: Any) -> dict[str, Any]:
    lines = [
        {"id": line["id"], "quantity": quantities[line["lineItem"]["sku"]]}
        for line in work["lineItems"]["nodes"]
        if line["lineItem"]["sku"] in quantities
    ]
    chosen = {"fulfillmentOrderId": work["id"], "fulfillmentOrderLineItems": lines}
    return {"lineItemsByFulfillmentOrder": [chosen], "trackingInfo": tracking}


def test_fulfillment_orders_appear_after_the_routing_delay(retailer: Shop) -> None:
    number = retailer.buy("AB-BOL-EMA")["order_id"]
    assert works(retailer, number) == []
    retailer.routed(number)
    assert [work["status"] for work in works(retailer, number)] == ["OPEN"]


def test_two_parcels_finish_an_order(retailer: Shop) -> None:
    number = retailer.buy(lines=[{"sku": "AB-BOL-EMA", "quantity": 3}])["order_id"]
    retailer.routed(number)
    (work,) = works(retailer, number)
    first = retailer.ask(FULFILL, f=parcel(work, {"AB-BOL-EMA": 2}, company="Colissimo", number="8R001"))
    assert first["fulfillmentCreate"]["userErrors"] == []
    info = first["fulfillmentCreate"]["fulfillment"]["trackingInfo"][0]
    assert info["url"] == "https://www.laposte.fr/outils/suivre-vos-envois?code=8R001"
    assert retailer.order(number)["fulfillment_status"] == "PARTIALLY_FULFILLED"
    retailer.ask(FULFILL, f=parcel(work, {"AB-BOL-EMA": 1}, numbers=["8R002", "8R003"], urls=["https://t.example/2"]))
    assert retailer.order(number)["fulfillment_status"] == "FULFILLED"
    written = retailer.journal("fulfillment.created")
    assert [(row["lines"][0]["quantity"], row["tracking"]["numbers"]) for row in written] == [
        (2, ["8R001"]),
        (1, ["8R002", "8R003"]),
    ]


def test_more_than_remains_is_refused(retailer: Shop) -> None:
    number = retailer.buy("AB-BOL-EMA")["order_id"]
    retailer.routed(number)
    (work,) = works(retailer, number)
    for wanted in (2, 0):
        answer = retailer.ask(FULFILL, f=parcel(work, {"AB-BOL-EMA": wanted}))["fulfillmentCreate"]
        assert answer["fulfillment"] is None
        assert answer["userErrors"][0]["message"] == "Invalid fulfillment order line item quantity requested."
    assert retailer.journal("fulfillment.created") == []
    retailer.ask(FULFILL, f=parcel(work, {"AB-BOL-EMA": 1}))
    again = retailer.ask(FULFILL, f=parcel(work, {"AB-BOL-EMA": 1}))["fulfillmentCreate"]
    assert "unfulfillable status" in again["userErrors"][0]["message"]


def test_number_and_numbers_do_not_mix(retailer: Shop) -> None:
    number = retailer.buy("AB-BOL-EMA")["order_id"]
    retailer.routed(number)
    (work,) = works(retailer, number)
    answer = retailer.ask(FULFILL, f=parcel(work, {"AB-BOL-EMA": 1}, number="1", numbers=["2"]))
    assert answer["fulfillmentCreate"]["fulfillment"] is None


def test_the_supplier_ships_by_hand_and_corrects(supplier: Shop) -> None:
    number = supplier.buy("AB-BOL-EMA", "AB-DIF-MER-100")["order_id"]
    supplier.routed(number)
    supplier.act(f"orders/{number}/ship", lines={"AB-BOL-EMA": 1}, company="Colissimo", number="8R1")
    shipped = supplier.act(f"orders/{number}/ship", company="Chronopost", numbers="XY1, XY2")["order"]
    assert [row["numbers"] for row in shipped["fulfillments"]] == [["8R1"], ["XY1", "XY2"]]
    first = gid("Fulfillment", shipped["fulfillments"][0]["fulfillment_id"])
    supplier.act(f"orders/{number}/track", fulfillment_id=first, company="Colissimo", number="8R9")
    assert supplier.order(number)["fulfillments"][0]["numbers"] == ["8R9"]
    assert supplier.act(f"orders/{number}/ship", 422)["error"] == "There is not that much left to ship."


def test_a_canceled_parcel_opens_new_work(supplier: Shop) -> None:
    number = supplier.buy("AB-BOL-EMA")["order_id"]
    before = supplier.routed(number)["fulfillment_orders"][0]["fulfillment_order_id"]
    supplier.act(f"orders/{number}/ship", number="8R1")
    order = supplier.act(f"orders/{number}/cancel_fulfillment")["order"]
    assert order["fulfillment_status"] == "UNFULFILLED"
    fresh = [row for row in order["fulfillment_orders"] if row["status"] == "OPEN"]
    assert len(fresh) == 1
    assert fresh[0]["fulfillment_order_id"] != before


def test_an_app_may_ship_only_with_the_scope(supplier: Shop) -> None:
    supplier.act("scopes", scopes=["read_orders", "write_orders"])
    body = supplier.post(FULFILL, {"f": {"lineItemsByFulfillmentOrder": []}}).json()
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def requested(retailer: Shop, receiver: Receiver, *skus: str) -> tuple[str, dict[str, Any]]:
    retailer.ask(SERVICE, url=receiver.url)
    number = retailer.buy(*skus)["order_id"]
    retailer.routed(number)
    retailer.act(f"orders/{number}/request_fulfillment", message="please")
    (node,) = retailer.ask(ASSIGNED)["assignedFulfillmentOrders"]["nodes"]
    return number, node


def test_request_fulfillment_pings_and_is_accepted(retailer: Shop, receiver: Receiver) -> None:
    number, node = requested(retailer, receiver, "AB-BOL-EMA", "ML-CARTE")
    assert node["requestStatus"] == "SUBMITTED"
    _, body, path = until(lambda: receiver.received)[0]
    assert (path, body) == ("/fulfillment_order_notification", b'{"kind": "FULFILLMENT_REQUEST"}')
    # The store's own goods stay with the store: two fulfillment orders, one of them ours.
    assert len(retailer.order(number)["fulfillment_orders"]) == 2
    accepted = retailer.ask(ACCEPT, id=node["id"])["fulfillmentOrderAcceptFulfillmentRequest"]
    assert accepted["fulfillmentOrder"] == {"status": "IN_PROGRESS", "requestStatus": "ACCEPTED"}
    assert retailer.order(number)["fulfillment_status"] == "IN_PROGRESS"
    assert retailer.ask(ACCEPT, id=node["id"])["fulfillmentOrderAcceptFulfillmentRequest"]["userErrors"]


def test_a_rejected_request_returns_to_the_merchant(retailer: Shop, receiver: Receiver) -> None:
    _, node = requested(retailer, receiver, "AB-BOL-EMA")
    rejected = retailer.ask(REJECT, id=node["id"])["fulfillmentOrderRejectFulfillmentRequest"]["fulfillmentOrder"]
    assert (rejected["status"], rejected["requestStatus"]) == ("OPEN", "REJECTED")
    assert rejected["order"]["displayFulfillmentStatus"] == "REQUEST_DECLINED"


def test_cancellation_after_accept_is_asked_and_replaces_the_work(retailer: Shop, receiver: Receiver) -> None:
    number, node = requested(retailer, receiver, "AB-BOL-EMA")
    retailer.ask(ACCEPT, id=node["id"])
    retailer.act(f"orders/{number}/request_cancellation")
    until(lambda: any(b"CANCELLATION_REQUEST" in body for _, body, *_ in receiver.received))
    released = retailer.ask(RELEASE, id=node["id"])["fulfillmentOrderAcceptCancellationRequest"]["fulfillmentOrder"]
    assert released == {"status": "CLOSED", "requestStatus": "CANCELLATION_ACCEPTED"}
    assert [row["status"] for row in retailer.order(number)["fulfillment_orders"]] == ["CLOSED", "OPEN"]


def test_tracking_is_replaced_by_the_api(retailer: Shop) -> None:
    number = retailer.buy("AB-BOL-EMA")["order_id"]
    retailer.routed(number)
    (work,) = works(retailer, number)
    made = retailer.ask(FULFILL, f=parcel(work, {"AB-BOL-EMA": 1}, number="A"))["fulfillmentCreate"]["fulfillment"]
    answer = retailer.ask(TRACK, id=made["id"], t={"company": "Nobody", "number": "B"})
    info = answer["fulfillmentTrackingInfoUpdate"]["fulfillment"]["trackingInfo"]
    assert info == [{"company": "Nobody", "number": "B", "url": None}]
