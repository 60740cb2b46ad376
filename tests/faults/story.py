"""The path the crash tests walk: pay, forward, ship, write back. Every step is safe to repeat."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicRegistry

from orderlane.config.demo_seed import seed
from orderlane.config.job_modules import MODULES
from orderlane.jobs.queue import enqueue
from orderlane.jobs.rescue import rescue_stalled
from orderlane.kernel import clock
from orderlane.members.models import Membership
from orderlane.orders.effects.poll_store import poll_store
from orderlane.payments.actions.make_quote import make_quote
from orderlane.payments.actions.request_payment import request_payment
from orderlane.payments.effects.open_payment import open_payment
from orderlane.payments.models import Payment, Quote
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.jobs import poll_stores
from orderlane.shipping.models import Fulfillment
from orderlane.stores.models import Store
from orderlane.tenants.scope import acting_for, system_scope
from tests.faults.outside import RETAILER, SUPPLIER, Outside

ACTOR = "member:test"
ROUND = timedelta(minutes=2)
"""How far the clock moves between two looks: past leases (60 s), settle times and first check times."""
MOST_ROUNDS = 10

SWEEPS = [module.sweep for module in MODULES if hasattr(module, "sweep")]


@dataclass(frozen=True, slots=True)
class Story:
    """Who plays: ids of the prepared database."""

    retailer_id: UUID
    supplier_id: UUID
    supplier_store_id: UUID
    member_id: UUID
    quote_id: UUID
    provider: str


def prepare(outside: Outside, provider: str, orders: int, skus: Sequence[str]) -> Story:
    """Seed the installation, receive ``orders`` orders, and quote them; the database is then worth copying."""
    seed(outside.url, now=clock.now(), platforms=["shopify"])
    with system_scope(ACTOR):
        shop = Store.objects.get(external_id=RETAILER)
        supplier_store = Store.objects.get(external_id=SUPPLIER)
    outside.buy(list(skus), orders)
    poll_store(shop.organization_id, shop.pk, actor=ACTOR, now=clock.now())
    drain()
    member_id = Membership.objects.get(organization_id=shop.organization_id).member_id
    with acting_for(shop.organization_id, ACTOR):
        ids = list(PurchaseOrder.objects.values_list("pk", flat=True))
        assert len(ids) == orders, f"{len(ids)} purchase orders of {orders}"
        quote = make_quote(ids, member_id=member_id, now=clock.now())
    return Story(shop.organization_id, supplier_store.organization_id, supplier_store.pk, member_id, quote.pk, provider)


def live(story: Story, outside: Outside) -> None:
    """Everything that happens once, in order, without a mishap."""
    _click_pay(story)
    _approve(story, outside)
    with acting_for(story.retailer_id, ACTOR):
        payment = Payment.objects.get()
        enqueue("payments.sync", payment_id=payment.pk, retailer_id=story.retailer_id)
    drain()
    outside.ship_everything()
    with acting_for(story.supplier_id, ACTOR):
        enqueue("shipping.poll_store", supplier_id=story.supplier_id, store_id=story.supplier_store_id)
    drain()


def recover(story: Story, outside: Outside) -> int:
    """After a crash: restart, let time pass and sweep until all is done; returns how many rounds it took."""
    for number in range(1, MOST_ROUNDS + 1):
        with clock.shifted(ROUND * number):
            if not _requested(story):
                _click_pay(story)
            _approve(story, outside)
            _time_passes_for_the_queue()
            rescue_stalled()
            for sweep in SWEEPS:
                sweep()
            poll_stores()
            drain(concurrency=2)
            outside.ship_everything()
            if finished(story):
                return number
    return 0


def finished(story: Story) -> bool:
    """Whether every purchase order of the quote is fulfilled and its store told."""
    with acting_for(story.retailer_id, ACTOR):
        quote = Quote.objects.get(pk=story.quote_id)
        done = Fulfillment.objects.filter(status="pushed", purchase_order__fulfillment_state="fulfilled").count()
        return done >= len(quote.content["purchase_orders"])


def drain(concurrency: int = 1) -> None:
    """Run the real worker until its queue is empty; the schedule is played by the tests themselves."""
    asyncio.run(_drain(concurrency))


async def _drain(concurrency: int) -> None:
    worker_app: App = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]  # Django's
    worker_app.periodic_registry = PeriodicRegistry()  # type: ignore[no-untyped-call]  # its constructor has no annotations
    async with worker_app.open_async():
        await worker_app.run_worker_async(
            wait=False,
            concurrency=concurrency,
            install_signal_handlers=False,
            listen_notify=False,
            delete_jobs="successful",
        )


def _requested(story: Story) -> bool:
    with acting_for(story.retailer_id, ACTOR):
        return Payment.objects.exists()


def _click_pay(story: Story) -> None:
    now = clock.now()
    with acting_for(story.retailer_id, ACTOR):
        payment = request_payment(story.quote_id, story.provider, member_id=story.member_id, language="en", now=now)
    open_payment(payment.pk, story.retailer_id, actor=ACTOR, now=now)


def _approve(story: Story, outside: Outside) -> None:
    """The payer pays whatever page the hub sent them to, once."""
    with acting_for(story.retailer_id, ACTOR):
        pages = list(Payment.objects.filter(status="open").values_list("external_id", flat=True))
    paid = {entry["facts"]["external_id"] for entry in outside.journal("payment.approved")}
    for external_id in pages:
        if external_id not in paid:
            outside.approve(story.provider, external_id)


def _time_passes_for_the_queue() -> None:
    """The queue library asks the database what time it is: move its moments back instead of the clock forward."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
