"""The story of three orders, step by step with its times."""

from __future__ import annotations

from collections.abc import Callable

from orderlane.config.promises.evidence import Row, tail
from orderlane.config.rehearsal.players import Players
from orderlane.config.rehearsal.steps import StepFailed, step, wait_for
from orderlane.config.supervisor import Say

STORE = "shopify/northwind-outdoor.myshopify.com"
BASKETS = (
    {"CG-LANT-BCN": 2, "CG-MUG-TRL": 1},
    {"CG-BOTL-750-RED": 1},
    {"CG-MUG-TRL": 4},
)


def play_story(players: Players, say: Say) -> None:
    """Three customers, one card payment, one bulk payment, four parcels; raises StepFailed when one is late."""
    with step(say, "three customers order"):
        orders = [players.buy(STORE, basket) for basket in BASKETS]
    with step(say, "the orders arrive and become payable purchase orders"):
        rows = wait_for("the orders", lambda: _all(players, orders, lambda row: not row["hold"]))
    first, *others = rows
    with step(say, f"{first['number']} is paid by card"):
        _paid(players, [first], "stripe")
    with step(say, f"{' and '.join(row['number'] for row in others)} are paid together by PayPal"):
        _paid(players, others, "paypal")
    with step(say, "the supplier has them, each once"):
        rows = wait_for("forwarding", lambda: _all(players, orders, lambda row: row["forwarding_state"] == "delivered"))
    numbers = ["1Z0000000001", "1Z0000000002", "1Z0000000003", "1Z0000000004"]
    with step(say, "the supplier ships four parcels, two of them for the first order"):
        wait_for("a parcel", lambda: players.ship(rows[0], numbers[0], {"CG-LANT-BCN": 2}))
        for row, number in zip(rows, numbers[1:], strict=True):
            wait_for("a parcel", lambda row=row, number=number: players.ship(row, number))  # type: ignore[misc]
    with step(say, "every tracking number is in the retailer's store"):
        wait_for("tracking", lambda: _tracked(players, orders) == set(numbers))
    with step(say, "every purchase order is fulfilled"):
        wait_for("the end", lambda: _all(players, orders, lambda row: row["fulfillment_state"] == "fulfilled"))
    with step(say, "the last messages are understood"):
        wait_for("quiet", players.quiet)


def _all(players: Players, orders: list[str], good: Callable[[Row], bool]) -> list[Row]:
    """The purchase orders of these orders, once all of them are there and good; nothing before."""
    by_order = {tail(row["order_id"]): row for row in players.purchase_orders()}
    if not all(order in by_order and good(by_order[order]) for order in orders):
        return []
    return [by_order[order] for order in orders]


def _paid(players: Players, rows: list[Row], provider: str) -> None:
    payment = players.pay([row["id"] for row in rows], rows[0]["retailer_id"], provider)
    if payment.status != "captured":
        raise StepFailed(f"{payment.reference} is {payment.status}, not captured")


def _tracked(players: Players, orders: list[str]) -> set[str]:
    parcels = [parcel for order in orders for parcel in players.outside_order(STORE, order)["fulfillments"]]
    return {number for parcel in parcels for number in parcel["numbers"]}
