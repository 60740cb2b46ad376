"""Promises about what the outside sees of us: I-16, I-24, I-25."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from urllib.parse import urlsplit

from orderlane.config.promises.evidence import Database, Event, Journals, Row, Violation, tail
from orderlane.config.promises.money import order_key

OVERDUE = timedelta(minutes=5)
"""How long something due may wait for the sweep that wakes it."""

JUST_CONNECTED = timedelta(seconds=3)
"""What comes while a store is being connected may be older than the connection."""

_PUSHED = """
SELECT po.number, f.external_ids, s.platform || ':' || s.external_id AS store, o.external_id AS order_id,
       h.tracking_numbers, h.canceled_at, f.status,
       array(SELECT jsonb_build_object('line', pl.order_line_external_id, 'quantity', hl.quantity)
               FROM shipping_shipmentline hl JOIN purchasing_purchaseorderline pl ON pl.id = hl.line_id
              WHERE hl.shipment_id = h.id) AS lines
  FROM shipping_fulfillment f
  JOIN shipping_shipment h ON h.id = f.shipment_id
  JOIN purchasing_purchaseorder po ON po.id = f.purchase_order_id
  JOIN orders_order o ON o.id = po.order_id
  JOIN stores_store s ON s.id = o.store_id
"""
_RETAILERS = """
SELECT s.platform || ':' || s.external_id AS store
  FROM stores_store s JOIN tenants_organization g ON g.id = s.organization_id WHERE g.kind = 'retailer'
"""
Parcel = tuple[str, str]
"""A fulfillment's store and its id there: two stores may well use the same id."""


def tracking_lands_once(database: Database, journals: Journals) -> list[Violation]:
    """I-16: every parcel is in its store exactly once, with its lines and its latest tracking; none twice."""
    latest: dict[Parcel, Event] = {}
    by_us = set()
    stores = {row["store"] for row in database.rows(_RETAILERS)}
    for event in journals.of("fulfillment.created", "fulfillment.tracking_updated", "fulfillment.cancelled"):
        parcel = (event.system, event.facts["fulfillment_id"])
        latest[parcel] = event
        if event.kind == "fulfillment.created" and event.facts["by"] == "api" and event.system in stores:
            by_us.add(parcel)
    found = _too_many(journals, latest)
    # A parcel that we know by a name of our own, in a store that keeps it as a fulfillment of its own.
    names = {(e.system, e.facts["parcel"]): (e.system, e.facts["fulfillment_id"]) for e in journals.of("parcel.noted")}
    claimed: dict[Parcel, str] = {}
    for row in database.rows(_PUSHED):
        told = [(row["store"], tail(each)) for each in row["external_ids"]]
        ids = [names.get(each, each) for each in told]
        for each in ids:
            if each in claimed:
                found.append(Violation("I-16", row["number"], f"fulfillment {each[1]} stands for two parcels"))
            claimed[each] = row["number"]
        if row["status"] == "pushed":
            found += [Violation("I-16", row["number"], wrong) for wrong in _not_landed(row, ids, latest)]
    unfinished = database.rows("SELECT 1 FROM shipping_fulfillment WHERE status NOT IN ('pushed', 'done_elsewhere')")
    # What was taken back is no longer there, and no longer counted as told.
    gone = {each for each in by_us if latest[each].kind == "fulfillment.cancelled"}
    for each in by_us - gone - claimed.keys():
        if not unfinished:
            about = latest[each].facts["order_name"]
            found.append(Violation("I-16", about, f"fulfillment {each[1]} is nobody's parcel"))
    return found


def _not_landed(row: Row, ids: list[Parcel], latest: dict[Parcel, Event]) -> list[str]:
    if not ids or any(each not in latest for each in ids):
        return ["recorded as pushed, and the store has no such fulfillment"]
    wrong = []
    there: Counter[str] = Counter()
    for event in (latest[each] for each in ids):
        if event.facts["order_id"] != tail(row["order_id"]):
            wrong.append("pushed into another order")
        if event.facts["tracking"]["numbers"] != row["tracking_numbers"] and row["canceled_at"] is None:
            wrong.append(f"tracking {event.facts['tracking']['numbers']} there, {row['tracking_numbers']} here")
        for line in event.facts["lines"]:
            there[line["line_id"]] += line["quantity"]
    here: Counter[str] = Counter()
    for line in row["lines"]:
        here[tail(line["line"])] += line["quantity"]
    if here != there:
        wrong.append(f"pieces in the store {dict(there)}, in the parcel {dict(here)}")
    return wrong


def _too_many(journals: Journals, latest: dict[Parcel, Event]) -> list[Violation]:
    """More pieces fulfilled than were ever ordered."""
    ordered: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for event in journals.of("order.created", "order.edited"):
        lines = ordered[event.system, order_key(event)]
        if event.kind == "order.created":
            lines.update({line["line_id"]: line["quantity"] for line in event.facts["lines"]})
        else:
            for line, quantity in event.facts["quantities"].items():
                lines[line] = max(lines[line], quantity)
    fulfilled: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for event in latest.values():
        if event.kind != "fulfillment.cancelled":
            counts = {line["line_id"]: line["quantity"] for line in event.facts["lines"]}
            fulfilled[event.system, order_key(event)].update(counts)
    return [
        Violation("I-16", order[1], f"line {line}: {count} fulfilled, {ordered[order][line]} ordered")
        for order, lines in fulfilled.items()
        for line, count in lines.items()
        if count > ordered[order][line]
    ]


def acknowledged_is_durable(database: Database, journals: Journals) -> list[Violation]:
    """I-24: every webhook we answered with success lies in the inbox of each who is concerned.

    Byte for byte, or under its own id: a provider may send the same event again in other words.
    """
    rows = database.rows(_STORED)
    stored = {(row["connection"], row[what]) for row in rows for what in ("digest", "external_id")}
    stores = database.rows(_STORES)
    found = []
    for event in journals.of("webhook.tried"):
        delivery = event.facts.get("webhook_id") or event.facts.get("event_id")
        # What has no id of its own says nothing: a webhook being tried out, a bell that rings.
        if not delivery or not str(event.facts["status"]).startswith("2"):
            continue
        for connection in _concerned(event, stores):
            if stored.isdisjoint({(connection, event.facts["digest"]), (connection, str(delivery))}):
                wrong = f"{event.facts['topic']} was acknowledged and is not stored"
                found.append(Violation("I-24", str(delivery), wrong))
    return found


_STORED = """
SELECT connection_id::text AS connection, encode(sha256(body), 'hex') AS digest, external_id
  FROM inbox_inboundmessage
"""
_STORES = """
SELECT id::text, platform || ':' || external_id AS store, connected_at, status = 'connected' AS connected
  FROM stores_store
"""


def _concerned(event: Event, stores: list[Row]) -> list[str]:
    """Whose message it is: the address says so, except at a platform's common door, where the sender does.

    A store that is disconnected is not listened to, nor was one before it was connected (again).
    """
    path = urlsplit(str(event.facts["url"])).path
    addressed = path.rsplit("/", 1)[-1]
    if "/hooks/payments/" in path:
        return [addressed]
    sender = event.system if "/hooks/platforms/" in path else ""
    listening = [row for row in stores if row["connected"] and row["connected_at"] + JUST_CONNECTED < event.at]
    return [row["id"] for row in listening if addressed == row["id"] or sender == row["store"]]


def nothing_silently_stuck(database: Database, journals: Journals) -> list[Violation]:
    """I-25: whatever is under way has its next look planned, and not long ago; all else is over or in plain sight."""
    late = database.now - OVERDUE
    return [
        Violation("I-25", str(row["about"]), str(row["wrong"])) for row in database.rows(_STUCK, late, late, late, late)
    ]


_STUCK = """
SELECT number AS about, 'forwarding is ' || forwarding_state || ' and nothing is planned' AS wrong
  FROM purchasing_purchaseorder
 WHERE forwarding_state IN ('queued', 'sending', 'outcome_unknown')
   AND (forwarding_until IS NULL OR forwarding_until < %s)
UNION ALL
SELECT number, 'paid, and forwarding was never queued' FROM purchasing_purchaseorder
 WHERE payment_state IN ('paid', 'partially_refunded') AND forwarding_state = 'not_due'
UNION ALL
SELECT po.number, 'held as being paid, and no payment holds it' FROM purchasing_purchaseorder po
 WHERE po.payment_state = 'paying' AND NOT EXISTS (
       SELECT 1 FROM payments_paymentclaim c JOIN payments_payment p ON p.id = c.payment_id
        WHERE c.purchase_order_id = po.id AND c.live
          AND p.status IN ('prepared', 'open', 'capturing', 'pending', 'outcome_unknown', 'mismatch'))
UNION ALL
SELECT reference, 'payment is ' || status || ' and no look is planned' FROM payments_payment
 WHERE status IN ('prepared', 'open', 'capturing', 'pending', 'outcome_unknown')
   AND (check_at IS NULL OR check_at < %s)
UNION ALL
SELECT shipment_id::text, 'the push to the store is ' || status || ' and overdue' FROM shipping_fulfillment
 WHERE status IN ('due', 'pushing', 'outcome_unknown') AND due_at < %s
UNION ALL
SELECT external_id, 'the message ' || topic || ' was received and never looked at' FROM inbox_inboundmessage
 WHERE status = 'received' AND received_at < %s
UNION ALL
SELECT number, 'the order is not split in its latest version' FROM orders_order
 WHERE split_at IS NULL
"""
