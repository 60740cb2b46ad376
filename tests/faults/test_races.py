"""Many at once: the same webhook, the same payment, overlapping selections; and a worker that slept too long."""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from orderlane.connectors.stores.shopify.webhooks import sign
from orderlane.kernel import clock
from orderlane.kernel.errors import Refused
from orderlane.kernel.ids import new_id
from orderlane.payments.actions.make_quote import make_quote
from orderlane.payments.actions.request_payment import request_payment
from orderlane.payments.effects.open_payment import open_payment
from orderlane.payments.effects.sync_payment import sync_payment
from orderlane.payments.models import Payment
from orderlane.ports import registry
from orderlane.purchasing.effects.forward import SEND_WITHIN_SECONDS, forward
from orderlane.purchasing.jobs import sweep
from orderlane.purchasing.models import PurchaseOrder
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for, system_scope
from tests.databases import template_name
from tests.faults import boundaries, story
from tests.faults.checks import rows, violations
from tests.faults.children import fork, in_child, wait
from tests.faults.databases import copied
from tests.faults.outside import RETAILER, SUPPLIER, Outside

pytestmark = pytest.mark.xdist_group("races")
ORDERS = 3


@pytest.fixture(scope="module")
def prepared(outside: Outside) -> Iterator[tuple[str, story.Story]]:
    """A database with three payable purchase orders, and who plays in it."""
    registry.rates().rate("EUR", "USD", clock.now().date())
    outside.reset()
    skus = outside.skus()[:3]
    with copied(template_name(), "races") as name:
        yield name, in_child(lambda: story.prepare(outside, "stripe", ORDERS, skus))


@pytest.fixture
def told(prepared: tuple[str, story.Story], outside: Outside) -> Iterator[story.Story]:
    """A fresh copy of it, with the outside as it was then."""
    name, played = prepared
    with copied(name, "race"):
        outside.reset()
        outside.buy(outside.skus()[:3], ORDERS)
        yield played


def at_once(calls: list[Callable[[], Any]], threads: int) -> list[Any]:
    """Make every call, as many at a time as there are threads, all starting together; results or exceptions."""
    gate = Barrier(threads)

    def made(mine: list[Callable[[], Any]]) -> list[Any]:
        gate.wait()
        results = []
        for call in mine:
            try:
                results.append(call())
            except Exception as problem:
                results.append(problem)
        connections.close_all()
        return results

    with ThreadPoolExecutor(threads) as pool:
        return [result for part in pool.map(made, [calls[n::threads] for n in range(threads)]) for result in part]


def test_the_same_webhook_fifty_times_at_once_is_one_row(told: story.Story) -> None:
    """F02."""

    def race() -> tuple[Counter[int], int, int]:
        # The file server in front warns when there are no files.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        with system_scope("test"):
            store: Store = Store.objects.get(external_id=RETAILER)
            secret = store.unseal()["webhook_secret"]
        body = json.dumps({"id": 4711, "admin_graphql_api_id": "gid://shopify/Order/4711"}).encode()
        headers = {
            "X-Shopify-Hmac-Sha256": sign(secret, body),
            "X-Shopify-Shop-Domain": RETAILER,
            "X-Shopify-Topic": "orders/create",
            "X-Shopify-Webhook-Id": str(new_id()),
        }

        def deliver() -> int:
            answer = Client().post(f"/hooks/stores/{store.pk}", body, "application/json", headers=headers)
            return int(answer.status_code)

        answers = at_once([deliver] * 50, threads=8)
        jobs = rows("SELECT id FROM procrastinate_jobs WHERE task_name = 'orders.receive_message'")
        return Counter(answers), len(rows("SELECT id FROM inbox_inboundmessage")), len(jobs)

    assert in_child(race) == (Counter({200: 50}), 1, 1)


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_return_page_and_webhook_ten_times_each_settle_once(provider: str, told: story.Story, outside: Outside) -> None:
    """F24."""

    def race() -> list[str]:
        now = clock.now()
        with acting_for(told.retailer_id, "test"):
            payment = request_payment(told.quote_id, provider, member_id=told.member_id, language="en", now=now)
        opened = open_payment(payment.pk, told.retailer_id, actor="test", now=now)
        outside.approve(provider, opened.external_id)

        def look(actor: str) -> Callable[[], str]:
            return lambda: sync_payment(payment.pk, told.retailer_id, actor=actor, now=clock.now()).status

        at_once([look("member:return"), look("job:webhook")] * 10, threads=10)
        rounds = story.recover(told, outside)
        return violations(outside) if rounds else ["not finished", *violations(outside)]

    assert in_child(race) == []


def test_overlapping_selections_hold_each_purchase_order_once(told: story.Story) -> None:
    """F29: {A, B}, {B, C}, {A, C} and {A, B, C}, each twice, by card and by PayPal, all at the same moment."""

    def race() -> tuple[int, list[str]]:
        with acting_for(told.retailer_id, "test"):
            a, b, c = PurchaseOrder.objects.order_by("id").values_list("pk", flat=True)
            quotes = [
                make_quote(ids, member_id=told.member_id, now=clock.now()).pk
                for ids in ([a, b], [b, c], [a, c], [a, b, c]) * 2
            ]

        def pay(quote: UUID, provider: str) -> Callable[[], UUID]:
            def call() -> UUID:
                with acting_for(told.retailer_id, "test"):
                    made = request_payment(quote, provider, member_id=told.member_id, language="en", now=clock.now())
                    return made.pk

            return call

        calls = [pay(quote, provider) for quote in quotes for provider in ("stripe", "paypal")]
        results = at_once(calls, threads=8)
        won = {each for each in results if isinstance(each, UUID)}
        wrong = [repr(each) for each in results if not isinstance(each, UUID | Refused)]
        claims = Counter(row["purchase_order_id"] for row in rows("SELECT * FROM payments_paymentclaim WHERE live"))
        wrong += [f"{po} is claimed {count} times" for po, count in claims.items() if count > 1]
        paying = {row["id"] for row in rows("SELECT id FROM purchasing_purchaseorder WHERE payment_state = 'paying'")}
        if paying != set(claims):
            wrong.append(f"paying {paying}, claimed {set(claims)}")
        if won != {row["id"] for row in rows("SELECT id FROM payments_payment")}:
            wrong.append("a refused payment left a row behind")
        return len(won), wrong

    won, wrong = in_child(race)
    assert wrong == []
    assert won == 1  # any two of these selections overlap


@pytest.mark.parametrize("paused", ["before the call", "after the call"])
def test_a_worker_that_slept_through_its_lease_neither_sends_nor_records(
    paused: str, told: story.Story, outside: Outside
) -> None:
    """F52: frozen at the worst moments, taken over, woken up."""
    po_id = in_child(lambda: _paid(told, outside))

    def sleepy() -> None:
        boundaries.watch(sleep_at="after commit" if paused == "before the call" else "after POST")
        forward(po_id, told.supplier_id, actor="job:sleepy", now=clock.now())

    pid = fork(sleepy)
    _, status = os.waitpid(pid, os.WUNTRACED)
    fell_asleep = time.monotonic()
    assert os.WIFSTOPPED(status), "the worker was never paused"
    before = {"before the call": 0, "after the call": 1}[paused]
    assert len(outside.orders(SUPPLIER)) == before

    def take_over() -> list[dict[str, Any]]:
        for minutes in (2, 4, 6):
            with clock.shifted(timedelta(minutes=minutes)):
                sweep()
                story.drain()
                forward(po_id, told.supplier_id, actor="job:other", now=clock.now())
        return rows(f"SELECT * FROM purchasing_purchaseorder WHERE id = '{po_id}'")  # noqa: S608 - our own id

    taken = in_child(take_over)
    assert taken[0]["forwarding_state"] == "delivered"
    assert len(outside.orders(SUPPLIER)) == 1
    # Real time, because what stops the sleeper is the real deadline of its call.
    time.sleep(
        max(0.0, SEND_WITHIN_SECONDS + 1 - (time.monotonic() - fell_asleep)) if paused == "before the call" else 0
    )
    os.kill(pid, signal.SIGCONT)
    wait(pid)
    assert len(outside.orders(SUPPLIER)) == 1, "the sleeper sent it again"
    after = in_child(lambda: rows(f"SELECT * FROM purchasing_purchaseorder WHERE id = '{po_id}'"))  # noqa: S608
    assert after == taken


def _paid(told: story.Story, outside: Outside) -> UUID:
    """Pay one purchase order and stop short of forwarding it."""
    now = clock.now()
    with acting_for(told.retailer_id, "test"):
        po_id: UUID = PurchaseOrder.objects.order_by("id").values_list("pk", flat=True)[0]
        quote = make_quote([po_id], member_id=told.member_id, now=now)
        payment = request_payment(quote.pk, "stripe", member_id=told.member_id, language="en", now=now)
    opened = open_payment(payment.pk, told.retailer_id, actor="test", now=now)
    outside.approve("stripe", opened.external_id)
    with acting_for(told.retailer_id, "test"):
        assert Payment.objects.get().status == "open"
    assert sync_payment(payment.pk, told.retailer_id, actor="test", now=now).status == "captured"
    return po_id
