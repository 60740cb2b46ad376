"""What strangers and broken systems send: a clear answer, and nothing changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from orderlane.config.promises import Database
from orderlane.kernel import clock
from tests.journeys.world import CASCADE, LUMEN, MUG, NORTHWIND, World

SECRET = "sandbox_client_secret_orderlane"
TABLES = (
    "orders_order", "orders_orderline", "purchasing_purchaseorder", "purchasing_purchaseorderline",
    "payments_payment", "payments_ledgerentry", "shipping_shipment", "audit_auditentry",
)  # fmt: skip


def business(world: World) -> list[object]:
    """A fingerprint of every business row."""
    database = Database(clock.now())
    return [
        database.rows(f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t.id)) FROM {table} t")  # noqa: S608 - our own table names
        for table in TABLES
    ]


def messages() -> list[tuple[str, str]]:
    """Status and reason of every stored message."""
    rows = Database(clock.now()).rows("SELECT status, reason FROM inbox_inboundmessage ORDER BY id")
    return [(str(row["status"]), str(row["reason"])) for row in rows]


def signed(body: bytes, domain: str = NORTHWIND, secret: str = SECRET, **changes: str) -> dict[str, str]:
    """The headers of a genuine delivery."""
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Shop-Domain": domain,
        "X-Shopify-Webhook-Id": str(uuid4()),
        "X-Shopify-Triggered-At": datetime.now(UTC).isoformat(),
        **changes,
    }


def deliver(world: World, body: bytes, headers: Mapping[str, str], domain: str = NORTHWIND) -> int:
    """Knock at a store's webhook door; returns the status of the answer."""
    address = f"{world.web_url}/hooks/stores/{world.seeded.stores[domain]}"
    status = httpx.post(address, content=body, headers=dict(headers), timeout=20, trust_env=False).status_code
    world.settle()
    return status


BODY = json.dumps({"id": 1}).encode()
LONG_AGO = (datetime.now(UTC) - timedelta(days=3)).isoformat()
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
REFUSED: dict[str, dict[str, str]] = {
    "forged": signed(BODY, secret="a guess"),
    "unsigned": {**signed(BODY), "X-Shopify-Hmac-Sha256": ""},
    "not ascii": {**signed(BODY), "X-Shopify-Hmac-Sha256": "=?="},
    "stale": signed(BODY, **{"X-Shopify-Triggered-At": LONG_AGO}),
    "from the future": signed(BODY, **{"X-Shopify-Triggered-At": TOMORROW}),
    "signed for another body": signed(b"{}"),
    "of another store": signed(BODY, domain=LUMEN),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_genuine_is_refused_and_not_even_stored(world: World, case: str) -> None:
    before, stored = business(world), messages()
    assert deliver(world, BODY, REFUSED[case]) == 401
    assert (business(world), messages()) == (before, stored)


def test_a_replay_is_acknowledged_and_does_nothing(world: World) -> None:
    order, _ = world.ordered(NORTHWIND, {MUG: 1})
    body = json.dumps({"id": int(order)}).encode()
    headers = signed(body)
    assert deliver(world, body, headers) == 200
    before, stored = business(world), messages()
    assert deliver(world, body, headers) == 200
    assert (business(world), messages()) == (before, stored)


def test_another_stores_order_number_finds_nothing_here(world: World) -> None:
    order, _ = world.ordered(LUMEN, {MUG: 1})
    before = business(world)
    body = json.dumps({"id": int(order), "total_price": "0.01", "financial_status": "paid"}).encode()
    assert deliver(world, body, signed(body)) == 200
    assert business(world) == before


def test_facts_in_a_genuine_message_are_not_believed(world: World) -> None:
    order, po = world.ordered(NORTHWIND, {MUG: 1}, paid=False)
    before = business(world)
    body = json.dumps({"id": int(order), "financial_status": "paid", "line_items": []}).encode()
    assert deliver(world, body, signed(body, **{"X-Shopify-Topic": "orders/paid"})) == 200
    assert business(world) == before
    assert not world.fresh(po).payable


def test_an_unknown_door_is_no_door(world: World) -> None:
    before, stored = business(world), messages()
    for kind in ("stores", "payments"):
        address = f"{world.web_url}/hooks/{kind}/{uuid4()}"
        assert httpx.post(address, content=BODY, headers=signed(BODY), trust_env=False).status_code == 404
    assert (business(world), messages()) == (before, stored)


def test_a_body_that_is_too_large_is_refused_unread(world: World) -> None:
    before, stored = business(world), messages()
    body = b'{"id": 1, "note": "' + b"x" * (5 * 1024 * 1024) + b'"}'
    assert deliver(world, body, signed(body)) == 413
    assert (business(world), messages()) == (before, stored)


UNREADABLE: dict[str, bytes] = {
    "deep nesting": b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "NUL": b'{"id": "\\u0000", "note": "\x00"}',
    "a lone surrogate": b'{"id": "\\ud800"}',
    "no JSON": b"<html>",
    "no object": b"[1, 2]",
    "nothing": b"",
    "not UTF-8": b'{"id": "\xff\xfe"}',
    "a huge number": b'{"id": ' + b"9" * 5000 + b"}",
    "infinity": b'{"id": Infinity}',
    "a negative number": b'{"id": -5}',
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_genuine_and_unreadable_is_set_aside(world: World, case: str) -> None:
    before, stored = business(world), messages()
    body = UNREADABLE[case]
    assert deliver(world, body, signed(body)) == 200
    assert messages() == [*stored, ("quarantined", "unreadable_webhook")]
    assert business(world) == before


def test_surrogates_and_nul_in_headers_and_texts_do_no_harm(world: World) -> None:
    note = "a\ud83d\ude00b" + "\u202e" + "x" * 500
    order = world.buy(NORTHWIND, {MUG: 1}, note=note.encode("utf-16", "surrogatepass").decode("utf-16"))
    world.settle()
    assert len(world.purchase_orders(NORTHWIND, order)) == 1


@pytest.mark.parametrize(("currency", "price"), [("JPY", "1500"), ("KWD", "4.125"), ("USD", "0.00")])
def test_customers_pay_in_currencies_with_other_decimals(world: World, currency: str, price: str) -> None:
    lines = [{"sku": MUG, "quantity": 2, "price": price}]
    told = world.post(f"/shopify/{NORTHWIND}/_sandbox/orders", {"lines": lines, "currency": currency, "shipping": "0"})
    world.settle()
    saved = world.order(NORTHWIND, told["order"]["order_id"])
    expected = {"JPY": 3000, "KWD": 8250, "USD": 0}[currency]
    assert (saved.total.minor, saved.currency) == (expected, currency)
    [po] = world.purchase_orders(NORTHWIND, told["order"]["order_id"])
    assert world.quote([po]).currency == "USD"


def test_an_order_without_lines_is_kept_and_orders_nothing(world: World) -> None:
    told = world.post(f"/shopify/{NORTHWIND}/_sandbox/orders", {"lines": []})
    world.settle()
    assert world.order(NORTHWIND, told["order"]["order_id"]).number
    assert world.purchase_orders(NORTHWIND, told["order"]["order_id"]) == []


def test_an_order_of_many_pages_is_read_whole(world: World) -> None:
    # The webhook of a still longer one would be larger than the door takes, so that only the poll can find it.
    world.fault(f"shopify:{NORTHWIND}", "webhook:*", "drop", count=None)
    lines = [{"sku": MUG, "quantity": 1} for _ in range(320)]
    told = world.post(f"/shopify/{NORTHWIND}/_sandbox/orders", {"lines": lines})
    for _ in range(5):
        world.poll()
        if world.purchase_orders(NORTHWIND, told["order"]["order_id"]):
            break
        world.advance(timedelta(minutes=2))
    [po] = world.purchase_orders(NORTHWIND, told["order"]["order_id"])
    assert world.quote([po]).goods.minor == 320 * 790


def test_a_line_without_a_variant_is_kept_and_shown_as_unmatched(world: World) -> None:
    lines = [{"title": "Gift wrapping", "price": "3.00", "quantity": 1}, {"sku": MUG, "quantity": 1}]
    told = world.post(f"/shopify/{NORTHWIND}/_sandbox/orders", {"lines": lines})
    world.settle()
    [po] = world.purchase_orders(NORTHWIND, told["order"]["order_id"])
    world.pay([po])
    [placed] = world.placed(po)
    assert [line["sku"] for line in placed["lines"]] == [MUG]


def test_forged_payment_messages_are_refused(world: World) -> None:
    _, po = world.ordered(NORTHWIND, {MUG: 1})
    payment = world.start([po], "stripe")
    before, stored = business(world), messages()
    body = json.dumps(
        {"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {"id": payment.external_id}}}
    ).encode()
    address = f"{world.web_url}/hooks/payments/{payment.account_id}"
    for signature in ("", "t=1,v1=00", f"t={int(datetime.now(UTC).timestamp())},v1={'0' * 64}"):
        answer = httpx.post(address, content=body, headers={"Stripe-Signature": signature}, trust_env=False)
        assert answer.status_code == 401
    world.settle()
    assert (business(world), messages()) == (before, stored)
    assert world.outside_order(NORTHWIND, world.fresh(po).order.external_id)["fulfillments"] == []


def test_a_suppliers_door_does_not_take_a_retailers_order(world: World) -> None:
    order, _ = world.ordered(NORTHWIND, {MUG: 1})
    before = business(world)
    body = json.dumps({"id": int(order)}).encode()
    assert deliver(world, body, signed(body, domain=CASCADE), CASCADE) == 200
    assert business(world) == before
