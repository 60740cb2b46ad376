"""Fully dispatched orders per second: paid three-line purchase orders given to an instant supplier by the worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic, thread_time
from typing import Any
from uuid import UUID

from benchmarks.installation import Installation

RETAILER = "maison-lumen.myshopify.com"
SUPPLIER = "atelier-brume.myshopify.com"
ACTOR = "benchmark"
BULK = 100
PATIENCE_SECONDS = 300
SERVICE_SAMPLE = 60
ROLES = ("worker", "database")


def measure(installation: Installation, orders: int) -> dict[str, Any]:
    """Orders per second of the real worker over ``orders``, and the service time of one order by itself."""
    from orderlane.tenants.scope import acting_for

    retailer_id, store_id, member_id = _retailer()
    _receive(installation, retailer_id, store_id, orders + SERVICE_SAMPLE)
    with installation.without_worker():
        _clear_jobs()
        for ids in _purchase_orders(retailer_id, orders + SERVICE_SAMPLE):
            _pay(installation, retailer_id, member_id, ids)
        _tell_a_limit()
        with _timed_budgets() as in_budgets:
            before = thread_time()
            service = _service_times(retailer_id)
            used = thread_time() - before
    cpu = installation.cpu_seconds(*ROLES)
    began = datetime.fromisoformat(installation.ask("GET", "/clock.json")["now"])
    with acting_for(retailer_id, ACTOR):
        pass
    deadline = monotonic() + PATIENCE_SECONDS
    while (left := _waiting(retailer_id)) and monotonic() < deadline:
        time.sleep(0.2)
    cpu = installation.cpu_seconds(*ROLES) - cpu
    assert not left, f"{left} orders were not dispatched within {PATIENCE_SECONDS} s"
    journal = installation.ask("GET", f"/journal.json?kind=order.created&system=shopify:{SUPPLIER}")["entries"]
    moments = sorted(datetime.fromisoformat(entry["at"]) for entry in journal)[-orders:]
    seconds = (moments[-1] - began).total_seconds()
    return {
        "per_second": orders / seconds,
        "orders": orders,
        "cpu_ms": 1000 * cpu / orders,
        "service_p50_ms": 1000 * service[len(service) // 2],
        "budget_share": sum(in_budgets) / used,
        "budget_steps": len(in_budgets) / len(service),
        "service_p99_ms": 1000 * service[int(len(service) * 0.99)],
    }


def _retailer() -> tuple[UUID, UUID, UUID]:
    from orderlane.members.models import Membership
    from orderlane.stores.models import Store
    from orderlane.tenants.scope import system_scope

    with system_scope(ACTOR):
        store: Store = Store.objects.get(external_id=RETAILER)
    member: UUID = Membership.objects.filter(organization_id=store.organization_id).values_list("member_id", flat=True)[
        0
    ]
    return store.organization_id, store.pk, member


def _receive(installation: Installation, retailer_id: UUID, store_id: UUID, count: int) -> None:
    """Customers buy; the orders are fetched and split by the real jobs."""
    from orderlane.jobs.queue import enqueue

    stores = {row["domain"]: row for row in installation.ask("GET", "/seed.json")["shopify"]["stores"]}
    offered = {variant["sku"] for variant in stores[SUPPLIER]["variants"]}
    skus = [variant["sku"] for variant in stores[RETAILER]["variants"] if variant["sku"] in offered][:3]
    for sku in skus:
        installation.ask("POST", f"/shopify/{SUPPLIER}/_sandbox/stock", {"sku": sku, "stock": 10 * count})
    body = {"lines": [{"sku": sku, "quantity": 1} for sku in skus], "paid": True, "count": count}
    installation.ask("POST", f"/shopify/{RETAILER}/_sandbox/orders", body)
    enqueue("orders.poll_store", retailer_id=retailer_id, store_id=store_id)
    deadline = monotonic() + PATIENCE_SECONDS
    while (have := sum(map(len, _purchase_orders(retailer_id, count)))) < count and monotonic() < deadline:
        time.sleep(0.5)
    assert have >= count, f"only {have} of {count} orders were received"


def _purchase_orders(retailer_id: UUID, count: int) -> list[list[UUID]]:
    from orderlane.purchasing.models import PurchaseOrder
    from orderlane.tenants.scope import acting_for

    with acting_for(retailer_id, ACTOR):
        ids = list(PurchaseOrder.objects.filter(payment_state="unpaid").values_list("pk", flat=True)[:count])
    return [ids[start : start + BULK] for start in range(0, len(ids), BULK)]


def _pay(installation: Installation, retailer_id: UUID, member_id: UUID, ids: list[UUID]) -> None:
    from orderlane.kernel import clock
    from orderlane.payments.actions.make_quote import make_quote
    from orderlane.payments.actions.request_payment import request_payment
    from orderlane.payments.effects.open_payment import open_payment
    from orderlane.payments.effects.sync_payment import sync_payment
    from orderlane.tenants.scope import acting_for

    now = clock.now()
    with acting_for(retailer_id, ACTOR):
        quote = make_quote(ids, member_id=member_id, now=now)
        payment = request_payment(quote.pk, "stripe", member_id=member_id, language="en", now=now)
    opened = open_payment(payment.pk, retailer_id, actor=ACTOR, now=now)
    installation.ask("POST", f"/stripe/_sandbox/sessions/{opened.external_id}/pay", {})
    assert sync_payment(payment.pk, retailer_id, actor=ACTOR, now=clock.now()).status == "captured"


def _service_times(retailer_id: UUID) -> list[float]:
    """Seconds that one order takes, one after the other in this process: claim, send, record."""
    from orderlane.kernel import clock
    from orderlane.purchasing.effects.forward import forward
    from orderlane.purchasing.models import PurchaseOrder
    from orderlane.tenants.scope import acting_for

    with acting_for(retailer_id, ACTOR):
        chosen = list(
            PurchaseOrder.objects.filter(forwarding_state="queued").values_list("pk", "supplier_id")[:SERVICE_SAMPLE]
        )
    taken = []
    for po_id, supplier_id in chosen:
        began = monotonic()
        forward(po_id, supplier_id, actor=ACTOR, now=clock.now())
        taken.append(monotonic() - began)
    return sorted(taken)


def _tell_a_limit() -> None:
    """Give the supplier's store a limit it never reaches, so that each call pays the whole price of keeping count."""
    from orderlane.ports.budgets import BudgetReport
    from orderlane.stores.budgets import StoreBudgetKeeper
    from orderlane.stores.models import Store
    from orderlane.tenants.scope import system_scope

    with system_scope(ACTOR):
        store: Store = Store.objects.get(external_id=SUPPLIER)
    keeper = StoreBudgetKeeper(store.organization_id, store.pk)
    keeper.report(BudgetReport(limit=1e6, remaining=1e6, restores_per_second=1e6))


@contextmanager
def _timed_budgets() -> Iterator[list[float]]:
    """Inside, the processor seconds this process spends in each step of a rate budget."""
    from orderlane.stores.budgets import StoreBudgetKeeper

    taken: list[float] = []
    plain = {name: getattr(StoreBudgetKeeper, name) for name in ("take", "report")}

    def timed(step: Callable[..., None]) -> Callable[..., None]:
        def run(*args: Any) -> None:
            began = thread_time()
            step(*args)
            taken.append(thread_time() - began)

        return run

    for name, step in plain.items():
        setattr(StoreBudgetKeeper, name, timed(step))
    try:
        yield taken
    finally:
        for name, step in plain.items():
            setattr(StoreBudgetKeeper, name, step)


def _waiting(retailer_id: UUID) -> int:
    from orderlane.purchasing.models import PurchaseOrder
    from orderlane.tenants.scope import acting_for

    with acting_for(retailer_id, ACTOR):
        return PurchaseOrder.objects.filter(payment_state="paid").exclude(forwarding_state="delivered").count()


def _clear_jobs() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name NOT LIKE '%.sweep'")
