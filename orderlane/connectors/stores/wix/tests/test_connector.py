"""What the connector makes of answers that the sandbox never gives."""

from __future__ import annotations

from typing import Any

import pytest

from orderlane.connectors.stores.wix import ids
from orderlane.connectors.stores.wix.channel import WixOrderChannel
from orderlane.connectors.stores.wix.connector import WixStore
from orderlane.connectors.stores.wix.tests.examples import INSTANCE, LINE, NOW, ORDER, PRODUCT, recorded, usd
from orderlane.connectors.stores.wix.tests.scripted import TOKEN, wix
from orderlane.connectors.tests.loopback import Answer
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown
from orderlane.ports.capabilities import StoreCapability
from orderlane.ports.stores import FulfillmentRequest, RequestAnswer, Tracking

PARCEL = FulfillmentRequest(ORDER, {f"{ORDER}/{LINE}": 2}, Tracking("UPS", ("1Z1",)))
KNOWN = Answer(409, {"details": {"applicationError": {"code": "TRACKING_NUMBER_ALREADY_EXISTS"}}})
FULFILLMENT = "80f939c8-cdc4-44fe-a058-b54d506af170"


def listed(*fulfillments: dict[str, Any]) -> dict[str, Any]:
    return {"orderWithFulfillments": {"orderId": ORDER, "fulfillments": list(fulfillments)}}


def fulfillment(count: int = 2, number: str = "1Z1") -> dict[str, Any]:
    tracking = {"trackingNumber": number, "shippingProvider": "ups"}
    return {"id": FULFILLMENT, "lineItems": [{"id": LINE, "quantity": count}], "trackingInfo": tracking}


def order() -> dict[str, Any]:
    return {"order": recorded("order")}


def placed(reference: str = "OL-1", **changed: Any) -> dict[str, Any]:
    channel = {"type": "OTHER_PLATFORM", "externalOrderId": reference}
    return {**recorded("order"), "channelInfo": channel, **changed}


def test_a_known_number_after_an_unclear_result_is_a_success() -> None:
    with wix(TOKEN, listed(), order(), KNOWN, listed(fulfillment())) as server:
        recorded_now = WixStore(server.account).push_fulfillment(PARCEL)
        assert (recorded_now.external_id, recorded_now.quantities) == (f"{ORDER}/{FULFILLMENT}", PARCEL.quantities)
        assert [path.split(" ")[0] for path in server.asked] == ["POST", "GET", "GET", "POST", "GET"]


def test_a_number_known_from_another_parcel_is_written_once_more() -> None:
    created = {"fulfillmentId": FULFILLMENT}
    with wix(TOKEN, listed(), order(), KNOWN, listed(), created) as server:
        assert WixStore(server.account).push_fulfillment(PARCEL).external_id == f"{ORDER}/{FULFILLMENT}"
        numbers = [server.body(place)["fulfillment"]["trackingInfo"]["trackingNumber"] for place in (3, 5)]
        assert numbers == ["1Z1", "1Z1 (2)"]


def test_a_number_refused_twice_is_for_a_person() -> None:
    with wix(TOKEN, listed(), order(), KNOWN, listed(), KNOWN) as server:
        with pytest.raises(NeedsAttention) as caught:
            WixStore(server.account).push_fulfillment(PARCEL)
        assert caught.value.params["code"] == "TRACKING_NUMBER_ALREADY_EXISTS"


def test_an_answer_without_an_id_leaves_the_outcome_open() -> None:
    with wix(TOKEN, listed(), order(), {"orderWithFulfillments": {}}) as server, pytest.raises(OutcomeUnknown):
        WixStore(server.account).push_fulfillment(PARCEL)


@pytest.mark.parametrize(
    "request_",
    [
        FulfillmentRequest(ORDER, {}, Tracking()),
        FulfillmentRequest(ORDER, {f"{ORDER}/{LINE}": 0}, Tracking()),
        FulfillmentRequest(ORDER, {f"{PRODUCT}/{LINE}": 1}, Tracking()),
        FulfillmentRequest("../orders", {f"{ORDER}/{LINE}": 1}, Tracking()),
    ],
)
def test_nothing_is_sent_for_a_parcel_that_makes_no_sense(request_: FulfillmentRequest) -> None:
    with wix() as server:
        with pytest.raises(NeedsAttention):
            WixStore(server.account).push_fulfillment(request_)
        assert server.received == []


def test_a_parcel_takes_at_most_three_hundred_lines() -> None:
    names = [f"00000000-0000-0000-0000-{place:012d}" for place in range(301)]
    whole = recorded("order")
    whole["lineItems"] = [{**whole["lineItems"][0], "id": name} for name in names]
    with wix(TOKEN, listed(), {"order": whole}, {"fulfillmentId": FULFILLMENT}) as server:
        quantities = {f"{ORDER}/{name}": 1 for name in names}
        done = WixStore(server.account).push_fulfillment(FulfillmentRequest(ORDER, quantities, Tracking()))
        assert list(done.quantities) == list(quantities)[:300]
        assert len(server.body(3)["fulfillment"]["lineItems"]) == 300


def test_another_site_behind_the_token_is_noticed() -> None:
    other = {"instance": {"instanceId": INSTANCE.replace("a", "b")}, "site": {}}
    with wix(TOKEN, other) as server, pytest.raises(NeedsAttention) as caught:
        WixStore(server.account).identify()
    assert caught.value.reason == "other_store"


def test_a_look_up_checks_every_order_it_finds() -> None:
    more = {"hasNext": True, "cursors": {"next": "c"}}
    with wix(TOKEN, {"orders": [placed("OL-10"), placed("OL-1", channelInfo={"type": "WEB"})]}) as server:
        assert WixOrderChannel(server.account).find_purchase_order("OL-1") is None
        assert server.body(1)["search"]["filter"]["channelInfo.externalOrderId"] == {"$eq": "OL-1"}
    with wix(TOKEN, {"orders": [placed("OL-10")], "metadata": more}) as server:
        with pytest.raises(NeedsAttention) as caught:
            WixOrderChannel(server.account).find_purchase_order("OL-1")
        assert caught.value.reason == "look_up_inconclusive"


def test_a_canceled_order_is_found_unless_there_is_a_live_one() -> None:
    canceled, live = placed(status="CANCELED"), placed(id=PRODUCT)
    with wix(TOKEN, {"orders": [canceled]}, {"orders": [canceled, live]}) as server:
        channel = WixOrderChannel(server.account)
        found = [channel.find_purchase_order("OL-1"), channel.find_purchase_order("OL-1")]
    assert [(one.external_id, one.canceled) for one in found if one] == [(ORDER, True), (PRODUCT, False)]


def test_an_order_that_costs_nothing_is_paid() -> None:
    free = placed(paymentStatus="NOT_PAID", priceSummary={"total": {"amount": "0"}})
    with wix(TOKEN, {"orders": [free]}) as server:
        assert WixOrderChannel(server.account).find_purchase_order("OL-1") is not None


def good(variant_id: str, **changed: Any) -> dict[str, Any]:
    product = {"productId": PRODUCT, "name": "Cup", "currency": "USD"}
    return {
        "variantId": variant_id,
        "sku": "C",
        "price": {"actualPrice": {"amount": "5.00"}},
        "productData": product,
        **changed,
    }


def test_goods_and_their_stock_come_in_pages() -> None:
    item = {"productId": PRODUCT, "variantId": "v1", "trackQuantity": True, "quantity": 2}
    following = {"hasNext": True, "cursors": {"next": "more"}}
    variants = {"variants": [good("v1"), good("")], "pagingMetadata": following}
    stock = [{"inventoryItems": [item], "pagingMetadata": following}, {"inventoryItems": [item]}]
    with wix(TOKEN, variants, *stock, {"variants": []}) as server:
        channel = WixOrderChannel(server.account)
        page = channel.list_goods()
        assert [(one.variant_id, one.price, one.stock) for one in page.goods] == [
            (f"{PRODUCT}:v1", usd(500), 4), (f"{PRODUCT}:{ids.NO_VARIANT}", usd(500), None),
        ]  # fmt: skip
        assert (page.next_cursor, channel.list_goods("more").goods) == ("more", [])
        assert server.body(2)["query"]["filter"] == {"productId": {"$in": [PRODUCT]}}
        assert server.body(4)["query"]["cursorPaging"]["cursor"] == "more"


def test_a_site_on_the_older_catalog_says_so() -> None:
    with wix(TOKEN, Answer(428, {}), Answer(404, {}), Answer(400, {})) as server:
        channel = WixOrderChannel(server.account)
        for reason in ("catalog_too_old", "catalog_too_old", "bad_request"):
            with pytest.raises(NeedsAttention) as caught:
                channel.list_goods()
            assert caught.value.reason == reason


def test_goods_without_price_or_currency_are_refused() -> None:
    for broken in (good("v", price={}), good("v", productData={"productId": PRODUCT})):
        with wix(TOKEN, {"variants": [broken]}, {}) as server, pytest.raises(NeedsAttention) as caught:
            WixOrderChannel(server.account).list_goods()
        assert caught.value.reason == "unreadable_answer"


def test_what_wix_has_no_word_for_does_nothing() -> None:
    with wix() as server:
        store = WixStore(server.account)
        assert (store.renew_secrets(NOW), list(store.subscribe("https://x")), list(store.registrations("x"))) == (
            None, [], [],
        )  # fmt: skip
        store.withdraw("https://x")
        store.offer_fulfillment("https://x")
        assert (list(store.list_work(ORDER)), list(store.requested_work())) == ([], [])
        with pytest.raises(Declined) as caught:
            store.answer_request("x", RequestAnswer.ACCEPT)
        assert (caught.value.reason, server.received) == ("request_not_open", [])
    assert StoreCapability.MANAGES_WEBHOOKS not in WixStore.capabilities
