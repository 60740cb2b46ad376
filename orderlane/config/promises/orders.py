"""Promises about orders on their way in and out: I-09, I-10, I-12, I-13."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from orderlane.config.promises.evidence import Database, Event, Journals, Row, Violation, tail
from orderlane.config.promises.money import HUNDREDTHS, order_key, placed_orders


@dataclass
class OutsideOrder:
    """An order in a retailer's store as it stands after everything that happened to it."""

    store: str
    """Its platform and its id there, as journals name it."""
    external_id: str
    quantities: dict[str, int]
    financial_state: str
    canceled: bool = False
    deleted: bool = False
    event: Event | None = field(default=None, repr=False)


def retailer_orders(journals: Journals) -> list[OutsideOrder]:
    """Every order customers placed, in its latest version, replayed from the journal."""
    orders: dict[tuple[str, str], OutsideOrder] = {}
    for event in journals.of("order.created", *_CHANGES):
        key = (event.system, order_key(event))
        if event.kind == "order.created":
            if not event.facts["source_identifier"]:
                lines = {line["line_id"]: line["quantity"] for line in event.facts["lines"]}
                orders[key] = OutsideOrder(*key, lines, event.facts["financial_status"].lower(), event=event)
        elif key in orders:
            _happened(orders[key], event)
    return list(orders.values())


_CHANGES = ("order.paid", "order.edited", "order.refunded", "order.cancelled", "order.deleted", "order.status")


def _happened(order: OutsideOrder, event: Event) -> None:
    quantities = event.facts.get("quantities", {})
    if event.kind == "order.paid":
        order.financial_state = "paid"
    elif event.kind in {"order.edited", "order.refunded"}:
        order.quantities.update(quantities)
        # Pieces or money added or taken away leave something owed: what the store then calls it is its own affair.
        order.financial_state = "" if quantities or event.kind == "order.refunded" else order.financial_state
    elif event.kind == "order.cancelled":
        order.canceled = True
    elif event.kind == "order.status":
        # Chosen by hand, where a platform lets people: that cancels an order, or revives a canceled one.
        order.canceled, order.financial_state = event.facts["status"] == "cancelled", ""
    elif event.kind == "order.deleted":
        order.deleted = True


_ORDERS = """
SELECT s.platform || ':' || s.external_id AS store, o.external_id, o.number, o.financial_state, o.canceled_at,
       o.split_at IS NOT NULL AS split,
       array(SELECT jsonb_build_object('id', l.external_id, 'quantity', l.quantity, 'match', l.match,
                    'shipped', l.fulfilled_quantity, 'bought', (SELECT coalesce(sum(pl.quantity), 0)
                      FROM purchasing_purchaseorderline pl WHERE pl.order_line_id = l.id))
               FROM orders_orderline l WHERE l.order_id = o.id) AS lines
  FROM orders_order o JOIN stores_store s ON s.id = o.store_id
"""
_CONNECTED = """
SELECT s.platform || ':' || s.external_id AS store
  FROM stores_store s JOIN tenants_organization g ON g.id = s.organization_id
 WHERE g.kind = 'retailer' AND s.status = 'connected'
"""


def no_order_lost(database: Database, journals: Journals) -> list[Violation]:
    """I-09: every order of a connected store is here, in its latest state, and its linked lines are orderable."""
    found = []
    connected = {row["store"] for row in database.rows(_CONNECTED)}
    held = {(row["store"], tail(row["external_id"])): row for row in database.rows(_ORDERS)}
    for order in retailer_orders(journals):
        if order.store not in connected or order.deleted:
            continue
        row = held.get((order.store, order.external_id))
        if row is None:
            found.append(Violation("I-09", order.external_id, f"{order.store} has it and we do not"))
            continue
        # An unpaid order that some platforms revive when its money arrives is canceled by its state alone.
        if order.canceled != (row["canceled_at"] is not None or row["financial_state"] == "canceled"):
            found.append(
                Violation("I-09", row["number"], f"canceled in the store: {order.canceled}, here the opposite")
            )
        told, here = order.financial_state, row["financial_state"]
        if not order.canceled and told in {"paid", "pending"} and told != here:
            found.append(Violation("I-09", row["number"], f"{told} in the store, {here} here"))
        if not order.canceled:
            found += [Violation("I-09", row["number"], wrong) for wrong in _not_split(row)]
    return found


def _not_split(row: Row) -> list[str]:
    """Linked lines that no purchase order holds, though the order was split in this version."""
    if not row["split"]:
        return ["saved, and never split into purchase orders"]
    return [
        f"line {line['id']}: {line['quantity']} sold, {line['bought']} on purchase orders"
        for line in row["lines"]
        if line["match"] == "matched" and max(line["bought"], line["shipped"]) < line["quantity"]
    ]


def no_order_twice(database: Database, journals: Journals) -> list[Violation]:
    """I-10: one row per order of a store, with exactly the lines and quantities the store has now."""
    found = [
        Violation("I-10", row["external_id"], f"stored {row['count']} times")
        for row in database.rows(
            "SELECT store_id, external_id, count(*) FROM orders_order GROUP BY 1, 2 HAVING count(*) > 1"
        )
    ]
    held = {(row["store"], tail(row["external_id"])): row for row in database.rows(_ORDERS)}
    for order in retailer_orders(journals):
        row = held.get((order.store, order.external_id))
        if row is None or order.deleted or order.canceled:
            # A canceled order's lines are counted down to nothing, which the journal does not spell out.
            continue
        ours = Counter((tail(line["id"]), line["quantity"]) for line in row["lines"] if line["quantity"])
        theirs = Counter((line, quantity) for line, quantity in order.quantities.items() if quantity)
        if ours != theirs:
            found.append(
                Violation(
                    "I-10", row["number"], f"lines differ: here {dict(ours - theirs)}, there {dict(theirs - ours)}"
                )
            )
    return found


_PURCHASE_ORDERS = """
SELECT po.number, po.auto_order, po.payment_state, po.forwarding_state, po.supplier_external_id, po.snapshot,
       po.snapshot_hash, po.payment_reference,
       array(SELECT s.platform || ':' || s.external_id FROM stores_store s
              WHERE s.organization_id = po.supplier_id) AS supplier_stores,
       (SELECT q.content FROM payments_payment p JOIN payments_quote q ON q.id = p.quote_id
         WHERE p.reference = po.payment_reference) -> 'purchase_orders' -> po.id::text AS quoted,
       array(SELECT jsonb_build_object('line', pl.id, 'quantity', pl.quantity) FROM purchasing_purchaseorderline pl
              WHERE pl.purchase_order_id = po.id) AS lines
  FROM purchasing_purchaseorder po
"""


def forwarded_exactly_once(database: Database, journals: Journals) -> list[Violation]:
    """I-12: never two orders at the supplier for one purchase order; exactly one, the recorded one, when delivered."""
    found = []
    placed: dict[str, list[Event]] = defaultdict(list)
    for event in placed_orders(journals):
        placed[event.facts["source_identifier"]].append(event)
    rows = database.rows(_PURCHASE_ORDERS)
    for number in placed.keys() - {row["number"] for row in rows}:
        found.append(Violation("I-12", number, "lies at a supplier and is no purchase order of ours"))
    for row in rows:
        events = placed[row["number"]]
        if len(events) > 1:
            found.append(Violation("I-12", row["number"], f"placed {len(events)} times at the supplier"))
        if events and events[0].system not in row["supplier_stores"]:
            found.append(Violation("I-12", row["number"], f"placed in {events[0].system}, not at its supplier"))
        if not row["auto_order"] or row["forwarding_state"] != "delivered":
            continue
        if not events:
            found.append(Violation("I-12", row["number"], "recorded as delivered, and the supplier has nothing"))
        elif tail(row["supplier_external_id"]) != order_key(events[0]):
            found.append(Violation("I-12", row["number"], "recorded under another order of the supplier"))
    return found


def faithful(database: Database, journals: Journals) -> list[Violation]:
    """I-13: what was shown is what was paid, frozen, and sent: lines, prices, total and address."""
    found = []
    placed = {event.facts["source_identifier"]: event for event in placed_orders(journals)}
    for row in database.rows(_PURCHASE_ORDERS):
        snapshot = row["snapshot"]
        if snapshot is None:
            if row["payment_state"] in {"paid", "partially_refunded", "refunded"}:
                found.append(Violation("I-13", row["number"], "paid, and nothing was frozen"))
            continue
        if _fingerprint(snapshot) != row["snapshot_hash"]:
            found.append(Violation("I-13", row["number"], "the frozen content was changed afterwards"))
        if snapshot != row["quoted"]:
            found.append(Violation("I-13", row["number"], "the frozen content is not what the quote showed"))
        frozen = Counter({line["line"]: line["quantity"] for line in snapshot["lines"]})
        if frozen != Counter({line["line"]: line["quantity"] for line in row["lines"]}):
            found.append(Violation("I-13", row["number"], "its lines are no longer those that were paid"))
        if row["number"] in placed:
            sent = placed[row["number"]]
            found += [Violation("I-13", row["number"], wrong) for wrong in _unlike(snapshot, sent)]
    return found


def _fingerprint(content: object) -> str:
    """The hash of a frozen content, computed here once more from its definition: canonical JSON, SHA-256."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _unlike(snapshot: dict[str, Any], sent: Event) -> list[str]:
    """How the order at the supplier differs from the frozen one."""
    wrong = []
    paid = Counter((tail(line["variant_id"]), line["quantity"], line["unit_cost_minor"]) for line in snapshot["lines"])
    told = Counter(
        (str(line["variant_id"]), line["quantity"], int(Decimal(line["price"]) * HUNDREDTHS))
        for line in sent.facts["lines"]
    )
    if paid != told:
        wrong.append(f"sent lines differ: paid {dict(paid - told)}, sent {dict(told - paid)}")
    total = (
        sum(line["unit_cost_minor"] * line["quantity"] for line in snapshot["lines"])
        + snapshot["native_shipping_minor"]
        + snapshot["native_vat_minor"]
    )
    if Decimal(sent.facts["total"]) * HUNDREDTHS != total or sent.facts["currency"] != snapshot["currency"]:
        wrong.append(f"the supplier was told {sent.facts['total']}, the frozen total is {total} hundredths")
    there, here = sent.facts["ship_to"] or {}, snapshot["ship_to"]
    for ours, theirs in _ADDRESS.items():
        if (here.get(ours) or "").strip() != (there.get(theirs) or "").strip():
            wrong.append(f"the parcel's {ours} differs")
    name = " ".join(part for part in (there.get("first_name"), there.get("last_name")) if part)
    if (here.get("name") or "").strip() != name.strip():
        wrong.append("the parcel's name differs")
    return wrong


_ADDRESS = {
    "company": "company",
    "line1": "address1",
    "line2": "address2",
    "city": "city",
    "region": "province_code",
    "postcode": "zip",
    "country": "country_code",
}
