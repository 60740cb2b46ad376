"""What must hold after any crash, asked of the database by SQL and of the outside's journal. Knows no code of ours."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection

from tests.faults.outside import RETAILER, SUPPLIER, Outside


def violations(outside: Outside) -> list[str]:
    """Every promise that does not hold; empty when all is well and finished."""
    return [*_money(outside), *_forwarded(outside), *_shipped(outside), *_states(), *_nothing_left_open()]


def rows(statement: str) -> list[dict[str, Any]]:
    """The rows of a query, across all tenants."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE orderlane_system")
        cursor.execute(statement)
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("RESET ROLE")
    return found


def _money(outside: Outside) -> list[str]:
    """Exactly one capture, of the amount quoted; a ledger that balances to it."""
    wrong = []
    captures = [entry["facts"] for entry in outside.journal("capture.completed")]
    payments = rows("SELECT * FROM payments_payment WHERE status = 'captured'")
    if len(captures) != 1 or len(payments) != 1:
        wrong.append(f"{len(captures)} captures outside, {len(payments)} captured payments here")
        return wrong
    payment = payments[0]
    if captures[0]["amount_minor"] != payment["amount_minor"]:
        wrong.append(f"captured {captures[0]['amount_minor']}, ours says {payment['amount_minor']}")
    ledger = rows("SELECT book, sum(debit_minor) debit, sum(credit_minor) credit FROM payments_ledgerentry GROUP BY 1")
    debit, credit = sum(row["debit"] for row in ledger), sum(row["credit"] for row in ledger)
    if not debit == credit == payment["amount_minor"]:
        wrong.append(f"ledger {debit} / {credit}, payment {payment['amount_minor']}")
    claims = rows("SELECT purchase_order_id FROM payments_paymentclaim WHERE live")
    if len(claims) != len(rows("SELECT id FROM purchasing_purchaseorder")):
        wrong.append(f"{len(claims)} live claims")
    return wrong


def _forwarded(outside: Outside) -> list[str]:
    """Exactly one order at the supplier per purchase order, and after the money."""
    wrong = []
    numbers = {row["number"]: row for row in rows("SELECT * FROM purchasing_purchaseorder")}
    placed = Counter(order["source_identifier"] for order in outside.orders(SUPPLIER))
    if placed != Counter(list(numbers)):
        wrong.append(f"at the supplier: {dict(placed)}, ours: {sorted(numbers)}")
    paid_at = min((entry["seq"] for entry in outside.journal("capture.completed")), default=None)
    created = [e for e in outside.journal("order.created") if e["system"].endswith(SUPPLIER)]
    wrong += [f"{e['facts']['name']} was forwarded unpaid" for e in created if paid_at is None or e["seq"] < paid_at]
    return wrong


def _shipped(outside: Outside) -> list[str]:
    """Exactly one fulfillment per order in the retailer's store, with the supplier's tracking number."""
    wrong = []
    numbers = {number for o in outside.orders(SUPPLIER) for f in o["fulfillments"] for number in f["numbers"]}
    told: Counter[str] = Counter()
    for order in outside.orders(RETAILER):
        if len(order["fulfillments"]) != 1:
            wrong.append(f"{order['name']} has {len(order['fulfillments'])} fulfillments")
        told.update(number for one in order["fulfillments"] for number in one["numbers"])
    if told != Counter(numbers):
        wrong.append(f"tracking in the store {dict(told)}, at the supplier {sorted(numbers)}")
    return wrong


def _states() -> list[str]:
    """Paid, delivered, fulfilled; the same move never audited twice."""
    wrong = [
        f"{row['number']} is {row['payment_state']}, {row['forwarding_state']}, {row['fulfillment_state']}"
        for row in rows("SELECT * FROM purchasing_purchaseorder")
        if (row["payment_state"], row["forwarding_state"], row["fulfillment_state"])
        != ("paid", "delivered", "fulfilled")
    ]
    once = "('captured', 'paid', 'delivered', 'fulfilled', 'pushed')"
    doubled = rows(
        f"SELECT about_id, new FROM audit_auditentry WHERE new IN {once} GROUP BY 1, 2 HAVING count(*) > 1"  # noqa: S608
    )
    return wrong + [f"{row['new']} was recorded twice for {row['about_id']}" for row in doubled]


def _nothing_left_open() -> list[str]:
    """No attempt without an end, nothing due, no job that failed."""
    open_attempts = rows("SELECT id FROM purchasing_forwardattempt WHERE outcome = ''")
    due = rows("SELECT id FROM payments_payment WHERE check_at IS NOT NULL AND status <> 'captured'")
    failed = rows("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'failed'")
    return (
        [f"attempt {row['id']} has no end" for row in open_attempts]
        + [f"payment {row['id']} is still to be checked" for row in due]
        + [f"job {row['task_name']} {row['args']} failed" for row in failed]
    )
