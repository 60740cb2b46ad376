"""Both ports over real HTTP: what is asked, page by page, and what is made of the answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from orderlane.connectors.stores.shopify import documents, scopes
from orderlane.connectors.stores.shopify.channel import ShopifyOrderChannel
from orderlane.connectors.stores.shopify.connector import ShopifyStore
from orderlane.connectors.stores.shopify.presence import TOPICS
from orderlane.connectors.stores.shopify.tests.examples import LINE, ORDER, account, purchase_order, recorded
from orderlane.connectors.stores.shopify.tests.scripted import shop
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.kernel.money import Money
from orderlane.ports.stores import (
    FulfillmentRequest,
    OrderRef,
    PlacedOrder,
    RequestAnswer,
    RequestState,
    StoreFulfillment,
    Tracking,
)

SINCE = datetime(2026, 11, 20, tzinfo=UTC)
FULFILLMENT = "gid://shopify/Fulfillment/9001"
OTHER_LINE = "gid://shopify/LineItem/7003"


def data(**fields: object) -> dict[str, object]:
    return {"data": fields}


def connection(nodes: list[Any], cursor: str = "") -> dict[str, Any]:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": bool(cursor), "endCursor": cursor or None}}


def work(number: int, location: int, lines: dict[str, int], **changed: Any) -> dict[str, Any]:
    nodes = [
        {
            "id": f"gid://shopify/FulfillmentOrderLineItem/{number}{index}",
            "remainingQuantity": left,
            "lineItem": {"id": line},
        }
        for index, (line, left) in enumerate(lines.items())
    ]
    return {
        **recorded("work"),
        "id": f"gid://shopify/FulfillmentOrder/{number}",
        "assignedLocation": {"location": {"id": f"gid://shopify/Location/{location}"}},
        "lineItems": connection(nodes),
        **changed,
    }


def order_work(*works: dict[str, Any]) -> dict[str, object]:
    return data(order={"id": ORDER, "fulfillmentOrders": connection(list(works))})


def who_answers(*scopes: str) -> dict[str, Any]:
    shop_node = {"myshopifyDomain": "maison-lumen.myshopify.com", "name": "M", "currencyCode": "EUR"}
    handles = [{"handle": scope} for scope in scopes]
    return data(shop=shop_node, currentAppInstallation={"accessScopes": handles})


def parcel(quantities: dict[str, int]) -> FulfillmentRequest:
    return FulfillmentRequest(ORDER, quantities, Tracking("UPS", ("1Z1",), ("https://t.example/1Z1",)))


def test_address_version_and_token_of_a_call() -> None:
    with shop(data(order=None)) as there:
        assert ShopifyStore(account(there.url)).fetch_order("6001001") is None
    assert [request.path for request in there.received] == [
        "/shopify/maison-lumen.myshopify.com/admin/api/2026-10/graphql.json"
    ]
    assert there.received[0].headers["x-shopify-access-token"] == "shpat_test"
    assert there.asked == [{"query": documents.ORDER, "variables": {"id": ORDER}}]


def test_identify() -> None:
    with shop(who_answers(*scopes.RETAILER)) as there:
        identity = ShopifyStore(account(there.url)).identify()
    assert (identity.external_id, identity.domain) == ("maison-lumen.myshopify.com", "maison-lumen.myshopify.com")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (scopes.ASKED, ""),
        (scopes.SUPPLIER, ""),
        (scopes.RETAILER - {"write_fulfillments"}, "write_fulfillments"),
        ({*scopes.RETAILER, "write_orders"} - {"read_orders"}, ""),
        (scopes.SUPPLIER - {"read_inventory"}, "read_inventory"),
    ],
)
def test_permissions_are_checked_when_the_shop_says_who_it_is(given: Iterable[str], missing: str) -> None:
    with shop(who_answers(*given)) as there:
        if not missing:
            assert ShopifyStore(account(there.url)).identify().name == "M"
            return
        with pytest.raises(NeedsAttention) as caught:
            ShopifyStore(account(there.url)).identify()
    assert (caught.value.reason, caught.value.params) == ("missing_scope", {"scopes": missing})


def test_an_order_of_ten_thousand_lines_is_read_whole() -> None:
    order = recorded("order")
    line = order["lineItems"]["nodes"][0]

    def lines(start: int, count: int) -> list[dict[str, Any]]:
        return [{**line, "id": f"gid://shopify/LineItem/{n}"} for n in range(start, start + count)]

    order["lineItems"] = connection(lines(1, 100), "p0")
    later = [
        data(order={**order, "lineItems": connection(lines(101 + n * 150, 150), f"p{n + 1}" if n < 65 else "")})
        for n in range(66)
    ]
    with shop(data(order=order), *later) as there:
        read = ShopifyStore(account(there.url)).fetch_order(ORDER)
    assert read is not None
    assert len({line.external_id for line in read.lines}) == 10_000
    assert there.variables[1:3] == [{"id": ORDER, "after": "p0"}, {"id": ORDER, "after": "p1"}]


def test_an_order_that_changes_between_pages_is_read_again_later() -> None:
    order = {**recorded("order")}
    order["lineItems"] = connection(order["lineItems"]["nodes"], "p0")
    changed = {**order, "updatedAt": "2026-11-20T09:16:11Z"}
    with shop(data(order=order), data(order=changed)) as there, pytest.raises(Unavailable) as caught:
        ShopifyStore(account(there.url)).fetch_order(ORDER)
    assert caught.value.reason == "changed_while_reading"


def test_changed_orders_page_by_page() -> None:
    nodes = [{"id": ORDER, "updatedAt": "2026-11-20T01:00:00Z"}]
    with shop(data(orders=connection(nodes, "end1")), data(orders=connection([]))) as there:
        store = ShopifyStore(account(there.url))
        first = store.changed_orders(SINCE)
        last = store.changed_orders(SINCE, first.next_cursor)
    assert first.refs == [OrderRef(ORDER, datetime(2026, 11, 20, 1, tzinfo=UTC))]
    assert (last.refs, last.next_cursor) == ([], "")
    assert there.variables == [
        {"query": "updated_at:>='2026-11-20T00:00:00Z'", "after": None},
        {"query": "updated_at:>='2026-11-20T00:00:00Z'", "after": "end1"},
    ]


def test_work_with_more_lines_than_a_page() -> None:
    first = work(1, 1, {LINE: 2})
    first["lineItems"]["pageInfo"] = {"hasNextPage": True, "endCursor": "l1"}
    rest = connection(work(1, 1, {OTHER_LINE: 3})["lineItems"]["nodes"])
    with shop(order_work(first), data(fulfillmentOrder={"id": "x", "lineItems": rest})) as there:
        (found,) = ShopifyStore(account(there.url)).list_work(ORDER)
    assert {line: left for line, (_, left) in found.remaining.items()} == {LINE: 2, OTHER_LINE: 3}
    assert there.variables[1] == {"id": "gid://shopify/FulfillmentOrder/1", "after": "l1"}


def test_requested_work() -> None:
    asked_back = {
        **recorded("work"),
        "id": "gid://shopify/FulfillmentOrder/5002",
        "requestStatus": "CANCELLATION_REQUESTED",
    }
    accepted = {"id": "gid://shopify/FulfillmentOrder/5003", "orderId": ORDER, "requestStatus": "ACCEPTED"}
    listed = (recorded("work"), asked_back, {**accepted, "status": "IN_PROGRESS"})
    pages = [data(assignedFulfillmentOrders=connection([found])) for found in listed]
    with shop(*pages) as there:
        found = ShopifyStore(account(there.url)).requested_work()
    assert [(work.external_id[-4:], work.request_state) for work in found] == [
        ("5001", RequestState.REQUESTED),
        ("5002", RequestState.CANCELLATION_REQUESTED),
        ("5003", RequestState.ACCEPTED),
    ]
    assert [work.requested_at for work in found] == [datetime(2026, 11, 20, 9, 0, tzinfo=UTC)] * 2 + [None]
    assert there.variables == [{"status": "FULFILLMENT_REQUESTED"}, {"status": "CANCELLATION_REQUESTED"}, {}]


def test_a_repeated_accept_is_declined() -> None:
    accepted = {"fulfillmentOrder": {"id": "gid://shopify/FulfillmentOrder/1"}, "userErrors": []}
    refused = {"fulfillmentOrder": None, "userErrors": [{"field": None, "message": "not in the right state"}]}
    with shop(*(data(fulfillmentOrderAcceptFulfillmentRequest=said) for said in (accepted, refused))) as there:
        store = ShopifyStore(account(there.url))
        store.answer_request("gid://shopify/FulfillmentOrder/1", RequestAnswer.ACCEPT)
        with pytest.raises(Declined) as caught:
            store.answer_request("gid://shopify/FulfillmentOrder/1", RequestAnswer.ACCEPT)
    assert (caught.value.reason, caught.value.params) == ("request_not_open", {"said": "not in the right state"})


def test_a_parcel_is_recorded_with_exact_lines() -> None:
    created = data(fulfillmentCreate={"fulfillment": {"id": FULFILLMENT, "status": "SUCCESS"}, "userErrors": []})
    with shop(order_work(work(1, 1, {LINE: 2, OTHER_LINE: 9})), created) as there:
        made = ShopifyStore(account(there.url)).push_fulfillment(parcel({LINE: 1}))
    assert made == StoreFulfillment(FULFILLMENT, {LINE: 1}, Tracking("UPS", ("1Z1",), ("https://t.example/1Z1",)))
    assert there.variables[1] == {
        "fulfillment": {
            "lineItemsByFulfillmentOrder": [
                {
                    "fulfillmentOrderId": "gid://shopify/FulfillmentOrder/1",
                    "fulfillmentOrderLineItems": [{"id": "gid://shopify/FulfillmentOrderLineItem/10", "quantity": 1}],
                }
            ],
            "trackingInfo": {"company": "UPS", "number": "1Z1", "url": "https://t.example/1Z1"},
            "notifyCustomer": True,
        }
    }


def test_a_parcel_over_two_locations_says_what_it_recorded() -> None:
    created = data(fulfillmentCreate={"fulfillment": {"id": FULFILLMENT, "status": "SUCCESS"}, "userErrors": []})
    with shop(order_work(work(1, 1, {LINE: 1}), work(2, 2, {OTHER_LINE: 2})), created) as there:
        made = ShopifyStore(account(there.url)).push_fulfillment(parcel({LINE: 1, OTHER_LINE: 2}))
    assert made.quantities == {OTHER_LINE: 2}


@pytest.mark.parametrize(
    ("works", "kind", "reason"),
    [
        ([], Unavailable, "not_routed_yet"),
        ([work(1, 1, {LINE: 1})], Declined, "nothing_left_to_fulfill"),
        ([work(1, 1, {LINE: 2}, status="CLOSED")], Declined, "nothing_left_to_fulfill"),
        ([work(1, 1, {LINE: 1}), work(2, 1, {LINE: 1}, status="ON_HOLD")], NeedsAttention, "on_hold"),
    ],
)
def test_a_parcel_that_cannot_be_recorded_whole_records_nothing(
    works: list[dict[str, Any]], kind: type[Exception], reason: str
) -> None:
    with shop(order_work(*works)) as there, pytest.raises(kind) as caught:
        ShopifyStore(account(there.url)).push_fulfillment(parcel({LINE: 2}))
    assert getattr(caught.value, "reason", "") == reason
    assert len(there.asked) == 1


@pytest.mark.parametrize("quantities", [{}, {LINE: 0}, {LINE: -1}])
def test_an_empty_parcel_is_refused_without_a_call(quantities: dict[str, int]) -> None:
    with shop() as there, pytest.raises(NeedsAttention) as caught:
        ShopifyStore(account(there.url)).push_fulfillment(parcel(quantities))
    assert (caught.value.reason, there.asked) == ("empty_parcel", [])


def test_a_recorded_parcel_without_an_id_is_unknown() -> None:
    created = data(fulfillmentCreate={"fulfillment": None, "userErrors": []})
    with shop(order_work(work(1, 1, {LINE: 2})), created) as there, pytest.raises(OutcomeUnknown):
        ShopifyStore(account(there.url)).push_fulfillment(parcel({LINE: 1}))


def test_fulfillments_are_read_with_all_their_lines() -> None:
    first = recorded("fulfillment")
    first["fulfillmentLineItems"]["pageInfo"] = {"hasNextPage": True, "endCursor": "f1"}
    second = {
        **recorded("fulfillment"),
        "fulfillmentLineItems": connection([{"quantity": 4, "lineItem": {"id": LINE}}]),
    }
    listed = data(order={"id": ORDER, "fulfillments": [{"id": FULFILLMENT}]})
    with shop(listed, data(fulfillment=first), data(fulfillment=second)) as there:
        (found,) = ShopifyStore(account(there.url)).list_fulfillments(ORDER)
    assert found.quantities == {LINE: 5, OTHER_LINE: 2}
    assert there.variables == [{"id": ORDER}, {"id": FULFILLMENT}, {"id": FULFILLMENT, "after": "f1"}]


def test_fulfillments_of_an_unknown_order() -> None:
    with shop(data(order=None)) as there:
        assert ShopifyStore(account(there.url)).list_fulfillments(ORDER) == []


def test_tracking_is_replaced() -> None:
    with shop(data(fulfillmentTrackingInfoUpdate={"fulfillment": {"id": FULFILLMENT}, "userErrors": []})) as there:
        ShopifyStore(account(there.url)).update_tracking(FULFILLMENT, Tracking("ups", ("1Z9",)), notify_customer=False)
    assert there.variables == [
        {"id": FULFILLMENT, "tracking": {"company": "UPS", "number": "1Z9"}, "notify": False},
    ]


def test_only_missing_subscriptions_are_made_and_refusals_are_named() -> None:
    url = "https://desk.example/hooks/1"
    there_already = [
        {"id": "1", "topic": topic, "uri": url} for topic in TOPICS if topic not in ("ORDERS_CREATE", "ORDERS_EDITED")
    ]
    there_already[0] = {**there_already[0], "uri": "https://old.example"}
    made = data(webhookSubscriptionCreate={"webhookSubscription": {"id": "gid://x"}, "userErrors": []})
    refused = data(webhookSubscriptionCreate={"webhookSubscription": None, "userErrors": [{"message": "scope"}]})
    pages = (connection(there_already[:5], "s1"), connection(there_already[5:]))
    denied = {"data": None, "errors": [{"message": "no scope", "extensions": {"code": "ACCESS_DENIED"}}]}
    answers = [*(data(webhookSubscriptions=page) for page in pages), refused, made, denied]
    with shop(*answers) as there, pytest.raises(NeedsAttention) as caught:
        ShopifyStore(account(there.url)).subscribe(url)
    assert [asked["topic"] for asked in there.variables[2:]] == ["ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_EDITED"]
    assert there.variables[3] == {"topic": "ORDERS_UPDATED", "uri": url}
    assert caught.value.reason == "subscription_refused"
    assert caught.value.params == {"topics": ["ORDERS_CREATE", "ORDERS_EDITED"]}


def found_order(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": f"2026-11-20T08:00:0{number}Z",
        "cancelledAt": None,
        "sourceIdentifier": "OL-100234",
        "tags": [],
        **changed,
    }


@pytest.mark.parametrize(
    ("orders", "found"),
    [
        ([], None),
        ([found_order(1, sourceIdentifier="OL-1002345")], None),
        ([found_order(2)], PlacedOrder("gid://shopify/Order/2", "#2")),
        (
            [found_order(1, cancelledAt="2026-11-20T09:00:00Z"), found_order(2)],
            PlacedOrder("gid://shopify/Order/2", "#2"),
        ),
        (
            [found_order(1, cancelledAt="2026-11-20T09:00:00Z")],
            PlacedOrder("gid://shopify/Order/1", "#1", canceled=True),
        ),
    ],
)
def test_look_up_of_a_purchase_order(orders: list[Any], found: PlacedOrder | None) -> None:
    with shop(data(orders=connection(orders))) as there:
        assert ShopifyOrderChannel(account(there.url)).find_purchase_order("OL-100234") == found
    assert there.variables == [{"query": "source_identifier:'OL-100234' OR tag:'OL-100234'"}]


def test_two_live_orders_under_one_reference_need_a_person() -> None:
    with (
        shop(data(orders=connection([found_order(2), found_order(1)]))) as there,
        pytest.raises(NeedsAttention) as caught,
    ):
        ShopifyOrderChannel(account(there.url)).find_purchase_order("OL-100234")
    assert caught.value.reason == "placed_twice"
    assert caught.value.params == {"orders": ["gid://shopify/Order/1", "gid://shopify/Order/2"]}


def test_a_look_up_full_of_other_orders_proves_nothing() -> None:
    orders = connection([found_order(1, sourceIdentifier="OL-9")], "more")
    with shop(data(orders=orders)) as there, pytest.raises(NeedsAttention) as caught:
        ShopifyOrderChannel(account(there.url)).find_purchase_order("OL-100234")
    assert caught.value.reason == "look_up_inconclusive"


def test_a_look_up_that_cannot_be_read_is_never_absent() -> None:
    with shop(data(orders=None)) as there, pytest.raises(NeedsAttention) as caught:
        ShopifyOrderChannel(account(there.url)).find_purchase_order("OL-100234")
    assert caught.value.reason == "unreadable_answer"


def test_a_placed_order_with_its_shipments() -> None:
    line = {"id": LINE, "customAttributes": [{"key": "_orderlane_line", "value": "L1"}]}
    order = {
        "id": ORDER,
        "name": "#1001",
        "cancelledAt": None,
        "fulfillments": [{"id": FULFILLMENT}],
        "lineItems": connection([line]),
    }
    with shop(data(order=order), data(fulfillment=recorded("fulfillment"))) as there:
        state = ShopifyOrderChannel(account(there.url)).read_purchase_order(ORDER)
    assert state is not None
    assert state.order == PlacedOrder(ORDER, "#1001")
    assert [(shipment.external_id, shipment.quantities) for shipment in state.shipments] == [(FULFILLMENT, {"L1": 1})]


def test_a_deleted_placed_order_is_none() -> None:
    with shop(data(order=None)) as there:
        assert ShopifyOrderChannel(account(there.url)).read_purchase_order(ORDER) is None


def test_an_order_in_two_currencies_is_not_sent() -> None:
    with shop() as there, pytest.raises(NeedsAttention) as caught:
        ShopifyOrderChannel(account(there.url)).send_purchase_order(purchase_order(tax=Money(1, "EUR")))
    assert (caught.value.reason, there.asked) == ("mixed_currencies", [])


def test_an_order_is_placed() -> None:
    created = data(orderCreate={"order": {"id": ORDER, "name": "#1", "cancelledAt": None}, "userErrors": []})
    with shop(created) as there:
        placed = ShopifyOrderChannel(account(there.url)).send_purchase_order(purchase_order())
    assert placed == PlacedOrder(ORDER, "#1")
    assert there.variables[0]["order"]["sourceIdentifier"] == "OL-100234"
    assert there.variables[0]["options"]["inventoryBehaviour"] == "DECREMENT_OBEYING_POLICY"
