"""What happens to fulfillments: shipped, tracking corrected, canceled."""

from sandbox.shopify import work as works
from sandbox.shopify.carriers import tracking_link
from sandbox.shopify.model import Line, Order, Parcel, Refused, Tracking, Work, WorkLine
from sandbox.shopify.orders import emit_order
from sandbox.shopify.payloads import parcel_payload
from sandbox.shopify.store import Store

Pieces = list[tuple[Work, WorkLine, int]]


def ship(
    store: Store, wanted: list[tuple[Work, dict[int, int] | None]], tracking: Tracking, notify: bool, by: str
) -> Parcel:
    """Record a parcel: for each fulfillment order, the pieces per line, or everything left when None."""
    pieces = _pieces(wanted)
    order = wanted[0][0].order
    location_id = wanted[0][0].location_id
    now = store.now()
    lines: dict[int, tuple[Line, int]] = {}
    for work, row, count in pieces:
        row.remaining -= count
        row.line.fulfilled += count
        line, so_far = lines.get(row.line.id, (row.line, 0))
        lines[row.line.id] = (line, so_far + count)
        work.updated_at = now
        if not any(other.remaining for other in work.lines):
            work.status = "CLOSED"
    parcel = Parcel(
        store.new_id("parcel", 5_700_000_000_000),
        f"{order.name}.{len(order.parcels) + 1}",
        order,
        location_id,
        now,
        now,
        [(store.new_id("parcel_line", 13_000_000_000_000), line, count) for line, count in lines.values()],
        _linked(tracking),
        list(dict.fromkeys(work for work, _, _ in pieces)),
        notified=notify,
    )
    store.parcels[parcel.id] = parcel
    order.parcels.append(parcel)
    if order.fulfillment_status == "FULFILLED" and order.financial_status == "PAID":
        order.closed_at = now
    store.touch(order)
    _write(store, parcel, "fulfillment.created", by)
    topic = "ORDERS_FULFILLED" if order.fulfillment_status == "FULFILLED" else "ORDERS_PARTIALLY_FULFILLED"
    _tell(store, parcel, "FULFILLMENTS_CREATE", topic)
    return parcel


def correct_tracking(store: Store, parcel: Parcel, tracking: Tracking, notify: bool, by: str) -> None:
    """Replace carrier, numbers and links of a parcel."""
    if parcel.status != "SUCCESS":
        raise Refused("Fulfillment is cancelled.", ["fulfillmentId"])
    parcel.tracking = _linked(tracking)
    parcel.notified = notify
    _updated(store, parcel, "fulfillment.tracking_updated", by)


def cancel_parcel(store: Store, parcel: Parcel, by: str) -> None:
    """Take a parcel back: its pieces are to be shipped again, from new fulfillment orders."""
    if parcel.status == "CANCELLED":
        raise Refused("Fulfillment is already cancelled.", ["id"])
    parcel.status = "CANCELLED"
    for _, line, count in parcel.lines:
        line.fulfilled -= count
    parcel.order.closed_at = None
    _updated(store, parcel, "fulfillment.cancelled", by)
    again = [(line, min(count, line.to_ship)) for _, line, count in parcel.lines if line.to_ship]
    if again:
        works.open_work(store, parcel.order, parcel.location_id, again)
        store.touch(parcel.order)


def _pieces(wanted: list[tuple[Work, dict[int, int] | None]]) -> Pieces:
    if not wanted:
        raise Refused("At least one fulfillment order is required.", ["fulfillment", "lineItemsByFulfillmentOrder"])
    if len({work.order.id for work, _ in wanted}) > 1 or len({work.location_id for work, _ in wanted}) > 1:
        raise Refused(
            "All fulfillment orders must belong to the same order and location.",
            ["fulfillment", "lineItemsByFulfillmentOrder"],
        )
    pieces: Pieces = []
    for work, quantities in wanted:
        if work.status not in ("OPEN", "IN_PROGRESS"):
            raise Refused(
                f"Fulfillment order {work.id} has an unfulfillable status= {work.status.lower()}.", ["fulfillment"]
            )
        pieces += _from_one(work, quantities)
    if not pieces:
        raise Refused("There is nothing left to fulfill.", ["fulfillment"])
    return pieces


def _from_one(work: Work, quantities: dict[int, int] | None) -> Pieces:
    if quantities is None:
        return [(work, row, row.remaining) for row in work.lines if row.remaining]
    rows = {row.id: row for row in work.lines}
    pieces: Pieces = []
    for row_id, count in quantities.items():
        if row_id not in rows:
            raise Refused("Fulfillment order line item does not exist.", ["fulfillment", "lineItemsByFulfillmentOrder"])
        if count < 1 or count > rows[row_id].remaining:
            raise Refused("Invalid fulfillment order line item quantity requested.", ["fulfillment"])
        pieces.append((work, rows[row_id], count))
    return pieces


def _linked(tracking: Tracking) -> Tracking:
    """Given links win; for carriers Shopify knows, missing ones are built."""
    urls = [
        tracking.urls[place] if place < len(tracking.urls) else tracking_link(tracking.company, number)
        for place, number in enumerate(tracking.numbers)
    ]
    return Tracking(tracking.company, list(tracking.numbers), urls or list(tracking.urls))


def _updated(store: Store, parcel: Parcel, kind: str, by: str) -> None:
    parcel.updated_at = store.now()
    store.touch(parcel.order)
    _write(store, parcel, kind, by)
    _tell(store, parcel, "FULFILLMENTS_UPDATE")


def _tell(store: Store, parcel: Parcel, topic: str, *order_topics: str) -> None:
    event = store.hooks.new_event()
    store.hooks.emit(topic, event, lambda: parcel_payload(store, parcel))
    emit_order(store, parcel.order, event, *order_topics, "ORDERS_UPDATED")


def _write(store: Store, parcel: Parcel, kind: str, by: str) -> None:
    order: Order = parcel.order
    store.write(
        kind,
        by=by,
        fulfillment_id=str(parcel.id),
        order_id=str(order.id),
        order_name=order.name,
        source_identifier=order.source_identifier,
        status=parcel.status,
        notified=parcel.notified,
        tracking={
            "company": parcel.tracking.company,
            "numbers": parcel.tracking.numbers,
            "urls": parcel.tracking.urls,
        },
        lines=[{"line_id": str(line.id), "sku": line.sku, "quantity": count} for _, line, count in parcel.lines],
    )
