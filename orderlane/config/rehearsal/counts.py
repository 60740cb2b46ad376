"""What a rehearsal did, in numbers, from both witnesses."""

from __future__ import annotations

from collections import Counter

from orderlane.config.promises import Database, read_journals
from orderlane.config.promises.money import placed_orders
from orderlane.kernel import clock

_OURS = {
    "orders": "SELECT count(*) FROM orders_order",
    "purchase_orders": "SELECT count(*) FROM purchasing_purchaseorder",
    "paid": "SELECT count(*) FROM purchasing_purchaseorder WHERE payment_state = 'paid'",
    "delivered": "SELECT count(*) FROM purchasing_purchaseorder WHERE forwarding_state = 'delivered'",
    "payments": "SELECT count(*) FROM payments_payment WHERE status = 'captured'",
    "parcels": "SELECT count(*) FROM shipping_shipment",
    "needs_attention": "SELECT count(*) FROM purchasing_purchaseorder WHERE forwarding_state = 'needs_attention'",
    "messages": "SELECT count(*) FROM inbox_inboundmessage",
}
_THEIRS = {
    "captures": "capture.completed",
    "webhooks": "webhook.tried",
    "webhooks_dropped": "webhook.dropped",
    "faults_fired": "fault.fired",
}


def counted(sandbox_url: str) -> dict[str, object]:
    """Counts of our rows and of what the outside saw."""
    database, journals = Database(clock.now()), read_journals(sandbox_url)
    kinds = Counter(event.kind for event in journals.events)
    modes = Counter(str(event.facts["mode"]) for event in journals.of("fault.fired"))
    ours = {name: database.rows(statement)[0]["count"] for name, statement in _OURS.items()}
    theirs = {name: kinds[kind] for name, kind in _THEIRS.items()}
    tracked = sum(event.facts["by"] == "api" for event in journals.of("fulfillment.created"))
    return {
        **ours,
        **theirs,
        "placed": len(placed_orders(journals)),
        "tracked": tracked,
        "fault_modes": dict(modes),
    }
