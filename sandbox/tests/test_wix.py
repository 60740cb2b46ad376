"""The simulated Wix sites: who may call, what the API does, what the app is told, what a person can press."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from sandbox.core.settings import SandboxSettings
from sandbox.serving import RunningSandbox, running_sandbox
from sandbox.tests.shop import HTTP, Receiver, until


class Site:
    """One site of a running sandbox, spoken to as an app would."""

    def __init__(self, sandbox: RunningSandbox, role: str) -> None:
        self.root = sandbox.url
        seeds = HTTP.get(f"{sandbox.url}/seed.json").json()["wix"]
        self.app: dict[str, Any] = seeds["app"]
        self.seed: dict[str, Any] = next(site for site in seeds["stores"] if site["role"] == role)
        self.url: str = self.seed["base_url"]
        self.token = self.grant().json().get("access_token", "")

    def grant(self, **changed: str) -> httpx.Response:
        """Ask for a token."""
        body = {
            "grant_type": "client_credentials",
            "client_id": self.app["client_id"],
            "client_secret": self.app["client_secret"],
            "instance_id": self.seed["external_id"],
            **changed,
        }
        return HTTP.post(f"{self.root}/wix/oauth2/token", json=body)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """One call of the REST API."""
        given = headers or {"Authorization": self.token}
        return HTTP.request(method, f"{self.root}/wix{path}", json=body, headers=given)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a call that succeeds."""
        answer = self.call(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def search(self, **search: Any) -> list[dict[str, Any]]:
        """The orders that a search finds."""
        found: list[dict[str, Any]] = self.ask("POST", "/ecom/v1/orders/search", {"search": search})["orders"]
        return found

    def act(self, path: str, status: int = 200, **body: Any) -> Any:
        """One of the sandbox's own JSON actions."""
        answer = HTTP.post(f"{self.url}/_sandbox/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def buy(self, *skus: str, **body: Any) -> dict[str, Any]:
        """A customer orders two pieces of each SKU."""
        lines = [{"sku": sku, "quantity": 2} for sku in skus or ("VC-TAS-BRI",)]
        order: dict[str, Any] = self.act("orders", 201, **{"lines": lines, **body})["order"]
        return order

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """Facts of this kind in this site."""
        query = {"kind": kind, "system": f"wix:{self.seed['external_id']}"}
        return [row["facts"] for row in HTTP.get(f"{self.root}/journal.json", params=query).json()["entries"]]

    def settled(self) -> None:
        """Wait until no delivery is under way."""
        until(lambda: HTTP.get(f"{self.root}/journal.json").json()["pending_webhooks"] == 0)


@pytest.fixture(scope="module")
def one_wix() -> Iterator[RunningSandbox]:
    with running_sandbox(SandboxSettings(speed=200_000, search_lag=0.0)) as running:
        yield running


@pytest.fixture
def retailer(one_wix: RunningSandbox) -> Site:
    HTTP.post(f"{one_wix.url}/reset")
    return Site(one_wix, "retailer")


@pytest.fixture
def supplier(retailer: Site, one_wix: RunningSandbox) -> Site:
    return Site(one_wix, "supplier")


def error_code(answer: httpx.Response) -> str:
    code: str = answer.json()["details"]["applicationError"]["code"]
    return code


def purchase(site: Site, **changed: Any) -> dict[str, Any]:
    """The body of createOrder for one thing the site sells."""
    product, _, variant = site.seed["variants"][0]["variant_id"].partition(":")
    line = {
        "productName": {"original": "Pot"},
        "catalogReference": {
            "appId": "215238eb-22a5-4c36-9e7b-e7c08025e04e",
            "catalogItemId": product,
            "options": {"variantId": variant},
        },
        "itemType": {"preset": "PHYSICAL"},
        "physicalProperties": {"shippable": True},
        "quantity": 2,
        "price": {"amount": "10.00"},
    }
    order = {
        "channelInfo": {"type": "OTHER_PLATFORM", "externalOrderId": "OL-1"},
        "lineItems": [line],
        "priceSummary": {"shipping": {"amount": "5.00"}},
        **changed,
    }
    return {"order": order, "settings": {"notifications": {"sendNotificationToBuyer": False}}}


def test_a_token_opens_one_instance_and_bearer_does_not(retailer: Site, supplier: Site) -> None:
    assert retailer.grant().json()["expires_in"] == 14_400
    assert retailer.ask("GET", "/apps/v1/instance")["instance"]["instanceId"] == retailer.seed["external_id"]
    assert supplier.ask("GET", "/apps/v1/instance")["site"]["siteDisplayName"] == "Verdier Céramique"
    assert retailer.call("GET", "/apps/v1/instance", Authorization=f"Bearer {retailer.token}").status_code == 401
    assert retailer.call("GET", "/apps/v1/instance", Authorization="wrong").status_code == 401
    wrong = [retailer.grant(client_secret="x"), retailer.grant(instance_id="x"), retailer.grant(grant_type="x")]
    assert [answer.json()["error"] for answer in wrong] == [
        "invalid_client",
        "invalid_request",
        "unsupported_grant_type",
    ]


def test_tokens_end_after_four_hours(retailer: Site) -> None:
    HTTP.post(f"{retailer.root}/clock.json", json={"advance": 14_399})
    assert retailer.call("GET", "/apps/v1/instance").status_code == 200
    HTTP.post(f"{retailer.root}/clock.json", json={"advance": 2})
    assert retailer.call("GET", "/apps/v1/instance").status_code == 401


def test_an_api_key_needs_its_site(retailer: Site, supplier: Site) -> None:
    key = retailer.seed["api_key"]
    path = "/site-properties/v4/properties"
    good = retailer.call("GET", path, None, Authorization=key, **{"wix-site-id": retailer.seed["site_id"]})
    assert good.json()["properties"]["paymentCurrency"] == "EUR"
    wrong = {"wix-site-id": supplier.seed["site_id"]}
    assert retailer.call("GET", path, None, Authorization=key, **wrong).status_code == 401
    assert retailer.call("GET", path, None, Authorization=key).status_code == 401


def test_a_missing_permission_is_403(retailer: Site) -> None:
    retailer.act("scopes", scopes=[])
    assert error_code(retailer.call("GET", "/apps/v1/instance")) == "PERMISSION_DENIED"


def test_two_hundred_calls_a_minute_and_no_word_about_it(retailer: Site) -> None:
    answers = [retailer.call("GET", "/apps/v1/instance") for _ in range(201)]
    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert "retry-after" not in answers[-1].headers


def test_searches_leave_out_what_waits_for_approval(retailer: Site) -> None:
    seen, waiting = retailer.buy(), retailer.buy(needs_approval=True)
    assert [order["id"] for order in retailer.search()] == [seen["order_id"]]
    every = {"status": {"$in": ["APPROVED", "PENDING"]}}
    assert {order["id"] for order in retailer.search(filter=every)} == {seen["order_id"], waiting["order_id"]}
    retailer.act(f"orders/{waiting['order_id']}/approve")
    assert len(retailer.search()) == 2


def test_a_later_page_is_asked_for_by_its_cursor_alone(retailer: Site) -> None:
    made = [retailer.buy()["order_id"] for _ in range(5)]
    sort = [{"fieldName": "createdDate", "order": "ASC"}]
    body = {"search": {"sort": sort, "cursorPaging": {"limit": 2}}}
    found = []
    for _ in range(3):
        answer = retailer.ask("POST", "/ecom/v1/orders/search", body)
        found += [order["id"] for order in answer["orders"]]
        body = {"search": {"cursorPaging": {"limit": 2, "cursor": answer["metadata"]["cursors"].get("next")}}}
    assert (sorted(found), answer["metadata"]["hasNext"]) == (sorted(made), False)
    mixed = {"search": {"sort": sort, "cursorPaging": {"cursor": "c"}}}
    assert retailer.call("POST", "/ecom/v1/orders/search", mixed).status_code == 400
    for wrong in ({"filter": {"number": "1"}}, {"sort": [{"fieldName": "number"}]}, {"cursorPaging": {"limit": 101}}):
        assert retailer.call("POST", "/ecom/v1/orders/search", {"search": wrong}).status_code == 400


def test_create_order_has_no_protection_against_doubles_and_leaves_it_unpaid(supplier: Site) -> None:
    stock = supplier.ask("POST", "/stores/v3/inventory-items/query", {})["inventoryItems"][0]["quantity"]
    made = [supplier.ask("POST", "/ecom/v1/orders", purchase(supplier))["order"] for _ in range(2)]
    assert made[0]["id"] != made[1]["id"]
    assert [(one["status"], one["paymentStatus"], one["number"]) for one in made] == [
        ("APPROVED", "NOT_PAID", "10001"),
        ("APPROVED", "NOT_PAID", "10002"),
    ]
    assert len(supplier.search(filter={"channelInfo.externalOrderId": {"$eq": "OL-1"}})) == 2
    left = supplier.ask("POST", "/stores/v3/inventory-items/query", {})["inventoryItems"][0]["quantity"]
    assert (stock - left, supplier.journal("order.created")[0]["source_identifier"]) == (4, "OL-1")


@pytest.mark.parametrize("missing", ["channelInfo", "lineItems", "priceSummary"])
def test_an_order_without_what_it_needs_is_refused_and_nothing_happens(supplier: Site, missing: str) -> None:
    answer = supplier.call("POST", "/ecom/v1/orders", purchase(supplier, **{missing: None}))
    assert (answer.status_code, supplier.journal("order.created")) == (400, [])


def test_a_payment_recorded_twice_is_there_twice(supplier: Site) -> None:
    order = supplier.ask("POST", "/ecom/v1/orders", purchase(supplier))["order"]
    path = f"/ecom/v1/payments/orders/{order['id']}"
    for _ in range(2):
        supplier.ask("POST", f"{path}/add-payment", {"payments": [{"amount": {"amount": "25.00"}}]})
    assert supplier.ask("GET", f"/ecom/v1/orders/{order['id']}")["order"]["paymentStatus"] == "PAID"
    assert len(supplier.ask("GET", path)["orderTransactions"]["payments"]) == 2


def fulfill(site: Site, order_id: str, lines: list[dict[str, Any]], **tracking: str) -> httpx.Response:
    path = f"/ecom/v1/fulfillments/orders/{order_id}/create-fulfillment"
    return site.call("POST", path, {"fulfillment": {"lineItems": lines, "trackingInfo": tracking}})


def test_a_line_without_quantity_takes_everything_that_is_left(retailer: Site) -> None:
    order = retailer.buy()
    (line,) = (row["line_id"] for row in order["lines"])
    assert fulfill(retailer, order["order_id"], [{"id": line, "quantity": 1}]).status_code == 200
    made = fulfill(retailer, order["order_id"], [{"id": line}]).json()
    assert made["orderWithFulfillments"]["fulfillments"][1]["lineItems"] == [{"id": line, "quantity": 1}]
    assert error_code(fulfill(retailer, order["order_id"], [{"id": line, "quantity": 1}])) == "INVALID_QUANTITY"


def test_a_known_tracking_number_and_a_provider_without_link_are_refused(retailer: Site) -> None:
    order_id = retailer.buy()["order_id"]
    line = [{"id": "00000000-0000-0000-0000-000000000001", "quantity": 1}]
    made = fulfill(retailer, order_id, line, trackingNumber="1", shippingProvider="ups").json()
    link = made["orderWithFulfillments"]["fulfillments"][0]["trackingInfo"]["trackingLink"]
    assert link.endswith("trackNums=1")
    again = fulfill(retailer, order_id, line, trackingNumber="1")
    assert (again.status_code, error_code(again)) == (409, "TRACKING_NUMBER_ALREADY_EXISTS")
    assert fulfill(retailer, order_id, line, trackingNumber="2", shippingProvider="Brouette").status_code == 400
    assert len(retailer.journal("fulfillment.created")) == 1
    path = f"/ecom/v1/fulfillments/{made['fulfillmentId']}/orders/{order_id}"
    changed = {"fulfillment": {"trackingInfo": {"trackingNumber": "1", "shippingProvider": "dhl"}}}
    assert retailer.call("PATCH", path, changed).status_code == 200
    assert retailer.call("DELETE", path).json()["orderWithFulfillments"]["fulfillments"] == []
    assert [row["status"] for row in retailer.journal("fulfillment.cancelled")] == ["CANCELLED"]


def test_a_canceled_order_takes_no_parcel(retailer: Site) -> None:
    order_id = retailer.buy()["order_id"]
    retailer.act(f"orders/{order_id}/cancel")
    refused = fulfill(retailer, order_id, [{"id": "00000000-0000-0000-0000-000000000001"}])
    assert (error_code(refused), retailer.journal("fulfillment.created")) == ("ORDER_NOT_APPROVED", [])


def test_the_goods_of_a_site_come_in_pages(supplier: Site) -> None:
    query = {"query": {"cursorPaging": {"limit": 4}}}
    first = supplier.ask("POST", "/stores/v3/products/query-variants", query)
    query["query"]["cursorPaging"]["cursor"] = first["pagingMetadata"]["cursors"]["next"]
    second = supplier.ask("POST", "/stores/v3/products/query-variants", query)
    skus = [row["sku"] for row in (*first["variants"], *second["variants"])]
    assert (skus, second["pagingMetadata"]["hasNext"]) == ([row["sku"] for row in supplier.seed["variants"]], False)


def opened(site: Site, body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The envelope and the event of a delivery, its signature checked."""
    claims = jwt.decode(body, site.app["public_key"], algorithms=["RS256"])
    envelope = json.loads(claims["data"])
    return envelope, json.loads(envelope["data"])


def test_deliveries_are_signed_and_tried_again_with_the_same_body(retailer: Site, receiver: Receiver) -> None:
    retailer.act("webhook_address", url=f"{receiver.url}/hooks")
    receiver.answers[:] = [500, 500]
    order_id = retailer.buy()["order_id"]
    retailer.settled()
    bodies = [body for _, body, _ in receiver.received]
    assert (len(bodies), len(set(bodies))) == (4, 2)
    read = [opened(retailer, body) for body in set(bodies)]
    assert {envelope["eventType"] for envelope, _ in read} == {
        "wix.ecom.v1.order_created",
        "wix.ecom.v1.order_approved",
    }
    assert {(envelope["instanceId"], event["entityId"]) for envelope, event in read} == {
        (retailer.seed["external_id"], order_id)
    }
    assert len({event["id"] for _, event in read}) == 2


def test_a_slow_receiver_has_missed_its_second(retailer: Site, receiver: Receiver) -> None:
    retailer.act("webhook_address", url=receiver.url)
    retailer.buy()
    retailer.settled()
    assert {row["status"] for row in retailer.journal("webhook.tried")} == {200}
    unheard = "http://127.0.0.1:9"
    retailer.act("webhook_address", url=unheard)
    retailer.buy()
    retailer.settled()
    given_up = retailer.journal("webhook.given_up")
    assert {row["topic"] for row in given_up} == {"wix.ecom.v1.order_created", "wix.ecom.v1.order_approved"}


def test_an_uninstalled_app_is_told_once_and_then_opens_nothing(retailer: Site, receiver: Receiver) -> None:
    retailer.act("webhook_address", url=receiver.url)
    retailer.act("uninstall")
    retailer.buy()
    retailer.settled()
    ((_, body, _),) = receiver.received
    envelope, told = opened(retailer, body)
    assert (envelope["eventType"], told) == ("AppRemoved", {"appId": retailer.app["client_id"]})
    assert retailer.call("GET", "/apps/v1/instance").status_code == 401
    assert retailer.grant().status_code == 400


def test_a_fresh_key_signs_from_now_on(retailer: Site, receiver: Receiver) -> None:
    retailer.act("webhook_address", url=receiver.url)
    fresh = retailer.act("rotate_secret")["public_key"]
    retailer.buy()
    body = until(lambda: receiver.received)[0][1]
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(body, retailer.app["public_key"], algorithms=["RS256"])
    assert jwt.decode(body, fresh, algorithms=["RS256"])["data"]


def test_the_installer_asks_for_consent_and_knows_only_its_app(retailer: Site) -> None:
    address = f"{retailer.root}/wix/app-installer"
    asked = {"appId": retailer.app["client_id"], "postInstallationUrl": "http://127.0.0.1:9/done?state=1"}
    assert "ECOM.CREATE_ORDERS" in HTTP.get(address, params=asked).text
    done = HTTP.post(address, params=asked, data={"site": retailer.seed["external_id"]})
    assert done.status_code == 303
    assert done.headers["location"].startswith("http://127.0.0.1:9/done?state=1&appId=")
    for wrong in ({**asked, "appId": "x"}, {**asked, "postInstallationUrl": "ftp://x"}):
        assert HTTP.post(address, params=wrong, data={"site": retailer.seed["external_id"]}).status_code == 400


def test_refunds_edits_and_deletions_are_bounded(retailer: Site) -> None:
    order = retailer.buy("VC-TAS-BRI", "AB-BOL-EMA")
    path = f"orders/{order['order_id']}"
    assert "Only 2" in retailer.act(f"{path}/refund", 422, lines={"VC-TAS-BRI": 3})["error"]
    assert retailer.act(f"{path}/refund", 422, amount="1000")["error"] == "There is not that much to refund."
    part = retailer.act(f"{path}/refund", lines={"VC-TAS-BRI": 1})["order"]
    assert (part["financial_status"], part["lines"][0]["quantity"]) == ("PARTIALLY_REFUNDED", 1)
    retailer.act(f"{path}/ship", lines={"AB-BOL-EMA": 1}, company="DHL", number="J1")
    assert "already shipped" in retailer.act(f"{path}/edit", 422, quantities={"AB-BOL-EMA": 0})["error"]
    assert retailer.act(f"{path}/delete", 422)["error"] == "Only a canceled order can be deleted."
    whole = retailer.act(f"{path}/refund")["order"]
    assert whole["financial_status"] == "REFUNDED"
    nonsense: list[dict[str, Any]] = [{"lines": []}, {"lines": [{"sku": "?"}]}, {"lines": 7}]
    nonsense.append({"lines": [{"sku": "VC-TAS-BRI", "quantity": 0}]})
    for body in nonsense:
        retailer.act("orders", 422, **body)
    assert len(retailer.journal("order.created")) == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_person_buys_edits_ships_and_cancels_on_the_pages(retailer: Site, language: str) -> None:
    headers = {"Accept-Language": language}
    front = HTTP.get(f"{retailer.url}/?preset=1", headers=headers).text
    assert f'lang="{language}"' in front
    assert "Jordan" in front
    variant = retailer.seed["variants"][0]["variant_id"]
    form = {
        f"qty-{variant}": "2",
        "addr-first_name": "Ana",
        "addr-city": "Lyon",
        "addr-country_code": "FR",
        "paid": "no",
    }
    bought = HTTP.post(f"{retailer.url}/", data=form, headers=headers)
    page = bought.headers["location"].partition("?")[0]
    address = f"{retailer.root}{page}"
    order_id = page.rsplit("/", 1)[-1]
    line = retailer.act(f"orders/{order_id}/pay")["order"]["lines"][0]["line_id"]
    for verb, fields in (
        ("edit", {f"qty-{line}": "3"}),
        ("edit", {"addr-city": "Nantes"}),
        ("ship", {f"qty-{line}": "1", "company": "dhl", "numbers": "J1"}),
        ("track", {"company": "ups", "numbers": "Z9"}),
        ("refund", {f"qty-{line}": "1", "amount": ""}),
        ("cancel_fulfillment", {}),
        ("cancel", {"asks_money": "1", "refund": "1"}),
    ):
        pressed = HTTP.post(f"{address}/{verb}", data=fields, headers=headers)
        assert pressed.status_code == 303, (verb, pressed.text)
        assert HTTP.get(f"{retailer.root}{pressed.headers['location']}", headers=headers).status_code == 200
    assert HTTP.post(f"{address}/ship", data={}, headers=headers).status_code == 409
    assert "Nantes" in HTTP.get(address, headers=headers).text
    assert order_id in HTTP.get(f"{retailer.url}/orders", headers=headers).text
    assert HTTP.post(f"{retailer.url}/", data={}, headers=headers).status_code == 400
    assert HTTP.get(f"{retailer.root}/wix/nobody/", headers=headers).status_code == 404


def test_the_home_page_and_the_fault_board_name_it(retailer: Site) -> None:
    assert "Studio Cerise" in HTTP.get(retailer.root).text
    assert "createFulfillment" in HTTP.get(f"{retailer.root}/faults").text
