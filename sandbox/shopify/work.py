"""What happens to fulfillment orders: routed, requested, accepted, rejected, canceled, resized.

Their ids are not stable: cancelling and splitting close one and open another, as Shopify does
(https://shopify.dev/docs/apps/build/orders-fulfillment/fulfillment-service-apps).
"""

from typing import Any

from sandbox.shopify.model import (
    Line,
    Location,
    MerchantRequest,
    Order,
    Refused,
    Service,
    Work,
    WorkLine,
    gid,
)
from sandbox.shopify.store import Store


def route(store: Store, order: Order) -> None:
    """Make the fulfillment orders of a new order: one per location that stocks some of its lines."""
    if order.routed or order.id not in store.orders:
        return
    order.routed = True
    if order.cancelled_at:
        return
    places: dict[int, list[Line]] = {}
    for line in order.lines:
        if line.to_ship:
            location = line.variant.location_id if line.variant else store.home.id
            places.setdefault(location, []).append(line)
    event = store.hooks.new_event()
    for location_id, lines in places.items():
        made = open_work(store, order, location_id, [(line, line.to_ship) for line in lines])
        _emit(store, "ORDER_ROUTING_COMPLETE", event, {"fulfillment_order": _short(made, with_request=False)})
    if places:
        store.touch(order)


def open_work(store: Store, order: Order, location_id: int, pieces: list[tuple[Line, int]]) -> Work:
    """A new fulfillment order for these pieces."""
    now = store.now()
    lines = [
        WorkLine(store.new_id("work_line", 14_000_000_000_000), line, count, count) for line, count in pieces if count
    ]
    made = Work(store.new_id("work", 6_800_000_000_000), order, location_id, now, now, lines)
    store.works[made.id] = made
    order.works.append(made)
    _note(store, made, "fulfillment_order.opened")
    return made


def location_of(store: Store, work: Work) -> Location:
    """Where the work is to be done."""
    return store.locations[work.location_id]


def service_of(store: Store, work: Work) -> Service | None:
    """The fulfillment service that does it, if one does."""
    return location_of(store, work).service


def request_fulfillment(
    store: Store, work: Work, quantities: dict[int, int] | None, message: str, notify: bool
) -> Work:
    """The merchant presses Request fulfillment; asking for a part splits the fulfillment order."""
    service = service_of(store, work)
    if service is None:
        raise Refused("The fulfillment order is not assigned to a fulfillment service.", ["id"])
    if not work.is_open or work.request_status not in ("UNSUBMITTED", "REJECTED", "CANCELLATION_ACCEPTED"):
        raise Refused("Fulfillment order is not in a state in which fulfillment can be requested.", ["id"])
    if quantities is not None:
        _split_off_rest(store, work, quantities)
    asked = MerchantRequest(
        store.new_id("merchant_request", 50_000_000_000),
        "FULFILLMENT_REQUEST",
        message,
        store.now(),
        {"notify_customer": notify},
    )
    work.requests.append(asked)
    work.request_status = "SUBMITTED"
    _changed(store, work, "fulfillment_order.requested")
    payload = {
        "original_fulfillment_order": _short(work),
        "submitted_fulfillment_order": _short(work),
        "fulfillment_order_merchant_request": _request(asked),
    }
    _emit(store, "FULFILLMENT_REQUEST_SUBMITTED", store.hooks.new_event(), payload)
    store.hooks.ping_service(service.callback_url, "FULFILLMENT_REQUEST")
    return work


def accept_request(store: Store, work: Work, message: str) -> None:
    """The service takes the work: it is in progress."""
    _expect(work, "SUBMITTED", "Cannot accept the fulfillment request: none is pending.")
    work.status, work.request_status = "IN_PROGRESS", "ACCEPTED"
    _changed(store, work, "fulfillment_order.accepted", message=message)
    payload = {"message": message, "fulfillment_order": _short(work)}
    _emit(store, "FULFILLMENT_REQUEST_ACCEPTED", store.hooks.new_event(), payload)


def reject_request(store: Store, work: Work, message: str, reason: str) -> None:
    """The service refuses the work: it is the merchant's again."""
    _expect(work, "SUBMITTED", "Cannot reject the fulfillment request: none is pending.")
    work.status, work.request_status = "OPEN", "REJECTED"
    _changed(store, work, "fulfillment_order.rejected", message=message, reason=reason)
    payload = {"message": message, "fulfillment_order": _short(work)}
    _emit(store, "FULFILLMENT_REQUEST_REJECTED", store.hooks.new_event(), payload)


def request_cancellation(store: Store, work: Work, message: str) -> None:
    """The merchant wants the work back: at once while not accepted, else by asking the service."""
    service = service_of(store, work)
    if service is None or work.request_status not in ("SUBMITTED", "ACCEPTED", "CANCELLATION_REJECTED"):
        raise Refused("There is no fulfillment request to cancel.", ["id"])
    if work.request_status == "SUBMITTED":
        _replace(store, work, "fulfillment_order.cancelled", "CANCELLED")
        _emit(store, "CANCELLED", store.hooks.new_event(), {"fulfillment_order": _short(work)})
        return
    asked = MerchantRequest(
        store.new_id("merchant_request", 50_000_000_000), "CANCELLATION_REQUEST", message, store.now()
    )
    work.requests.append(asked)
    work.request_status = "CANCELLATION_REQUESTED"
    _changed(store, work, "fulfillment_order.cancellation_requested")
    # The official sample writes `cancellation_request` here, unlike the enum.
    short = {**_short(work), "request_status": "cancellation_request"}
    payload = {"fulfillment_order": short, "fulfillment_order_merchant_request": _request(asked)}
    _emit(store, "CANCELLATION_REQUEST_SUBMITTED", store.hooks.new_event(), payload)
    store.hooks.ping_service(service.callback_url, "CANCELLATION_REQUEST")


def accept_cancellation(store: Store, work: Work, message: str) -> None:
    """The service gives the work back: it closes, and what is left opens anew."""
    _expect(work, "CANCELLATION_REQUESTED", "Cannot accept the cancellation request: none is pending.")
    work.request_status = "CANCELLATION_ACCEPTED"
    _replace(store, work, "fulfillment_order.cancellation_accepted", "CLOSED", message=message)
    payload = {"message": message, "fulfillment_order": _short(work)}
    _emit(store, "CANCELLATION_REQUEST_ACCEPTED", store.hooks.new_event(), payload)


def reject_cancellation(store: Store, work: Work, message: str) -> None:
    """The service keeps the work."""
    _expect(work, "CANCELLATION_REQUESTED", "Cannot reject the cancellation request: none is pending.")
    work.request_status = "CANCELLATION_REJECTED"
    _changed(store, work, "fulfillment_order.cancellation_rejected", message=message)
    payload = {"message": message, "fulfillment_order": _short(work)}
    _emit(store, "CANCELLATION_REQUEST_REJECTED", store.hooks.new_event(), payload)


def cancel_all(store: Store, order: Order, event: str) -> None:
    """The order was canceled: nothing is left to do."""
    for work in order.works:
        if work.status in ("OPEN", "IN_PROGRESS"):
            for line in work.lines:
                line.remaining = 0
            work.status = "CANCELLED"
            work.updated_at = store.now()
            _note(store, work, "fulfillment_order.cancelled")
            payload = {"fulfillment_order": {"id": gid("FulfillmentOrder", work.id), "status": "cancelled"}}
            _emit(store, "CANCELLED", event, payload)


def return_to(store: Store, gone: Location, home: Location) -> None:
    """A location was deleted: what was to be done there is to be done at another, and nobody was asked for it yet."""
    for work in store.works.values():
        if work.location_id == gone.id:
            work.location_id = home.id
            if work.is_open:
                work.status, work.request_status = "OPEN", "UNSUBMITTED"
                _changed(store, work, "fulfillment_order.moved")
    for parcel in store.parcels.values():
        if parcel.location_id == gone.id:
            parcel.location_id = home.id


def resize(store: Store, order: Order, line: Line, difference: int) -> None:
    """A line was edited by `difference` pieces: take them from open work, or add new work."""
    if difference > 0:
        location_id = line.variant.location_id if line.variant else store.home.id
        open_work(store, order, location_id, [(line, difference)])
        return
    to_take = -difference
    for work in reversed(order.works):
        for row in work.lines:
            if row.line is line and work.is_open and to_take:
                taken = min(row.remaining, to_take)
                row.remaining -= taken
                row.total -= taken
                to_take -= taken
        if work.status in ("OPEN", "IN_PROGRESS") and not any(row.remaining for row in work.lines):
            work.status = "CLOSED"
        work.updated_at = store.now()


def _split_off_rest(store: Store, work: Work, quantities: dict[int, int]) -> None:
    rest: list[tuple[Line, int]] = []
    for row in work.lines:
        wanted = quantities.get(row.id, 0)
        if wanted > row.remaining:
            raise Refused("The quantity exceeds what remains.", ["fulfillmentOrderLineItems"])
        rest.append((row.line, row.remaining - wanted))
    if not any(quantities.get(row.id, 0) for row in work.lines):
        raise Refused("At least one line must be requested.", ["fulfillmentOrderLineItems"])
    for row in work.lines:
        left_out = row.remaining - quantities.get(row.id, 0)
        row.total -= left_out
        row.remaining -= left_out
    work.lines = [row for row in work.lines if row.total]
    if any(count for _, count in rest):
        open_work(store, work.order, work.location_id, rest)


def _replace(store: Store, work: Work, kind: str, status: str, **facts: Any) -> None:
    pieces = [(row.line, row.remaining) for row in work.lines if row.remaining]
    for row in work.lines:
        row.remaining = 0
    work.status = status
    _changed(store, work, kind, **facts)
    if pieces:
        open_work(store, work.order, work.location_id, pieces)


def _expect(work: Work, request_status: str, message: str) -> None:
    if work.request_status != request_status:
        raise Refused(message, ["id"])


def _changed(store: Store, work: Work, kind: str, **facts: Any) -> None:
    work.updated_at = store.now()
    _note(store, work, kind, **facts)
    store.touch(work.order)


def _note(store: Store, work: Work, kind: str, **facts: Any) -> None:
    store.write(
        kind,
        fulfillment_order_id=str(work.id),
        order_id=str(work.order.id),
        status=work.status,
        request_status=work.request_status,
        location_id=str(work.location_id),
        lines=[{"line_id": str(row.line.id), "remaining": row.remaining} for row in work.lines],
        **facts,
    )


def _short(work: Work, with_request: bool = True) -> dict[str, Any]:
    short = {"id": gid("FulfillmentOrder", work.id), "status": work.status.lower()}
    if with_request:
        short["request_status"] = work.request_status.lower()
    return short


def _request(asked: MerchantRequest) -> dict[str, Any]:
    return {"id": gid("FulfillmentOrderMerchantRequest", asked.id), "message": asked.message}


def _emit(store: Store, topic: str, event: str, payload: dict[str, Any]) -> None:
    store.hooks.emit(f"FULFILLMENT_ORDERS_{topic}", event, lambda: payload)
