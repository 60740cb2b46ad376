"""A retailer's store against the shipped simulator, over real HTTP; what only the two together can show."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from orderlane.connectors.stores.wix.connector import WixStore
from orderlane.connectors.stores.wix.install import WixInstall
from orderlane.connectors.stores.wix.tests.against_sandbox import (
    CUP,
    MUG,
    PARCEL,
    POT,
    account,
    app_of,
    arm,
    bought,
    eur,
    eventually,
    journal,
    press,
    seed,
)
from orderlane.connectors.tests.loopback import Answer, loopback
from orderlane.kernel.errors import Declined, NeedsAttention, OutcomeUnknown, Unavailable
from orderlane.ports.accounts import Account, PlatformApp, WebhookSubject
from orderlane.ports.stores import (
    FinancialState,
    FulfillmentRequest,
    OrderRef,
    Tracking,
)
from sandbox.serving import RunningSandbox


def test_who_answers(sandbox: RunningSandbox) -> None:
    identity = WixStore(account(sandbox, "retailer")).identify()
    assert identity.external_id == seed(sandbox, "retailer")["external_id"]
    assert (identity.name, identity.currency, identity.domain) == (
        "Studio Cerise", "EUR", "www.studio-cerise.example",
    )  # fmt: skip


def test_an_api_key_opens_the_site_under_its_site_id(sandbox: RunningSandbox) -> None:
    site = seed(sandbox, "retailer")
    keyed = Account(site["site_id"], f"{sandbox.url}/wix", {"api_key": site["api_key"]})
    identity = WixStore(keyed).identify()
    assert (identity.external_id, identity.name, identity.currency) == (site["site_id"], "Studio Cerise", "EUR")
    assert WixStore(keyed).fetch_order(bought(sandbox)) is not None
    with pytest.raises(NeedsAttention) as caught:
        WixStore(Account(site["site_id"], keyed.api_url, {"api_key": "IST.wrong"})).identify()
    assert caught.value.reason == "access_refused"


def test_missing_permissions_are_named(sandbox: RunningSandbox) -> None:
    scopes = seed(sandbox, "retailer")["scopes"]
    for missing in ("ECOM.READ_ORDERS", "ECOM.READ_FULFILLMENTS", "WIX_DEVELOPERS.MANAGE_APP_INSTANCE"):
        press(sandbox, "retailer", "scopes", scopes=[scope for scope in scopes if scope != missing])
        with pytest.raises(NeedsAttention) as caught:
            WixStore(account(sandbox, "retailer")).identify()
        assert (caught.value.reason, caught.value.params["scopes"]) == ("missing_scope", [missing])


def test_a_removed_app_is_noticed_although_the_token_is_still_held(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    store.identify()
    press(sandbox, "retailer", "uninstall")
    with pytest.raises(NeedsAttention) as caught:
        store.identify()
    assert caught.value.reason == "access_refused"
    press(sandbox, "retailer", "install")
    assert store.identify().name == "Studio Cerise"


def test_an_install_ends_in_an_account_that_works(sandbox: RunningSandbox) -> None:
    app, now = app_of(sandbox), datetime.now(UTC)
    site = seed(sandbox, "retailer")
    press(sandbox, "retailer", "uninstall")
    url = WixInstall(app).authorize_url({}, "state-1", "http://127.0.0.1:9/done")
    assert "Studio Cerise" in httpx.get(url).text
    agreed = httpx.post(url, data={"site": site["external_id"]})
    back = urlsplit(agreed.headers["location"])
    query = dict(parse_qsl(back.query))
    assert (f"http://{back.netloc}{back.path}", query["state"]) == ("http://127.0.0.1:9/done", "state-1")
    installed = WixInstall(app).finish(query, "http://127.0.0.1:9/done", now)
    known = Account(installed.external_id, f"{sandbox.url}/wix", installed.secrets, app=app)
    assert WixStore(known).identify().name == "Studio Cerise"


def test_an_order_is_polled_and_read(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    since = datetime.now(UTC) - timedelta(minutes=1)
    order_id = bought(sandbox, paid=False)
    (ref,) = eventually(lambda: store.changed_orders(since).refs)
    order = store.fetch_order(ref.external_id)
    assert order is not None
    assert (order.external_id, order.updated_at) == (order_id, ref.updated_at)
    assert (order.financial_state, order.ship_to.shippable) == (FinancialState.PENDING, True)
    assert [(line.sku, line.quantity) for line in order.lines] == [(POT, 2), (CUP, 3)]

    press(sandbox, "retailer", f"orders/{order_id}/pay")
    press(sandbox, "retailer", f"orders/{order_id}/edit", quantities={POT: 0, CUP: 4})
    order = store.fetch_order(order_id)
    assert order is not None
    assert [(line.sku, line.quantity) for line in order.lines] == [(CUP, 4)]

    press(sandbox, "retailer", f"orders/{order_id}/refund", lines={CUP: 1})
    order = store.fetch_order(order_id)
    assert order is not None
    assert (order.financial_state, order.lines[0].quantity) == (FinancialState.PAID, 3)

    press(sandbox, "retailer", f"orders/{order_id}/cancel")
    order = store.fetch_order(order_id)
    assert order is not None
    assert (order.financial_state, order.canceled_at is not None) == (FinancialState.CANCELED, True)
    press(sandbox, "retailer", f"orders/{order_id}/delete")
    assert store.fetch_order(order_id) is None


def test_discounts_pick_ups_and_goods_that_are_not_shipped(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    lines = [
        {"sku": POT, "quantity": 2, "price": "20.00"},
        {"title": "Cours de poterie", "price": "30.00", "app": "13d21c63-b5ec-5912-8397-c3a5ddb27a97"},
        {"title": "Carte", "price": "10.00", "gift_card": True},
    ]
    order = store.fetch_order(bought(sandbox, lines=lines, discount="3.00", pickup=True))
    assert order is not None
    assert [line.requires_shipping for line in order.lines] == [True, False, False]
    assert [line.unit_price for line in order.lines] == [eur(1950), eur(2900), eur(900)]
    assert (order.ship_to.line1, order.ship_to.shippable, order.customer_name) == ("", False, "Camille Moreau")


def test_orders_that_wait_for_approval_are_polled_too(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    since = datetime.now(UTC) - timedelta(minutes=1)
    waiting, turned_away = bought(sandbox, needs_approval=True), bought(sandbox, needs_approval=True)
    press(sandbox, "retailer", f"orders/{turned_away}/reject")
    bought(sandbox, imported=True)
    time.sleep(0.1)
    assert sorted(ref.external_id for ref in store.changed_orders(since).refs) == sorted([waiting, turned_away])
    states = [order.financial_state for order in map(store.fetch_order, (waiting, turned_away)) if order]
    assert states == [FinancialState.PENDING, FinancialState.CANCELED]
    press(sandbox, "retailer", f"orders/{waiting}/approve")
    order = store.fetch_order(waiting)
    assert order is not None
    assert order.financial_state is FinancialState.PAID


def test_polling_walks_every_page_oldest_change_first(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    since = datetime.now(UTC) - timedelta(minutes=1)
    made = press(sandbox, "retailer", "orders", lines=[{"sku": MUG, "quantity": 1}], count=250)["orders"]
    time.sleep(0.2)
    found: list[OrderRef] = []
    cursor = ""
    while True:
        page = store.changed_orders(since, cursor)
        found += page.refs
        cursor = page.next_cursor
        if not cursor:
            break
    assert sorted(ref.external_id for ref in found) == sorted(order["order_id"] for order in made)
    assert [ref.updated_at for ref in found] == sorted(ref.updated_at for ref in found)
    assert store.changed_orders(datetime.now(UTC) + timedelta(minutes=1)).refs == []


def test_parcels_are_recorded_corrected_and_listed(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    order_id = bought(sandbox)
    order = store.fetch_order(order_id)
    assert order is not None
    pot, cup = (line.external_id for line in order.lines)
    first = store.push_fulfillment(FulfillmentRequest(order_id, {pot: 1, cup: 3}, PARCEL))
    assert first.quantities == {pot: 1, cup: 3}
    with pytest.raises(Declined) as caught:
        store.push_fulfillment(FulfillmentRequest(order_id, {pot: 2}, PARCEL))
    assert caught.value.reason == "nothing_left_to_fulfill"
    second = store.push_fulfillment(FulfillmentRequest(order_id, {pot: 1}, Tracking("Colissimo", ("6A1", "6A2"))))
    assert [row["quantity"] for row in journal(sandbox, "fulfillment.created")[1]["lines"]] == [1]

    corrected = Tracking("UPS", ("1Z9",), ("https://t.example/9",))
    store.update_tracking(second.external_id, corrected, False)
    store.update_tracking(second.external_id, corrected, False)
    listed = {one.external_id: one for one in store.list_fulfillments(order_id)}
    assert listed[first.external_id].tracking.numbers == ("JJD1",)
    assert listed[second.external_id].tracking == corrected
    assert [one.quantities for one in listed.values()] == [{pot: 1, cup: 3}, {pot: 1}]

    press(sandbox, "retailer", f"orders/{order_id}/cancel_fulfillment")
    assert [one.external_id for one in store.list_fulfillments(order_id)] == [first.external_id]
    with pytest.raises(Declined) as caught:
        store.update_tracking(second.external_id, corrected, False)
    assert caught.value.reason == "tracking_refused"


def test_a_second_set_of_lines_in_the_same_parcel_is_recorded_beside_the_first(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    order_id = bought(sandbox)
    order = store.fetch_order(order_id)
    assert order is not None
    pot, cup = (line.external_id for line in order.lines)
    for parcel in ({pot: 1}, {pot: 1}, {cup: 3}):
        assert store.push_fulfillment(FulfillmentRequest(order_id, parcel, PARCEL)).quantities == parcel
    listed = store.list_fulfillments(order_id)
    assert [(one.quantities, one.tracking.numbers) for one in listed] == [
        ({pot: 1}, ("JJD1",)), ({pot: 1}, ("JJD1",)), ({cup: 3}, ("JJD1",)),
    ]  # fmt: skip
    # A correction to a number that another fulfillment already has.
    other = Tracking("DHL", ("JJD2",))
    store.update_tracking(listed[0].external_id, other, False)
    store.update_tracking(listed[1].external_id, other, False)
    store.update_tracking(listed[1].external_id, other, False)
    assert [one.tracking.numbers for one in store.list_fulfillments(order_id)] == [("JJD2",), ("JJD2",), ("JJD1",)]


def test_only_an_approved_order_takes_a_parcel(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    order_id = bought(sandbox)
    order = store.fetch_order(order_id)
    assert order is not None
    parcel = FulfillmentRequest(order_id, {order.lines[0].external_id: 1}, PARCEL)
    press(sandbox, "retailer", f"orders/{order_id}/cancel")
    with pytest.raises(Declined) as caught:
        store.push_fulfillment(parcel)
    assert caught.value.reason == "fulfillment_refused"
    press(sandbox, "retailer", f"orders/{order_id}/delete")
    with pytest.raises(Declined):
        store.push_fulfillment(parcel)
    assert (store.list_fulfillments(order_id), journal(sandbox, "fulfillment.created")) == ([], [])


@pytest.mark.parametrize("mode", ["500_after", "reset_after", "html", "truncated"])
def test_a_parcel_with_its_answer_lost_is_found_by_the_look_up(sandbox: RunningSandbox, mode: str) -> None:
    store = WixStore(account(sandbox, "retailer"))
    order_id = bought(sandbox)
    order = store.fetch_order(order_id)
    assert order is not None
    parcel = FulfillmentRequest(order_id, {order.lines[0].external_id: 2}, PARCEL)
    arm(sandbox, "createFulfillment", mode)
    with pytest.raises(OutcomeUnknown):
        store.push_fulfillment(parcel)
    assert [(one.quantities, one.tracking.numbers) for one in store.list_fulfillments(order_id)] == [
        (dict(parcel.quantities), ("JJD1",))
    ]
    with pytest.raises(Declined) as caught:
        store.push_fulfillment(parcel)
    assert caught.value.reason == "nothing_left_to_fulfill"
    assert len(journal(sandbox, "fulfillment.created")) == 1


def test_too_many_calls_wait_a_minute(sandbox: RunningSandbox) -> None:
    store = WixStore(account(sandbox, "retailer"))
    order_id = bought(sandbox)

    def ask_too_often() -> None:
        for _ in range(201):
            store.fetch_order(order_id)

    with pytest.raises(Unavailable) as caught:
        ask_too_often()
    assert (caught.value.reason, caught.value.retry_after) == ("throttled", 60.0)


def test_webhooks_are_verified_and_name_the_order(sandbox: RunningSandbox) -> None:
    known = account(sandbox, "retailer")
    store = WixStore(known)
    with loopback(lambda _: Answer()) as door:
        press(sandbox, "retailer", "webhook_address", url=f"{door.url}/hooks/wix")
        order_id = bought(sandbox)
        press(sandbox, "retailer", f"orders/{order_id}/ship", company="DHL", number="JJD1")
        press(sandbox, "retailer", f"orders/{order_id}/anonymize")
        press(sandbox, "retailer", "uninstall")
        eventually(lambda: len(door.received) >= 7)
        eventually(lambda: not httpx.get(f"{sandbox.url}/journal.json").json()["pending_webhooks"])
        assert {WixStore.addressee({}, sent.body) for sent in door.received} == {known.external_id}
        read = [store.verify_webhook(sent.headers, sent.body, datetime.now(UTC)) for sent in door.received]
    topics = {event.topic for event in read}
    assert {
        "wix.ecom.v1.order_created",
        "wix.ecom.v1.order_approved",
        "wix.ecom.v1.fulfillments_updated",
        "wix.ecom.v1.order_fulfilled",
        "wix.ecom.v1.order_updated (anonymize)",
        "AppRemoved",
    } <= topics
    assert {event.resource_id for event in read if event.subject is WebhookSubject.ORDER} == {order_id}
    assert [event.topic for event in read if event.subject is WebhookSubject.CONNECTION] == ["AppRemoved"]
    assert len({event.external_id for event in read}) == len(read)


def test_a_new_signing_key_is_taken_beside_the_old_one(sandbox: RunningSandbox) -> None:
    known = account(sandbox, "retailer")
    with loopback(lambda _: Answer()) as door:
        press(sandbox, "retailer", "webhook_address", url=door.url)
        fresh = press(sandbox, "retailer", "rotate_secret")["public_key"]
        bought(sandbox)
        eventually(lambda: door.received)
        (body, now) = door.received[0].body, datetime.now(UTC)
    both = PlatformApp(known.app.client_id, known.app.client_secret, "", (*known.app.public_keys, fresh))
    store = WixStore(Account(known.external_id, known.api_url, known.secrets, app=both))
    assert store.verify_webhook({}, body, now).topic.startswith("wix.ecom.v1.order_")
