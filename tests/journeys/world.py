"""The world of the journeys: a sandbox, the web door as a real server, and a worker that runs when it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from time import monotonic, sleep, time
from typing import Any
from uuid import UUID

import httpx
from django.db import connection
from django.db.models import Q
from procrastinate import JobContext
from procrastinate import jobs as queue_jobs
from procrastinate.contrib.django import app
from procrastinate.middleware import compose

import orderlane.config.job_modules  # noqa: F401 - declares every job
from orderlane.config.demo_seed import Seeded
from orderlane.config.promises import Database, Violation, check_evidence, read_journals
from orderlane.jobs.queue import BackOff
from orderlane.kernel import clock
from orderlane.kernel.errors import OrderlaneError
from orderlane.members.models import Member
from orderlane.orders.models import Order
from orderlane.payments.actions.make_quote import make_quote
from orderlane.payments.actions.request_payment import request_payment
from orderlane.payments.effects.open_payment import open_payment
from orderlane.payments.effects.sync_payment import sync_payment
from orderlane.payments.models import Payment, Quote
from orderlane.purchasing.models import PurchaseOrder
from orderlane.shipping.models import Fulfillment
from orderlane.stores.models import StoreBudget
from orderlane.tenants.scope import acting_for, system_scope
from sandbox.serving import RunningSandbox

NORTHWIND = "northwind-outdoor.myshopify.com"
LUMEN = "maison-lumen.myshopify.com"
CASCADE = "cascade-gear.myshopify.com"
BRUME = "atelier-brume.myshopify.com"
ACTOR = "test:journey"
SETTLE_SECONDS = 60.0

LANTERN, MUG, BOTTLE = "CG-LANT-BCN", "CG-MUG-TRL", "CG-BOTL-750-RED"
CANDLE, BOWL = "AB-BOU-FIG-180", "AB-BOL-EMA"


@dataclass
class World:
    """Everything a journey needs; its clock only moves forward, and ahead of the sandbox's."""

    sandbox: RunningSandbox
    web_url: str
    seeded: Seeded
    parked: list[str] = field(default_factory=list)
    ahead: timedelta = timedelta(0)
    """How far Orderlane's clock runs before the sandbox's."""
    _time: ExitStack = field(default_factory=ExitStack)

    # The outside

    def post(self, path: str, body: object = None) -> dict[str, Any]:
        """Press a button in the sandbox."""
        answer = httpx.post(f"{self.sandbox.url}{path}", json=body or {}, timeout=20, trust_env=False)
        assert answer.status_code < 400, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def path(self, store: str, rest: str) -> str:
        """Where something of a store is in the sandbox: each platform has the same buttons."""
        return f"/{self.seeded.platforms[store]}/{store}/_sandbox/{rest}"

    def buy(self, domain: str, quantities: Mapping[str, int], **body: Any) -> str:
        """A customer orders in a store; returns the store's number of the order."""
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in quantities.items()]
        told = self.post(self.path(domain, "orders"), {"lines": lines, **body})
        return str(told["order"]["order_id"])

    def act(self, domain: str, order: str, verb: str, **body: Any) -> dict[str, Any]:
        """Somebody does something to an order in a store."""
        told: dict[str, Any] = self.post(self.path(domain, f"orders/{order}/{verb}"), body)["order"]
        return told

    def outside_order(self, domain: str, order: str) -> dict[str, Any]:
        """An order as its store shows it."""
        address = self.path(domain, f"orders/{order.rsplit('/', 1)[-1]}")
        answer = httpx.get(f"{self.sandbox.url}{address}", timeout=20, trust_env=False)
        told: dict[str, Any] = answer.json()["order"]
        return told

    def tracked(self, store: str, order: str) -> set[str]:
        """The tracking numbers that the customer of an order finds in its store, however the platform shows them."""
        shown = self.outside_order(store, order)
        return {number for parcel in shown["fulfillments"] for number in parcel["numbers"]}

    def fault(self, system: str, operation: str, mode: str, **choices: Any) -> None:
        """Switch a fault on."""
        self.post("/faults.json", {"system": system, "operation": operation, "mode": mode, **choices})

    def journal(self, kind: str) -> list[dict[str, Any]]:
        """The facts of every event of a kind, oldest first."""
        return [entry.facts for entry in self.sandbox.world.journal.entries(kind=kind)]

    def placed(self, po: PurchaseOrder) -> list[dict[str, Any]]:
        """What lies at the supplier under a purchase order's number."""
        return [facts for facts in self.journal("order.created") if facts["source_identifier"] == po.number]

    # The inside

    @contextmanager
    def passing_time(self) -> Iterator[None]:
        """While inside, time may be advanced."""
        with ExitStack() as self._time:
            yield

    def advance(self, by: timedelta) -> None:
        """Let time pass for Orderlane."""
        self.ahead += by
        self._time.enter_context(clock.shifted(by))

    def in_step(self) -> AbstractContextManager[None]:
        """Our clock as the sandbox's: an install that was signed there a moment ago is good for a minute or so."""
        return clock.shifted(-self.ahead)

    def settle(self) -> None:
        """Deliver every webhook and run every job that is due, until nothing moves."""
        deadline = monotonic() + SETTLE_SECONDS
        while True:
            while self.sandbox.world.webhooks.pending:
                assert monotonic() < deadline, "webhooks are still on their way"
                sleep(0.01)
            if not self._run_due() and not self.sandbox.world.webhooks.pending:
                return
            assert monotonic() < deadline, "jobs wake one another without end"

    def _run_due(self) -> int:
        """Run the jobs that are due, oldest first, as the worker would; returns how many."""
        count = 0
        while (job := _next_job()) is not None:
            count += 1
            try:
                _run(job)
            except OrderlaneError as problem:
                decision = BackOff().get_retry_decision(exception=problem, job=job)
                if decision is None:
                    self.parked.append(f"{job.task_name}: {type(problem).__name__}: {problem}")
                    _delete(job)
                else:
                    _retry(job, decision.retry_at + self.ahead if decision.retry_at else None)
            else:
                _delete(job)
        return count

    def forget_budgets(self) -> None:
        """Nothing was counted yet of any store's rate limit."""
        with system_scope(ACTOR):
            StoreBudget.objects.all().delete()

    def forget_jobs(self, name: str) -> None:
        """The queue loses every job of a name."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [name])

    def sweep(self, *names: str) -> None:
        """Run periodic jobs now, as their schedule would, and whatever they wake."""
        for name in names or ("inbox.sweep", "purchasing.sweep", "payments.sweep", "shipping.sweep"):
            app.tasks[name].func(timestamp=0)
        self.settle()

    def poll(self) -> None:
        """Catch up with every store, as every five minutes."""
        self.sweep("orders.poll_stores", "shipping.poll_stores")

    def retailer(self, domain: str) -> UUID:
        """The organization behind a retailer's store."""
        return self.seeded.retailers[domain]

    def order(self, domain: str, external_id: str) -> Order:
        """The saved order."""
        with acting_for(self.retailer(domain), ACTOR):
            return Order.objects.get(self._named(domain, external_id))

    def purchase_orders(self, domain: str, *orders: str) -> list[PurchaseOrder]:
        """Purchase orders of saved orders, oldest first."""
        with acting_for(self.retailer(domain), ACTOR):
            ids = [
                pk
                for each in orders
                for pk in Order.objects.filter(self._named(domain, each)).values_list("pk", flat=True)
            ]
            return list(PurchaseOrder.objects.filter(order__in=ids).select_related("order").order_by("number"))

    def _named(self, store: str, external_id: str) -> Q:
        """The order that a store's sandbox calls so; Shopify's own ids have the bare number at their end."""
        ids = Q(external_id=external_id) | Q(external_id__endswith=f"/{external_id}")
        return Q(store__external_id=store) & ids

    def ordered(self, domain: str, quantities: Mapping[str, int], **body: Any) -> tuple[str, PurchaseOrder]:
        """A customer's order of one supplier's goods, arrived and split."""
        external_id = self.buy(domain, quantities, **body)
        self.settle()
        [po] = self.purchase_orders(domain, external_id)
        return external_id, po

    def fresh(self, po: PurchaseOrder) -> PurchaseOrder:
        """A purchase order as it stands now."""
        with system_scope(ACTOR):
            return PurchaseOrder.objects.select_related("order").get(pk=po.pk)

    def fulfillments(self, po: PurchaseOrder) -> list[Fulfillment]:
        """What the store was told about a purchase order's parcels."""
        with system_scope(ACTOR):
            return list(Fulfillment.objects.filter(purchase_order=po).select_related("shipment").order_by("id"))

    # Paying, with the same actions and effects as the pages

    def quote(self, purchase_orders: Sequence[PurchaseOrder]) -> Quote:
        """What the checkout shows."""
        retailer_id = purchase_orders[0].retailer_id
        member = Member.objects.get(memberships__organization_id=retailer_id, memberships__role="owner")
        with acting_for(retailer_id, f"member:{member.pk}"):
            return make_quote([po.pk for po in purchase_orders], member_id=member.pk, now=clock.now())

    def request(self, quote: Quote, provider: str) -> Payment:
        """The click on *Pay*, up to the provider's page."""
        actor = f"member:{quote.made_by_id}"
        with acting_for(quote.retailer_id, actor):
            payment = request_payment(quote.pk, provider, member_id=quote.made_by_id, language="en", now=clock.now())
        return open_payment(payment.pk, quote.retailer_id, actor=actor, now=clock.now())

    def start(self, purchase_orders: Sequence[PurchaseOrder], provider: str) -> Payment:
        """Checkout and click."""
        return self.request(self.quote(purchase_orders), provider)

    def payer(self, payment: Payment, action: str, **wishes: Any) -> dict[str, Any]:
        """What happens at the provider: approve, pay, decline, complete, deny, expire ..."""
        rows = "orders" if payment.provider == "paypal" else "sessions"
        return self.post(f"/{payment.provider}/_sandbox/{rows}/{payment.external_id}/{action}", wishes)

    def approve(self, payment: Payment, **wishes: Any) -> None:
        """The payer says yes at the provider."""
        self.payer(payment, "approve" if payment.provider == "paypal" else "pay", **wishes)

    def back(self, payment: Payment, *, give_up: bool = False) -> Payment:
        """The browser comes back to the return page (or *check now*; or the retailer gives up)."""
        return sync_payment(payment.pk, payment.retailer_id, actor=ACTOR, now=clock.now(), give_up=give_up)

    def pay(self, purchase_orders: Sequence[PurchaseOrder], provider: str = "stripe") -> Payment:
        """Pay and see it through to the supplier."""
        payment = self.start(purchase_orders, provider)
        self.approve(payment)
        payment = self.back(payment)
        self.settle()
        return self.payment(payment)

    def payment(self, payment: Payment) -> Payment:
        """A payment as it stands now."""
        with system_scope(ACTOR):
            return Payment.objects.get(pk=payment.pk)

    # The judgment

    def violations(self) -> list[Violation]:
        """Every promise, over everything that ever happened in this world."""
        return check_evidence(Database(clock.now()), read_journals(self.sandbox.url))


def _next_job() -> queue_jobs.Job | None:
    """Take the next job; like the worker's, it no longer waits while it runs and may ask to be run again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT id FROM procrastinate_jobs WHERE "
            "status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s) ORDER BY priority DESC, id LIMIT 1) "
            "RETURNING id, task_name, args, attempts, queueing_lock",
            [clock.now()],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return queue_jobs.Job(
        id=row[0],
        queue="default",
        lock=None,
        queueing_lock=row[4],
        task_name=row[1],
        task_kwargs=json.loads(row[2]),
        attempts=row[3],
    )


def _run(job: queue_jobs.Job) -> None:
    task = app.tasks[job.task_name]
    context = JobContext(app=app, job=job, start_timestamp=time(), abort_reason=lambda: None)
    compose(task.task_middleware, partial(task.func, **job.task_kwargs), context, None)()


def _delete(job: queue_jobs.Job) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.id])


def _retry(job: queue_jobs.Job, at: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = %s, attempts = attempts + 1 WHERE id = %s",
            [at, job.id],
        )
