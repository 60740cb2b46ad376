"""Fulfillments pushed into one store of each platform at once: how much of each rate limit is used, and who waits.

The simulators enforce the platforms' real limits in real time. Orders are brought in and parcels typed in before,
with limits lifted on both sides; what is measured begins with an untouched budget and all parcels due.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from time import monotonic
from typing import Any, Final
from uuid import UUID

from benchmarks.installation import Installation, say

ACTOR = "benchmark"
SKU = "PC-BAG-MKT"
"""Sold by every retailer's store, ordered by hand at a supplier without a store: no forwarding is measured here."""
SECOND_TENANT = "northwind-outdoor.myshopify.com"
SAMPLES = 25
GAP_SECONDS = 2.0
PATIENCE_SECONDS = 600
MINUTES = 3.0
LOW = 0.4


@dataclass(frozen=True, slots=True)
class Platform:
    """One busy store and its limit: ``calls`` in ``seconds``; a bucket holds ``calls`` points and refills so fast."""

    system: str
    store: str
    calls: float = 0.0
    seconds: float = 0.0
    bucket: bool = False
    per_parcel: float = 1.0
    """Calls (or points) of one parcel, about: only to choose how many parcels fill the time."""


PLATFORMS: Final = {
    "shopify": Platform("shopify:{}", "maison-lumen.myshopify.com", 2000, 20, bucket=True, per_parcel=30),
    "bigcommerce": Platform("bigcommerce:{}", "hp7k2q9wab", 150, 30, per_parcel=3),
    "ecwid": Platform("ecwid:{}", "91820011", 600, 60, per_parcel=3),
    "wix": Platform("wix:{}", "0d5e0000-0000-4000-8000-000000000001", 200, 60, per_parcel=3),
    "woocommerce": Platform("woocommerce:{}", "les-jours-clairs.example"),
}
UNLIMITED_PARCELS = 300


def measure(installation: Installation, fulfillments: int) -> dict[str, Any]:
    """Push ``fulfillments`` into each store (0: as many as fill three minutes of its budget); figures by platform."""
    wanted = {name: fulfillments or _three_minutes(platform) for name, platform in PLATFORMS.items()}
    stores = _prepare(installation, wanted, SAMPLES + 100)
    _limits(installation, on=True)
    _forget_budgets()
    second_id, spare = stores.pop(SECOND_TENANT)
    alone = [_delay(installation, second_id, spare.pop()) for _ in range(SAMPLES)]
    with installation.without_worker():
        for store, (retailer_id, purchase_orders) in stores.items():
            for purchase_order in purchase_orders:
                _ship(retailer_id, purchase_order)
            say(f"pushing: {len(purchase_orders)} parcels due in {store}")
        _limits(installation, on=True)
        _forget_budgets()
    began, beside = monotonic(), []
    while _due() and monotonic() - began < PATIENCE_SECONDS + 60 * fulfillments:
        if spare:
            beside.append(_delay(installation, second_id, spare.pop()))
        time.sleep(GAP_SECONDS)
    assert not _due(), f"{_due()} parcels were not pushed in time"
    tally = installation.ask("GET", "/limits.json")["systems"]
    _limits(installation, on=False)
    result: dict[str, Any] = {
        name: _figures(platform, tally[platform.system.format(platform.store)], wanted[name])
        for name, platform in PLATFORMS.items()
        if platform.calls
    }
    return {
        "platforms": result,
        "second_tenant": {
            "alone_p50_ms": 1000 * median(alone),
            "beside_p50_ms": 1000 * median(beside),
            "beside_max_ms": 1000 * max(beside),
            "samples": len(beside),
        },
    }


def share_used(calls: list[tuple[float, float]], platform: Platform) -> float | None:
    """Calls used of calls allowed while there was work: between the first call and the first of the last window.

    A bucket is judged from when it was low first: from then on it allows what it gains. None when there was too little
    work for that.
    """
    if platform.bucket:
        gain, level, start = platform.calls / platform.seconds, platform.calls, 0
        end = int(len(calls) * 0.98) - 1  # the last few calls have no work behind them
        while level > LOW * platform.calls and start < end:
            level -= calls[start][1]
            start += 1
            level = min(platform.calls, level + gain * (calls[start][0] - calls[start - 1][0]))
        if end - start < len(calls) / 4:
            return None
        return sum(cost for _, cost in calls[start:end]) / ((calls[end][0] - calls[start][0]) * gain)
    windows = int((len(calls) - 1) // platform.calls)
    if not windows:
        return None
    return windows * platform.seconds / (calls[windows * int(platform.calls)][0] - calls[0][0])


def _figures(platform: Platform, told: dict[str, Any], parcels: int) -> dict[str, Any]:
    calls = sorted((float(at), float(cost)) for at, cost in told["calls"])
    return {
        "share_used": share_used(calls, platform),
        "refused": told["refused"],
        "fulfillments": parcels,
        "spent_per_fulfillment": sum(cost for _, cost in calls) / parcels,
        "seconds": calls[-1][0] - calls[0][0],
    }


def _three_minutes(platform: Platform) -> int:
    if not platform.calls:
        return UNLIMITED_PARCELS
    start = platform.calls if platform.bucket else 0.05 * platform.calls
    return int((start + MINUTES * 60 * platform.calls / platform.seconds) / platform.per_parcel)


def _prepare(installation: Installation, wanted: dict[str, int], spare: int) -> dict[str, tuple[UUID, list[UUID]]]:
    """Customers buy in every store, orders arrive; returns each store's retailer and its purchase orders."""
    from orderlane.jobs.queue import enqueue
    from orderlane.stores.models import Store
    from orderlane.tenants.scope import system_scope

    counts = {platform.store: wanted[name] for name, platform in PLATFORMS.items()} | {SECOND_TENANT: spare}
    _limits(installation, on=False)
    with system_scope(ACTOR):
        stores = {store.external_id: store for store in Store.objects.filter(external_id__in=counts)}
    for external_id, store in stores.items():
        path, count = f"/{store.platform}/{external_id}/_sandbox", counts[external_id]
        installation.ask("POST", f"{path}/stock", {"sku": SKU, "stock": 2 * count})
        body = {"lines": [{"sku": SKU, "quantity": 1}], "paid": True, "count": count}
        installation.ask("POST", f"{path}/orders", body)
    for store in stores.values():
        enqueue("orders.poll_store", retailer_id=store.organization_id, store_id=store.pk)
    ready: dict[str, tuple[UUID, list[UUID]]] = {}
    deadline = monotonic() + PATIENCE_SECONDS
    while len(ready) < len(stores):
        assert monotonic() < deadline, f"of {counts}, all arrived only of {list(ready)}"
        _lift_budgets()  # again and again: a platform that tells its limit sets it anew
        time.sleep(1)
        for external_id, store in stores.items():
            found = _purchase_orders(store.organization_id, store.pk)
            if len(found) >= counts[external_id]:
                ready[external_id] = (store.organization_id, found[: counts[external_id]])
    say(f"pushing: {sum(counts.values())} orders arrived")
    return ready


def _purchase_orders(retailer_id: UUID, store_id: UUID) -> list[UUID]:
    from orderlane.purchasing.models import PurchaseOrder
    from orderlane.tenants.scope import acting_for

    with acting_for(retailer_id, ACTOR):
        rows = PurchaseOrder.objects.filter(store_id=store_id, lines__sku=SKU, forwarding_state="not_due")
        return list(rows.values_list("pk", flat=True))


def _ship(retailer_id: UUID, purchase_order_id: UUID) -> None:
    """The retailer types in the one parcel of a purchase order."""
    from orderlane.kernel import clock
    from orderlane.ports.stores import Tracking
    from orderlane.purchasing.models import PurchaseOrderLine
    from orderlane.shipping.actions.enter_tracking import enter_parcel
    from orderlane.tenants.scope import acting_for

    with acting_for(retailer_id, ACTOR):
        lines = PurchaseOrderLine.objects.filter(purchase_order_id=purchase_order_id)
        quantities = dict(lines.values_list("pk", "quantity"))
        tracking = Tracking("UPS", [f"1Z{purchase_order_id.hex[:16].upper()}"], [""])
        enter_parcel(purchase_order_id, quantities=quantities, tracking=tracking, now=clock.now())


def _delay(installation: Installation, retailer_id: UUID, purchase_order_id: UUID) -> float:
    """Seconds from the typing of one parcel until its store has it, by the clock of the simulators."""
    kind = f"/journal.json?kind=fulfillment.created&system=shopify:{SECOND_TENANT}"
    before = len(installation.ask("GET", kind)["entries"])
    began = datetime.fromisoformat(installation.ask("GET", "/clock.json")["now"])
    _ship(retailer_id, purchase_order_id)
    deadline = monotonic() + 60
    while len(entries := installation.ask("GET", kind)["entries"]) == before:
        assert monotonic() < deadline, "the second tenant's parcel was not pushed within a minute"
        time.sleep(0.1)
    return (datetime.fromisoformat(entries[-1]["at"]) - began).total_seconds()


def _due() -> int:
    from orderlane.shipping.models import Fulfillment
    from orderlane.tenants.scope import system_scope

    with system_scope(ACTOR):
        return Fulfillment.objects.filter(status__in=("due", "pushing", "outcome_unknown")).count()


def _limits(installation: Installation, *, on: bool) -> None:
    installation.ask("POST", "/limits.json", {"on": on})


def _lift_budgets() -> None:
    """Orders may come in as fast as they can: they are not what is measured."""
    from orderlane.stores.models import StoreBudget
    from orderlane.tenants.scope import system_scope

    with system_scope(ACTOR):
        StoreBudget.objects.update(capacity=1e9, remaining=1e9, closed_until=None)


def _forget_budgets() -> None:
    from orderlane.stores.models import StoreBudget
    from orderlane.tenants.scope import system_scope

    with system_scope(ACTOR):
        StoreBudget.objects.all().delete()
