"""What Orderlane notes about its parcels in an order's meta data, read here from its published form.

A shop without fulfillments of its own shows numbers and no pieces; the journal has to say all the same which pieces an
app has declared as shipped, so that the promises can be checked in every shop alike. Only numbers that are also shown
to the customer count.
"""

import json
from typing import Any

from sandbox.woocommerce.model import Order
from sandbox.woocommerce.store import Store

NOTE = "_orderlane_parcel_"


def journal_noted(store: Store, order: Order) -> None:
    """Write what has changed in the noted parcels since the last time."""
    read = {
        f"{order.id}.{entry.key.removeprefix(NOTE)}": json.loads(str(entry.value))
        for entry in order.meta
        if entry.key.startswith(NOTE)
    }
    there = {name: noted for name, noted in read.items() if not noted.get("taken_back")}
    for name in order.noted.keys() - there.keys():
        _write(store, order, name, order.noted[name], "fulfillment.cancelled")
    for name, noted in there.items():
        before = order.noted.get(name)
        if before != noted:
            _write(store, order, name, noted, f"fulfillment.{'tracking_updated' if before else 'created'}")
    order.noted = there


def _write(store: Store, order: Order, name: str, noted: dict[str, Any], event: str) -> None:
    kind, _, shown = str(noted["shown"]).partition(":")
    if kind == "f":
        # The shop's own fulfillment is in the journal already; this is the name the app knows it by.
        if event != "fulfillment.cancelled":
            store.write("parcel.noted", parcel=name, fulfillment_id=shown, **store.key_of(order))
        return
    skus = {str(line.id): line.sku for line in order.lines}
    store.write(
        event,
        by="api",
        fulfillment_id=name,
        order_id=str(order.id),
        order_name=f"#{order.id}",
        source_identifier=store.key_of(order)["source_identifier"],
        status="CANCELLED" if event == "fulfillment.cancelled" else "SUCCESS",
        tracking={
            "company": noted["carrier"],
            "numbers": [number for number in noted["numbers"] if number in _shown(order, kind, shown)],
            "urls": [],
        },
        lines=[
            {"line_id": line, "sku": skus.get(line, ""), "quantity": count} for line, count in noted["lines"].items()
        ],
    )


def _shown(order: Order, kind: str, shown: str) -> str:
    """The text in which the customer finds the numbers."""
    if kind == "t":
        return " ".join(tracker.number for tracker in order.trackers if tracker.id in shown.split(","))
    return " ".join(note.text for note in order.notes if str(note.id) == shown and note.to_customer)
