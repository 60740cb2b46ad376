"""Every promise can be seen to be broken: one forged journal or tampered row each, beside a story without fault."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from orderlane.config.promises import PROMISES, Database, Journals
from orderlane.kernel import clock
from tests.journeys.platforms import SIDES, Side
from tests.journeys.world import CASCADE, LANTERN, MUG, NORTHWIND, World

Entries = list[dict[str, Any]]
Forgery = Callable[[Entries], Entries]


def without(kind: str) -> Forgery:
    """The journal as if nothing of this kind had happened."""
    return lambda entries: [each for each in entries if each["kind"] != kind]


def altered(kind: str, *, sent_by: str = "", **facts: Any) -> Forgery:
    """The journal with other facts in the latest event of a kind."""

    def forge(entries: Entries) -> Entries:
        last = max(place for place, each in enumerate(entries) if each["kind"] == kind and sent_by in each["system"])
        entries[last]["facts"] |= facts
        return entries

    return forge


def added(kind: str, *, like: str = "", sent_by: str = "", **facts: Any) -> Forgery:
    """The journal with one more event at its end, like the latest of its kind but for these facts."""

    def forge(entries: Entries) -> Entries:
        models = [each for each in entries if each["kind"] == (like or kind) and sent_by in each["system"]]
        event = copy.deepcopy(models[-1])
        event |= {"seq": entries[-1]["seq"] + 1, "kind": kind}
        event["facts"] |= facts
        return [*entries, event]

    return forge


def early(kind: str, *, like: str) -> Forgery:
    """The journal with an event that came before all others."""

    def forge(entries: Entries) -> Entries:
        event = copy.deepcopy([each for each in entries if each["kind"] == like][-1])
        return [event | {"seq": 0, "kind": kind}, *entries]

    return forge


FORGERIES: list[tuple[str, Forgery]] = [
    ("I-01", without("capture.completed")),
    ("I-01", altered("capture.completed", amount_minor=1)),
    ("I-01", altered("capture.completed", currency="CAD")),
    ("I-01", altered("capture.completed", payee="somebody")),
    ("I-01", early("refund.completed", like="capture.completed")),
    ("I-02", added("capture.completed", capture_id="again")),
    ("I-02", added("capture.completed", external_id="out of nowhere")),
    ("I-03", altered("capture.completed", amount_minor=1)),
    ("I-04", altered("capture.completed", reference="OLP-somebody-else")),
    ("I-04", altered("capture.completed", payee="somebody")),
    ("I-04", without("capture.completed")),
    ("I-05", without("refund.completed")),
    ("I-05", altered("refund.completed", amount_minor=1)),
    ("I-05", altered("refund.completed", currency="CAD")),
    ("I-05", added("refund.completed", refund_id="never recorded")),
    ("I-05", added("refund.failed", like="refund.completed")),
    ("I-05", without("capture.completed")),
    ("I-12", without("order.created")),
    ("I-24", added("webhook.tried", sent_by="stripe", event_id="never stored", digest="of another body")),
]


def forgeries_of(side: Side) -> list[tuple[str, Forgery]]:
    """One lie each about what a platform saw, at either end."""
    store, supplier = side.retailer, side.supplier
    other = {"company": "", "numbers": ["OTHER"], "urls": []}
    more = {"quantities": {"777": 1}, "ship_to": None}
    return [
        ("I-01", altered("order.created", sent_by=supplier, total="0.01")),
        ("I-09", added("order.created", sent_by=store, order_id="777", source_identifier=None)),
        ("I-09", added("order.cancelled", like="order.created", sent_by=store)),
        ("I-10", added("order.edited", like="order.created", sent_by=store, **more)),
        ("I-10", added("order.refunded", like="order.created", sent_by=store, **more)),
        ("I-12", added("order.created", sent_by=supplier, order_id="777")),
        ("I-12", added("order.created", sent_by=supplier, source_identifier="OL-777")),
        ("I-12", altered("order.created", sent_by=supplier, order_id="777")),
        ("I-13", altered("order.created", sent_by=supplier, ship_to={"city": "Elsewhere"})),
        ("I-13", altered("order.created", sent_by=supplier, total="0.01")),
        ("I-13", altered("order.created", sent_by=supplier, lines=[])),
        ("I-16", added("fulfillment.created", sent_by=store, fulfillment_id="777", by="api")),
        ("I-16", altered("fulfillment.created", sent_by=store, tracking=other)),
        ("I-16", altered("fulfillment.created", sent_by=store, lines=[])),
        ("I-16", altered("fulfillment.created", sent_by=store, order_id="777")),
        ("I-24", added("webhook.tried", sent_by=store, status=200, webhook_id="lost", digest="of another body")),
        ("I-24", added("webhook.tried", sent_by=supplier, status=200, webhook_id="lost", digest="of another body")),
    ]


FORGERIES += [pair for _, side in sorted(SIDES.items()) for pair in forgeries_of(side)]

TAMPERINGS: list[tuple[str, str]] = [
    ("I-01", "DELETE FROM payments_paymentclaim"),
    (
        "I-01",
        "UPDATE payments_paymentclaim SET goods_minor = goods_minor - 1",
    ),
    (
        "I-02",
        "INSERT INTO payments_paymentclaim (id, retailer_id, supplier_id, payment_id, purchase_order_id, live,"
        " goods_minor, shipping_minor, vat_minor, currency) SELECT gen_random_uuid(), c.retailer_id, c.supplier_id,"
        " p.id, c.purchase_order_id, false, 0, 0, 0, c.currency FROM payments_paymentclaim c"
        " JOIN payments_payment p ON p.id <> c.payment_id AND p.status = 'captured'"
        " JOIN payments_payment o ON o.id = c.payment_id AND o.status = 'captured' LIMIT 1",
    ),
    (
        "I-03",
        "INSERT INTO payments_ledgerentry (id, retailer_id, supplier_id, payment_id, book, debit_minor, credit_minor,"
        " currency, posted_at) SELECT gen_random_uuid(), retailer_id, supplier_id, id, 'goods', 0, 1, currency, now()"
        " FROM payments_payment LIMIT 1",
    ),
    ("I-03", "UPDATE payments_paymentclaim SET goods_minor = goods_minor - 1"),
    ("I-04", "UPDATE payments_payment SET amount_minor = amount_minor + 1"),
    ("I-04", "UPDATE payments_payment SET environment = 'live'"),
    ("I-05", "UPDATE payments_payment SET status = 'captured' WHERE status = 'refunded'"),
    ("I-05", "UPDATE payments_payment SET status = 'refunded' WHERE status = 'partially_refunded'"),
    ("I-05", "UPDATE purchasing_purchaseorder SET payment_state = 'paid' WHERE payment_state = 'refunded'"),
    ("I-05", "UPDATE purchasing_purchaseorder SET forwarding_state = 'queued' WHERE payment_state = 'refunded'"),
    (
        "I-05",
        "INSERT INTO payments_refund (id, retailer_id, supplier_id, payment_id, provider, external_id, amount_minor,"
        " currency, refunded_at, recorded_at) SELECT gen_random_uuid(), retailer_id, supplier_id, payment_id, provider,"
        " 'made up', 1, currency, now(), now() FROM payments_refund LIMIT 1",
    ),
    ("I-09", "UPDATE orders_order SET financial_state = 'pending'"),
    ("I-09", "UPDATE orders_order SET split_at = NULL"),
    ("I-09", "UPDATE orders_orderline SET quantity = quantity + 1"),
    ("I-10", "UPDATE orders_orderline SET quantity = quantity + 1"),
    ("I-12", "UPDATE purchasing_purchaseorder SET supplier_external_id = 'gid://shopify/Order/1'"),
    ("I-13", "UPDATE payments_quote SET content = jsonb_set(content, '{purchase_orders}', '{}')"),
    ("I-13", "UPDATE purchasing_purchaseorderline SET quantity = quantity + 1"),
    ("I-16", "UPDATE shipping_shipment SET tracking_numbers = '[\"OTHER\"]'"),
    ("I-16", "UPDATE shipping_fulfillment SET external_ids = '[]'"),
    ("I-24", "DELETE FROM inbox_inboundmessage"),
    ("I-25", "UPDATE payments_payment SET status = 'open', check_at = NULL"),
    ("I-25", "UPDATE shipping_fulfillment SET status = 'due', due_at = now() - interval '1 hour'"),
    ("I-25", "UPDATE inbox_inboundmessage SET status = 'received', received_at = now() - interval '1 hour'"),
    (
        "I-25",
        "UPDATE purchasing_purchaseorder SET forwarding_state = 'queued', forwarding_until = NULL"
        " WHERE payment_state = 'paid'",
    ),
]


@contextmanager
def tampered(statement: str) -> Iterator[None]:
    """The database as if somebody had run ``statement``; undone at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', 'orderlane_system', true)")
        cursor.execute(statement)
        assert cursor.rowcount, "nothing was tampered with"
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def story() -> dict[str, bool]:
    """Whether the story without fault was already lived in this module's world."""
    return {}


@pytest.fixture
def lived(world: World, story: dict[str, bool]) -> World:
    """A world in which two orders were refunded, in part and in full, and others paid and shipped on each platform."""
    if not story:
        for amount in ({"amount": "100"}, {}):
            _, po = world.ordered(NORTHWIND, {MUG: 1})
            world.payer(world.pay([po]), "refund", **amount)
            world.settle()
        for basket in ({LANTERN: 2}, {MUG: 1, LANTERN: 1}):
            _, po = world.ordered(NORTHWIND, basket)
            world.pay([po])
            world.act(CASCADE, world.placed(po)[0]["order_id"], "ship", company="UPS", number=f"1Z{po.number}")
            world.settle()
        for side in SIDES.values():
            _, po = world.ordered(side.retailer, dict.fromkeys(side.goods, 1))
            world.pay([po], "stripe")
            world.act(side.supplier, world.placed(po)[0]["order_id"], "ship", company="DHL", number=f"1Z{po.number}")
            world.settle()
        story["lived"] = True
    return world


def entries(world: World) -> Entries:
    """A copy of the journal that may be forged."""
    return copy.deepcopy([each.as_json() for each in world.sandbox.world.journal.entries()])


def broken(promise: str, journals: Journals) -> list[str]:
    """What one promise finds wrong."""
    return [str(each) for each in PROMISES[promise](Database(clock.now()), journals)]


@pytest.mark.parametrize(("promise", "forge"), FORGERIES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_forged_journal_breaks_the_promise(lived: World, promise: str, forge: Forgery) -> None:
    assert broken(promise, Journals(entries(lived))) == []
    assert broken(promise, Journals(forge(entries(lived))))


@pytest.mark.parametrize(("promise", "statement"), TAMPERINGS)
def test_a_tampered_row_breaks_the_promise(lived: World, promise: str, statement: str) -> None:
    journals = Journals(entries(lived))
    assert broken(promise, journals) == []
    with tampered(statement):
        found = broken(promise, journals)
    assert found
    assert broken(promise, journals) == []


def test_every_promise_was_seen_broken() -> None:
    seen = {promise for promise, _ in FORGERIES} | {promise for promise, _ in TAMPERINGS}
    assert seen == set(PROMISES)
