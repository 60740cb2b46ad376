"""Many random orders, under faults if asked, and then quiet until everything has come to rest."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

from django.db import connection

from orderlane.config.promises.evidence import Row
from orderlane.config.rehearsal.players import Players
from orderlane.config.rehearsal.steps import StepFailed, step
from orderlane.config.supervisor import Say
from orderlane.kernel.errors import OrderlaneError
from orderlane.ports import registry
from orderlane.ports.capabilities import StoreCapability

SHIPPED = frozenset({"FULFILLED", "SHIPPED"})
"""What stores call an order of which nothing is left to ship."""
BULK = 8
TELLERS = 4
"""People who pay at the same time."""
REST_SECONDS = 420
"""After the last fault: longer than the two minutes an unclear order is left alone before it is sent again."""
HURRY_SECONDS = 10

# Mode, operations, how often, and seconds (of a delay, a Retry-After, a lag).
_WEATHER: tuple[tuple[str, str, float, float], ...] = (
    ("drop", "webhook:*", 0.15, 0),
    ("duplicate", "webhook:*", 0.2, 0),
    ("delay", "webhook:*", 0.2, 1.5),
    ("delay", "*", 0.05, 0.5),
    ("429", "*", 0.03, 1),
    ("500", "*", 0.03, 0),
    ("500_after", "*", 0.03, 0),
    ("503", "*", 0.02, 1),
    ("reset", "*", 0.02, 0),
    ("reset_after", "*", 0.03, 0),
    ("html", "*", 0.02, 0),
    ("truncated", "*", 0.02, 0),
    ("timeout_after", "*", 0.01, 0),
    ("timeout", "*", 0.005, 0),
)


def play_crowd(players: Players, *, orders: int, seed: int, faults: bool, say: Say) -> None:
    """Place ``orders`` random orders and see every one through to its customer; raises StepFailed when one is stuck."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    outside = players.seen("/seed.json")
    platforms = sorted(registry.stores())
    if faults:
        players.press("/faults.json", _weather(chance, platforms))
    with step(say, f"{orders} customers order" + (", in bad weather" if faults else "")):
        for _ in range(orders):
            _buy_something(players, chance, {platform: outside[platform] for platform in platforms})
    deadline = monotonic() + 20 + orders // 4
    with step(say, "retailers pay, suppliers ship" + (", in bad weather" if faults else "")):
        while not _round(players, chance, orders) and monotonic() < deadline:
            sleep(0.5)
    players.calm()
    with step(say, "everything has come to rest"):
        _rest(players, chance, orders)


def _weather(chance: random.Random, platforms: Sequence[str]) -> list[dict[str, Any]]:
    """A seeded mixture of faults over all systems."""
    faults: list[dict[str, Any]] = [
        {
            "system": system,
            "operation": operation,
            "mode": mode,
            "count": None,
            "probability": round(often * chance.uniform(0, 2), 4),
            "seconds": seconds,
        }
        for system in (*platforms, "paypal", "stripe")
        for mode, operation, often, seconds in _WEATHER
    ]
    lag = {"operation": "orders", "mode": "search_lag", "count": None}
    return [*faults, *({**lag, "system": each, "seconds": chance.choice([1, 3, 8])} for each in platforms)]


def _buy_something(players: Players, chance: random.Random, outside: dict[str, Any]) -> None:
    """A random basket, perhaps of two suppliers' goods, in a random retailer's store of a random platform."""
    told = [goods for system in outside.values() for goods in system["suppliers"].values() if goods["auto_order"]]
    products = [product for goods in told for product in goods["products"]]
    auto = {variant["sku"] for product in products for variant in product["variants"]}
    platform = chance.choice(sorted(outside))
    store = chance.choice([each for each in outside[platform]["stores"] if each["role"] == "retailer"])
    offered = sorted(auto & {variant["sku"] for variant in store["variants"]})
    skus = chance.sample(offered, chance.randint(1, 4))
    name = store.get("external_id") or store["domain"]
    players.buy(f"{platform}/{name}", {sku: chance.randint(1, 3) for sku in skus})


def _round(players: Players, chance: random.Random, orders: int) -> bool:
    """Everybody does once what there is to do; True when nothing is left to do."""
    rows = players.purchase_orders()
    _pay_what_is_due(players, chance, rows)
    _each(players.check_now, players.live_payments())
    _ship(players, chance, rows)
    return _at_rest(players, orders)


def _pay_what_is_due(players: Players, chance: random.Random, rows: list[Row]) -> None:
    """Retailers select some purchase orders of one supplier, in bulk, and pay at a random provider."""
    due: dict[tuple[Any, Any], list[Any]] = defaultdict(list)
    for row in rows:
        if row["payment_state"] == "unpaid" and not row["hold"] and row["auto_order"]:
            due[row["retailer_id"], row["supplier_id"]].append(row["id"])
    selections = []
    for (retailer_id, _), ids in due.items():
        while ids:
            count = chance.randint(1, min(BULK, len(ids)))
            selections.append((ids[:count], retailer_id, chance.choice(["stripe", "paypal"])))
            del ids[:count]
    _each(lambda selection: players.pay(*selection), selections)


def _ship(players: Players, chance: random.Random, rows: list[Row]) -> None:
    """Suppliers ship what lies in their stores, some of it in two parcels."""
    for row in rows:
        if row["forwarding_state"] != "delivered":
            continue
        placed = players.outside_order(row["supplier_store"], row["supplier_external_id"])
        if placed["fulfillment_status"] in SHIPPED:
            continue
        number = f"1Z{row['number'].removeprefix('OL-')}{len(placed['fulfillments'])}"
        first = placed["lines"][0]
        platform = registry.stores()[row["supplier_store"].partition("/")[0]]
        several = StoreCapability.PARTIAL_FULFILLMENT in platform.capabilities and len(placed["lines"]) > 1
        in_two = several and not placed["fulfillments"] and chance.random() < 0.5
        players.ship(row, number, {first["line_id"]: first["quantity"]} if in_two else None)


def _each(act: Any, items: list[Any]) -> None:
    """Several people act at once; who is refused or cannot reach anybody tries again in the next round."""

    def try_to(item: Any) -> None:
        try:
            act(item)
        except OrderlaneError:
            # Refused by our own rules, or by the weather: nothing is lost, and the next round shows what stands.
            return
        finally:
            connection.close()

    with ThreadPoolExecutor(TELLERS) as tellers:
        list(tellers.map(try_to, items))


_OPEN = """
SELECT (SELECT count(*) FROM orders_order WHERE split_at IS NULL)
     + (SELECT count(*) FROM purchasing_purchaseorder WHERE auto_order AND hold = ''
         AND (payment_state <> 'paid' OR forwarding_state <> 'delivered' OR fulfillment_state <> 'fulfilled'))
     + (SELECT count(*) FROM payments_payment
         WHERE status IN ('prepared', 'open', 'capturing', 'pending', 'outcome_unknown'))
     + (SELECT count(*) FROM shipping_fulfillment WHERE status NOT IN ('pushed', 'done_elsewhere')) AS count
"""


def _at_rest(players: Players, orders: int) -> bool:
    """Whether every order is here and nothing is under way."""
    return (
        players.count("SELECT count(*) FROM orders_order") >= orders and players.count(_OPEN) == 0 and players.quiet()
    )


def _rest(players: Players, chance: random.Random, orders: int) -> None:
    """Fair weather: hurry the look-arounds along until nothing moves."""
    deadline = monotonic() + REST_SECONDS
    hurried = monotonic() - HURRY_SECONDS
    while not _round(players, chance, orders):
        if monotonic() > deadline:
            raise StepFailed(f"{players.count(_OPEN)} things still under way after {REST_SECONDS} s of fair weather")
        if monotonic() - hurried > HURRY_SECONDS:
            players.hurry()
            hurried = monotonic()
        sleep(0.5)
