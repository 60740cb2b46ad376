"""Promises about money: I-01 to I-04."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from orderlane.config.promises.evidence import Database, Event, Journals, Row, Violation, tail

_PAID_PARTS = """
SELECT po.number, po.supplier_id, po.snapshot, c.live, c.payment_id, c.currency,
       c.goods_minor + c.shipping_minor + c.vat_minor AS part_minor,
       p.reference, p.status, p.amount_minor, p.provider, p.external_id, a.external_id AS payee, q.content
  FROM purchasing_purchaseorder po
  JOIN payments_paymentclaim c ON c.purchase_order_id = po.id
  JOIN payments_payment p ON p.id = c.payment_id
  JOIN payments_quote q ON q.id = p.quote_id
  JOIN suppliers_paymentaccount a ON a.id = p.account_id AND a.supplier_id = po.supplier_id
"""
HUNDREDTHS = Decimal(100)


def never_forwarded_unpaid(database: Database, journals: Journals) -> list[Violation]:
    """I-01: whatever lies at a supplier was paid to that supplier before, in full and in its currency."""
    found = []
    paid = defaultdict(list)
    for row in database.rows(_PAID_PARTS):
        paid[row["number"]].append(row)
    captures = _by_reference(journals, "capture.completed")
    refunds = _by_reference(journals, "refund.completed")
    for delivery in placed_orders(journals):
        number = delivery.facts["source_identifier"]
        wrong = [_not_paying(row, delivery, captures, refunds) for row in paid[number]]
        if not wrong:
            found.append(Violation("I-01", number, "lies at the supplier, and nobody ever paid for it"))
        elif all(wrong):
            found.append(Violation("I-01", number, "; ".join(dict.fromkeys(wrong))))
    return found


def _not_paying(row: Row, delivery: Event, captures: dict[str, list[Event]], refunds: dict[str, list[Event]]) -> str:
    """Why this payment does not cover a delivery; empty when it does."""
    money = [each for each in captures[row["reference"]] if each.seq < delivery.seq]
    if not money:
        return f"forwarded before any capture of {row['reference']}"
    facts = money[0].facts
    if facts["payee"] != row["payee"]:
        return f"the money went to {facts['payee']}, not to its supplier"
    if facts["currency"] != row["currency"] or facts["amount_minor"] != row["amount_minor"]:
        return f"{facts['amount_minor']} {facts['currency']} came, {row['amount_minor']} {row['currency']} is due"
    given_back = sum(each.facts["amount_minor"] for each in refunds[row["reference"]] if each.seq < delivery.seq)
    if given_back >= facts["amount_minor"]:
        return "forwarded after the money was given back"
    return _wrong_part(row, delivery)


def _wrong_part(row: Row, delivery: Event) -> str:
    """Whether the part of the payment meant for this order covers what the supplier was told it costs."""
    told = Decimal(delivery.facts["total"]) * HUNDREDTHS
    rate = row["content"]["rate"]
    due = told * Decimal(rate["value"]) if rate else told
    pieces = len(delivery.facts["lines"]) + 2
    # Every line, the shipping and the VAT are rounded once when converted, never otherwise.
    allowed = Decimal(pieces) if rate else Decimal(0)
    if abs(due - row["part_minor"]) > allowed:
        return f"{row['part_minor']} was paid for goods of {due:f}"
    return ""


def no_double_charge(database: Database, journals: Journals) -> list[Violation]:
    """I-02: per purchase order one capture; a second one is recorded as surplus, and never one out of nowhere."""
    found = []
    ours = {(row["provider"], row["external_id"]): row for row in database.rows(_PAYMENTS)}
    per_order: dict[str, list[str]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for capture in journals.of("capture.completed"):
        key = (capture.family, str(capture.facts["external_id"]))
        if key in seen:
            found.append(Violation("I-02", key[1], "one payment page took money twice"))
        seen.add(key)
        payment = ours.get(key)
        if payment is None:
            found.append(Violation("I-02", key[1], "money was taken for a payment we know nothing of"))
        elif payment["status"] != "surplus":
            for number in payment["numbers"]:
                per_order[number].append(payment["reference"])
    left: dict[str, int] = defaultdict(int)
    for event in journals.of("capture.completed", "refund.completed"):
        sign = 1 if event.kind == "capture.completed" else -1
        left[event.facts["reference"]] += sign * event.facts["amount_minor"]
    refunded = {reference for reference, minor in left.items() if minor <= 0}
    for number, references in per_order.items():
        kept = [each for each in references if each not in refunded]
        if len(kept) > 1:
            found.append(Violation("I-02", number, f"paid {len(kept)} times and no surplus recorded: {kept}"))
    return found


_PAYMENTS = """
SELECT p.provider, p.external_id, p.reference, p.status, p.amount_minor, p.currency, p.payee, p.environment,
       p.supplier_id, p.check_at, a.external_id AS account, a.supplier_id AS account_supplier,
       a.environment AS account_environment, a.provider AS account_provider,
       array(SELECT po.number FROM payments_paymentclaim c JOIN purchasing_purchaseorder po
              ON po.id = c.purchase_order_id WHERE c.payment_id = p.id ORDER BY 1) AS numbers
  FROM payments_payment p JOIN suppliers_paymentaccount a ON a.id = p.account_id
"""


def every_cent_matched(database: Database, journals: Journals) -> list[Violation]:
    """I-03: double entries balance; what came in is spread over purchase orders to the cent, or openly unallocated."""
    found = [
        Violation("I-03", row["currency"], f"debits {row['debit']} and credits {row['credit']} differ")
        for row in database.rows(
            "SELECT currency, sum(debit_minor) AS debit, sum(credit_minor) AS credit "
            "FROM payments_ledgerentry GROUP BY currency HAVING sum(debit_minor) <> sum(credit_minor)"
        )
    ]
    came = {
        (each.family, str(each.facts["external_id"])): (each.facts["amount_minor"], each.facts["currency"])
        for each in journals.of("capture.completed")
    }
    for row in database.rows(_SPREAD):
        found += [Violation("I-03", row["reference"], wrong) for wrong in _not_spread(row)]
        booked = (row["debit"], row["booked_in"])
        if row["debit"] and came.get((row["provider"], row["external_id"])) != booked:
            found.append(Violation("I-03", row["reference"], f"{booked} is in the books and did not come"))
    return found


_SPREAD = """
SELECT p.reference, p.status, p.amount_minor, p.provider, p.external_id, p.refund_problem, max(l.currency) AS booked_in,
       coalesce(sum(l.debit_minor) FILTER (WHERE l.book = 'provider' AND l.refund_id IS NULL), 0) AS debit,
       coalesce(sum(l.credit_minor) FILTER (WHERE l.refund_id IS NULL), 0) AS credit,
       coalesce(sum(l.credit_minor - l.debit_minor) FILTER (WHERE l.book = 'unallocated'), 0) AS unallocated,
       coalesce(sum(l.credit_minor) FILTER (WHERE l.purchase_order_id IS NOT NULL), 0) AS spread,
       (SELECT coalesce(sum(c.goods_minor + c.shipping_minor + c.vat_minor), 0)
          FROM payments_paymentclaim c WHERE c.payment_id = p.id) AS claimed
  FROM payments_payment p LEFT JOIN payments_ledgerentry l ON l.payment_id = p.id
 GROUP BY p.id
"""


def _not_spread(row: Row) -> list[str]:
    wrong = []
    if row["debit"] != row["credit"]:
        wrong.append(f"debits {row['debit']} and credits {row['credit']} differ")
    if row["claimed"] != row["amount_minor"]:
        wrong.append(f"its parts add up to {row['claimed']}, not to {row['amount_minor']}")
    if row["status"] in {"captured", "partially_refunded"} and (row["spread"], row["unallocated"]) != (
        row["amount_minor"],
        0,
    ):
        wrong.append(f"captured {row['amount_minor']}, and {row['spread']} reached purchase orders")
    if row["unallocated"] and row["status"] not in {"surplus", "mismatch", "resolved"} and not row["refund_problem"]:
        wrong.append("unallocated money that nobody was told of")
    if row["status"] == "surplus" and (row["debit"], row["spread"]) != (row["amount_minor"], 0):
        wrong.append("a surplus that is not in the books")
    return wrong


def bound_settlement(database: Database, journals: Journals) -> list[Violation]:
    """I-04: captured means that the provider took exactly this amount, for this payee, under this reference."""
    found = []
    captures = {(each.family, str(each.facts["external_id"])): each for each in journals.of("capture.completed")}
    for row in database.rows(_PAYMENTS):
        if row["status"] not in {"captured", "partially_refunded", "surplus"}:
            continue
        capture = captures.get((row["provider"], row["external_id"]))
        if capture is None:
            found.append(Violation("I-04", row["reference"], "settled, and the provider took nothing"))
            continue
        compared = {
            "amount": (row["amount_minor"], capture.facts["amount_minor"]),
            "currency": (row["currency"], capture.facts["currency"]),
            "payee": (row["payee"], capture.facts["payee"]),
            "account": (row["account"], capture.facts["payee"]),
            "account holder": (row["supplier_id"], row["account_supplier"]),
            "reference": (row["reference"], capture.facts["reference"]),
            "environment": (row["environment"], row["account_environment"]),
        }
        found += [
            Violation("I-04", row["reference"], f"{name}: ours is {mine}, theirs {theirs}")
            for name, (mine, theirs) in compared.items()
            if mine != theirs
        ]
    return found


def placed_orders(journals: Journals) -> list[Event]:
    """Orders that lie in suppliers' stores under a number of ours."""
    return [each for each in journals.of("order.created") if each.facts["source_identifier"]]


def order_key(event: Event) -> str:
    """The number a store gave an order."""
    return tail(event.facts["order_id"])


def _by_reference(journals: Journals, kind: str) -> dict[str, list[Event]]:
    events: dict[str, list[Event]] = defaultdict(list)
    for each in journals.of(kind):
        events[str(each.facts["reference"])].append(each)
    return events
