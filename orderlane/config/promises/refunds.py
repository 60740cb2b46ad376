"""The promise about money that goes back: I-05."""

from __future__ import annotations

from collections import defaultdict

from orderlane.config.promises.evidence import Database, Event, Journals, Row, Violation
from orderlane.config.promises.money import placed_orders

_PAYMENTS = """
SELECT p.provider, p.external_id, p.reference, p.status, p.refund_problem, p.provider || ':' || p.external_id AS page,
       EXISTS (SELECT 1 FROM audit_auditentry a WHERE a.about_id = p.id
                  AND a.action = 'payment.refund_problem_noted') AS noted,
       array(SELECT jsonb_build_object('number', po.number, 'payment', po.payment_state, 'forwarding',
                    po.forwarding_state) FROM payments_paymentclaim c JOIN purchasing_purchaseorder po
              ON po.id = c.purchase_order_id WHERE c.payment_id = p.id AND c.live) AS orders
  FROM payments_payment p WHERE p.external_id <> ''
"""
_REFUNDS = """
SELECT r.provider, r.external_id, r.amount_minor, r.currency, p.reference, p.provider || ':' || p.external_id AS page,
       coalesce(sum(l.debit_minor), 0) AS debit,
       coalesce(sum(l.credit_minor) FILTER (WHERE l.book = 'provider'), 0) AS credit
  FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
  LEFT JOIN payments_ledgerentry l ON l.refund_id = r.id GROUP BY r.id, p.id
"""


def bounded_and_exclusive(database: Database, journals: Journals) -> list[Violation]:
    """I-05: what goes back is in the books once and to the cent, and never more than came.

    What went back in full is not on its way to the supplier; if it lies there already, it says that it was refunded.
    """
    given = {_key(event): event for event in journals.of("refund.completed")}
    failed = {_key(event) for event in journals.of("refund.failed")}
    payments = {row["page"]: row for row in database.rows(_PAYMENTS)}
    recorded = {(row["provider"], row["external_id"]): row for row in database.rows(_REFUNDS)}
    found = []
    for key, event in given.items():
        row = payments.get(_page(event))
        if row and key not in recorded and key not in failed and not _told(row):
            found.append(Violation("I-05", row["reference"], f"{key[1]} was given back and is not in the books"))
    for key, refund in recorded.items():
        wrong = _wrong_refund(refund, given.get(key), told=key not in failed or _told(payments[refund["page"]]))
        found += [Violation("I-05", refund["reference"], each) for each in wrong]
    found += _states(payments, recorded, journals)
    return found


def _key(event: Event) -> tuple[str, str]:
    return event.family, str(event.facts["refund_id"])


def _page(event: Event) -> str:
    return f"{event.family}:{event.facts['external_id']}"


def _told(payment: Row) -> bool:
    """Whether a person sees, or has settled, that its refunds do not add up."""
    return bool(payment["refund_problem"] or payment["noted"])


def _wrong_refund(refund: Row, event: Event | None, *, told: bool) -> list[str]:
    minor, currency, name = refund["amount_minor"], refund["currency"], refund["external_id"]
    if event is None:
        return [f"{name} is in the books and was never given back"]
    wrong = []
    if (event.facts["amount_minor"], event.facts["currency"]) != (minor, currency):
        wrong.append(f"{name}: {event.facts['amount_minor']} {event.facts['currency']} there, {minor} {currency} here")
    if (refund["debit"], refund["credit"]) != (minor, minor):
        wrong.append(
            f"{name} of {minor} took {refund['debit']} from the books and {refund['credit']} from the provider"
        )
    if not told:
        wrong.append(f"{name} failed afterwards, and nobody was told")
    return wrong


def _states(payments: dict[str, Row], recorded: dict[tuple[str, str], Row], journals: Journals) -> list[Violation]:
    """The states of payments and purchase orders against what came and went."""
    came: dict[str, int] = defaultdict(int)
    went: dict[str, int] = defaultdict(int)
    for event in journals.of("capture.completed"):
        came[_page(event)] += event.facts["amount_minor"]
    for refund in recorded.values():
        went[refund["page"]] += refund["amount_minor"]
    at_supplier = {event.facts["source_identifier"] for event in placed_orders(journals)}
    found = []
    for page, row in payments.items():
        back, whole = went[page], went[page] == came[page]
        if back > came[page]:
            found.append(Violation("I-05", row["reference"], f"{back} went back, {came[page]} came"))
        if back and (whole != (row["status"] == "refunded") or row["status"] == "captured"):
            found.append(Violation("I-05", row["reference"], f"{back} of {came[page]} went back: {row['status']}"))
        for po in row["orders"] if back and whole else []:
            if po["payment"] != "refunded" or po["forwarding"] in {"queued", "sending", "outcome_unknown"}:
                where = "at the supplier" if po["number"] in at_supplier else "not at the supplier"
                wrong = f"refunded, {where}, and {po['payment']} and {po['forwarding']} here"
                found.append(Violation("I-05", po["number"], wrong))
    return found
